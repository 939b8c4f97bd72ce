/** When certificates and stapled answers hold, and what to say of those that soon will not. */
import type { AttentionNote } from "#model/control.ts";
import { parseMoment, renderMoment } from "#model/moment.ts";
import type { Certificate, PresentedCertificate } from "#model/tls-facets.ts";
import { plain } from "#model/text.ts";
import type { CertificateRemedy } from "./certificate-remedies.ts";

/** Findings about validity, with notes of what soon ends. */
export interface Validity {
  readonly failures: readonly string[];
  readonly open: readonly string[];
  readonly attention: readonly AttentionNote[];
  /** What mends the failures. */
  readonly remedies?: readonly CertificateRemedy[];
}

/** Milliseconds since 1970. */
export interface Moments {
  /** When it is judged. */
  readonly now: number;
  /** When the certificate was read. */
  readonly readAt: number;
}

const DAY = 86_400_000;
/** From when on an expiry is worth a note: two weeks, or the last third of a short life. */
const NOTICE = 14 * DAY;

/** The server's own certificate must be valid at the moment of judging. */
export function serverValidity(leaf: Certificate, name: string, { now }: Moments): Validity {
  const from = parseMoment(leaf.validFrom);
  const to = parseMoment(leaf.validTo);
  const failures: string[] = [];
  const remedies: CertificateRemedy[] = [];
  if (to !== null && to <= now) {
    failures.push(`expired on ${renderMoment(to)}`);
    remedies.push("expired");
  }
  if (from !== null && from > now) {
    failures.push(`is not valid before ${renderMoment(from)}`);
    remedies.push("not-yet-valid");
  }
  const open = from === null || to === null ? ["its validity cannot be read"] : [];
  return { failures, open, attention: expiring(from, to, now, name), remedies };
}

/**
 * One above it. A chain may carry an expired cross-signed certificate that no client needs, so that one which had expired
 * when the chain was read is worth a note only; OpenSSL has judged whether it takes away trust.
 */
export function authorityValidity(certificate: Certificate, moments: Moments): Validity {
  if (certificate.selfSigned) return { failures: [], open: [], attention: [] };
  const { now, readAt } = moments;
  const from = parseMoment(certificate.validFrom);
  const to = parseMoment(certificate.validTo);
  const name = `the certificate of ${plain(certificate.subject, 80)}`;
  if (from === null || to === null) {
    return { failures: [], open: [`the validity of ${name} cannot be read`], attention: [] };
  }
  if (to > now) return { failures: [], open: [], attention: expiring(from, to, now, name) };
  const expired = `${name}, which is sent along, expired on ${renderMoment(to)}`;
  return to > readAt
    ? { failures: [], open: [`${expired}, after it was read`], attention: [] }
    : {
        failures: [],
        open: [],
        attention: [note("certificate-expiry", to, `${expired}: replace it`)],
      };
}

/**
 * A stapled answer, as it was when it was read. Who must staple (RFC 7633 4) and does not, or not in time, is refused by
 * the clients that heed it; from others they bear it, so that a late answer is worth a note only.
 */
export function stapleValidity(
  { stapledOcsp: staple, chain: [leaf] }: PresentedCertificate,
  name: string,
  { readAt }: Moments,
): Validity {
  const must = leaf?.mustStaple === true;
  if (staple === null) {
    const failures = must ? ["demands a stapled OCSP answer, and none is sent"] : [];
    return { failures, open: [], attention: [], remedies: must ? ["staple"] : [] };
  }
  if (staple.status === "revoked") {
    const failures = ["is revoked (stapled OCSP answer)"];
    return { failures, open: [], attention: [], remedies: ["revoked"] };
  }
  if (staple.status !== "good") {
    const words =
      staple.status === "unknown"
        ? "the stapled OCSP answer does not know it"
        : "the stapled OCSP answer cannot be verified";
    return { failures: [], open: [words], attention: [] };
  }
  const to = staple.nextUpdate === null ? null : parseMoment(staple.nextUpdate);
  const from = staple.thisUpdate === null ? null : parseMoment(staple.thisUpdate);
  if (from === null || (staple.nextUpdate !== null && to === null)) {
    return {
      failures: [],
      open: ["the time of the stapled OCSP answer cannot be read"],
      attention: [],
    };
  }
  const late =
    to !== null && to <= readAt
      ? `the OCSP answer stapled to ${name} was good until ${renderMoment(to)} only`
      : from > readAt + DAY
        ? `the OCSP answer stapled to ${name} is of the future (${renderMoment(from)})`
        : null;
  if (late === null) return { failures: [], open: [], attention: [] };
  return must
    ? {
        failures: [`demands a stapled OCSP answer: ${late}`],
        open: [],
        attention: [],
        remedies: ["staple"],
      }
    : {
        failures: [],
        open: [],
        attention: [note("ocsp-staple", to ?? from, `${late}: have the server fetch it in time`)],
      };
}

function expiring(
  from: number | null,
  to: number | null,
  now: number,
  name: string,
): readonly AttentionNote[] {
  if (from === null || to === null || to - now >= Math.min(NOTICE, (to - from) / 3)) return [];
  return [note("certificate-expiry", to, `${name} expires on ${renderMoment(to)}: renew it`)];
}

function note(kind: string, due: number, message: string): AttentionNote {
  return { kind, due: new Date(due).toISOString(), message };
}
