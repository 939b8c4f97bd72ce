import { afterEach, expect, test } from "vitest";
import { setImmediate as turn } from "node:timers/promises";
import type { TargetOf } from "#model/estate.ts";
import { dialEarly } from "#probes/tls/early.ts";
import { offer, FULL } from "#probes/tls/offers.ts";
import { createWire, type Wire } from "#probes/tls/wire.ts";
import { helloPeer, honest, type Peer, socketPeer } from "../../support/tls-peer.ts";
import { skippingClock } from "./scan.ts";

const MODEL = { suites: new Map([[0x0303, [0xc02f]]]), groups: [0x1d] };
const question = offer("TLSv1.2", FULL, [0xc02f]);
const stop = new AbortController();

const peers: Peer[] = [];
const wires: Wire[] = [];
afterEach(async () => {
  for (const wire of wires.splice(0)) await wire.close();
  for (const peer of peers.splice(0)) {
    await expect.poll(peer.open).toBe(0);
    await peer.close();
  }
});

function targetAt(port: number, scheme = "tls"): TargetOf<"endpoint"> {
  return {
    id: "endpoint",
    provider: "endpoint",
    url: `${scheme}://server.example`,
    labels: [],
    connect: { host: "127.0.0.1", port },
  };
}

function wireTo(port: number): Wire {
  const wire = createWire(
    { host: "127.0.0.1", port, serverName: "server.example" },
    { timeoutMs: 5000, connections: 20, signal: stop.signal, clock: skippingClock() },
  );
  wires.push(wire);
  return wire;
}

test("what was begun early is used first, counts as a connection, and what is left is given up", async () => {
  const peer = await helloPeer((hello) => honest(MODEL, hello));
  peers.push(peer);
  await dialEarly(targetAt(peer.port), stop.signal);
  await expect.poll(peer.open).toBe(18);
  const wire = wireTo(peer.port);
  expect(await wire.ask(question)).toMatchObject({ kind: "hello" });
  expect(wire.connections()).toBe(1);
  expect(peer.taken()).toBe(18);
});

test("what ended before it was used is passed over", async () => {
  const peer = await socketPeer(() => {});
  await dialEarly(targetAt(peer.port), stop.signal);
  await expect.poll(peer.open).toBe(18);
  await peer.close();
  await expect.poll(peer.open).toBe(0);
  await turn();
  const outcome = await wireTo(peer.port).ask(question);
  expect(outcome).toMatchObject({ kind: "unreachable", code: "ECONNREFUSED" });
});

test("where the scan comes before the name is looked up, nothing is begun beside it", async () => {
  const peer = await helloPeer((hello) => honest(MODEL, hello));
  peers.push(peer);
  // No literal address, so that it is looked up, though without asking anybody.
  const connect = { host: "127.1", port: peer.port };
  const begun = dialEarly({ ...targetAt(peer.port), connect }, stop.signal);
  const asked = wireTo(peer.port).ask(question);
  await begun;
  expect(await asked).toMatchObject({ kind: "hello" });
  expect(peer.taken()).toBe(1);
});

test("a name is looked up too", async () => {
  const peer = await socketPeer(() => {});
  peers.push(peer);
  const controller = new AbortController();
  const connect = { host: "127.1", port: peer.port };
  await dialEarly({ ...targetAt(peer.port), connect }, controller.signal);
  await expect.poll(peer.open).toBe(18);
  controller.abort();
});

test("cancelled, nothing stays", async () => {
  const peer = await socketPeer(() => {});
  peers.push(peer);
  const controller = new AbortController();
  await dialEarly(targetAt(peer.port), controller.signal);
  await expect.poll(peer.open).toBe(18);
  controller.abort();
  await expect.poll(peer.open).toBe(0);
});

test.each(["smtp", "ssh"])("nothing is begun where %s comes first", async (scheme) => {
  const peer = await socketPeer(() => {});
  peers.push(peer);
  await dialEarly(targetAt(peer.port, scheme), stop.signal);
  // This one comes after all that would have been begun.
  const wire = wireTo(peer.port);
  void wire.ask(question);
  await expect.poll(peer.taken).toBe(1);
  expect(peer.open()).toBe(1);
});
