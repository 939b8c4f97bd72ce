import { expect, test } from "vitest";
import { interleaved } from "#probes/common/chunks.ts";

test.each([
  [[], []],
  [[[], []], []],
  [
    [["a1", "a2", "a3"], [], ["c1"], ["d1", "d2"]],
    ["a1", "c1", "d1", "a2", "d2", "a3"],
  ],
])("%j", (lists, items) => {
  expect(interleaved<string>(lists)).toEqual(items);
});
