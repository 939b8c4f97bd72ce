import { createHash, X509Certificate } from "node:crypto";
import type { StapledOcsp } from "#model/tls-facets.ts";
import {
  certificateParts,
  extensionsOf,
  extensionValue,
  timestampsIn,
} from "./certificate-extensions.ts";
import { issued } from "./certificate-facts.ts";
import {
  bitsOf,
  type Der,
  DerError,
  derAt,
  expectTag,
  oidOf,
  partsOf,
  TAG,
  timeOf,
} from "./der.ts";
import { hashOf, signatureHolds } from "./signature-names.ts";

export interface Staple {
  readonly stapled: StapledOcsp;
  /** Signed certificate timestamps in the answer (RFC 6962 3.3). */
  readonly timestamps: number;
}

const MAX_BYTES = 64 * 1024;
const MAX_ANSWERS = 100;
const MAX_RESPONDERS = 5;

const BASIC = "1.3.6.1.5.5.7.48.1.1";
const OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
const TIMESTAMPS = "1.3.6.1.4.1.11129.2.4.5";

/** Context tags of RFC 6960 4.2.1. */
const FIELD = {
  bytes: 0xa0,
  version: 0xa0,
  certificates: 0xa0,
  nextUpdate: 0xa0,
  extensions: 0xa1,
};
const STATUSES: Readonly<Record<number, StapledOcsp["status"]>> = {
  0x80: "good",
  0xa1: "revoked",
  0x82: "unknown",
};

/**
 * Reads a stapled OCSPResponse (RFC 6960 4.2); pure, never throws. Its status is only told where it is about this
 * certificate and signed by its issuer, or by a responder to which the issuer gave a certificate for that
 * (4.2.2.2): else anyone could have written it, and it is `unreadable`. So it is where the issuer is not known.
 * Whether it is out of date is for the reader of `nextUpdate` to say.
 */
export function readStaple(
  response: Buffer,
  leaf: X509Certificate,
  issuer: X509Certificate | null,
): Staple {
  try {
    if (issuer !== null && response.length <= MAX_BYTES) return readAnswer(response, leaf, issuer);
  } catch {
    // Whatever is wrong with it, there is nothing in it to believe.
  }
  const stapled = { status: "unreadable", thisUpdate: null, nextUpdate: null } as const;
  return { stapled, timestamps: 0 };
}

/** @throws Error of any kind: DerError, or what Node says of a certificate in it */
function readAnswer(response: Buffer, leaf: X509Certificate, issuer: X509Certificate): Staple {
  const [, wrapped] = partsOf(expectTag(derAt(response), TAG.sequence));
  const [kind, bytes] = partsOf(
    expectTag(partsOf(expectTag(wrapped, FIELD.bytes))[0], TAG.sequence),
  );
  if (oidOf(kind) !== BASIC) throw new DerError("not a basic answer");
  const basic = derAt(expectTag(bytes, TAG.octetString).content);
  const [data, algorithm, signature, certificates] = partsOf(expectTag(basic, TAG.sequence));
  const fields = partsOf(expectTag(data, TAG.sequence));
  const start = fields[0]?.tag === FIELD.version ? 1 : 0;
  const [, , answers] = fields.slice(start);
  const answer = partsOf(expectTag(answers, TAG.sequence))
    .slice(0, MAX_ANSWERS)
    .map((one) => partsOf(expectTag(one, TAG.sequence)))
    .find(([id]) => isAbout(expectTag(id, TAG.sequence), leaf, issuer));
  if (answer === undefined) throw new DerError("about another certificate");
  const [, status, from, ...rest] = answer;
  const thisUpdate = timeOf(from);
  const next = rest.find(({ tag }) => tag === FIELD.nextUpdate);
  const nextUpdate = next === undefined ? null : timeOf(partsOf(next)[0]);
  const signed = expectTag(data, TAG.sequence).whole;
  const holds = [issuer, ...responders(certificates, issuer, thisUpdate)].some((responder) =>
    signatureHolds(
      expectTag(algorithm, TAG.sequence),
      signed,
      responder.publicKey,
      bitsOf(signature),
    ),
  );
  if (!holds) throw new DerError("not signed by the issuer");
  const extensions = extensionsOf(rest.find(({ tag }) => tag === FIELD.extensions));
  const timestamps = extensions.get(TIMESTAMPS);
  return {
    stapled: { status: STATUSES[status?.tag ?? 0] ?? "unreadable", thisUpdate, nextUpdate },
    timestamps: timestamps === undefined ? 0 : timestampsIn(extensionValue(timestamps)),
  };
}

/** Whether a CertID (RFC 6960 4.1.1) is that of the certificate: serial number, and issuer's name and key by hash. */
function isAbout(id: Der, leaf: X509Certificate, issuer: X509Certificate): boolean {
  const [algorithm, nameHash, keyHash, serial] = partsOf(id);
  const hash = hashOf(oidOf(partsOf(expectTag(algorithm, TAG.sequence))[0]));
  if (hash === null) return false;
  const { subjectName, keyBytes } = certificateParts(issuer.raw);
  const same = (value: Der | undefined, of: Buffer) =>
    expectTag(value, TAG.octetString).content.equals(createHash(hash).update(of).digest());
  return (
    bare(expectTag(serial, TAG.integer).content.toString("hex")) === bare(leaf.serialNumber) &&
    same(nameHash, subjectName) &&
    same(keyHash, keyBytes)
  );
}

/** A hexadecimal number without leading zeros. */
function bare(hex: string): string {
  return hex.toLowerCase().replace(/^0+(?=.)/, "");
}

/** The certificates in the answer by which the issuer lets others sign, valid when it was made. */
function responders(
  field: Der | undefined,
  issuer: X509Certificate,
  madeAt: string,
): X509Certificate[] {
  if (field === undefined) return [];
  const list = partsOf(expectTag(partsOf(expectTag(field, FIELD.certificates))[0], TAG.sequence));
  const moment = Date.parse(madeAt);
  return list
    .slice(0, MAX_RESPONDERS)
    .map(({ whole }) => new X509Certificate(whole))
    .filter(
      (certificate) =>
        certificate.validFromDate.getTime() <= moment &&
        moment <= certificate.validToDate.getTime() &&
        certificateParts(certificate.raw).extendedKeyUsage?.includes(OCSP_SIGNING) === true &&
        issued(certificate, issuer),
    );
}
