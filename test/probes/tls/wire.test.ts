import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { offer, FULL } from "#probes/tls/offers.ts";
import { createWire, type Wire, type WireOptions } from "#probes/tls/wire.ts";
import { helloPeer, honest, type Peer, readHello, socketPeer } from "../../support/tls-peer.ts";
import { scan, skippingClock, suiteNames } from "./scan.ts";

const MODEL = { suites: new Map([[0x0303, [0xc02f, 0xc030, 0x009c, 0x002f]]]), groups: [0x1d] };
const question = offer("TLSv1.2", FULL, [0xc02f]);

const peers: Peer[] = [];
const wires: Wire[] = [];
afterEach(async () => {
  for (const wire of wires.splice(0)) await wire.close();
  for (const peer of peers.splice(0)) {
    await expect.poll(peer.open).toBe(0);
    await peer.close();
  }
});

function wireTo(port: number, options: Partial<WireOptions> = {}): Wire {
  const wire = createWire(
    { host: "127.0.0.1", port, serverName: "server.example" },
    {
      timeoutMs: 5000,
      connections: 20,
      signal: new AbortController().signal,
      clock: skippingClock(),
      ...options,
    },
  );
  wires.push(wire);
  return wire;
}

async function served(peer: Promise<Peer>): Promise<Peer> {
  const running = await peer;
  peers.push(running);
  return running;
}

/** When each connection came, and when it first spoke, as numbers that only count. */
async function watched(answer: (socket: Socket) => void) {
  const events: string[] = [];
  let count = 0;
  const peer = await served(
    socketPeer((socket) => {
      const id = count;
      count += 1;
      events.push(`connect ${id}`);
      socket.once("data", () => {
        events.push(`hello ${id}`);
        answer(socket);
      });
    }),
  );
  return { peer, events };
}

describe("dialling ahead", () => {
  const reply = honest(MODEL, {
    version: 0x0303,
    legacy: 0x0303,
    versions: null,
    suites: [0xc02f],
    compression: [0],
    groups: [0x1d],
    signatureAlgorithms: [],
    shares: [],
    extensions: new Map(),
    order: [],
    serverName: null,
    bytes: 0,
    ssl2: false,
  });

  test("the next connection stands before the answer to the present question is there", async () => {
    const { peer, events } = await watched((socket) => setImmediate(() => socket.write(reply)));
    const wire = wireTo(peer.port);
    expect((await wire.ask(question, "hello", 1)).kind).toBe("hello");
    expect((await wire.ask(question, "hello", 1)).kind).toBe("hello");
    expect(events.indexOf("connect 1")).toBeLessThan(events.indexOf("hello 1"));
    // The second question went over the connection that was dialled during the first.
    expect(events.filter((event) => event.startsWith("hello"))).toEqual(["hello 0", "hello 1"]);
  });

  test("a plain question dials nothing ahead", async () => {
    const { peer, events } = await watched((socket) => socket.write(reply));
    const wire = wireTo(peer.port);
    await wire.ask(question);
    await wire.close();
    wires.splice(0);
    expect(events).toEqual(["connect 0", "hello 0"]);
    expect(wire.connections()).toBe(1);
  });

  test("what was dialled for a chain that has ended is given up", async () => {
    const { peer } = await watched((socket) => socket.write(reply));
    const wire = wireTo(peer.port);
    await wire.ask(question, "hello", 1);
    await expect.poll(peer.open).toBe(0);
    expect(wire.connections()).toBeLessThanOrEqual(2);
  });

  test("one that the server has ended meanwhile is no answer: the question is asked anew", async () => {
    let count = 0;
    const peer = await served(
      socketPeer((socket) => {
        count += 1;
        // Every second connection is ended before a word.
        if (count % 2 === 0) socket.resetAndDestroy();
        else socket.once("data", () => setImmediate(() => socket.write(reply)));
      }),
    );
    const wire = wireTo(peer.port);
    for (let round = 0; round < 4; round += 1) {
      expect((await wire.ask(question, "hello", 1)).kind).toBe("hello");
    }
  });

  test("a server that serves one connection after the other is not kept waiting", async () => {
    // It takes the next connection only when the present one has ended.
    const waiting: Socket[] = [];
    let busy = false;
    const next = () => {
      const socket = busy ? undefined : waiting.shift();
      if (socket === undefined) return;
      // One that left while it waited has nothing more to say.
      if (socket.destroyed) {
        next();
        return;
      }
      busy = true;
      let bytes = Buffer.alloc(0);
      socket.on("close", () => {
        busy = false;
        next();
      });
      socket.on("data", (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        const hello = readHello(bytes);
        if (hello?.ssl2 === true) socket.destroy();
        else if (hello !== null) socket.write(honest(MODEL, hello));
      });
      socket.resume();
    };
    const server = createServer({ pauseOnConnect: true }, (socket) => {
      socket.on("error", () => {});
      waiting.push(socket);
      next();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const result = await scan(address.port, { timeoutMs: 3000 });
    expect(suiteNames(result, "TLSv1.2")).toHaveLength(4);
    expect(result.cipherSuites.unfinished).toEqual([]);
    server.close();
  });
});

describe("limits", () => {
  test("when the signal aborts, what waits for its turn is cancelled, and nothing stays open", async () => {
    const peer = await served(helloPeer(() => "hang"));
    const stop = new AbortController();
    const wire = wireTo(peer.port, { connections: 1, signal: stop.signal });
    const answers = [wire.ask(question), wire.ask(question), wire.slot(() => Promise.resolve(1))];
    await expect.poll(peer.open).toBe(1);
    stop.abort();
    const [first, second, third] = await Promise.all(answers);
    expect([first, second]).toEqual([{ kind: "cancelled" }, { kind: "cancelled" }]);
    expect(third).toBeNull();
  });

  test("after the deadline nothing is asked", async () => {
    const peer = await served(helloPeer((hello) => honest(MODEL, hello)));
    let now = 0;
    const clock = { now: () => now, wait: () => Promise.resolve() };
    const wire = wireTo(peer.port, { timeoutMs: 100, clock });
    now = 10_000;
    expect(await wire.ask(question)).toEqual({ kind: "cancelled" });
    expect(wire.connections()).toBe(0);
  });

  test("two scans of one host share its limit, and the smaller one counts", async () => {
    const peer = await served(helloPeer(() => "hang"));
    const stop = new AbortController();
    const wires = [5, 2].map((connections) =>
      wireTo(peer.port, { connections, signal: stop.signal }),
    );
    const asked = wires.flatMap((wire) => [wire.ask(question), wire.ask(question)]);
    await expect.poll(peer.open).toBe(2);
    // Time for others to come, if they were let in.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(peer.open()).toBe(2);
    stop.abort();
    await Promise.all(asked);
  });

  test("the same hello answered at one time and not at another: the server is unsteady", async () => {
    const peer = await served(
      helloPeer((hello, index) => (index === 1 ? "reset" : honest(MODEL, hello))),
    );
    const wire = wireTo(peer.port);
    await wire.ask(question);
    expect(wire.flaky()).toBe(false);
    await wire.ask(question);
    expect(wire.flaky()).toBe(true);
  });
});
