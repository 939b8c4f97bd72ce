import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl, type AttentionNote } from "#model/control.ts";
import type { Certificate } from "#model/facets.ts";
import { parseMoment, renderMoment } from "#model/moment.ts";
import { z } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = z.strictObject({
  minimumRsaBits: z.int().min(512).default(2048).describe("Smallest size of an RSA key, in bits."),
  minimumEcBits: z
    .int()
    .min(112)
    .default(256)
    .describe(
      "Smallest size of an elliptic-curve (ECDSA) key, in bits; Ed25519 and Ed448 always suffice.",
    ),
});
type Expectation = z.output<typeof expectation>;

const DAY = 86_400_000;
/** From when on an expiry is worth a note: two weeks, or the last third of a short life. */
const NOTICE = 14 * DAY;

export default defineControl({
  id: "tls-certificate",
  title: "TLS certificate",
  rationale:
    "A client can only know whom it talks to by a certificate that is trusted, names the host, is valid now and has a key that cannot be guessed.",
  severity: "high",
  judges: "subject",
  needs: ["certificate"],
  expectation,
  // Trust and name are judged as they were when it was read, validity for the moment of judging. Only the leaf is
  // judged: a chain may carry an expired cross-signed certificate that no client needs.
  evaluate: ({ expect, facets, now }) => {
    const facet = facets.certificate;
    if (facet === undefined) return notApplicable("shows no certificate");
    const leaf = facet.chain[0];
    const failures: string[] = [];
    const open: string[] = [];
    if (!facet.trusted)
      failures.push(`is not trusted (${plain(facet.trustError ?? "no reason given")})`);
    if (!facet.hostnameMatches) {
      failures.push(
        `does not cover ${plain(facet.hostname)} but ${listed(leaf?.altNames ?? []) || "no name"}`,
      );
    }
    if (leaf === undefined) open.push("no certificate was sent");
    const from = leaf === undefined ? null : parseMoment(leaf.validFrom);
    const to = leaf === undefined ? null : parseMoment(leaf.validTo);
    if (leaf !== undefined && (from === null || to === null))
      open.push("its validity cannot be read");
    if (to !== null && to <= now.getTime()) failures.push(`expired on ${renderMoment(to)}`);
    if (from !== null && from > now.getTime())
      failures.push(`is not valid before ${renderMoment(from)}`);
    const key = leaf === undefined ? null : judgeKey(leaf, expect);
    if (key?.outcome === "fail") failures.push(key.words);
    if (key?.outcome === "unknown") open.push(key.words);
    return settle({
      failures,
      open,
      held: `trusted, covers ${plain(facet.hostname)}, ${key?.words ?? "no key"}, valid until ${to === null ? "?" : renderMoment(to)}`,
      declared: `trusted, naming the host, valid now, RSA ≥ ${expect.minimumRsaBits} or EC ≥ ${expect.minimumEcBits} bits`,
      actual: {
        trusted: facet.trusted,
        trustError: facet.trustError,
        hostname: facet.hostname,
        hostnameMatches: facet.hostnameMatches,
        validFrom: leaf?.validFrom ?? null,
        validTo: leaf?.validTo ?? null,
        keyType: leaf?.keyType ?? null,
        keyBits: leaf?.keyBits ?? null,
        fingerprint: leaf?.fingerprint ?? null,
      },
      attention: from === null || to === null ? [] : expiry(from, to, now),
    });
  },
  remediation:
    "Install a certificate of a public authority for every name that is served, with its intermediate certificates, and renew it automatically (ACME).",
  references: [
    "https://cabforum.org/working-groups/server/baseline-requirements/requirements/",
    "https://www.rfc-editor.org/rfc/rfc9525",
    "https://www.rfc-editor.org/rfc/rfc5280#section-6",
  ],
});

function judgeKey(
  { keyType, keyBits }: Certificate,
  expect: Expectation,
): { readonly outcome: "pass" | "fail" | "unknown"; readonly words: string } {
  if (keyType === "ed25519") return { outcome: "pass", words: "Ed25519 key" };
  if (keyType === "ed448") return { outcome: "pass", words: "Ed448 key" };
  if (keyType === "dsa") {
    return { outcome: "fail", words: "has a DSA key, which no current client accepts" };
  }
  if (keyType === "other") {
    return { outcome: "unknown", words: "has a kind of key that Probity does not know" };
  }
  const name = keyType.toUpperCase();
  const minimum = keyType === "rsa" ? expect.minimumRsaBits : expect.minimumEcBits;
  if (keyBits === null)
    return { outcome: "unknown", words: `size of its ${name} key is not known` };
  return keyBits < minimum
    ? { outcome: "fail", words: `has an ${name} key of ${keyBits} bits only` }
    : { outcome: "pass", words: `${name} key of ${keyBits} bits` };
}

function expiry(from: number, to: number, now: Date): readonly AttentionNote[] {
  const left = to - now.getTime();
  if (left >= Math.min(NOTICE, (to - from) / 3)) return [];
  const message = `the certificate expires on ${renderMoment(to)}: renew it`;
  return [{ kind: "certificate-expiry", due: new Date(to).toISOString(), message }];
}
