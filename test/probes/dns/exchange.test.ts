import { createSocket } from "node:dgram";
import { afterEach, describe, expect, test } from "vitest";
import { DnsError } from "#probes/dns/errors.ts";
import { exchange } from "#probes/dns/exchange.ts";
import { createResolver } from "#probes/dns/resolver.ts";
import { type Answering, type DnsServer, framed, startDns } from "../../support/dns-server.ts";
import { a, dnsAnswer, type AskedQuestion } from "../../support/dns-messages.ts";
import { freePort } from "../../support/ports.ts";

const NAME = "www.example.test";
const SERVED = "192.0.2.1";
const FORGED = "198.51.100.66";
const QUESTION = { name: NAME, type: "A" } as const;

const running: DnsServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function server(...args: Parameters<typeof startDns>): Promise<DnsServer> {
  const started = await startDns(...args);
  running.push(started);
  return started;
}

const good = (question: AskedQuestion, address = SERVED) =>
  dnsAnswer(question, { answers: [a(NAME, address)] });
const forged = (question: AskedQuestion, change: (bytes: Buffer) => void) => {
  const bytes = good(question, FORGED);
  change(bytes);
  return bytes;
};

/** Short, as these servers answer at once or never. */
const ask = (port: number, timeoutMs = 1000) =>
  exchange(
    QUESTION,
    { address: "127.0.0.1", port },
    { timeoutMs, signal: new AbortController().signal },
  );

describe("over UDP", () => {
  test.each<[string, Answering]>([
    ["another id", (q) => [forged(q, (b) => b.writeUInt16BE(b.readUInt16BE(0) ^ 1, 0)), good(q)]],
    ["another name", (q) => [forged(q, (b) => b.write("xxx", 13)), good(q)]],
    ["another type", (q) => [forged(q, (b) => b.writeUInt8(28, q.end - 3)), good(q)]],
    ["a question", (q) => [forged(q, (b) => b.writeUInt8(1, 2)), good(q)]],
    ["rubbish", (q) => [Buffer.of(), Buffer.of(1), Buffer.alloc(2000, 0xff), good(q)]],
  ])("%s before the answer counts for nothing", async (_, answering) => {
    const { port } = await server(answering);
    expect((await ask(port)).answers).toMatchObject([{ address: SERVED }]);
  });

  test("what another server sends counts for nothing", async () => {
    const stranger = createSocket("udp4");
    const { port } = await server((question, client) => {
      stranger.send(good(question, FORGED), client.port, client.address);
      return null;
    });
    await expect(ask(port, 300)).rejects.toThrow("does not answer in time");
    stranger.close();
  });

  test("ids and ports are not told from one another", async () => {
    const seen = new Set<string>();
    const { port } = await server((question, client) => {
      seen.add(`${question.bytes.readUInt16BE(0)} ${client.port}`);
      return good(question);
    });
    for (let times = 0; times < 20; times += 1) await ask(port);
    expect(seen.size).toBe(20);
  });

  test("a flood of other answers ends it", async () => {
    const { port } = await server((question) =>
      Array.from({ length: 300 }, () => forged(question, (bytes) => bytes.write("xxx", 13))),
    );
    await expect(ask(port)).rejects.toThrow(/with what was not asked|in time/);
  });

  test("a server that says nothing", async () => {
    const { port } = await server(() => null);
    await expect(ask(port, 100)).rejects.toMatchObject({ reason: "timeout" });
  });

  test("a malformed answer is told as such", async () => {
    const { port } = await server((question) => good(question).subarray(0, -1));
    await expect(ask(port)).rejects.toMatchObject({ reason: "malformed" });
  });
});

describe("over TCP, where the answer is truncated", () => {
  const truncated: Answering = (question) =>
    dnsAnswer(question, { truncated: true, answers: [a(NAME, FORGED)] });

  test("the whole answer is taken, in however many pieces", async () => {
    const { port, asked } = await server(truncated, (question, socket) => {
      const many = Array.from({ length: 200 }, (_, index) => a(NAME, `192.0.2.${index}`));
      const bytes = framed(dnsAnswer(question, { answers: many }));
      socket.write(bytes.subarray(0, 1));
      setImmediate(() => socket.write(bytes.subarray(1)));
    });
    expect((await ask(port)).answers).toHaveLength(200);
    expect(asked).toEqual([`1 ${NAME}`, `1 ${NAME} tcp`]);
  });

  test.each<[string, NonNullable<Parameters<typeof startDns>[1]>, string]>([
    ["nothing", () => {}, "in time"],
    ["an end in the middle", (_, socket) => socket.end(Buffer.of(1, 0, 7)), "breaks off"],
    ["an end at once", (_, socket) => socket.end(), "breaks off"],
    [
      "a truncated answer again",
      (question, socket) => socket.end(framed(dnsAnswer(question, { truncated: true }))),
      "truncated over TCP too",
    ],
    [
      "another id",
      (question, socket) =>
        socket.end(framed(forged(question, (b) => b.writeUInt16BE(b.readUInt16BE(0) ^ 1, 0)))),
      "what was not asked",
    ],
    [
      "more than there can be",
      (question, socket) => {
        const giant = Buffer.alloc(1 << 20, 0xff);
        giant.set(dnsAnswer(question), 2);
        socket.write(giant);
      },
      "DNS answer",
    ],
  ])("%s", async (_, tcp, says) => {
    const { port } = await server(truncated, tcp);
    await expect(ask(port, 300)).rejects.toThrow(says);
  });

  test("65535 bytes of records end bounded", async () => {
    const { port } = await server(truncated, (question, socket) => {
      const record = a(NAME, SERVED);
      const count = Math.floor((65_535 - question.end) / record.length);
      socket.write(
        framed(dnsAnswer(question, { answers: Array.from({ length: count }, () => record) })),
      );
    });
    expect((await ask(port)).answers.length).toBeGreaterThan(2000);
  });
});

describe("several resolvers", () => {
  const resolver = (servers: readonly string[]) =>
    createResolver(servers, { timeoutMs: 200, signal: new AbortController().signal });

  test("the next is asked where one keeps silent, refuses or fails", async () => {
    const silent = await server(() => null);
    const failing = await server((question) => dnsAnswer(question, { rcode: 2 }));
    const refusing = await server((question) => dnsAnswer(question, { rcode: 5 }));
    const closed = `127.0.0.1:${await freePort()}`;
    const answering = await server((question) => good(question));
    for (const first of [silent.address, failing.address, refusing.address, closed]) {
      const answer = await resolver([first, answering.address]).ask(NAME, "A");
      expect(answer.answers).toMatchObject([{ address: SERVED }]);
    }
  });

  test("a failure of all is given, and never taken for none", async () => {
    const failing = await server((question) => dnsAnswer(question, { rcode: 2 }));
    expect(await resolver([failing.address]).ask(NAME, "A")).toMatchObject({ rcode: "SERVFAIL" });
  });

  test("a closed port is told with its place", async () => {
    const closed = `127.0.0.1:${await freePort()}`;
    await expect(resolver([closed]).ask(NAME, "A")).rejects.toThrow(
      `nothing answers at the resolver ${closed}`,
    );
  });

  test("a lost packet is asked for again", async () => {
    let times = 0;
    const lossy = await server((question) => ((times += 1) < 3 ? null : good(question)));
    const answer = await resolver([lossy.address]).ask(NAME, "A");
    expect(answer.answers).toMatchObject([{ address: SERVED }]);
  });

  test("the same question is asked once", async () => {
    const counting = await server((question) => good(question));
    const one = resolver([counting.address]);
    await Promise.all([one.ask(NAME, "A"), one.ask(NAME, "A"), one.ask(NAME, "AAAA")]);
    expect(counting.asked.toSorted()).toEqual([`1 ${NAME}`, `28 ${NAME}`]);
  });

  test("the signal ends it", async () => {
    const silent = await server(() => null);
    const stop = new AbortController();
    const asking = createResolver([silent.address], { timeoutMs: 5000, signal: stop.signal }).ask(
      NAME,
      "A",
    );
    stop.abort(new Error("enough"));
    await expect(asking).rejects.toThrow("enough");
  });

  test("no resolver at all is told", async () => {
    await expect(resolver([]).ask(NAME, "A")).rejects.toThrow(DnsError);
  });
});
