import { hash, type KeyObject, X509Certificate } from "node:crypto";
import type { Certificate } from "#model/tls-facets.ts";
import { plain } from "#model/text.ts";
import { shownNames } from "./alternative-names.ts";
import { type CertificateParts, certificateParts } from "./certificate-extensions.ts";
import { DerError } from "./der.ts";
import { nameOf } from "./names.ts";

/** A certificate that was read, and what of it could not be. */
export interface ReadCertificate {
  readonly facts: Certificate;
  readonly x509: X509Certificate;
  /** null where the ASN.1 could not be read, though OpenSSL bears it. */
  readonly parts: CertificateParts | null;
  /** In words; what they name counts as absent in the facts. */
  readonly problems: readonly string[];
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
  const read = readAnew(der);
  if (recent.size >= MAX_RECENT) recent.clear();
  recent.set(key, read);
  return read;
}

/** By SHA-256: the endpoints of a scan share their intermediate certificates, and often more. */
const recent = new Map<string, ReadCertificate>();
const MAX_RECENT = 500;

function readAnew(der: Buffer): ReadCertificate {
  const x509 = new X509Certificate(der);
  const { parts, problems } = partsIn(der);
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
    serial: plain(x509.serialNumber, 100),
    fingerprint: x509.fingerprint256.replaceAll(":", "").toLowerCase(),
  };
  return { facts, x509, parts, problems };
}

/** Whether the second certificate is the issuer of the first, by name and by signature. */
export function issued(certificate: X509Certificate, issuer: X509Certificate): boolean {
  if (certificate.issuer !== issuer.subject) return false;
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // A key of a kind that OpenSSL does not know signs nothing that can be checked.
    return false;
  }
}

function partsIn(der: Buffer): Pick<ReadCertificate, "parts" | "problems"> {
  try {
    const parts = certificateParts(der);
    return { parts, problems: parts.problems };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return { parts: null, problems: [`its structure cannot be read (${error.message})`] };
  }
}

/** Where OpenSSL can make no date of it, the text as it stands. */
function momentOf(date: Date, text: string): string {
  return Number.isNaN(date.getTime()) ? plain(text, 100) : date.toISOString();
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
