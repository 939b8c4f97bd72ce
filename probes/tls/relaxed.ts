import { constants } from "node:crypto";
import { isIP } from "node:net";
import {
  type ConnectionOptions,
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
} from "node:tls";
import { trustAnchors } from "./anchors.ts";

/** What of a handshake may be chosen; the rest is as broad as OpenSSL can. */
export interface HandshakeSettings {
  /** PEM certificates to trust beside Node's roots, null: none beside them. Nobody is trusted when left out. */
  readonly ca?: string | null | undefined;
  /** OpenSSL's names of the signature algorithms to offer; undefined: all. It picks the certificate that is shown. */
  readonly sigalgs?: string | undefined;
  /** Of the versions: TLS 1.3 alone, or those before it; all when left out. */
  readonly versions?: "TLSv1.3" | "older" | undefined;
  /** False offers no ticket up to TLS 1.2 (RFC 5077 3.1). */
  readonly tickets?: boolean | undefined;
  /** False offers no DHE up to TLS 1.2: with a prime of 10,000 bits, the longest that OpenSSL takes, it costs a second. */
  readonly dhe?: boolean | undefined;
  /** Sends a post-quantum share beside the classic one, as browsers do. */
  readonly large?: boolean | undefined;
}

/**
 * Settings for reading from a TLS server of any age and with any certificate: what it accepts and what it presents
 * is judged by facets of its own, and must not keep the rest from being read.
 * @param serverName null sends no name
 */
export function relaxedTls(
  serverName: string | null,
  settings: HandshakeSettings = {},
): ConnectionOptions {
  return {
    ...(serverName === null || isIP(serverName) !== 0 ? {} : { servername: serverName }),
    rejectUnauthorized: false,
    // The name is compared apart, so that it does not pass for a fault of the chain.
    checkServerIdentity: () => undefined,
    secureContext: sharedContext(settings),
  };
}

/**
 * Every group of OpenSSL 3.5; `?` passes over what it was built without. Only X25519 is sent with a share, for a hello
 * of more than one packet upsets some servers: those that want another group ask for it.
 */
const GROUPS = [
  "*X25519:?X25519MLKEM768:?P-256:?X448:?P-384:?P-521",
  "?SecP256r1MLKEM768:?SecP384r1MLKEM1024:?MLKEM768:?MLKEM1024:?MLKEM512",
  "?ffdhe2048:?ffdhe3072:?ffdhe4096:?ffdhe6144:?ffdhe8192",
  "?brainpoolP256r1:?brainpoolP384r1:?brainpoolP512r1:?brainpoolP256r1tls13:?brainpoolP384r1tls13:?brainpoolP512r1tls13",
  "?secp256k1:?P-224:?P-192",
].join(":");

/** One context for each settings: to read the roots and a CA file into one takes milliseconds. */
const contexts = new Map<string, SecureContext>();
const MAX_CONTEXTS = 50;

function sharedContext(settings: HandshakeSettings): SecureContext {
  const { ca, sigalgs, versions, tickets = true, dhe = true, large = false } = settings;
  const key = JSON.stringify([ca ?? ca === null, sigalgs, versions, tickets, dhe, large]);
  const cached = contexts.get(key);
  if (cached !== undefined) return cached;
  const options: SecureContextOptions = {
    minVersion: versions === "TLSv1.3" ? "TLSv1.3" : "TLSv1",
    ...(versions === "older" ? { maxVersion: "TLSv1.2" } : {}),
    // Those without certificate or encryption show no certificate, but may be all that there is to make a session with.
    ciphers: `${versions === "older" ? "ALL:COMPLEMENTOFALL" : "DEFAULT"}${dhe ? "" : ":!kDHE"}:@SECLEVEL=0`,
    secureOptions:
      constants.SSL_OP_LEGACY_SERVER_CONNECT | (tickets ? 0 : constants.SSL_OP_NO_TICKET),
    // Without a list Node's own store of roots is shared by all contexts; to fill it takes long, and many need no verdict.
    ...(ca === null ? {} : { ca: ca === undefined ? [] : [...trustAnchors(ca).pems] }),
    ...(sigalgs === undefined ? {} : { sigalgs }),
  };
  const context = contextOf(options, large ? GROUPS.replace("?X25519", "?*X25519") : GROUPS);
  if (contexts.size >= MAX_CONTEXTS) contexts.clear();
  contexts.set(key, context);
  return context;
}

function contextOf(options: SecureContextOptions, ecdhCurve: string): SecureContext {
  try {
    return createSecureContext({ ...options, ecdhCurve });
  } catch {
    // OpenSSL before 3.5, which Node 24 has on some platforms, neither knows these groups nor how to pass over one.
    return createSecureContext(options);
  }
}
