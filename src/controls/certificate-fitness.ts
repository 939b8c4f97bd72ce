/** What one certificate of a chain must be, whoever trusts it: its key, its signature and what it may be used for. */
import type { Certificate } from "#model/tls-facets.ts";
import { plain } from "#model/text.ts";
import type { CertificateRemedy } from "./certificate-remedies.ts";

/** Findings about one certificate, in words that follow its name. */
export interface Fitness {
  readonly failures: readonly string[];
  readonly open: readonly string[];
  /** What mends the failures. */
  readonly remedies?: readonly CertificateRemedy[];
}

/** The least sizes of keys, in bits. */
export interface KeySizes {
  readonly minimumRsaBits: number;
  readonly minimumEcBits: number;
}

/** CA/Browser Forum Baseline Requirements 6.1.5: what any authority's key must have, whatever is asked of the server's own. */
const AUTHORITY_RSA_BITS = 2048;
const AUTHORITY_EC_BITS = 256;

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const ANY_USAGE = "2.5.29.37.0";

/** The kind of key: `RSA`. */
export function keyName({ keyType }: Certificate): string {
  return KEY_NAMES[keyType];
}

/** The kind of key with its size, where it has one: `RSA key of 2048 bits`. */
export function keyWords(certificate: Certificate): string {
  const { keyBits } = certificate;
  return `${keyName(certificate)} key${keyBits === null ? "" : ` of ${keyBits} bits`}`;
}

const KEY_NAMES: Readonly<Record<Certificate["keyType"], string>> = {
  rsa: "RSA",
  ec: "EC",
  ed25519: "Ed25519",
  ed448: "Ed448",
  dsa: "DSA",
  "ml-dsa": "ML-DSA",
  "slh-dsa": "SLH-DSA",
  other: "unknown",
};

/** Of the server's own certificate: key, signature, and that it may be a TLS server's. */
export function serverFitness(leaf: Certificate, sizes: KeySizes): Fitness {
  return joined(keyFitness(leaf, sizes), signatureFitness(leaf), usageFitness(leaf));
}

/** Of a certificate above it. Nobody relies on the signature of one that signed itself: it is trusted as it is or not at all. */
export function authorityFitness(certificate: Certificate, sizes: KeySizes): Fitness {
  if (certificate.selfSigned) return { failures: [], open: [] };
  const least = {
    minimumRsaBits: Math.min(sizes.minimumRsaBits, AUTHORITY_RSA_BITS),
    minimumEcBits: Math.min(sizes.minimumEcBits, AUTHORITY_EC_BITS),
  };
  const { failures, open } = joined(keyFitness(certificate, least), signatureFitness(certificate));
  const named = (words: string) => `its authority ${plain(certificate.subject, 80)} ${words}`;
  const remedies: readonly CertificateRemedy[] = failures.length > 0 ? ["authority"] : [];
  return { failures: failures.map(named), open: open.map(named), remedies };
}

function joined(...parts: readonly Fitness[]): Fitness {
  return {
    failures: parts.flatMap(({ failures }) => failures),
    open: parts.flatMap(({ open }) => open),
    remedies: parts.flatMap(({ remedies }) => remedies ?? []),
  };
}

function fails(words: string, remedy: CertificateRemedy): Fitness {
  return { failures: [words], open: [], remedies: [remedy] };
}
function leavesOpen(words: string): Fitness {
  return { failures: [], open: [words] };
}
const fits: Fitness = { failures: [], open: [] };

function keyFitness(certificate: Certificate, sizes: KeySizes): Fitness {
  const { keyType, keyBits } = certificate;
  if (keyType === "dsa") return fails("has a DSA key, which no current client accepts", "weak-key");
  if (keyType === "other") return leavesOpen("has a kind of key that Probity does not know");
  // The others are of one size or of sizes that all suffice (RFC 8410, FIPS 204, FIPS 205).
  if (keyType !== "rsa" && keyType !== "ec") return fits;
  const name = keyName(certificate);
  const minimum = keyType === "rsa" ? sizes.minimumRsaBits : sizes.minimumEcBits;
  if (keyBits === null) return leavesOpen(`has an ${name} key of a size that is not known`);
  return keyBits < minimum ? fails(`has an ${keyWords(certificate)} only`, "weak-key") : fits;
}

/** MD2, MD4, MD5 and SHA-1: certificates by them can be forged (RFC 6151, RFC 9155; Baseline Requirements 7.1.3.2). */
function signatureFitness({ signatureAlgorithm }: Certificate): Fitness {
  if (signatureAlgorithm === null)
    return leavesOpen("has a signature of a kind that Probity does not know");
  return /md[245]|sha-?1(?!\d)/i.test(signatureAlgorithm)
    ? fails(`is signed by ${plain(signatureAlgorithm)}, which can be forged`, "weak-signature")
    : fits;
}

/** RFC 8446 4.4.2.2 and RFC 5280 4.2.1.12: where the extensions are there, they must allow a TLS server its signatures. */
function usageFitness({ keyUsage, extendedKeyUsage }: Certificate): Fitness {
  const failures: string[] = [];
  if (keyUsage !== null && !keyUsage.includes("digitalSignature")) {
    failures.push("does not allow its key digital signatures (key usage)");
  }
  if (
    extendedKeyUsage !== null &&
    !extendedKeyUsage.includes(SERVER_AUTH) &&
    !extendedKeyUsage.includes(ANY_USAGE)
  ) {
    failures.push("is not for TLS servers (extended key usage)");
  }
  return { failures, open: [], remedies: failures.length > 0 ? ["usage"] : [] };
}
