/** Scripted servers that differ in one thing from what a server should be. */
import {
  alert,
  helloRetry,
  record,
  serverHelloOf,
  type ServerHelloParts,
} from "../../support/tls-messages.ts";
import {
  freshAddress,
  helloPeer,
  type Move,
  type Peer,
  type SeenHello,
} from "../../support/tls-peer.ts";
import { type BehaviourOptions, behaviourOf, type SeenBehaviour } from "./behaviour-kit.ts";

export const TLS10 = 0x0301;
export const TLS11 = 0x0302;
export const TLS12 = 0x0303;
export const TLS13 = 0x0304;
export const FALLBACK_SCSV = 0x5600;
export const AES_CBC = 0x002f;
export const AES_GCM = 0xc02f;

/** A server's settings; the parts of its hellos up to TLS 1.2 may depend on what it was asked. */
export interface Script {
  readonly versions: readonly number[];
  /** Up to TLS 1.2, in its order. */
  readonly suites?: readonly number[];
  /** Of a hello, beside version and suite. */
  readonly parts?: (hello: SeenHello) => Partial<ServerHelloParts>;
  /** What it does instead; null for what it would do anyway. */
  readonly instead?: (hello: SeenHello, index: number) => Move | null;
}

/** What a server should say up to TLS 1.2 to who offers the extensions: of RFC 5746 and RFC 7627. */
export const GOOD: NonNullable<Script["parts"]> = () => ({
  extensions: [
    [0xff01, Buffer.from([0])],
    [23, Buffer.alloc(0)],
  ],
});

const peers: Peer[] = [];

/** Closes the servers; nothing may be open on them any more. */
export async function closeScripted(): Promise<readonly number[]> {
  return Promise.all(
    peers.splice(0).map(async (peer) => {
      const open = peer.open();
      await peer.close();
      return open;
    }),
  );
}

export async function scripted(
  script: Script,
  options: BehaviourOptions = {},
): Promise<SeenBehaviour & { readonly hellos: readonly SeenHello[] }> {
  const peer = await helloPeer(
    (hello, index) => script.instead?.(hello, index) ?? answer(script, hello),
    () => null,
    freshAddress(),
  );
  peers.push(peer);
  const seen = await behaviourOf(peer.port, {
    host: peer.host,
    timeoutMs: 1000,
    listed: false,
    ...options,
  });
  return { ...seen, hellos: peer.hellos };
}

/** OpenSSL makes its own hellos, with extensions and without padding; what it could do with an answer takes cryptography. */
export function isOfOpenSsl({ order }: SeenHello): boolean {
  return order.length > 0 && !order.includes(21);
}

function answer({ versions, suites = [AES_CBC], parts = GOOD }: Script, hello: SeenHello): Buffer {
  if (hello.ssl2) return alert(70);
  if (isOfOpenSsl(hello)) return alert(40);
  const offered = hello.versions ?? versions.filter((one) => one <= hello.legacy && one < TLS13);
  const version = Math.max(0, ...offered.filter((one) => versions.includes(one)));
  if (version === 0) return alert(70);
  if (version === TLS13) return record(22, helloRetry(0x1301, 0x1d));
  const suite = suites.find((one) => hello.suites.includes(one));
  if (suite === undefined) return alert(40);
  return record(22, serverHelloOf({ legacy: version, suite, ...parts(hello) }));
}
