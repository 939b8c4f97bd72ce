import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cipherSuite } from "#facts/cipher-suites.ts";
import { groupName } from "#facts/named-groups.ts";
import type { HelloVersion } from "#probes/tls/client-hello.ts";
import { TlsScanError } from "#probes/tls/errors.ts";
import { HELLO_VERSIONS } from "#probes/tls/outcomes.ts";
import {
  alert,
  freshAddress,
  helloPeer,
  type Move,
  type SeenHello,
} from "../../support/tls-peer.ts";
import { answer, limits, type Model, models, real, truth } from "./hostile-models.ts";
import {
  accepted,
  exchangeUnfinished,
  groupNames,
  names,
  preferenceOf,
  primeBits,
  scan,
  type ScanOptions,
  status,
  suiteNames,
  suitesUnfinished,
  type TlsScan,
} from "./scan.ts";

async function scanned(
  serve: (hello: SeenHello, index: number) => Move,
  options: ScanOptions = {},
  refuse?: Parameters<typeof helloPeer>[1],
): Promise<{ result: TlsScan | TlsScanError; peak: number }> {
  const peer = await helloPeer(serve, refuse, freshAddress());
  try {
    const result = await scan(peer.port, { host: peer.host, ...options }).catch(
      (error: unknown) => {
        if (error instanceof TlsScanError) return error;
        throw error;
      },
    );
    return { result, peak: peer.peak() };
  } finally {
    await peer.close();
  }
}

describe("an honest server of any settings", () => {
  test("is described as it is: 200 of them", { timeout: 60_000 }, async () => {
    await fc.assert(fc.asyncProperty(models, isDescribed), { numRuns: 200 });
  });

  test(
    "is described as it is where it fails on long hellos: 60 of them",
    { timeout: 60_000 },
    async () => {
      const limited = fc.tuple(models, limits).map(([model, limit]) => ({ ...model, limit }));
      await fc.assert(fc.asyncProperty(limited, isDescribed), { numRuns: 60 });
    },
  );
});

async function isDescribed(drawn: Model): Promise<void> {
  const model = real(drawn);
  const expected = truth(model);
  const { result } = await scanned((hello) => answer(model, hello));
  if (result instanceof TlsScanError) {
    expect(expected.size, result.message).toBe(0);
    return;
  }
  expect(accepted(result)).toEqual(HELLO_VERSIONS.filter((one) => expected.has(one)));
  for (const { version, status: said, why } of result.protocols.versions) {
    expect(said, `${version}: ${why}`).not.toBe("unknown");
  }
  for (const [version, { suites: own, groups: curves, primes }] of expected) {
    expect(suiteNames(result, version).sort()).toEqual(names(own).sort());
    expect(groupNames(result, version).sort()).toEqual(curves.map(groupName).sort());
    // One that export suites run in, too, is there twice.
    expect([...new Set(primeBits(result, version))]).toEqual(primes);
    checkOrder(model, result, version, own);
  }
  expect(result.cipherSuites.unfinished).toEqual([]);
  expect(exchangeUnfinished(result)).toEqual([]);
}

/** The server's order where it has one; ChaCha20 apart, which some give to whoever puts it first. */
function checkOrder(
  model: Model,
  result: TlsScan,
  version: HelloVersion,
  suites: readonly number[],
): void {
  const isPlain = (code: number) => cipherSuite(code)?.cipher !== "CHACHA20";
  const plain = suites.filter(isPlain);
  const order = preferenceOf(result, version)?.order ?? null;
  if (suites.length < 2) expect(order).toBeNull();
  else if (model.clientOrder === true) expect(order).toBe("client");
  else if (plain.length > 1 || model.chachaForClients !== true) expect(order).toBe("server");
  else expect(order).not.toBe("client");
  if (model.clientOrder === true) return;
  // Whether it is courteous shows where ChaCha20 is not its own first choice; in bundles it is not asked.
  const [first = 0] = suites;
  const tells = order === "server" && isPlain(first) && plain.length < suites.length;
  const courteous = preferenceOf(result, version)?.chachaForClients ?? null;
  const known = tells && (model.limit === null || courteous !== null);
  expect(courteous).toBe(known ? model.chachaForClients : null);
  const found = suiteNames(result, version);
  const inOrder = found.filter((name) => names(plain).includes(name));
  expect(inOrder).toEqual(names(plain));
  if (model.chachaForClients !== true) expect(found).toEqual(names(suites));
}

/** How a server fails that would answer otherwise. */
const failures = fc.constantFrom<"reset" | "close" | "alert80">("reset", "close", "alert80");

/** Which of the hellos it fails; counted, so that each run is the same. */
const unsteadiness = fc.oneof(
  fc.record({
    what: fc.constant("every" as const),
    period: fc.integer({ min: 2, max: 9 }),
    of: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({
    what: fc.constant("after" as const),
    period: fc.integer({ min: 0, max: 60 }),
    of: fc.constant(0),
  }),
  fc.record({
    what: fc.constant("until" as const),
    period: fc.integer({ min: 0, max: 40 }),
    of: fc.constant(0),
  }),
);

describe("an unsteady server", () => {
  test(
    "is never said to reject what it accepts, and no gap goes unmarked: 120 of them",
    { timeout: 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(models, failures, unsteadiness, async (drawn, how, when) => {
          const model = real(drawn);
          const fails = (index: number) =>
            when.what === "every"
              ? index % when.period < Math.min(when.of, when.period - 1)
              : when.what === "after"
                ? index >= when.period
                : index < when.period;
          const { result } = await scanned((hello, index) => {
            if (!fails(index)) return answer(model, hello);
            return how === "alert80" ? alert(80) : how;
          });
          checkModest(model, result);
        }),
        { numRuns: 120 },
      );
    },
  );

  test(
    "that takes so many connections at once and refuses the others",
    { timeout: 60_000 },
    async () => {
      const kinds = fc.constantFrom("reset" as const, "close" as const);
      await fc.assert(
        fc.asyncProperty(
          models,
          kinds,
          fc.integer({ min: 1, max: 8 }),
          async (drawn, how, most) => {
            const model = real(drawn);
            const { result } = await scanned(
              (hello) => answer(model, hello),
              {},
              (open) => (open > most ? how : null),
            );
            checkModest(model, result);
          },
        ),
        { numRuns: 40 },
      );
    },
  );

  test("that stops answering after so many hellos", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(models, fc.integer({ min: 0, max: 40 }), async (drawn, most) => {
        const model = real(drawn);
        const { result } = await scanned(
          (hello, index) => (index >= most ? "hang" : answer(model, hello)),
          { timeoutMs: 60 },
        );
        checkModest(model, result);
      }),
      { numRuns: 15 },
    );
  });

  test("that keeps silent to some hellos", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(models, fc.integer({ min: 2, max: 9 }), async (drawn, period) => {
        const model = real(drawn);
        const { result } = await scanned(
          (hello, index) => (index % period === 1 ? "hang" : answer(model, hello)),
          { timeoutMs: 80 },
        );
        checkModest(model, result);
      }),
      { numRuns: 12, examples: [[SILENT_EVERY_EIGHTH, 8]] },
    );
  });
});

describe("many servers behind one address", () => {
  test("are described by nothing that none of them says", { timeout: 60_000 }, async () => {
    const several = fc.array(models, { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(several, async (drawn) => {
        const all = drawn.map(real);
        const { result } = await scanned((hello, index) => {
          const model = all[index % all.length];
          return model === undefined ? "close" : answer(model, hello);
        });
        if (result instanceof TlsScanError) return;
        const truths = all.map(truth);
        for (const version of HELLO_VERSIONS) {
          const own = truths.flatMap((one) => one.get(version) ?? []);
          const said = status(result, version);
          if (own.length === 0) expect(said, version).not.toBe("accepted");
          const suites = names(own.flatMap((one) => one.suites));
          for (const name of suiteNames(result, version)) expect(suites).toContain(name);
          const curves = own.flatMap((one) => one.groups).map(groupName);
          for (const name of groupNames(result, version)) expect(curves).toContain(name);
        }
      }),
      { numRuns: 40 },
    );
  });
});

/** Two silences of its groups come to the same, and no time is left to find others that do not. */
const SILENT_EVERY_EIGHTH: Model = {
  suites: new Map([
    [771, [1, 49249, 49193]],
    [770, [49227, 1, 55, 134, 42]],
    [769, [49169, 49226]],
  ]),
  groups: [30, 23, 29, 8, 18, 21],
  dhBits: 512,
  clientOrder: false,
  clientGroups: false,
  chachaForClients: false,
  old: false,
  limit: null,
};

/** Nothing said that is not so, and nothing left out unmarked. */
function checkModest(model: Model, result: TlsScan | TlsScanError): void {
  if (result instanceof TlsScanError) return;
  const expected = truth(model);
  for (const version of HELLO_VERSIONS) {
    const own = expected.get(version);
    const said = status(result, version);
    if (own === undefined) {
      expect(said, version).not.toBe("accepted");
      continue;
    }
    expect(said, version).not.toBe("rejected");
    const found = suiteNames(result, version);
    for (const name of found) expect(names(own.suites)).toContain(name);
    if (!suitesUnfinished(result).includes(version)) {
      expect(found.toSorted(), version).toEqual(names(own.suites).sort());
    }
    const groups = groupNames(result, version);
    for (const name of groups) expect(own.groups.map(groupName)).toContain(name);
    if (!exchangeUnfinished(result).includes(version)) {
      expect(groups.toSorted(), version).toEqual(own.groups.map(groupName).sort());
      expect([...new Set(primeBits(result, version))], version).toEqual(own.primes);
    }
  }
}
