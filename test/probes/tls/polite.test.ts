import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import {
  alert,
  freshAddress,
  honest,
  type Move,
  type Peer,
  type SeenHello,
} from "../../support/tls-peer.ts";
import { BUSY, caught, closePeers, scanOf, serve, SMALL, told } from "./polite-kit.ts";
import { accepted, skippingClock } from "./scan.ts";

afterEach(closePeers);

describe("connections at once", () => {
  test("are never more than twenty, and several as long as the server bears it", async () => {
    const peer = await serve((hello) => honest(BUSY, hello), leisurely);
    await scanOf(peer);
    expect(peer.peak()).toBeLessThanOrEqual(20);
    expect(peer.peak()).toBeGreaterThan(6);
  });

  test.each([1, 2, 5])("are never more than a limit of %i", async (connections) => {
    const peer = await serve((hello) => honest(SMALL, hello), leisurely);
    const result = await scanOf(peer, { connections });
    expect(accepted(result)).toEqual(["TLSv1.2", "TLSv1.3"]);
    expect(peer.peak()).toBeLessThanOrEqual(connections);
  });

  test("are counted for the host: five scans of one port and five of another take twenty in all", async () => {
    const host = freshAddress();
    const watched = () => serve((hello) => honest(SMALL, hello), leisurely, host);
    const pair = [await watched(), await watched()];
    // On this side, for a server learns later that a connection is gone.
    let open = 0;
    let peak = 0;
    const count = (message: unknown) => {
      const { socket } = message as { socket: Socket };
      open += 1;
      peak = Math.max(peak, open);
      socket.once("close", () => (open -= 1));
    };
    subscribe("net.client.socket", count);
    const results = await Promise.all(
      pair.flatMap((peer) => Array.from({ length: 5 }, () => scanOf(peer))),
    ).finally(() => unsubscribe("net.client.socket", count));
    for (const result of results) expect(told(result)).toEqual(told(results[0] ?? result));
    expect(peak).toBeLessThanOrEqual(20);
    expect(peak).toBeGreaterThan(10);
  });

  test("of hosts that are not the same are counted apart", async () => {
    const pair = [
      await serve((hello) => honest(BUSY, hello), leisurely),
      await serve((hello) => honest(BUSY, hello), leisurely),
    ];
    await Promise.all(pair.map((peer) => scanOf(peer)));
    for (const peer of pair) expect(peer.peak()).toBeLessThanOrEqual(20);
  });

  test.each(["reset", "close"] as const)(
    "become fewer once the server says %s to some",
    async (move) => {
      const opens: number[] = [];
      const peer: Peer = await serve(
        (hello) => honest(BUSY, hello),
        (open) => {
          opens.push(open);
          return open > 4 ? move : leisurely();
        },
      );
      await caught(scanOf(peer));
      const late = opens.slice(60);
      expect(late.length).toBeGreaterThan(20);
      // One that has ended may still be counted while the next comes.
      expect(Math.max(...late)).toBeLessThanOrEqual(6);
    },
  );
});

describe("the time for one endpoint", () => {
  const TIMEOUT = 100;
  test.each<[string, (hello: SeenHello, index: number) => Move]>([
    ["that never answers", () => "hang"],
    ["that resets everything", () => "reset"],
    [
      "that resets every other hello",
      (hello, at) => (at % 2 === 0 ? "reset" : honest(BUSY, hello)),
    ],
    ["that answers everything with an internal error", () => alert(80)],
    ["that answers one hello and no other", (hello, at) => (at < 3 ? honest(BUSY, hello) : "hang")],
    [
      "that answers a few hellos and resets the others",
      (hello, at) => (at < 9 ? honest(BUSY, hello) : "reset"),
    ],
  ])("of a server %s is at most five times that of an answer", async (_, answer) => {
    const clock = skippingClock();
    const peer = await serve(answer);
    const started = clock.now();
    await caught(scanOf(peer, { timeoutMs: TIMEOUT, clock }));
    // What runs beside this test may delay its timers.
    expect(clock.now() - started).toBeLessThan(TIMEOUT * 5 + 400);
  });
});

/** Some turns of the event loop for each connection, as if it had come from afar: those that run at once are seen at once. */
async function leisurely(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
