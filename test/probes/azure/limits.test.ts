import { expect, test } from "vitest";
import { azureLimits } from "#fixtures/estate/azure/limits.ts";

const IN = "/subscriptions/one";
const STORAGE = `${IN}/providers/Microsoft.Storage/storageAccounts`;
const ACCOUNT = `${IN}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/st?api-version=1`;

/** How many of so many calls are taken at a moment, and what the first of the others is told. */
function ask(limits: ReturnType<typeof azureLimits>, path: string, count: number, at: number) {
  const waits = Array.from({ length: count }, () => limits(path, at));
  return [waits.filter((wait) => wait === null).length, waits.find((wait) => wait !== null)];
}

test("a subscription's bucket: 250, and 25 more each second, beside that of any other", () => {
  const limits = azureLimits();
  expect(ask(limits, `${IN}/resources?api-version=1`, 300, 0)).toEqual([250, 1]);
  expect(ask(limits, `/subscriptions/ONE?api-version=1`, 30, 1000)).toEqual([25, 1]);
  expect(ask(limits, "/subscriptions/two/resources", 10, 1000)).toEqual([10, undefined]);
  expect(ask(limits, `${IN}/resources`, 300, 60_000)).toEqual([250, 1]);
});

test("Resource Graph: 15 in any 5 seconds", () => {
  const limits = azureLimits();
  const graph = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01";
  expect(ask(limits, graph, 10, 0)).toEqual([10, undefined]);
  expect(ask(limits, graph, 10, 3000)).toEqual([5, 2]);
  expect(ask(limits, graph, 15, 5000)).toEqual([10, 3]);
});

test("storage: 800 reads and 100 lists in any 5 minutes", () => {
  const limits = azureLimits();
  for (let second = 0; second < 50; second += 10) ask(limits, ACCOUNT, 160, second * 1000);
  expect(ask(limits, ACCOUNT, 1, 50_000)).toEqual([0, 250]);
  expect(ask(limits, `${STORAGE}?api-version=1`, 101, 60_000)).toEqual([100, 300]);
  expect(ask(limits, `${IN}/resources`, 1, 60_000)).toEqual([1, undefined]);
  expect(ask(limits, ACCOUNT, 1, 300_000)).toEqual([1, undefined]);
});
