import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { buildClientHello, type HelloVersion } from "#probes/tls/client-hello.ts";
import { TlsScanError } from "#probes/tls/errors.ts";
import { FULL, offer } from "#probes/tls/offers.ts";
import {
  certificateMessage,
  freshAddress,
  helloPeer,
  honest,
  message,
  type Peer,
  record,
  type SeenHello,
  serverHello,
  socketPeer,
} from "../../support/tls-peer.ts";
import { serveTls } from "../../support/tls-node.ts";
import { firstRecord, flightDone, recordFlight } from "../../support/tls-recording.ts";
import { endless, inRecords, notTls, ONLY_12, PATIENCE } from "./hostile-kit.ts";
import { accepted, exchangeUnfinished, scan, status, suiteNames } from "./scan.ts";

const leaf = makeAuthority().issue({ commonName: "server.example", altNames: ["server.example"] });

async function failure(peer: Pick<Peer, "host" | "port">, timeoutMs = 4000): Promise<TlsScanError> {
  const result = await scan(peer.port, { host: peer.host, timeoutMs }).catch(
    (error: unknown) => error,
  );
  if (!(result instanceof TlsScanError)) throw new Error(`no failure: ${String(result)}`);
  return result;
}

function caught(error: unknown): TlsScanError {
  if (error instanceof TlsScanError) return error;
  throw error;
}

test("a closed port is unreachable, with the system's code", async () => {
  const peer = await socketPeer(() => {});
  await peer.close();
  expect(await failure(peer)).toMatchObject({ reason: "unreachable", code: "ECONNREFUSED" });
});

test("a name that does not exist is an error of the resolver", async () => {
  const name = "does-not-exist.invalid";
  await expect(scan(443, { host: name, serverName: name, timeoutMs: 1000 })).rejects.toMatchObject({
    code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
  });
});

describe("an aborted scan", () => {
  test("stops at once, with the reason of the abort, and leaves nothing open", async () => {
    const peer = await helloPeer(
      () => "hang",
      () => null,
      freshAddress(),
    );
    const stop = new AbortController();
    const running = scan(peer.port, { host: peer.host, timeoutMs: 60_000, signal: stop.signal });
    await expect.poll(peer.open, PATIENCE).toBeGreaterThan(3);
    stop.abort(new Error("stopped by the test"));
    await expect(running).rejects.toThrow("stopped by the test");
    await expect.poll(peer.open, PATIENCE).toBe(0);
    await peer.close();
  });

  test("stops at once where it waits behind another scan of the same host, too", async () => {
    const peer = await helloPeer(
      () => "hang",
      () => null,
      freshAddress(),
    );
    const [first, second] = [new AbortController(), new AbortController()];
    const options = { host: peer.host, timeoutMs: 60_000, connections: 2 };
    const blocking = scan(peer.port, { ...options, signal: first.signal });
    await expect.poll(peer.open, PATIENCE).toBe(2);
    const waiting = scan(peer.port, { ...options, signal: second.signal });
    second.abort(new Error("stopped by the test"));
    await expect(waiting).rejects.toThrow("stopped by the test");
    first.abort(new Error("stopped, too"));
    await expect(blocking).rejects.toThrow("stopped, too");
    await expect.poll(peer.open, PATIENCE).toBe(0);
    await peer.close();
  });

  test("before it began opens nothing", async () => {
    const peer = await helloPeer(
      () => "hang",
      () => null,
      freshAddress(),
    );
    const signal = AbortSignal.abort(new Error("never"));
    await expect(scan(peer.port, { host: peer.host, signal })).rejects.toThrow("never");
    expect(peer.taken()).toBe(0);
    await peer.close();
  });
});

describe("a scan leaves nothing behind", () => {
  const count = (kind: string) =>
    process.getActiveResourcesInfo().filter((one) => one === kind).length;
  const SCANS = 5;

  test.each([
    ["a server that answers", (hello: SeenHello) => honest(ONLY_12, hello)],
    ["one that says nothing", () => "hang" as const],
    ["one that resets", () => "reset" as const],
  ])("of %s: no timer, no socket", async (_, answer) => {
    const peer = await helloPeer(answer, () => null, freshAddress());
    const timers = count("Timeout");
    for (let one = 0; one < SCANS; one += 1) {
      await scan(peer.port, { host: peer.host, timeoutMs: 80 }).catch(caught);
    }
    await expect.poll(peer.open, PATIENCE).toBe(0);
    // What was closed is gone some turns of the event loop later.
    for (let turn = 0; turn < 100 && count("TCPSocketWrap") > 0; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(count("TCPSocketWrap")).toBe(0);
    // The test runner has timers of its own, which come and go; one left by each scan would be more.
    expect(count("Timeout")).toBeLessThan(timers + SCANS);
    await peer.close();
  });
});

describe("a flight of a real server, cut off", () => {
  const flights: readonly [name: string, HelloVersion, suite: number][] = [
    ["TLS 1.2, RSA", "TLSv1.2", 0x002f],
    ["TLS 1.2, ECDHE", "TLSv1.2", 0xc02f],
    ["TLS 1.3, HelloRetryRequest", "TLSv1.3", 0x1301],
  ];
  test.each(flights)("%s, in many places: true or unknown", async (_, version, suite) => {
    const server = await serveTls({
      cert: leaf.certPem,
      key: leaf.keyPem,
      ciphers: "AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256:@SECLEVEL=0",
    });
    const hello = buildClientHello({ ...offer(version, FULL, [suite]), serverName: null });
    const whole = version === "TLSv1.3" ? firstRecord : flightDone;
    const flight = await recordFlight(server.port, hello, whole);
    await server.close();
    let length = 0;
    const peer = await helloPeer(
      (asked) =>
        asked.suites.includes(suite) && (version !== "TLSv1.3" || asked.versions !== null)
          ? { answer: flight.subarray(0, length), end: length % 2 === 0 ? "close" : "reset" }
          : "close",
      () => null,
      freshAddress(),
    );
    // The parsers alone are cut off at every byte elsewhere.
    for (; length < flight.length; length += length < 100 ? 5 : 97) {
      const result = await scan(peer.port, { host: peer.host }).catch(caught);
      if (result instanceof TlsScanError) {
        expect(result.message, `${length} bytes`).toMatch(notTls.says);
        continue;
      }
      expect(accepted(result), `${length} bytes`).toEqual([version]);
      expect(suiteNames(result, version)).toHaveLength(1);
    }
    await expect.poll(peer.open, PATIENCE).toBe(0);
    await peer.close();
  });
});

describe("more than can be borne", () => {
  const MEGABYTE = 1024 * 1024;
  /** Most of what the process holds beyond what it held, while something runs. */
  async function growth(act: () => Promise<void>): Promise<number> {
    collectGarbage();
    const held = () => {
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const before = held();
    let most = before;
    const timer = setInterval(() => (most = Math.max(most, held())), 5);
    await act();
    clearInterval(timer);
    return Math.max(most, held()) - before;
  }
  const chain = (count: number, bytes: number) =>
    inRecords(
      Buffer.concat([
        certificateMessage(Array.from({ length: count }, () => Buffer.alloc(bytes, 0x30))),
        message(14, Buffer.alloc(0)),
      ]),
    );
  /** The server's hello and then this; the bytes themselves are there before anything is measured. */
  const hello = record(22, serverHello(0x0303, 0xc02f));

  test.each([
    ["16 MB in one certificate", chain(1, 16 * MEGABYTE - 1024)],
    ["16 MB in a thousand certificates", chain(1000, 16_000)],
    ["a thousand small certificates", chain(1000, 100)],
  ])("%s: the version is known, and memory stays flat", async (_, certificates) => {
    const flight = Buffer.concat([hello, certificates]);
    const peer = await helloPeer(
      (asked) => {
        const answer = honest(ONLY_12, asked);
        return answer[0] === 22 && asked.suites.includes(0xc02f) ? flight : answer;
      },
      () => null,
      freshAddress(),
    );
    const grown = await growth(async () => {
      const result = await scan(peer.port, { host: peer.host });
      expect(status(result, "TLSv1.2")).toBe("accepted");
      expect(exchangeUnfinished(result)).toContain("TLSv1.2");
    });
    expect(grown / MEGABYTE).toBeLessThan(48);
    await expect.poll(peer.open, PATIENCE).toBe(0);
    await peer.close();
  });

  test.each([
    ["application data", endless(record(23, Buffer.alloc(16_384))), notTls.says],
    [
      "a message that never ends",
      endless(record(22, Buffer.alloc(16_384)), record(22, Buffer.from([2, 1, 255, 255]))),
      notTls.says,
    ],
    ["text", endless(Buffer.alloc(65_536, "HTTP/1.1 200 OK ")), notTls.says],
  ])("%s without end: memory stays flat", async (_, serve, says) => {
    const peer = await socketPeer(serve, [], freshAddress());
    const grown = await growth(async () => {
      expect((await failure(peer)).message).toMatch(says);
    });
    expect(grown / MEGABYTE).toBeLessThan(48);
    await expect.poll(peer.open, PATIENCE).toBe(0);
    await peer.close();
  });

  test.each([
    ["a thousand certificates in TLS 1.3", "TLSv1.3", 1000],
    ["a thousand certificates in TLS 1.2", "TLSv1.2", 1000],
    ["ten thousand certificates in TLS 1.3", "TLSv1.3", 10_000],
  ] as const)(
    "%s, of a real server: bounded, and the versions are known",
    async (_, version, count) => {
      const server = await serveTls({
        cert: leaf.certPem.repeat(count),
        key: leaf.keyPem,
        minVersion: version,
        maxVersion: version,
      });
      const grown = await growth(async () => {
        const result = await scan(server.port);
        expect(accepted(result)).toEqual([version]);
        expect(result.cipherSuites.unfinished).toEqual([]);
        const presented = result.certificate?.presented ?? [];
        for (const one of presented) expect(one.chain.length).toBeLessThanOrEqual(100);
      });
      // The server lives in this process, too.
      expect(grown / MEGABYTE).toBeLessThan(200);
      await expect.poll(server.open, PATIENCE).toBe(0);
      await server.close();
    },
  );

  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "data without end behind a real handshake of %s: memory stays flat",
    async (version) => {
      const flood = Buffer.alloc(65_536, "x");
      const server = await serveTls(
        {
          cert: leaf.certPem,
          key: leaf.keyPem,
          minVersion: version,
          maxVersion: version,
          requestCert: true,
          rejectUnauthorized: false,
        },
        (socket) => {
          const more = () => {
            while (!socket.destroyed && socket.write(flood));
          };
          socket.on("drain", more);
          more();
        },
      );
      const grown = await growth(async () => {
        const result = await scan(server.port);
        expect(accepted(result)).toEqual([version]);
        expect(result.tlsService.clientCertificate).toBe("optional");
      });
      expect(grown / MEGABYTE).toBeLessThan(100);
      await expect.poll(server.open, PATIENCE).toBe(0);
      await server.close();
    },
  );
});

/** Without a flag on the command line. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  // Node's own types know nothing of it.
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
}
