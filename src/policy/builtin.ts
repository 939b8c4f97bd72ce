import { newestProfile } from "#facts/tls-profiles.ts";
import type { Policy, PolicyDocument } from "#model/policy.ts";
import { ENDPOINT_KIND, SSH_ENDPOINT_KIND } from "#model/subject.ts";

type BuiltInClaim = Pick<PolicyDocument["claims"][number], "id" | "quote"> & {
  readonly control: string;
  readonly expect: PolicyDocument["claims"][number]["checks"][number]["expect"];
};

/**
 * What `probity check` judges by when no policy is named: of TLS the newest Mozilla intermediate profile, with clear text
 * where it is a web server; of SSH what its standards forbid.
 * @param kind of the endpoint
 */
export function builtInPolicy(kind: string): Policy {
  return kind === SSH_ENDPOINT_KIND ? sshPolicy() : tlsPolicy(kind === ENDPOINT_KIND);
}

function sshPolicy(): Policy {
  return policyOf(
    {
      id: "ssh-standards",
      company: "IETF and NIST",
      title: "RFC 9142 and NIST SP 800-57",
      source: "https://www.rfc-editor.org/rfc/rfc9142",
      read: "2022-01-01",
      section: "Algorithms and sizes of keys",
    },
    [
      {
        id: "host-keys",
        quote: "Host keys of 112 bits of security at least",
        control: "ssh-key-strength",
        expect: { minimumRsaBits: 2048, alsoAllowed: ["ed25519", "ed448", "ecdsa"] },
      },
      {
        id: "algorithms",
        quote: "No broken algorithm",
        control: "ssh-algorithms",
        // What is weak is told: OpenSSH itself offers HMAC with SHA-1 to this day.
        expect: { violates: "broken", postQuantum: "optional" },
      },
    ],
  );
}

function tlsPolicy(web: boolean): Policy {
  const profile = newestProfile("mozilla-intermediate");
  if (profile === undefined)
    throw new Error("the table of TLS profiles lacks mozilla-intermediate");
  const claims: BuiltInClaim[] = [
    {
      id: "protocols",
      quote: `TLS versions of ${profile.id}`,
      control: "tls-protocol-versions",
      expect: { allowed: [...profile.versions], required: [] },
    },
    {
      id: "cipher-suites",
      quote: `Cipher suites of ${profile.id}`,
      control: "tls-cipher-suites",
      expect: { profile: profile.id, violates: "weak" },
    },
    {
      id: "key-exchange",
      quote: `Key exchange of ${profile.id}`,
      control: "tls-key-exchange",
      // The profile lists no signature algorithms, and SHA-1 among them is common: what is weak is told, but violates not.
      expect: { profile: profile.id, violates: "broken", postQuantum: "optional" },
    },
    {
      id: "weaknesses",
      quote: "No known weakness of TLS",
      control: "tls-weaknesses",
      // What is weak is told; where it lies in suites, these violate the profile by themselves.
      expect: { violates: "broken", except: [] },
    },
    {
      id: "certificate",
      quote: "A trusted certificate for the name, valid now",
      control: "tls-certificate",
      expect: {
        minimumRsaBits: profile.minimumRsaBits ?? 2048,
        minimumEcBits: profile.minimumEcBits,
      },
    },
    ...(web
      ? [
          {
            id: "https-only",
            quote: "No clear-text door",
            control: "https-only",
            expect: { hsts: "optional" },
          },
        ]
      : []),
  ];
  return policyOf(
    {
      id: profile.id,
      company: "Mozilla",
      title: `Mozilla intermediate ${profile.id.split("@")[1] ?? ""}`,
      source: profile.source,
      read: profile.date ?? "1970-01-01",
      section: "Server side TLS",
    },
    claims,
  );
}

interface Standard {
  readonly id: string;
  readonly company: string;
  readonly title: string;
  readonly source: string;
  readonly read: string;
  readonly section: string;
}

/** A standard in the shape of a published statement. */
function policyOf(
  { id: standard, company, title, source, read, section }: Standard,
  claims: readonly BuiltInClaim[],
): Policy {
  return {
    version: 1,
    id: standard,
    company,
    statement: { title, source, read, language: "en", file: "built in", sha256: "0".repeat(64) },
    claims: claims.map(({ id, quote, control, expect }) => ({
      id,
      quote,
      section,
      severity: "high",
      checks: [{ control, expect, scope: {}, basis: { standard } }],
      attest: [],
      mappings: {},
    })),
    sha256: "0".repeat(64),
  };
}
