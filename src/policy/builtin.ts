import { newestProfile } from "#facts/tls-profiles.ts";
import type { Policy, PolicyDocument } from "#model/policy.ts";

type BuiltInClaim = Pick<PolicyDocument["claims"][number], "id" | "quote"> & {
  readonly control: string;
  readonly expect: PolicyDocument["claims"][number]["checks"][number]["expect"];
};

/**
 * What `probity check` judges by when no policy is named: the newest Mozilla intermediate profile.
 * @param web whether the endpoint is asked for by http or https, so that clear text is judged too.
 */
export function builtInPolicy(web: boolean): Policy {
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
  return {
    version: 1,
    id: profile.id,
    company: "Mozilla",
    statement: {
      title: `Mozilla intermediate ${profile.id.split("@")[1] ?? ""}`,
      source: profile.source,
      read: profile.date ?? "1970-01-01",
      language: "en",
      file: "built in",
      sha256: "0".repeat(64),
    },
    claims: claims.map(({ id, quote, control, expect }) => ({
      id,
      quote,
      section: "Server side TLS",
      severity: "high",
      checks: [{ control, expect, scope: {}, basis: { standard: profile.id } }],
      attest: [],
      mappings: {},
    })),
    sha256: "0".repeat(64),
  };
}
