/**
 * Reads DER (ITU-T X.690) as certificates and OCSP answers need it. Each value keeps the bytes that it was made of,
 * for hashes and signatures are over these. Nothing is descended into unasked, so that no nesting can do harm.
 */

/** One value with its bytes. */
export interface Der {
  /** The identifier octet: class, constructed or not, number. */
  readonly tag: number;
  readonly content: Buffer;
  /** Header and content. */
  readonly whole: Buffer;
}

/** The bytes break DER, or are not what stands at that place of the format. */
export class DerError extends Error {
  override readonly name = "DerError";
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

/**
 * The value at an offset; what follows it is left alone.
 * @throws DerError
 */
export function derAt(bytes: Buffer, offset = 0): Der {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) throw new DerError("ends too early");
  if ((tag & 0x1f) === 0x1f) throw new DerError("tag of more than one byte");
  const more = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || more > 4) throw new DerError("length that DER does not have");
  const start = offset + 2 + more;
  if (start > bytes.length) throw new DerError("ends too early");
  const length = more === 0 ? first : bytes.readUIntBE(offset + 2, more);
  const end = start + length;
  if (end > bytes.length) throw new DerError("ends too early");
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(offset, end) };
}

/**
 * The values that a constructed one (or the content of a string) is made of, one level deep.
 * @throws DerError
 */
export function partsOf(der: Der): Der[] {
  return [...eachPart(der)];
}

/**
 * The same one by one, for those of which there may be thousands.
 * @throws DerError
 */
export function* eachPart(der: Der): Generator<Der, void, void> {
  for (let at = 0; at < der.content.length;) {
    const part = derAt(der.content, at);
    yield part;
    at += part.whole.length;
  }
}

/**
 * The value, which must be there and have that tag.
 * @throws DerError
 */
export function expectTag(der: Der | undefined, tag: number): Der {
  if (der?.tag !== tag) throw new DerError(`no value of tag ${tag} where there must be one`);
  return der;
}

/**
 * An object identifier with dots.
 * @throws DerError
 */
export function oidOf(der: Der | undefined): string {
  const { content } = expectTag(der, TAG.oid);
  const arcs: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (value > Number.MAX_SAFE_INTEGER) throw new DerError("object identifier out of bounds");
    if (byte >= 0x80) continue;
    if (arcs.length > 0) arcs.push(value);
    else {
      const root = Math.min(2, Math.floor(value / 40));
      arcs.push(root, value - 40 * root);
    }
    value = 0;
  }
  if (arcs.length === 0 || arcs.length > 40) throw new DerError("no object identifier");
  return arcs.join(".");
}

/**
 * The bytes of a bit string of whole bytes.
 * @throws DerError
 */
export function bitsOf(der: Der | undefined): Buffer {
  const { content } = expectTag(der, TAG.bitString);
  if (content.length === 0) throw new DerError("empty bit string");
  return content.subarray(1);
}

/**
 * A GeneralizedTime in UTC (RFC 5280 4.1.2.5.2), as ISO 8601.
 * @throws DerError
 */
export function timeOf(der: Der | undefined): string {
  const text = expectTag(der, TAG.generalizedTime).content.toString("latin1");
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(text) ?? [];
  const moment = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(moment)) throw new DerError("a time that is none");
  return new Date(moment).toISOString();
}
