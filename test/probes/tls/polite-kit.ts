/** What tests of politeness share: servers with much and with little to ask, and scans of them. */
import { expect } from "vitest";
import { TlsScanError } from "#probes/tls/errors.ts";
import {
  freshAddress,
  helloPeer,
  type ModelServer,
  type Move,
  type Peer,
  type SeenHello,
} from "../../support/tls-peer.ts";
import { PATIENCE } from "./hostile-kit.ts";
import {
  groupNames,
  primeBits,
  scan,
  type ScanOptions,
  status,
  suiteNames,
  type TlsScan,
} from "./scan.ts";

const TLS10 = 0x0301;
const TLS11 = 0x0302;
const TLS12 = 0x0303;
const TLS13 = 0x0304;
const OLD_SUITES = [0x0035, 0x002f, 0x0039, 0x0033, 0xc014, 0xc013, 0x000a];

/** A server with much to ask: four versions, forty suites in the client's order, eight groups. */
export const BUSY: ModelServer = {
  suites: new Map([
    [TLS10, OLD_SUITES],
    [TLS11, OLD_SUITES],
    [TLS12, [...OLD_SUITES, 0xc030, 0xc02f, 0x009f, 0x009e, 0xcca8, 0xccaa, 0x009d, 0x009c]],
    [TLS13, [0x1302, 0x1303, 0x1301]],
  ]),
  groups: [0x11ec, 0x1d, 0x17, 0x1e, 0x18, 0x19, 0x0100],
  clientOrder: true,
  dhBits: 2048,
};
export const SMALL: ModelServer = {
  suites: new Map([
    [TLS12, [0xc030, 0xc02f, 0x009e]],
    [TLS13, [0x1302, 0x1301]],
  ]),
  groups: [0x1d, 0x17],
};

export const peers: Peer[] = [];
/** Closes what was opened for a test; nothing may be open behind a finished scan. */
export async function closePeers(): Promise<void> {
  for (const peer of peers.splice(0)) {
    await expect.poll(peer.open, PATIENCE).toBe(0);
    await peer.close();
  }
}
export async function serve(
  answer: (hello: SeenHello, index: number) => Move,
  refuse?: Parameters<typeof helloPeer>[1],
  host = freshAddress(),
): Promise<Peer> {
  const peer = await helloPeer(answer, refuse, host);
  peers.push(peer);
  return peer;
}
export const scanOf = (peer: Peer, options: ScanOptions = {}) =>
  scan(peer.port, { host: peer.host, ...options });

/** A failure that says something of the server; others are thrown. */
export const caught = (running: Promise<TlsScan>): Promise<TlsScan | TlsScanError> =>
  running.catch((error: unknown) => {
    if (error instanceof TlsScanError) return error;
    throw error;
  });

/** What matters of a scan's result, for comparing two. */
export function told(result: TlsScan) {
  return (["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const).map((version) => ({
    version,
    status: status(result, version),
    suites: suiteNames(result, version).sort(),
    groups: groupNames(result, version).sort(),
    primes: primeBits(result, version),
  }));
}
