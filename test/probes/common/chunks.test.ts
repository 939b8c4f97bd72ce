import { expect, test } from "vitest";
import { chunks } from "#probes/common/chunks.ts";

const items = Array.from({ length: 1_000 }, (_, at) => at);

test("all items come in order", async () => {
  const seen: number[] = [];
  for await (const some of chunks(items, new AbortController().signal)) seen.push(...some);
  expect(seen).toEqual(items);
});

test("nothing more comes once the signal aborts", async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  for await (const some of chunks(items, stop.signal)) {
    seen.push(...some);
    stop.abort();
  }
  expect(seen).toEqual(items.slice(0, 250));
});

test("timers fire between the chunks", async () => {
  let fired = false;
  setTimeout(() => {
    fired = true;
  }, 0);
  for await (const _ of chunks(items, AbortSignal.timeout(10_000))) {
    const until = performance.now() + 3;
    while (performance.now() < until);
  }
  expect(fired).toBe(true);
});
