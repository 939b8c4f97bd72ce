import { describe, expect, test } from "vitest";
import { paced, pacedQuery } from "#probes/azure/allowances.ts";
import { bucket, window, type Clock } from "#probes/azure/pacer.ts";
import { azureLimits } from "#fixtures/estate/azure/limits.ts";

/** A clock that stands; tells how long was waited. */
function standing() {
  const waits: number[] = [];
  let at = 0;
  const clock: Clock = {
    now: () => at,
    wait: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
  };
  return { clock, waits, pass: (milliseconds: number) => (at += milliseconds) };
}
const never = new AbortController().signal;

describe("a bucket", () => {
  test("lets a burst through, and each other in its turn", async () => {
    const { clock, waits, pass } = standing();
    const take = bucket({ burst: 2, perSecond: 10 }, clock);
    for (let asked = 0; asked < 4; asked += 1) await take(never);
    expect(waits).toEqual([100, 200]);
    pass(1000);
    for (let asked = 0; asked < 3; asked += 1) await take(never);
    expect(waits.slice(2)).toEqual([100]);
  });
});

describe("a window", () => {
  test("begins again when its first one is over, and a little later for what was slow on its way", async () => {
    const { clock, waits, pass } = standing();
    const take = window({ most: 2, seconds: 5 }, clock);
    await take(never);
    pass(1000);
    for (let asked = 0; asked < 4; asked += 1) await take(never);
    // The second goes at once, the others when the first, the second and the third have been gone for 5 s.
    expect(waits).toEqual([4250, 5250, 9500]);
    pass(60_000);
    await take(never);
    expect(waits).toHaveLength(3);
  });
});

test("who is cut off waits no more", async () => {
  const stop = new AbortController();
  const take = window({ most: 1, seconds: 300 });
  await take(stop.signal);
  const second = take(stop.signal);
  stop.abort();
  await second;
});

describe("what a question draws on", () => {
  const context = { signal: never };
  const sub = "/subscriptions/one";
  test.each([
    [null, "/providers/Microsoft.Management/managementGroups/g", "arm"],
    ["ONE", `${sub}/resources`, "arm one"],
    ["one", `${sub}/providers/Microsoft.Storage/storageAccounts?api-version=1`, "arm-storage one"],
    [
      "one",
      `${sub}/resourceGroups/g/providers/microsoft.storage/storageAccounts/st`,
      "arm-storage one",
    ],
    [
      "one",
      `${sub}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/st/providers/Microsoft.Insights/diagnosticSettings`,
      "arm one",
    ],
  ])("%s %s", (under, path, service) => {
    expect(paced(context, { under, path }).service).toBe(service);
  });

  test("probes of one scan share it, those of another do not", () => {
    const { turn } = pacedQuery(context);
    expect(pacedQuery({ signal: never }).turn).toBe(turn);
    expect(pacedQuery({ signal: new AbortController().signal }).turn).not.toBe(turn);
  });
});

test("what the pacers let through, Azure takes", async () => {
  const limits = azureLimits();
  const refused: string[] = [];
  const run = async (
    path: string,
    count: number,
    make: (clock: Clock) => ReturnType<typeof bucket>,
  ) => {
    const { clock, waits } = standing();
    const take = make(clock);
    for (let asked = 0; asked < count; asked += 1) {
      const before = waits.length;
      await take(never);
      const at = waits.length > before ? (waits.at(-1) ?? 0) : 0;
      // On its way for up to 200 ms.
      if (limits(path, at + ((asked * 37) % 200)) !== null) refused.push(path);
    }
  };
  await run("/providers/Microsoft.ResourceGraph/resources", 60, (clock) =>
    window({ most: 15, seconds: 5 }, clock),
  );
  await run(
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a",
    240,
    (clock) => window({ most: 800, seconds: 300 }, clock),
  );
  expect(refused).toEqual([]);
});
