import { missingKeyExchange } from "#controls/key-exchange-evidence.ts";
import { judgeExchange, lastingKeys } from "#controls/key-exchange-tiers.ts";
import { type Noted, offeredNames, openLists } from "#controls/offered.ts";
import { profileId } from "#controls/profile-id.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import { postQuantumReadiness } from "#facts/post-quantum.ts";
import { tlsProfile } from "#facts/tls-profiles.ts";
import { settingsInWords } from "#facts/tls-settings.ts";
import { defineControl } from "#model/control.ts";
import type { SchemaKit } from "#model/schema.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    profile: profileId({ z }),
    violates: z
      .enum(["broken", "weak"])
      .default("broken")
      .describe(
        "What violates: broken groups, primes and signatures only, or weak ones and key exchange without forward secrecy too.",
      ),
    postQuantum: z
      .enum(["optional", "required"])
      .default("optional")
      .describe(
        "Whether a group with ML-KEM must be among those offered. It is reported in either case.",
      ),
  });

export default defineControl({
  id: "tls-key-exchange",
  title: "TLS key exchange",
  rationale:
    "The keys of a connection are as good as the group they were agreed in and the signature that vouches for it. " +
    "A short prime or curve lets others compute them, and without forward secrecy one stolen key opens all that was recorded.",
  severity: "high",
  judges: "subject",
  // The suites tell a key exchange without forward secrecy, and a version whose groups should have been seen and were not.
  needs: ["keyExchange", "cipherSuites"],
  expectation,
  evaluate: ({ expect, facets: { keyExchange, cipherSuites } }) => {
    const profile = tlsProfile(expect.profile);
    if (keyExchange === undefined || cipherSuites === undefined || profile === undefined) {
      return notApplicable("offers no TLS key exchange");
    }
    const judged = judgeExchange(keyExchange, profile);
    const having = (tier: string) => judged.filter((entry) => entry.tier === tier);
    const broken = having("broken");
    const weak = having("weak");
    const lasting = lastingKeys(cipherSuites, profile);
    const quantum = postQuantumReadiness(keyExchange);
    const weaker = [
      ...(weak.length > 0 ? [offeredNames(weak)] : []),
      ...(lasting.length > 0 ? [`no forward secrecy with ${offeredNames(lasting)}`] : []),
    ];
    const failures =
      broken.length > 0 ? [`exchanges keys with what is broken: ${offeredNames(broken)}`] : [];
    if (expect.violates === "weak" && weaker.length > 0) {
      failures.push(`weaker than ${profile.id} asks for: ${weaker.join("; ")}`);
    }
    if (expect.postQuantum === "required" && quantum.status === "not-ready") {
      failures.push(`post-quantum key exchange is ${quantum.words}`);
    }
    if (failures.length > 0 && expect.violates === "broken" && weaker.length > 0) {
      failures.push(`also weak, which does not violate: ${weaker.join("; ")}`);
    }
    const open = [
      ...openLists("key exchange", keyExchange.unfinished),
      ...openLists("suites", cipherSuites.unfinished),
      ...missingKeyExchange(keyExchange, cipherSuites),
      ...keyExchange.anySignatureAlgorithm.map(
        (version) =>
          `${version} takes a hello without a signature algorithm that it has, so what it signs with cannot be listed`,
      ),
    ];
    const unregistered = judged.filter(({ registered }) => !registered);
    if (unregistered.length > 0) open.push(`no registry knows ${offeredNames(unregistered)}`);
    if (expect.postQuantum === "required" && quantum.status === "unknown") {
      open.push(`post-quantum key exchange is ${quantum.words}`);
    }
    const beyond = having("permitted").filter(({ reason }) => reason !== null);
    const held = [
      judged.length === 0
        ? "no group, prime or signature is in use, as with RSA key exchange alone"
        : `${judged.length} groups, primes and signatures, ${weaker.length > 0 ? "none broken" : "all within the profile"}`,
      ...(weaker.length > 0 ? [`weak, outside the profile: ${weaker.join("; ")}`] : []),
      ...(beyond.length > 0
        ? [`not named by it, but no weaker: ${offeredNames(beyond.map(bare))}`]
        : []),
      `post-quantum ${quantum.words}`,
    ];
    return {
      ...settle({
        failures,
        open,
        held: held.join("; "),
        declared: `${profile.id}, what is ${expect.violates} violates${expect.postQuantum === "required" ? ", post-quantum required" : ""}`,
        actual: {
          broken: namesOf(broken),
          weak: namesOf(weak),
          withoutForwardSecrecy: namesOf(lasting),
          postQuantum: quantum.words,
          unfinished: keyExchange.unfinished.map(({ version }) => version),
        },
      }),
      ...(failures.length > 0
        ? { remediation: settingsInWords(profile, ["suites", "groups"]) }
        : {}),
    };
  },
  remediation:
    "Offer the groups, suites and certificates of the named profile only; for DHE use a group of RFC 7919 of 2048 bits or more, " +
    "or turn DHE off; on a cloud service choose a newer TLS policy.",
  references: [
    "https://www.rfc-editor.org/rfc/rfc9325#section-4.5",
    "https://weakdh.org/imperfect-forward-secrecy-ccs15.pdf",
    "https://www.rfc-editor.org/rfc/rfc9155",
    "https://www.rfc-editor.org/rfc/rfc7919",
  ],
});

function bare({ version, name }: Noted): Noted {
  return { version, name };
}

function namesOf(entries: readonly Noted[]): string[] {
  return [...new Set(entries.map(({ name }) => name))];
}
