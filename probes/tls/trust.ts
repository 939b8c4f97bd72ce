import { hash } from "node:crypto";
import { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import type { Certificate } from "#model/tls-facets.ts";
import { slowKeyOf, x509Of } from "./certificate-facts.ts";
import { withoutLegacyCertificate } from "./legacy-certificate.ts";
import type { Trust } from "./presented.ts";
import { relaxedTls } from "./relaxed.ts";
import { trustOf } from "./verify-words.ts";

/** Suites of TLS 1.2 that a certificate for such a key can sign for; for the other kinds there is none. */
const SUITES: Partial<Record<Certificate["keyType"], number>> = {
  rsa: 0xc02f,
  ec: 0xc02b,
  ed25519: 0xc02b,
  ed448: 0xc02b,
};

const HANDSHAKE_RECORD = 22;
const SERVER_HELLO = 2;
const CERTIFICATE = 11;
const MAX_RECORD = 16_000;
const MAX_CHAIN = 20;
/** Turns of the event loop that OpenSSL is given; it needs one or two. */
const MAX_TURNS = 50;

/**
 * OpenSSL's verdict on a chain, in this process and without the server: a TLS client is told the chain by a server that
 * says no more than ServerHello and Certificate (TLS 1.2, where both are in the clear), and OpenSSL then has verified it.
 * This is the one chain verification that Node has; it needs no handshake that comes to its end, so that it also judges
 * what servers present that demand a client certificate, or that speak nothing that OpenSSL still does.
 * It does not show that the server has the key: what it signs does (possession.ts).
 * @param chain DER as sent, leaf first
 * @param keyType that of the leaf
 * @param ca PEM certificates to trust beside Node's roots
 * @returns `trusted: null` for what this way cannot ask (post-quantum keys; more than OpenSSL takes from a server, 100 KiB),
 * and for what it had better not (slow keys); it never throws
 */
export function chainTrust(
  chain: readonly Buffer[],
  keyType: Certificate["keyType"],
  ca: string | null,
): Promise<Trust> {
  if (chain.length > MAX_CHAIN) {
    const words = `${MAX_CHAIN} of its ${chain.length} certificates were checked, which did not do`;
    return chainTrust(chain.slice(0, MAX_CHAIN), keyType, ca).then((trust) =>
      trust.trusted === false ? { trusted: null, trustError: words } : trust,
    );
  }
  const unfit = unfitness(chain);
  if (unfit !== null) {
    return Promise.resolve({ trusted: null, trustError: `it was not checked: ${unfit}` });
  }
  const now = performance.now();
  const parts = [keyType, ca ?? "", ...chain].map((part) => hash("sha256", part));
  const key = hash("sha256", parts.join(" "));
  const recent = verdicts.get(key);
  if (recent !== undefined && now - recent.at < VERDICT_MS) return recent.trust;
  const trust = askOpenSsl(chain, keyType, ca);
  if (verdicts.size >= MAX_VERDICTS) verdicts.clear();
  verdicts.set(key, { trust, at: now });
  return trust;
}

/**
 * Why a chain is not given to OpenSSL, which checks every signature of as many certificates as fit in 100 KiB, however
 * slow; null for one that may be.
 */
export function unfitness(chain: readonly Buffer[]): string | null {
  for (const der of chain.slice(0, MAX_CHAIN)) {
    try {
      const slow = slowKeyOf(x509Of(der));
      if (slow !== null) return `${slow} is too slow`;
    } catch {
      return "a certificate of its chain cannot be read";
    }
  }
  return null;
}

/** By the hash of CA file and chain: of the endpoints of a scan many show the same, and a verdict does not change in a minute. */
const verdicts = new Map<string, Verdict>();
interface Verdict {
  readonly trust: Promise<Trust>;
  readonly at: number;
}
const VERDICT_MS = 60_000;
const MAX_VERDICTS = 500;

async function askOpenSsl(
  chain: readonly Buffer[],
  keyType: Certificate["keyType"],
  ca: string | null,
): Promise<Trust> {
  const suite = SUITES[keyType];
  if (suite === undefined) {
    return { trusted: null, trustError: "OpenSSL cannot be asked about such a key apart" };
  }
  const server = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const client = withoutLegacyCertificate(connect({ socket: server, ...relaxedTls(null, { ca }) }));
  let failure: Error | null = null;
  client.on("error", (error) => {
    failure = error;
  });
  try {
    for (const record of recordsOf(chain, suite)) server.push(record);
    for (let turn = 0; turn < MAX_TURNS; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (failure !== null) return unasked(failure);
      const verdict = verdictOf(client);
      if (verdict !== undefined) return trustOf(verdict);
    }
    return unasked("it gave no verdict");
  } catch (error) {
    return unasked(error);
  } finally {
    client.destroy();
    server.destroy();
  }
}

/**
 * Null where the chain is trusted, an Error where it is not, undefined while it has not been seen. Node asks its handle the
 * same when a handshake ends, and offers no public way to ask it before.
 */
function verdictOf(client: TLSSocket): unknown {
  if (client.getPeerX509Certificate() === undefined) return undefined;
  const handle: unknown = Reflect.get(client, "_handle");
  if (typeof handle !== "object" || handle === null) return undefined;
  const ask: unknown = Reflect.get(handle, "verifyError");
  return typeof ask === "function" ? (Reflect.apply(ask, handle, []) ?? null) : undefined;
}

function unasked(error: unknown): Trust {
  const reason = error instanceof Error && "reason" in error ? String(error.reason) : String(error);
  return { trusted: null, trustError: `OpenSSL could not be asked: ${reason.slice(0, 200)}` };
}

function recordsOf(chain: readonly Buffer[], suite: number): Buffer[] {
  const extensions = Buffer.from([0xff, 0x01, 0, 1, 0]); // renegotiation_info, empty (RFC 5746)
  const hello = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32),
    Buffer.from([0, suite >> 8, suite & 0xff, 0]),
    sized(2, extensions),
  ]);
  const list = Buffer.concat(chain.map((der) => sized(3, der)));
  const said = Buffer.concat([
    Buffer.from([SERVER_HELLO]),
    sized(3, hello),
    Buffer.from([CERTIFICATE]),
    sized(3, sized(3, list)),
  ]);
  const records: Buffer[] = [];
  for (let at = 0; at < said.length; at += MAX_RECORD) {
    const part = sized(2, said.subarray(at, at + MAX_RECORD));
    records.push(Buffer.concat([Buffer.from([HANDSHAKE_RECORD, 3, 3]), part]));
  }
  return records;
}

/** The bytes behind their length in so many bytes. */
function sized(lengthBytes: number, body: Buffer): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(body.length, 0, lengthBytes);
  return Buffer.concat([length, body]);
}
