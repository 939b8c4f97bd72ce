import { describe, expect, test } from "vitest";
import { probeContext, targetLimits, type ScanSettings } from "#gather/context.ts";
import { gather } from "#gather/gather.ts";
import type { PlannedProbe } from "#gather/plan.ts";
import { createRedactor } from "#gather/redact.ts";
import type { Target } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe, defineRead, isProblem, type Failure, type Probe } from "#model/probe.ts";
import { bucket, estate, NOW } from "../support/evidence.ts";

const [target] = estate().targets as [Target];

/** Settings whose clock only moves by sleeping. */
function settings(fields: Partial<ScanSettings> = {}): ScanSettings & { slept: number[] } {
  let time = NOW.getTime();
  const slept: number[] = [];
  return {
    now: () => new Date(time),
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      time += milliseconds;
    },
    random: () => 0.5,
    signal: new AbortController().signal,
    log: () => {},
    redactor: createRedactor(["canary-secret"]),
    secret: () => undefined,
    environment: {},
    active: false,
    maxAnswerBytes: 1000,
    slept,
    ...fields,
  };
}

function failing(failure: Partial<Failure>): Probe["classify"] {
  return (error) => ({
    reason: "throttled",
    message: error instanceof Error ? error.message : "thrown",
    retryable: true,
    ...failure,
  });
}

function context(scan: ScanSettings, classify: Probe["classify"], limited: Target = target) {
  return probeContext(
    { id: "test", kinds: [], classify },
    limited,
    targetLimits(limited, scan.signal),
    scan,
  );
}

const encryptionOf = (call: () => Promise<unknown>) =>
  defineRead({
    subject: bucket("one"),
    facet: "versioning",
    service: "s3",
    operation: "s3:GetBucketVersioning",
    permission: "s3:GetBucketVersioning",
    call,
    map: (raw) => {
      if (typeof raw !== "boolean") throw new Error("no boolean");
      return { enabled: raw };
    },
  });

describe("reading a facet", () => {
  test("an answer becomes an observation with its source and the hash of the answer", async () => {
    const item = await context(settings(), failing({})).read(encryptionOf(async () => true));
    expect(item).toMatchObject({
      facet: "versioning",
      value: { enabled: true },
      observedAt: NOW.toISOString(),
      source: { probe: "test", operation: "s3:GetBucketVersioning" },
    });
    expect((item as Observation).source.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test("an answer of another shape is malformed", async () => {
    const item = await context(settings(), failing({})).read(encryptionOf(async () => "<html>"));
    expect(item).toMatchObject({ reason: "malformed", facets: ["versioning"] });
  });

  test("a denial names the permission and is not tried again", async () => {
    const scan = settings();
    let calls = 0;
    const item = await context(scan, failing({ reason: "denied", retryable: false })).read(
      encryptionOf(async () => {
        calls += 1;
        throw new Error("AccessDenied");
      }),
    );
    expect(item).toMatchObject({ reason: "denied", permission: "s3:GetBucketVersioning" });
    expect(calls).toBe(1);
  });

  test("throttling is tried again, with full jitter", async () => {
    const scan = settings();
    let calls = 0;
    const item = await context(scan, failing({})).read(
      encryptionOf(async () => {
        calls += 1;
        if (calls < 4) throw new Error("slow down");
        return true;
      }),
    );
    expect(isProblem(item)).toBe(false);
    expect(scan.slept).toEqual([200, 400, 800]);
  });

  test("Retry-After is waited for", async () => {
    const scan = settings();
    let calls = 0;
    await context(scan, failing({ retryAfterMs: 3000 })).read(
      encryptionOf(async () => {
        calls += 1;
        if (calls === 1) throw new Error("slow down");
        return true;
      }),
    );
    expect(scan.slept).toEqual([3000]);
  });

  test("a Retry-After beyond the deadline is given up at once", async () => {
    const scan = settings();
    const item = await context(scan, failing({ retryAfterMs: 600_000 })).read(
      encryptionOf(async () => {
        throw new Error("slow down");
      }),
    );
    expect(item).toMatchObject({ reason: "throttled" });
    expect(scan.slept).toEqual([]);
  });

  test("it gives up after five tries", async () => {
    let calls = 0;
    const item = await context(settings(), failing({})).read(
      encryptionOf(async () => {
        calls += 1;
        throw new Error("slow down");
      }),
    );
    expect(item).toMatchObject({ reason: "throttled" });
    expect(calls).toBe(5);
  });

  test("a call that ignores its deadline holds nobody up", async () => {
    const quick: Target = { ...target, limits: { callTimeout: "PT0S" } };
    const item = await context(settings(), failing({}), quick).read(
      encryptionOf(() => new Promise(() => {})),
    );
    expect(item).toMatchObject({ reason: "timeout" });
  });

  test("secrets are taken out of messages and values", async () => {
    const scan = settings();
    const asked = context(scan, failing({ reason: "denied", retryable: false }));
    const item = (await asked.read(
      encryptionOf(async () => {
        throw new Error("canary-secret and AKIAIOSFODNN7EXAMPLE in https://u:pw@host/?sig=abc%2B");
      }),
    )) as Problem;
    expect(item.message).not.toMatch(/canary|AKIA|u:pw|abc%2B/);
  });

  test("a service's calls never exceed its limit", async () => {
    const limited: Target = { ...target, limits: { concurrency: 3 } };
    const asked = context(settings(), failing({}), limited);
    let open = 0;
    let most = 0;
    const reads = Array.from({ length: 30 }, () =>
      encryptionOf(async () => {
        open += 1;
        most = Math.max(most, open);
        await Promise.resolve();
        open -= 1;
        return true;
      }),
    );
    const items = await Array.fromAsync(asked.readAll(reads));
    expect(items).toHaveLength(30);
    expect(most).toBe(3);
  });

  test("who waits for a turn holds no place of another service, and each try waits for its own", async () => {
    const alone: Target = { ...target, limits: { concurrency: 1 } };
    const asked = context(settings(), failing({}), alone);
    const turns: (() => void)[] = [];
    let calls = 0;
    const waiting = asked.ask({
      service: "paced",
      operation: "paced",
      turn: () => new Promise((resolve) => void turns.push(resolve)),
      call: async () => {
        calls += 1;
        if (calls === 1) throw new Error("slow down");
        return true;
      },
    });
    const other = { service: "other", operation: "other", call: async () => "answered" };
    expect(await asked.ask(other)).toMatchObject({ raw: "answered" });
    expect([calls, turns.length]).toEqual([0, 1]);
    turns[0]?.();
    await expect.poll(() => turns.length).toBe(2);
    expect(calls).toBe(1);
    turns[1]?.();
    expect(await waiting).toMatchObject({ ok: true });
  });

  test("a scan that is cut off waits for no turn", async () => {
    const stop = new AbortController();
    const asked = context(settings({ signal: stop.signal }), failing({}));
    const waiting = asked.ask({
      service: "paced",
      operation: "paced",
      turn: (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
      call: async () => true,
    });
    await Promise.resolve();
    stop.abort();
    expect(await waiting).toMatchObject({ ok: false, failure: { reason: "cancelled" } });
  });
});

describe("gathering", () => {
  const planned = (gatherer: Probe["gather"], id = "p"): PlannedProbe => ({
    target,
    entry: {
      id,
      title: id,
      provider: "aws",
      kinds: [],
      provides: {},
      load: async () => ({
        default: defineProbe({
          id,
          title: id,
          provider: "aws",
          kinds: [],
          provides: {},
          gather: gatherer,
          classify: failing({}),
        }),
      }),
    },
    wanted: new Set(["versioning"]),
  });
  const one = (asked: { observe: Parameters<Probe["gather"]>[2]["observe"] }, name: string) =>
    asked.observe(bucket(name), "versioning", { enabled: true }, { operation: "test" });

  test("a probe that throws costs its own facets only", async () => {
    const evidence = await gather(
      [target],
      [
        planned(async function* (_target, _wanted, asked) {
          yield one(asked, "a");
          throw new Error("crash");
        }, "bad"),
        planned(async function* (_target, _wanted, asked) {
          yield one(asked, "b");
        }, "good"),
      ],
      settings(),
    );
    expect(evidence.observations.map(({ subject }) => subject.name)).toEqual(["a", "b"]);
    expect(evidence.problems).toMatchObject([
      { probe: "bad", reason: "malformed", facets: ["versioning"], subject: null },
    ]);
    expect(evidence.complete).toBe(true);
  });

  test("cancelled, it gives what came so far and is marked incomplete", async () => {
    const controller = new AbortController();
    const evidence = await gather(
      [target],
      [
        planned(async function* (_target, _wanted, asked) {
          yield one(asked, "a");
          controller.abort();
          await new Promise(() => {});
        }),
      ],
      settings({ signal: controller.signal }),
    );
    expect(evidence.observations).toHaveLength(1);
    expect(evidence.problems).toMatchObject([{ reason: "cancelled" }]);
    expect(evidence.complete).toBe(false);
  });

  test("what is ready when it is cancelled still counts, also where nothing was being waited for", async () => {
    const controller = new AbortController();
    const evidence = await gather(
      [target],
      [
        planned(async function* (_target, _wanted, asked) {
          controller.abort();
          yield one(asked, "a");
          yield one(asked, "b");
          await new Promise(() => {});
        }),
      ],
      settings({ signal: controller.signal }),
    );
    expect(evidence.observations.map(({ subject }) => subject.name)).toEqual(["a", "b"]);
    expect(evidence.problems).toMatchObject([{ reason: "cancelled" }]);
  });

  test("a target's deadline ends a probe that hangs", async () => {
    const quick: Target = { ...target, limits: { targetTimeout: "PT0S" } };
    const evidence = await gather(
      [quick],
      [
        {
          ...planned(async function* (_target, _wanted, asked) {
            await new Promise(() => {});
            yield one(asked, "never");
          }),
          target: quick,
        },
      ],
      settings(),
    );
    expect(evidence.problems).toMatchObject([{ reason: "timeout" }]);
    expect(evidence.complete).toBe(true);
  });
});

describe("many accounts", () => {
  test("six are read at once, endpoints wait for none of them", async () => {
    const running = { aws: 0, endpoint: 0 };
    const most = { aws: 0, endpoint: 0 };
    const probe = (provider: "aws" | "endpoint") => ({
      ...defineProbe({
        id: provider,
        title: provider,
        provider,
        kinds: [],
        provides: {},
        classify: failing({}),
        gather: async function* gather() {
          running[provider] += 1;
          most[provider] = Math.max(most[provider], running[provider]);
          await new Promise(setImmediate);
          running[provider] -= 1;
          yield* [];
        },
      }),
    });
    const aws = Array.from({ length: 20 }, (_, id) => ({ ...target, id: `aws-${id}` }));
    const endpoints = Array.from({ length: 20 }, (_, id) => ({
      id: `e-${id}`,
      provider: "endpoint" as const,
      url: "https://a.example",
      labels: [],
    }));
    const planned = [...aws, ...endpoints].map((one): PlannedProbe => {
      const own = probe(one.provider === "endpoint" ? "endpoint" : "aws");
      const entry = { ...own, load: () => Promise.resolve({ default: own }) };
      return { target: one, entry, wanted: new Set() };
    });
    await gather([...aws, ...endpoints], planned, settings());
    expect(most.aws).toBe(6);
    expect(most.endpoint).toBe(20);
  });
});
