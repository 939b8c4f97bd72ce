/** The two handshake messages that a scan reads. All take any bytes; what cannot be read is null, never an exception. */
import { EXTENSION } from "./client-hello.ts";
import type { HelloReply } from "./records.ts";

/** The random that makes a ServerHello a HelloRetryRequest: SHA-256 of those words (RFC 8446 4.1.3). */
const RETRY_RANDOM = Buffer.from(
  "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c",
  "hex",
);
const NAMED_CURVE = 3;

/** A ServerHello's body (RFC 5246 7.4.1.3, RFC 8446 4.1.3); null when it cannot be read. */
export function serverHello(body: Buffer): HelloReply | null {
  const sessionLength = body[34];
  if (sessionLength === undefined || sessionLength > 32) return null;
  const afterSession = 35 + sessionLength;
  if (body.length < afterSession + 3) return null;
  const suite = body.readUInt16BE(afterSession);
  const extensions = extensionsIn(body.subarray(afterSession + 3));
  if (extensions === null) return null;
  const versions = extensions.get(EXTENSION.supportedVersions);
  const share = extensions.get(EXTENSION.keyShare);
  if (versions !== undefined && versions.length !== 2) return null;
  return {
    kind: "hello",
    // Servers that do not know 1.3 answer its hello with their own version: only the extension decides.
    version: (versions ?? body).readUInt16BE(0),
    suite,
    group: share !== undefined && share.length >= 2 ? share.readUInt16BE(0) : null,
    dhBits: null,
    retry: body.subarray(2, 34).equals(RETRY_RANDOM),
  };
}

/** Group or prime of a ServerKeyExchange (RFC 8422 5.4, RFC 5246 7.4.3); both null where it names neither. */
export function serverKeyExchange(
  body: Buffer,
  keyExchange: "ECDHE" | "DHE" | null,
): Pick<HelloReply, "group" | "dhBits"> {
  if (keyExchange === "ECDHE" && body.length >= 3 && body[0] === NAMED_CURVE) {
    return { group: body.readUInt16BE(1), dhBits: null };
  }
  if (keyExchange === "DHE" && body.length >= 2) {
    const prime = body.subarray(2, 2 + body.readUInt16BE(0));
    const first = prime.findIndex((byte) => byte !== 0);
    const leading = prime[first];
    if (leading !== undefined) {
      return { group: null, dhBits: (prime.length - first - 1) * 8 + 32 - Math.clz32(leading) };
    }
  }
  return { group: null, dhBits: null };
}

/** Extensions by type; an absent block is an empty one. Null when a length does not fit. */
function extensionsIn(bytes: Buffer): Map<number, Buffer> | null {
  const found = new Map<number, Buffer>();
  if (bytes.length === 0) return found;
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== bytes.length - 2) return null;
  let at = 2;
  while (at < bytes.length) {
    if (at + 4 > bytes.length) return null;
    const end = at + 4 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) return null;
    found.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, end));
    at = end;
  }
  return found;
}
