/** What tests of odd servers share: a server with much to find, and what must be found of it whatever its oddity. */
import { expect } from "vitest";
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
  accepted,
  exchangeUnfinished,
  groupNames,
  names,
  primeBits,
  scan,
  type ScanOptions,
  suiteNames,
  suitesUnfinished,
  type TlsScan,
} from "./scan.ts";

const TLS10 = 0x0301;
const TLS12 = 0x0303;
const TLS13 = 0x0304;

/** What the odd ones are beside their oddity. */
export const BOTH: ModelServer = {
  suites: new Map([
    [TLS10, [0xc014, 0x0035, 0x002f]],
    [TLS12, [0xc030, 0xc02f, 0x009e, 0x0035]],
    [TLS13, [0x1302, 0x1301]],
  ]),
  groups: [0x1d, 0x17, 0x18],
  dhBits: 2048,
};

export const peers: Peer[] = [];
/** Closes what was opened for a test; nothing may be open behind a finished scan. */
export async function closePeers(): Promise<void> {
  for (const peer of peers.splice(0)) {
    await expect.poll(peer.open, PATIENCE).toBe(0);
    await peer.close();
  }
}

/** What a scan says of a server, and the hellos that it got. */
export async function scanned(
  answer: (hello: SeenHello, index: number) => Move,
  options: ScanOptions = {},
): Promise<{ result: TlsScan; hellos: readonly SeenHello[] }> {
  const peer = await helloPeer(answer, () => null, freshAddress());
  peers.push(peer);
  const result = await scan(peer.port, { host: peer.host, ...options });
  return { result, hellos: peer.hellos };
}

/** Where flights lack their end. */
export const QUICK = { timeoutMs: 400 };

/** All of that server, in full. */
export function checkBoth(result: TlsScan): void {
  expect(accepted(result)).toEqual(["TLSv1.0", "TLSv1.2", "TLSv1.3"]);
  expect(result.protocols.versions.filter((one) => one.status === "unknown")).toEqual([]);
  expect(suiteNames(result, "TLSv1.0")).toEqual(names([0xc014, 0x0035, 0x002f]));
  expect(suiteNames(result, "TLSv1.2")).toEqual(names([0xc030, 0xc02f, 0x009e, 0x0035]));
  expect(suiteNames(result, "TLSv1.3")).toEqual(names([0x1302, 0x1301]));
  for (const version of ["TLSv1.0", "TLSv1.2", "TLSv1.3"] as const) {
    expect(groupNames(result, version)).toEqual(["x25519", "secp256r1", "secp384r1"]);
  }
  expect(primeBits(result, "TLSv1.2")).toEqual([2048]);
  expect(suitesUnfinished(result)).toEqual([]);
  expect(exchangeUnfinished(result)).toEqual([]);
}
