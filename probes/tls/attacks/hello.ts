import { buildClientHello, type HelloOffer } from "../client-hello.ts";
import { prefixed } from "./client-share.ts";

/** What makes a hello one of a session that exists already. */
export interface HelloChanges {
  /** At most 32 bytes; empty when left out. */
  readonly sessionId?: Buffer;
  /**
   * In the midst of a connection: the hello names what the client's last Finished held (RFC 5746 3.5), or nothing where the
   * server has not shown that it knows of it. Either way the signalling value, which is for first hellos, is left out.
   */
  readonly renegotiation?: { readonly verified: Buffer | null };
}

const RENEGOTIATION_INFO = 0xff01;
/** Where a hello's session id stands behind version and random; up to TLS 1.2 it is empty as built. */
const SESSION_AT = 34;
const HEADERS = 5 + 4;

/** The body of a ClientHello up to TLS 1.2. */
export function helloBody(offer: HelloOffer, changes: HelloChanges = {}): Buffer {
  const { sessionId = Buffer.alloc(0), renegotiation } = changes;
  const verified = renegotiation?.verified ?? null;
  const info = verified === null ? [] : [[RENEGOTIATION_INFO, prefixed(1, verified)] as const];
  const extra = [...(offer.extra ?? []), ...info];
  const built = buildClientHello({ ...offer, extra }).subarray(HEADERS);
  const suitesAt = SESSION_AT + 1;
  const end = suitesAt + 2 + built.readUInt16BE(suitesAt);
  // The signalling value is the last of the suites.
  const suites = built.subarray(suitesAt + 2, renegotiation === undefined ? end : end - 2);
  return Buffer.concat([
    built.subarray(0, SESSION_AT),
    prefixed(1, sessionId),
    prefixed(2, suites),
    built.subarray(end),
  ]);
}
