import {
  bitsOf,
  type Der,
  DerError,
  derAt,
  eachPart,
  expectTag,
  oidOf,
  partsOf,
  TAG,
} from "./der.ts";
import { signatureName } from "./signature-names.ts";

/** What a certificate says that Node does not tell. */
export interface CertificateParts {
  /** OpenSSL's name; null where it is in no list. */
  readonly signatureAlgorithm: string | null;
  /** Of the subject's key, dotted. */
  readonly keyAlgorithm: string;
  /** The bits of the subject's key, whose hash names an issuer in OCSP. */
  readonly keyBytes: Buffer;
  /** The subject's name as it is written. */
  readonly subjectName: Buffer;
  /** RFC 5280 4.2.1.3; null: no such extension. */
  readonly keyUsage: readonly string[] | null;
  /** RFC 5280 4.2.1.12, dotted, at most 100 of them; null: no such extension. */
  readonly extendedKeyUsage: readonly string[] | null;
  readonly altNames: AltNames;
  /** RFC 7633: the TLS feature status_request. */
  readonly mustStaple: boolean;
  /** RFC 6962 3.3: signed certificate timestamps in the certificate. */
  readonly timestamps: number;
  /** Names a place to fetch its issuer from (RFC 5280 4.2.2.1). */
  readonly issuerFetchable: boolean;
  /** The extensions that are there and cannot be read, in words; they count as absent above. */
  readonly problems: readonly string[];
}

/** Read anew at each walk, for to keep thousands of names takes far more room than they do. */
export interface AltNames extends Iterable<AltName> {
  readonly length: number;
}

export interface AltName {
  /** Tag number of the GeneralName (RFC 5280 4.2.1.6): 2 is a DNS name, 7 an address. */
  readonly type: number;
  readonly value: Buffer;
}

const KEY_USAGES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
];
/** Certificates in use have two. */
const MAX_USAGES = 100;
/** RFC 6066 8; 17 is the retired status_request_v2 (RFC 6961). */
const STATUS_REQUEST = 5;
const CA_ISSUERS = "1.3.6.1.5.5.7.48.2";

/** The context tag of a constructed field. */
const FIELD = { version: 0xa0, extensions: 0xa3 };

/**
 * Reads the ASN.1 of a certificate (RFC 5280 4.1); pure.
 * @throws DerError where the certificate breaks the format; an extension that does is a problem of its own
 */
export function certificateParts(der: Buffer): CertificateParts {
  const [tbs, algorithm] = partsOf(expectTag(derAt(der), TAG.sequence));
  const fields = partsOf(expectTag(tbs, TAG.sequence));
  // Version 1 certificates leave the version out.
  const start = fields[0]?.tag === FIELD.version ? 1 : 0;
  const [, , , , subject, key] = fields.slice(start);
  const [keyAlgorithm, keyBits] = partsOf(expectTag(key, TAG.sequence));
  const extensions = extensionsOf(fields.find(({ tag }) => tag === FIELD.extensions));
  const problems: string[] = [];
  const read = <T>(name: string, oid: string, take: (value: Der) => T): T | null => {
    try {
      const extension = extensions.get(oid);
      return extension === undefined ? null : take(extensionValue(extension));
    } catch (error) {
      if (!(error instanceof DerError)) throw error;
      problems.push(`its ${name} cannot be read (${error.message})`);
      return null;
    }
  };
  return {
    signatureAlgorithm: signatureName(expectTag(algorithm, TAG.sequence)),
    keyAlgorithm: oidOf(partsOf(expectTag(keyAlgorithm, TAG.sequence))[0]),
    keyBytes: bitsOf(keyBits),
    subjectName: expectTag(subject, TAG.sequence).whole,
    keyUsage: read("key usage", "2.5.29.15", keyUsagesOf),
    extendedKeyUsage: read("extended key usage", "2.5.29.37", (value) => {
      const usages = oidsOf(value);
      if (usages.length > MAX_USAGES) {
        const count = `${usages.length} extended key usages`;
        problems.push(`it has ${count}, of which ${MAX_USAGES} are listed`);
      }
      return usages.slice(0, MAX_USAGES);
    }),
    altNames: read("alternative names", "2.5.29.17", altNamesOf) ?? [],
    mustStaple: read("TLS features", "1.3.6.1.5.5.7.1.24", requiresStaple) ?? false,
    timestamps: read("timestamps", "1.3.6.1.4.1.11129.2.4.2", timestampsIn) ?? 0,
    issuerFetchable: read("issuer's address", "1.3.6.1.5.5.7.1.1", namesIssuer) ?? false,
    problems,
  };
}

/**
 * The extensions by their identifiers, each as its octet string.
 * @throws DerError, also where one comes twice (RFC 5280 4.2)
 */
export function extensionsOf(field: Der | undefined): ReadonlyMap<string, Der> {
  const extensions = new Map<string, Der>();
  if (field === undefined) return extensions;
  for (const extension of partsOf(expectTag(partsOf(field)[0], TAG.sequence))) {
    const parts = partsOf(expectTag(extension, TAG.sequence));
    const oid = oidOf(parts[0]);
    if (extensions.has(oid)) throw new DerError(`extension ${oid} comes twice`);
    extensions.set(oid, expectTag(parts.at(-1), TAG.octetString));
  }
  return extensions;
}

/**
 * How many timestamps a SignedCertificateTimestampList holds (RFC 6962 3.3): TLS's two-byte lengths, as they come
 * in an octet string of a certificate or an OCSP answer, or bare in the TLS extension.
 * @throws DerError
 */
export function countTimestamps(list: Buffer): number {
  if (list.length < 2 || list.readUInt16BE(0) !== list.length - 2) {
    throw new DerError("a list of timestamps of the wrong length");
  }
  let count = 0;
  for (let at = 2; at < list.length; count += 1) {
    if (at + 2 > list.length) throw new DerError("a timestamp that ends too early");
    at += 2 + list.readUInt16BE(at);
    if (at > list.length) throw new DerError("a timestamp that ends too early");
  }
  return count;
}

/**
 * What stands in the octet string of an extension.
 * @throws DerError
 */
export function extensionValue(extension: Der): Der {
  return derAt(extension.content);
}

/**
 * The number of timestamps in the value of an extension, which is an octet string within the octet string.
 * @throws DerError
 */
export function timestampsIn(value: Der): number {
  return countTimestamps(expectTag(value, TAG.octetString).content);
}

function keyUsagesOf(value: Der): string[] {
  const bits = bitsOf(value);
  return KEY_USAGES.filter((_, bit) => (((bits[bit >> 3] ?? 0) << (bit & 7)) & 0x80) !== 0);
}

function oidsOf(value: Der): string[] {
  return partsOf(expectTag(value, TAG.sequence)).map(oidOf);
}

function altNamesOf(value: Der): AltNames {
  const names = expectTag(value, TAG.sequence);
  let length = 0;
  // To the end once, so that no walk can meet what cannot be read.
  for (const _ of eachPart(names)) length += 1;
  return {
    length,
    *[Symbol.iterator]() {
      for (const { tag, content } of eachPart(names)) yield { type: tag & 0x1f, value: content };
    },
  };
}

function requiresStaple(value: Der): boolean {
  return partsOf(expectTag(value, TAG.sequence)).some(
    (feature) =>
      expectTag(feature, TAG.integer).content.length === 1 && feature.content[0] === STATUS_REQUEST,
  );
}

function namesIssuer(value: Der): boolean {
  return partsOf(expectTag(value, TAG.sequence)).some(
    (access) => oidOf(partsOf(expectTag(access, TAG.sequence))[0]) === CA_ISSUERS,
  );
}
