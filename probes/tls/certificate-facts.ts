import { hash, type KeyObject, X509Certificate } from "node:crypto";
import { hasRocaFingerprint } from "#facts/roca.ts";
import type { Certificate } from "#model/tls-facets.ts";
import { plain } from "#model/text.ts";
import { MAX_SHOWN_NAMES, shownNames } from "./alternative-names.ts";
import { ownCopy } from "./bytes.ts";
import { type CertificateParts, certificateParts } from "./certificate-extensions.ts";
import { bitsOf, DerError, derAt, expectTag, partsOf, TAG } from "./der.ts";
import { nameOf } from "./names.ts";
import { slowKey } from "./slow-keys.ts";

/** A certificate that was read, and what of it could not be. */
export interface ReadCertificate {
  readonly facts: Certificate;
  readonly x509: X509Certificate;
  /** null where the ASN.1 could not be read, though OpenSSL bears it. */
  readonly parts: CertificateParts | null;
  /** In words; what they name counts as absent in the facts. */
  readonly problems: readonly string[];
  /** Which slow key it has, with which nothing is checked; null for a usual one. */
  readonly slow: string | null;
}

/** Far more than any certificate that is in use, those with post-quantum keys and signatures included. */
const MAX_BYTES = 64 * 1024;

/**
 * Reads a certificate; pure. Kinds of key and extensions that Node does not know cost themselves only.
 * @throws Error where OpenSSL cannot read it, or where it is larger than 64 KiB
 */
export function readCertificate(der: Buffer): ReadCertificate {
  if (der.length > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
  const key = hash("sha256", der);
  const known = recent.get(key);
  if (known !== undefined) return known;
  const read = readAnew(ownCopy(der));
  if (der.length > MAX_KEPT) return read;
  if (recentBytes + der.length > MAX_RECENT) {
    recent.clear();
    recentBytes = 0;
  }
  recent.set(key, read);
  recentBytes += der.length;
  return read;
}

/**
 * The same for who needs no facts: to read those of a large one takes milliseconds.
 * @throws Error as `readCertificate`
 */
export function x509Of(der: Buffer): X509Certificate {
  const large = der.length > MAX_KEPT && der.length <= MAX_BYTES;
  return large ? new X509Certificate(der) : readCertificate(der).x509;
}

/** By SHA-256: the endpoints of a scan share their intermediate certificates, and often more. */
const recent = new Map<string, ReadCertificate>();
let recentBytes = 0;
/** Bytes of DER; read they take about ten times that. Certificates in use have some 2 KiB each. */
const MAX_RECENT = 1024 * 1024;
const MAX_KEPT = 8000;

function readAnew(der: Buffer): ReadCertificate {
  const x509 = new X509Certificate(der);
  const { parts, problems } = partsIn(der);
  const slow = slowKeyOf(x509);
  const facts: Certificate = {
    subject: nameOf(x509.subject),
    issuer: nameOf(x509.issuer),
    altNames: shownNames(parts?.altNames ?? []),
    validFrom: momentOf(x509.validFromDate, x509.validFrom),
    validTo: momentOf(x509.validToDate, x509.validTo),
    ...keyOf(x509, parts?.keyAlgorithm ?? ""),
    signatureAlgorithm: parts?.signatureAlgorithm ?? null,
    keyUsage: parts?.keyUsage ?? null,
    extendedKeyUsage: parts?.extendedKeyUsage ?? null,
    isAuthority: x509.ca,
    selfSigned: issued(x509, x509),
    mustStaple: parts?.mustStaple ?? false,
    roca: rocaOf(x509),
    serial: plain(x509.serialNumber, 100),
    fingerprint: x509.fingerprint256.replaceAll(":", "").toLowerCase(),
  };
  const unchecked = slow === null ? [] : [`its signatures are not checked: ${slow} is too slow`];
  return { facts, x509, parts, problems: [...problems, ...unchecked], slow };
}

/** Whether the second certificate is the issuer of the first, by name and by signature; never by one of a slow key. */
export function issued(certificate: X509Certificate, issuer: X509Certificate): boolean {
  if (certificate.issuer !== issuer.subject) return false;
  const pair = `${certificate.fingerprint256} ${issuer.fingerprint256}`;
  const known = pairs.get(pair);
  if (known !== undefined) return known;
  const answer = hasSigned(issuer, certificate);
  if (pairs.size >= MAX_PAIRS) pairs.clear();
  pairs.set(pair, answer);
  return answer;
}

/** By fingerprints: a chain is asked for the same more than once, and it is in the hands of a stranger how long an answer takes. */
const pairs = new Map<string, boolean>();
const MAX_PAIRS = 2000;

function hasSigned(issuer: X509Certificate, certificate: X509Certificate): boolean {
  try {
    const { publicKey } = issuer;
    if (slowKey(publicKey) !== null) return false;
    return certificate.checkIssued(issuer) && certificate.verify(publicKey);
  } catch {
    // A key of a kind that OpenSSL does not know signs nothing that can be checked.
    return false;
  }
}

/** Which slow key a certificate has; null for a usual one. */
export function slowKeyOf(certificate: X509Certificate): string | null {
  try {
    return slowKey(certificate.publicKey);
  } catch {
    // OpenSSL does not know the kind of key, and checks nothing by it.
    return null;
  }
}

function partsIn(der: Buffer): Pick<ReadCertificate, "parts" | "problems"> {
  try {
    const parts = certificateParts(der);
    const { length } = parts.altNames;
    const words = `it has ${length} alternative names, of which ${MAX_SHOWN_NAMES} are listed`;
    return { parts, problems: [...parts.problems, ...(length > MAX_SHOWN_NAMES ? [words] : [])] };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return { parts: null, problems: [`its structure cannot be read (${error.message})`] };
  }
}

/** Where OpenSSL can make no date of it, the text as it stands. */
function momentOf(date: Date, text: string): string {
  return Number.isNaN(date.getTime()) ? plain(text, 100) : date.toISOString();
}

/** False for every kind of key but RSA; null where OpenSSL does not know the kind or gives no modulus. */
function rocaOf(certificate: X509Certificate): boolean | null {
  try {
    const key = certificate.publicKey;
    if (key.asymmetricKeyType !== "rsa" && key.asymmetricKeyType !== "rsa-pss") return false;
    // A JSON web key, which would be more direct, cannot be made of RSA-PSS keys (RFC 8017 A.1.1, RFC 5280 4.1).
    const [, bits] = partsOf(derAt(key.export({ type: "spki", format: "der" })));
    const [modulus] = partsOf(derAt(bitsOf(bits)));
    const { content } = expectTag(modulus, TAG.integer);
    return hasRocaFingerprint(BigInt(`0x0${content.toString("hex")}`));
  } catch {
    return null;
  }
}

const KEY_TYPES: Readonly<Record<string, Certificate["keyType"]>> = {
  "1.2.840.113549.1.1.1": "rsa",
  "1.2.840.113549.1.1.10": "rsa",
  "1.2.840.10045.2.1": "ec",
  "1.3.101.112": "ed25519",
  "1.3.101.113": "ed448",
  "1.2.840.10040.4.1": "dsa",
};
/** https://csrc.nist.gov/projects/computer-security-objects-register/algorithm-registration: the last arcs under it. */
const NIST_SIGNATURES = "2.16.840.1.101.3.4.3.";

function keyOf(
  certificate: X509Certificate,
  algorithm: string,
): Pick<Certificate, "keyType" | "keyBits"> {
  return { keyType: keyTypeOf(algorithm), keyBits: keyBitsOf(certificate) };
}

/** By its identifier, for which kinds Node can name depends on its age. */
function keyTypeOf(algorithm: string): Certificate["keyType"] {
  const arc = algorithm.startsWith(NIST_SIGNATURES)
    ? Number(algorithm.slice(NIST_SIGNATURES.length))
    : 0;
  if (arc >= 17 && arc <= 19) return "ml-dsa";
  if (arc >= 20 && arc <= 31) return "slh-dsa";
  return KEY_TYPES[algorithm] ?? "other";
}

function keyBitsOf(certificate: X509Certificate): number | null {
  let key: KeyObject;
  try {
    key = certificate.publicKey;
  } catch {
    // A key of a kind or curve that OpenSSL does not know.
    return null;
  }
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  // The names of all curves hold their size: prime256v1, secp384r1, brainpoolP512r1.
  const curveBits = /\d{3}/.exec(namedCurve ?? "")?.[0];
  return modulusLength ?? (curveBits === undefined ? null : Number(curveBits));
}
