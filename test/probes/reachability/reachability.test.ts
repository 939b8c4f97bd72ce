import { once } from "node:events";
import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { closedPort } from "#fixtures/estate/endpoints.ts";
import { targetSchema, type TargetOf } from "#model/estate.ts";
import type { Probe } from "#model/probe.ts";
import type { PortState } from "#model/reachability-facets.ts";
import { gatherReachability } from "#probes/reachability/gather.ts";
import { pace } from "#probes/reachability/pace.ts";
import { lookFromOutside } from "#probes/reachability/look.ts";
import probe from "#probes/reachability/reachability.ts";
import { facetOf, testScan } from "../../support/probe-context.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** A clock that moves only where somebody waits. */
function clock() {
  let now = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    wait: (milliseconds: number) => {
      waits.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => {})));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  // A server that listens on TCP has such an address.
  return (server.address() as AddressInfo).port;
}
const tcp = (act: (socket: Socket) => void = () => {}) => listen(createServer(act));
const web = (act: RequestListener) => listen(createHttp(act));

function endpoint(url: string, outside?: object, port = 1, httpPort = port): TargetOf<"endpoint"> {
  const connect = { host: "127.0.0.1", port, httpPort };
  const limits = { callTimeout: "PT2S" };
  const target = targetSchema.parse({
    id: "t",
    provider: "endpoint",
    url,
    connect,
    outside,
    limits,
  });
  if (target.provider !== "endpoint") throw new Error("no endpoint");
  return target;
}

async function look(target: TargetOf<"endpoint">, time = clock()) {
  const timed: Probe = { ...probe, gather: gatherReachability(pace(time)) };
  const gathered = await testScan(target).gather(timed);
  const value = gathered.observations[0]?.value;
  const [subject] = gathered.observations;
  return {
    ...gathered,
    value,
    reachability: facetOf(gathered, subject?.subject.name ?? "", "reachability"),
    waits: time.waits,
  };
}

describe("ports that are declared closed", () => {
  test("open and refused ones, with the own address and the control port", async () => {
    const control = await tcp();
    const open = await tcp();
    const refused = await closedPort();
    const outside = { closed: [open, refused], control };
    const { reachability, waits } = await look(endpoint("ssh://host.example", outside));
    expect(reachability).toEqual({
      declared: { closed: [open, refused], restricted: false },
      seenAs: null,
      hosts: [
        {
          address: "127.0.0.1",
          from: "127.0.0.1",
          control: { port: control, alive: true },
          ports: [
            { port: open, state: "open" },
            { port: refused, state: "refused" },
          ],
          answer: null,
        },
      ],
    });
    // Control, two ports, the refused one again, control: five attempts, a second between each.
    expect(waits).toHaveLength(4);
  });

  test("nothing is said of the host where its control port does not answer", async () => {
    const [refused, away] = [await closedPort(), await closedPort()];
    const { reachability } = await look(
      endpoint("ssh://host.example", { closed: [refused], control: away }),
    );
    expect(reachability?.hosts[0]).toMatchObject({
      from: null,
      control: { alive: false },
      ports: [{ port: refused, state: "refused" }],
    });
  });

  test("a control port that goes away meanwhile proves nothing", async () => {
    let taken = 0;
    const server = createServer((socket) => {
      taken += 1;
      socket.destroy();
      server.close();
    });
    const control = await listen(server);
    stops.length = 0;
    const { reachability } = await look(
      endpoint("ssh://host.example", { closed: [await closedPort()], control }),
    );
    expect(taken).toBe(1);
    expect(reachability?.hosts[0]?.control.alive).toBe(false);
  });

  test("where nothing is declared nothing is tried", async () => {
    let taken = 0;
    const port = await tcp(() => (taken += 1));
    const { reachability, observations } = await look(
      endpoint("ssh://host.example", undefined, port),
    );
    expect(reachability).toEqual({ declared: null, seenAs: null, hosts: [] });
    expect(observations[0]?.source.operation).toBe("declared in the estate");
    expect(taken).toBe(0);
  });

  test.each<[string, readonly (PortState | null)[], PortState]>([
    ["silent twice", ["silent", "silent"], "silent"],
    ["refused twice", ["refused", "refused"], "refused"],
    ["refused, then silent: closed all the same", ["refused", "silent"], "silent"],
    ["silent, then open", ["silent", "open"], "open"],
    ["open at once is not tried again", ["open"], "open"],
    ["silent, then not tried", ["silent", null], "unknown"],
    ["not tried, then refused", [null, "refused"], "unknown"],
    ["not tried, then open", [null, "open"], "open"],
    ["neither open nor closed", ["unknown", "silent"], "unknown"],
  ])("%s", async (_name, states, state) => {
    const script = [...states];
    const asked: string[] = [];
    const value = await lookFromOutside(
      {
        outside: { closed: [22], restricted: false },
        address: { host: "h", port: 443, httpPort: 80, serverName: "h", startTls: null },
        url: null,
        timeoutMs: 1,
        ask: ({ operation }) => {
          asked.push(operation);
          const next = operation.endsWith(" 22") ? script.shift() : "open";
          const failure = { reason: "cancelled", message: "", retryable: false } as const;
          if (next === null) return Promise.resolve({ ok: false, failure });
          // What an attempt gives; the question's type is its caller's.
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion
          const raw = { state: next, from: "192.0.2.9" } as never;
          return Promise.resolve({ ok: true, raw, observedAt: "", sha256: "" });
        },
        pace: () => Promise.resolve(),
      },
      ["192.0.2.1"],
    );
    expect(value.hosts[0]).toMatchObject({
      from: "192.0.2.9",
      control: { port: 443, alive: true },
      ports: [{ port: 22, state }],
    });
    expect(script).toEqual([]);
    expect(asked.at(-1)).toBe("connection to 192.0.2.1, port 443");
  });

  test("a name that does not exist is a problem", async () => {
    const target = endpoint("ssh://host.example", { closed: [22] });
    const { observations, problems } = await look({
      ...target,
      connect: { host: "no-such-host.invalid" },
    });
    expect(observations).toEqual([]);
    expect(problems).toMatchObject([{ facets: ["reachability"], reason: "unreachable" }]);
  });
});

describe("an endpoint that is declared restricted", () => {
  const restricted = { restricted: true };

  test.each<[string, RequestListener, object]>([
    ["content", (_request, response) => response.end("hello"), { state: "answers", status: 200 }],
    [
      "403",
      (_request, response) => response.writeHead(403).end(),
      { state: "answers", status: 403 },
    ],
    [
      "a redirect, which is not followed",
      (_request, response) =>
        response.writeHead(302, { location: "http://169.254.169.254/" }).end(),
      { state: "answers", status: 302 },
    ],
    [
      "a body without end",
      (_request, response) => {
        const more = () => {
          while (!response.destroyed && response.write("x".repeat(65_536))) {
            // As long as it is taken in.
          }
        };
        response.on("drain", more);
        more();
      },
      { state: "answers", status: 200 },
    ],
    [
      "an end without an answer",
      (request) => request.socket.destroy(),
      { state: "hangs-up", status: null },
    ],
    [
      "no HTTP",
      (request) => request.socket.end("220 mail\r\n"),
      { state: "unknown", status: null },
    ],
  ])("the web answers with %s", async (_name, act, answer) => {
    const port = await web(act);
    const target = endpoint("http://app.example", restricted, port);
    const { reachability } = await look(target);
    expect(reachability?.hosts[0]).toMatchObject({ answer, from: "127.0.0.1" });
  });

  test("a server that speaks first", async () => {
    const port = await tcp((socket) => socket.write("SSH-2.0-x\r\n"));
    const { reachability } = await look(endpoint("ssh://host.example", restricted, port));
    expect(reachability?.hosts[0]).toMatchObject({
      answer: { state: "answers", status: null },
      control: { port, alive: true },
    });
  });

  test("one that ends the connection, one that is silent on it, one that refuses", async () => {
    const ends = await tcp((socket) => socket.end());
    const silent = await tcp();
    const control = silent;
    for (const [port, state] of [
      [ends, "hangs-up"],
      [silent, "unknown"],
      [await closedPort(), "refused"],
    ] as const) {
      const { reachability } = await look(
        endpoint("ssh://host.example", { ...restricted, control }, port),
      );
      expect(reachability?.hosts[0]?.answer).toEqual({ state, status: null });
    }
  });
});

test("one attempt a second to each address, whoever makes it", async () => {
  const time = clock();
  const turn = pace(time);
  const { signal } = new AbortController();
  const started: number[] = [];
  const attempt = (address: string) => turn(address, signal);
  await attempt("192.0.2.1");
  await attempt("192.0.2.2");
  expect(time.waits).toEqual([]);
  for (let index = 0; index < 3; index += 1) {
    await attempt("192.0.2.1");
    started.push(time.now());
  }
  expect(started).toEqual([1000, 2000, 3000]);
});

test("attempts that come at once wait for each other", async () => {
  let now = 0;
  const waits: number[] = [];
  const turn = pace({
    now: () => now,
    wait: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
  });
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 4 }, () => turn("192.0.2.1", signal)));
  expect(waits).toEqual([1000, 2000, 3000]);
  now = 10_000;
  await turn("192.0.2.1", signal);
  expect(waits).toHaveLength(3);
});
