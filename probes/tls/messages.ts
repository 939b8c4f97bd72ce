/** The handshake messages that a scan reads. All take any bytes; what cannot be read is null, never an exception. */
import { cipherSuite } from "#facts/cipher-suites.ts";
import { NO_BYTES } from "./bytes.ts";
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
    random: body.subarray(2, 34),
    clientRandom: null,
    sessionId: body.subarray(35, afterSession),
    compression: body.readUInt8(afterSession + 2),
    extensions,
    exchange: null,
    flight: { certificates: [], ocsp: null, requestsCertificate: false },
    cut: null,
    retry: body.subarray(2, 34).equals(RETRY_RANDOM),
  };
}

/** What a ServerKeyExchange says (RFC 8422 5.4, RFC 5246 7.4.3). */
export interface KeyExchangeMessage {
  /** Named curve of ECDHE; null for DHE, and for curves that are spelled out. */
  readonly group: number | null;
  /** Prime of DHE without leading zeros; null for ECDHE. */
  readonly prime: Buffer | null;
  /** In TLS 1.2, where it is signed: what it is signed with. */
  readonly signatureAlgorithm: number | null;
  /** The parameters that are signed behind both randoms, and the signature; null where none came whole. */
  readonly signed: { readonly params: Buffer; readonly signature: Buffer } | null;
}

/** A ServerKeyExchange's body; null when the suite's is of a kind that says nothing of this, or cannot be read. */
export function serverKeyExchange(
  body: Buffer,
  suite: number,
  version: number,
): KeyExchangeMessage | null {
  const facts = cipherSuite(suite);
  if (facts?.authentication === "PSK") {
    // A hint for the key that is shared already comes first, and nothing is signed (RFC 4279 3, RFC 5489 2).
    const end = body.length < 2 ? body.length : 2 + body.readUInt16BE(0);
    return exchangeOf(body.subarray(end), facts.keyExchange, "nothing");
  }
  const anonymous = facts?.authentication === "anon";
  const behind = anonymous ? "nothing" : version === 0x0303 ? "algorithm" : "signature";
  return exchangeOf(body, facts?.keyExchange ?? null, behind);
}

function exchangeOf(
  body: Buffer,
  keyExchange: string | null,
  /** What comes behind the parameters: nothing, a signature, or its algorithm and it. */
  behind: "nothing" | "signature" | "algorithm",
): KeyExchangeMessage | null {
  if (keyExchange === "ECDHE" || keyExchange === "ECDH") {
    const point = body[3];
    if (point === undefined || body[0] !== NAMED_CURVE) return null;
    return {
      group: body.readUInt16BE(1),
      prime: null,
      ...signatureIn(body, 4 + point, behind),
    };
  }
  if (keyExchange !== "DHE" && keyExchange !== "DH") return null;
  // Prime, generator and public value, each behind its length, and then what they are signed with.
  const ends: number[] = [];
  for (let at = 0; ends.length < 3 && at + 2 <= body.length;) {
    at += 2 + body.readUInt16BE(at);
    ends.push(at);
  }
  const [end = Number.POSITIVE_INFINITY, , last] = ends;
  const prime = end > body.length ? Buffer.alloc(0) : body.subarray(2, end);
  const first = prime.findIndex((byte) => byte !== 0);
  if (first === -1) return null;
  return {
    group: null,
    prime: prime.subarray(first),
    ...signatureIn(body, last ?? body.length, behind),
  };
}

/** What stands behind the parameters of a ServerKeyExchange (RFC 5246 7.4.3, RFC 4346 7.4.3), which end there. */
function signatureIn(
  body: Buffer,
  end: number,
  behind: "nothing" | "signature" | "algorithm",
): Pick<KeyExchangeMessage, "signatureAlgorithm" | "signed"> {
  const names = behind === "algorithm";
  const at = names ? end + 2 : end;
  const size = body.length >= at + 2 ? body.readUInt16BE(at) : 0;
  const whole = behind !== "nothing" && size > 0 && body.length >= at + 2 + size;
  return {
    signatureAlgorithm: names && body.length >= at ? body.readUInt16BE(end) : null,
    signed: whole
      ? { params: body.subarray(0, end), signature: body.subarray(at + 2, at + 2 + size) }
      : null,
  };
}

/** More certificates than any chain has are counted, but not kept. */
export const MAX_CERTIFICATES = 20;

/**
 * The certificates of a Certificate message up to TLS 1.2 (RFC 5246 7.4.2), in as many places as were sent: no bytes stand
 * for one beyond the twentieth, for an empty one, and for the one with which a list that is not whole breaks off.
 */
export function certificateList(body: Buffer): readonly Buffer[] {
  if (body.length < 3) return [];
  const found: Buffer[] = [];
  let at = 3;
  while (at + 3 <= body.length) {
    const end = at + 3 + body.readUIntBE(at, 3);
    if (end > body.length) break;
    found.push(found.length < MAX_CERTIFICATES ? body.subarray(at + 3, end) : NO_BYTES);
    at = end;
  }
  const whole = at === body.length && body.readUIntBE(0, 3) === body.length - 3;
  return whole ? found : [...found, NO_BYTES];
}

/** The OCSP response of a CertificateStatus message (RFC 6066 8); null for other kinds and broken ones. */
export function certificateStatus(body: Buffer): Buffer | null {
  if (body.length < 4 || body[0] !== 1) return null;
  const end = 4 + body.readUIntBE(1, 3);
  return end <= body.length ? body.subarray(4, end) : null;
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
