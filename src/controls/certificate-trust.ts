/** Whether clients can trust a chain as it is sent, and whether they would have to make up for something. */
import type { AttentionNote } from "#model/control.ts";
import { parseMoment } from "#model/moment.ts";
import type { PresentedCertificate } from "#model/tls-facets.ts";
import { plain } from "#model/text.ts";
import type { Fitness } from "./certificate-fitness.ts";
import type { CertificateRemedy } from "./certificate-remedies.ts";

/**
 * A server must send what leads up to the root (RFC 8446 4.4.2). Some browsers fetch what is missing from the address in the
 * certificate (RFC 5280 4.2.2.1); Firefox, curl, Java, Go, Python and Node do not, so that it is a failure, told apart.
 */
export function trustFindings(presented: PresentedCertificate): Fitness {
  const { trusted, trustError, complete } = presented;
  const reason = plain(trustError ?? "no reason given");
  const missing = `the certificate of ${issuerWords(presented)} is not sent, so that only clients that fetch it themselves can connect`;
  if (trusted === false) {
    const words = `is not trusted (${reason})`;
    return {
      failures: [complete === false ? `${words}: ${missing}` : words],
      open: [],
      remedies: untrustedRemedies(presented, reason),
    };
  }
  const open = trusted === null ? [`could not tell whether it is trusted (${reason})`] : [];
  if (complete === false) return { failures: [missing], open, remedies: ["incomplete"] };
  return complete === true
    ? { failures: [], open }
    : {
        failures: [],
        open: [...open, "could not tell whether all intermediate certificates are sent"],
      };
}

/** Where it is out of its time that is told by itself, and nothing else follows from it. */
function untrustedRemedies(
  { complete, chain: [leaf] }: PresentedCertificate,
  reason: string,
): readonly CertificateRemedy[] {
  if (complete === false) return ["incomplete"];
  if (/revoked/i.test(reason)) return ["revoked"];
  if (/expired|not yet valid/i.test(reason)) return [];
  return [leaf?.selfSigned === true ? "self-signed" : "untrusted"];
}

/** Anyone can show a certificate: only who has its key can sign, or read what is encrypted for it (RFC 8446 4.4.3). */
export function possessionFindings({ possession }: PresentedCertificate): Fitness {
  const not = "the server does not have the key of the certificate that it shows";
  const unproved =
    "could not tell whether the server has its key, as it signs nothing that could be checked: offer a suite with ECDHE and TLS 1.2 or newer, or connect with a client of your own";
  return {
    failures: possession === false ? [not] : [],
    open: possession === null ? [unproved] : [],
    remedies: possession === false ? ["possession"] : [],
  };
}

/** The issuer of the highest certificate that follows from the server's own. */
function issuerWords({ chain }: PresentedCertificate): string {
  let [top] = chain;
  for (const _ of chain) {
    const next = chain.find((one) => one.subject === top?.issuer && one !== top);
    if (next === undefined) break;
    top = next;
  }
  return plain(top?.issuer ?? "its issuer", 80);
}

/** Clients bear it (RFC 8446 4.4.2), the strict ones of old do not. */
export function disorderNotes(
  { ordered }: PresentedCertificate,
  name: string,
  now: number,
): readonly AttentionNote[] {
  if (ordered) return [];
  const message = `${name} is followed by certificates out of order or of no use: send each before the one that certifies it, and no others`;
  return [{ kind: "certificate-chain", due: new Date(now).toISOString(), message }];
}

const LONG_LIFE = 180 * 86_400_000;

/** What browsers ask of public authorities: https://googlechrome.github.io/CertificateTransparency/ct_policy.html */
export function timestampFindings({ timestamps, chain: [leaf] }: PresentedCertificate): Fitness {
  const from = parseMoment(leaf?.validFrom ?? "");
  const to = parseMoment(leaf?.validTo ?? "");
  const needed = from !== null && to !== null && to - from > LONG_LIFE ? 3 : 2;
  if (timestamps === null) {
    return { failures: [], open: ["could not tell whether it is in public logs"] };
  }
  return timestamps < needed
    ? {
        failures: [`carries ${timestamps} signed timestamps of public logs and needs ${needed}`],
        open: [],
        remedies: ["timestamps"],
      }
    : { failures: [], open: [] };
}
