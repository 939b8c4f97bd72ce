import { afterEach, describe, expect, test } from "vitest";
import type { Socket } from "node:net";
import { TlsScanError } from "#probes/tls/errors.ts";
import {
  alert,
  helloPeer,
  message,
  type Peer,
  record,
  serverHello,
  socketPeer,
} from "../../support/tls-peer.ts";
import { scan } from "./scan.ts";

const peers: Peer[] = [];
async function serve(act: (socket: Socket) => void): Promise<Peer> {
  const peer = await socketPeer(act);
  peers.push(peer);
  return peer;
}
afterEach(async () => {
  for (const peer of peers.splice(0)) {
    await expect.poll(peer.open).toBe(0);
    await peer.close();
  }
});

/** What a scan of that server fails with; it must fail, and in time. */
async function failure(peer: Peer, timeoutMs = 200): Promise<TlsScanError> {
  const started = performance.now();
  const result = await scan(peer.port, { timeoutMs }).catch((error: unknown) => error);
  expect(performance.now() - started).toBeLessThan(timeoutMs * 5 + 2000);
  if (!(result instanceof TlsScanError)) throw new Error(`expected a failure: ${String(result)}`);
  return result;
}

/** How many timers are running in this process. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((one) => one === "Timeout").length;
}

/** Answers the first bytes of each connection. */
const answering = (bytes: Buffer) => (socket: Socket) => {
  socket.once("data", () => socket.write(bytes));
};

test("one that takes connections and says nothing is a timeout", async () => {
  expect(await failure(await serve(() => {}))).toMatchObject({ reason: "timeout" });
});

test("one that resets at once does not speak TLS, and is not said to refuse anything", async () => {
  const error = await failure(await serve((socket) => socket.resetAndDestroy()));
  expect(error).toMatchObject({ reason: "malformed" });
  expect(error.message).toMatch(/does not speak TLS: connection (reset|closed)/);
});

test("a closed port is unreachable, with the system's code", async () => {
  const peer = await serve(() => {});
  await peer.close();
  expect(await failure({ ...peers.splice(0)[0], ...peer })).toMatchObject({
    reason: "unreachable",
    code: "ECONNREFUSED",
  });
});

test("HTTP on the port is named as what it is", async () => {
  const http = Buffer.from("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  const error = await failure(await serve(answering(http)));
  expect(error.reason).toBe("malformed");
  expect(error.message).toContain("something else than TLS: HTTP/1.1 400 Bad Request");
});

test("a banner with control characters is shown escaped", async () => {
  const error = await failure(await serve((socket) => socket.write("\u001b[31mSSH-2.0-x\r\n")));
  expect(error.message).toContain("SSH-2.0-x");
  expect(error.message).not.toContain("\u001b");
});

test("one that refuses every hello speaks TLS, but nothing that was offered", async () => {
  const error = await failure(await serve(answering(alert(40))));
  expect(error).toMatchObject({ reason: "denied" });
  expect(error.message).toContain("alert 40 (handshake_failure)");
});

describe("broken TLS", () => {
  const hello = record(22, serverHello(0x0303, 0xc02f));
  test.each([
    ["an echo of the hello", null],
    ["a flood of warnings", Buffer.concat(Array.from({ length: 200 }, () => alert(112, 1)))],
    [
      "a record beyond all bounds",
      Buffer.concat([Buffer.from([22, 3, 3, 255, 255]), Buffer.alloc(70_000)]),
    ],
    [
      "an endless handshake",
      Buffer.concat(Array.from({ length: 60 }, () => record(22, Buffer.alloc(16_000, 2)))),
    ],
    ["a suite that was not offered", record(22, serverHello(0x0303, 0x5a5a))],
    ["a version that does not exist", record(22, serverHello(0x0399, 0xc02f))],
    ["a certificate before the hello", record(22, message(11, Buffer.alloc(100)))],
  ])("%s is a failure, not a version", async (_, bytes) => {
    const act = bytes === null ? (socket: Socket) => void socket.pipe(socket) : answering(bytes);
    const error = await failure(await serve(act));
    expect(error.message).toMatch(/does not speak TLS/);
  });

  test("a ServerHello cut off anywhere, then an end, a reset or nothing", async () => {
    const ends = [(s: Socket) => s.end(), (s: Socket) => s.resetAndDestroy(), () => {}] as const;
    for (let length = 0; length < hello.length; length += 7) {
      const end = ends[length % ends.length];
      const peer = await serve((socket) => {
        socket.once("data", () => socket.write(hello.subarray(0, length), () => end?.(socket)));
      });
      expect((await failure(peer, 60)).message).toMatch(/does not speak TLS|in time/);
    }
  });

  test("drop by drop: a slow sender is waited for no longer than the deadline", async () => {
    const peer = await serve((socket) => {
      const drops = record(22, Buffer.alloc(16_000)).values();
      const timer = setInterval(() => socket.write(Buffer.of(drops.next().value ?? 0)), 20);
      socket.on("close", () => clearInterval(timer));
    });
    expect(await failure(peer, 150)).toMatchObject({ reason: "timeout" });
  });
});

test("an aborted scan stops at once, with the reason of the abort, and leaves nothing open", async () => {
  const peer = await helloPeer(() => "hang");
  peers.push(peer);
  const stop = new AbortController();
  const running = scan(peer.port, { timeoutMs: 60_000, signal: stop.signal });
  await expect.poll(peer.open).toBeGreaterThan(3);
  stop.abort(new Error("stopped by the test"));
  await expect(running).rejects.toThrow("stopped by the test");
});

test("no timer outlives a scan", async () => {
  const before = timers();
  await failure(await serve(answering(alert(40))), 60_000);
  expect(timers()).toBeLessThanOrEqual(before + 2);
});

test("a name that does not exist is an error of the resolver", async () => {
  const { enumerate } = await import("#probes/tls/enumerate.ts");
  const clock = { now: () => performance.now(), wait: () => Promise.resolve() };
  const signal = new AbortController().signal;
  const address = {
    host: "does-not-exist.invalid",
    port: 443,
    serverName: "does-not-exist.invalid",
  };
  await expect(
    enumerate(address, { timeoutMs: 1000, connections: 20, signal, clock }),
  ).rejects.toMatchObject({ code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) });
});
