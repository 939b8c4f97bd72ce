/** Reads the sessions that Node hands out: OpenSSL's SSL_SESSION in DER (its ssl/ssl_asn1.c). */
import { derAt, DerError, expectTag, partsOf, TAG } from "./der.ts";

/** Newer Nodes put this before the DER, and the name that was asked for behind its length in two bytes. */
const PREFIX = Buffer.from("\0nodejs:tls:session:1\0");
/** The explicit tag 15 of `max_early_data`, which is left out where it is 0. */
const MAX_EARLY_DATA = 0xaf;

/**
 * How many bytes the session's ticket allows in the first flight (RFC 8446 4.6.1, `max_early_data_size`).
 * @returns 0 for none; null where the session is of a form that is not known here
 */
export function maxEarlyData(session: Buffer): number | null {
  try {
    const parts = partsOf(expectTag(derAt(session, derStart(session)), TAG.sequence));
    expectTag(parts[0], TAG.integer);
    const found = parts.find(({ tag }) => tag === MAX_EARLY_DATA);
    if (found === undefined) return 0;
    const { content } = expectTag(derAt(found.content), TAG.integer);
    // 32 bits, and a zero in front where the first is set.
    if (content.length === 0 || content.length > 5) return null;
    return content.readUIntBE(0, content.length);
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}

function derStart(session: Buffer): number {
  const end = PREFIX.length;
  const prefixed = session.length >= end + 2 && session.subarray(0, end).equals(PREFIX);
  return prefixed ? end + 2 + session.readUInt16BE(end) : 0;
}
