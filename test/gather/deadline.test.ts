import { getEventListeners } from "node:events";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deadline } from "#gather/deadline.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("aborts when the time is over", () => {
  const { signal } = deadline(new AbortController().signal, 1000);
  vi.advanceTimersByTime(999);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(signal.reason).toMatchObject({ name: "TimeoutError" });
});

test("aborts with its parent, for the same reason", () => {
  const parent = new AbortController();
  const { signal } = deadline(parent.signal, 1000);
  parent.abort("enough");
  expect(signal.reason).toBe("enough");
  expect(deadline(parent.signal, 1000).signal.reason).toBe("enough");
});

test("leaves nothing behind once it is released", () => {
  const parent = new AbortController();
  const { signal, release } = deadline(parent.signal, 1000);
  release();
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(parent.signal, "abort")).toEqual([]);
  parent.abort();
  expect(signal.aborted).toBe(false);
});
