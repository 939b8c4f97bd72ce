import { describe, expect, test } from "vitest";
import type { AttackTest } from "#model/tls-facets.ts";
import { runAttackTests } from "#probes/tls/attacks/index.ts";
import { createWire } from "#probes/tls/wire.ts";
import { type Flaws, flawedServer, type Step } from "../../support/tls-flawed-server.ts";
import { socketPeer } from "../../support/tls-peer.ts";
import { attacked, attackedDirectly, statuses } from "./attacks-kit.ts";
import { skippingClock } from "./scan.ts";

const NONE = {
  heartbleed: "not-vulnerable",
  "ccs-injection": "not-vulnerable",
  ticketbleed: "not-vulnerable",
  robot: "not-vulnerable",
  "tls-poodle": "not-vulnerable",
  "client-renegotiation": "not-vulnerable",
} as const;
const VERSIONS = [
  ["TLSv1.0", 0x0301],
  ["TLSv1.1", 0x0302],
  ["TLSv1.2", 0x0303],
] as const;

const FLAWED: readonly (readonly [name: string, flaws: Flaws, found: AttackTest, says: RegExp])[] =
  [
    ["heartbleed", { heartbleed: true }, "heartbleed", /more bytes than it was sent/],
    ["CCS injection", { ccsInjection: true }, "ccs-injection", /before any key/],
    ["ticketbleed", { ticketbleed: true }, "ticketbleed", /31 bytes with 32/],
    ["a strong oracle", { oracle: "strong" }, "robot", /strong oracle/],
    ["a weak oracle", { oracle: "weak" }, "robot", /weak oracle/],
    ["no look at padding", { poodle: "all" }, "tls-poodle", /padding/],
    ["no look at padding after the handshake", { poodle: "data" }, "tls-poodle", /a request/],
    [
      "renegotiation",
      { renegotiations: 100 },
      "client-renegotiation",
      /takes 10 renegotiations of 10/,
    ],
  ];

describe.each(VERSIONS)("a scripted server of %s", (name, version) => {
  test.each(FLAWED)("that has the flaw: %s", async (_, flaws, found, says) => {
    const peer = await flawedServer({ ...flaws, version });
    const result = await attackedDirectly(peer.port, { version: name });
    expect(statuses(result)).toEqual({ ...NONE, [found]: "vulnerable" });
    expect(result.findings.get(found)?.why).toMatch(says);
    await peer.close();
  });

  test.each<readonly [string, Flaws]>([
    ["no flaw", {}],
    ["heartbeat without the flaw", { heartbeat: true }],
    ["no tickets", { withoutTickets: true }],
    ["no extended master secret", { withoutMasterSecretExtension: true }],
    ["three renegotiations, then no more", { renegotiations: 3 }],
    ["nine renegotiations, then no more", { renegotiations: 9 }],
    ["a wish for a client certificate", { asksForCertificate: true }],
  ])("that has %s", async (_, flaws) => {
    const peer = await flawedServer({ ...flaws, version });
    expect(statuses(await attackedDirectly(peer.port, { version: name }))).toEqual(NONE);
    await peer.close();
  });
});

test("what limits a server has is said", async () => {
  const peer = await flawedServer({ renegotiations: 3 });
  const { findings } = await attackedDirectly(peer.port);
  expect(findings.get("client-renegotiation")?.why).toMatch(/^takes 3 renegotiations/);
  await peer.close();
});

test("each is shown what proves the flaw, no more, and once", async () => {
  const seen: [Step, Buffer][] = [];
  const peer = await flawedServer({
    heartbeat: true,
    renegotiations: 100,
    instead: (step, _, bytes) => {
      seen.push([step, Buffer.from(bytes)]);
      return false;
    },
  });
  const { connections } = await attackedDirectly(peer.port);
  expect(connections).toBe(11);
  const of = (step: Step) => seen.filter(([one]) => one === step).map(([, bytes]) => bytes);
  expect(of("early-change")).toHaveLength(1);
  expect(of("broken-record").filter(([type]) => type === 23)).toHaveLength(1);
  expect(of("renegotiation")).toHaveLength(10);
  // Of the heartbeats the first claims four bytes more than it has, the second is in order.
  const [bad, good, ...more] = of("heartbeat").map((bytes) => {
    const padding = bytes.length - 3 - bytes.readUInt16BE(1);
    return { type: bytes[0], padding };
  });
  expect([bad, good, more]).toEqual([{ type: 1, padding: -4 }, { type: 1, padding: 16 }, []]);
  // A flawed server would fill up one byte.
  expect(of("resumption").map((session) => session.length)).toEqual([31]);
  // Five secrets of its own, and those of four handshakes with ten renegotiations.
  const secrets = of("key-exchange");
  expect(secrets.filter((padded) => padded.readUInt16BE(0) !== 2)).toHaveLength(1);
  expect(secrets).toHaveLength(5 + 4 + 10);
  await peer.close();
});

test("differing answers are asked for once more, equal ones are not", async () => {
  const count = async (flaws: Flaws) => {
    let secrets = 0;
    const peer = await flawedServer({
      ...flaws,
      instead: (step) => {
        if (step === "key-exchange") secrets += 1;
        return false;
      },
    });
    await attackedDirectly(peer.port);
    await peer.close();
    return secrets;
  };
  expect((await count({ oracle: "weak" })) - (await count({}))).toBe(5);
});

describe("without --active", () => {
  test("nothing is run, and no connection is made", async () => {
    const peer = await socketPeer(() => {});
    const wire = createWire(
      { host: "127.0.0.1", port: peer.port, serverName: null, startTls: null },
      {
        timeoutMs: 1000,
        connections: 20,
        signal: new AbortController().signal,
        clock: skippingClock(),
      },
    );
    const nothing = { older: undefined, versions: [], suites: () => [], complete: true };
    const tests = await runAttackTests(wire, nothing, {
      active: false,
      startTlsInjection: { status: "vulnerable", why: "never shown" },
    });
    expect(tests.map(({ test: name }) => name)).toEqual([
      ...Object.keys(NONE),
      "starttls-injection",
    ]);
    expect(tests.every(({ status }) => status === "not-run")).toBe(true);
    expect(tests.every(({ why }) => why === "only with --active")).toBe(true);
    await wire.close();
    expect([wire.connections(), peer.taken()]).toEqual([0, 0]);
    await peer.close();
  });
});

test("what was not enumerated in full is not taken for absent", async () => {
  const peer = await socketPeer(() => {});
  const wire = createWire(
    { host: "127.0.0.1", port: peer.port, serverName: null, startTls: null },
    {
      timeoutMs: 500,
      connections: 20,
      signal: new AbortController().signal,
      clock: skippingClock(),
    },
  );
  const run = async (complete: boolean) => {
    const surface = {
      older: undefined,
      versions: ["TLSv1.3"],
      suites: () => [],
      complete,
    } as const;
    const tests = await runAttackTests(wire, surface, { active: true });
    return new Set(tests.map(({ status }) => status));
  };
  expect(await run(false)).toEqual(new Set(["unknown"]));
  expect(await run(true)).toEqual(new Set(["not-vulnerable"]));
  await wire.close();
  expect(peer.taken()).toBe(0);
  await peer.close();
});

test("after a whole enumeration, with what STARTTLS has shown", async () => {
  const peer = await flawedServer({ heartbleed: true });
  const startTlsInjection = { status: "vulnerable", why: "takes what came before" } as const;
  const result = await attacked(peer.port, { startTlsInjection });
  expect(statuses(result)).toEqual({
    ...NONE,
    heartbleed: "vulnerable",
    "starttls-injection": "vulnerable",
  });
  await peer.close();
});
