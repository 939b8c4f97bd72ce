import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chain, type End, explore, type Step, WHOLE, worst } from "#probes/tls/explore.ts";

const SILENT_END: End = { unfinished: null, silentEnd: true };
const CUT: End = { unfinished: "cut", silentEnd: false };

/** A server with these, that takes the first of the offer; counts the questions and how many go on at once. */
function serverOf(own: ReadonlySet<number>, last: End = WHOLE) {
  let asked = 0;
  let running = 0;
  let most = 0;
  const step: Step = async (candidates) => {
    asked += 1;
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    return candidates.find((one) => own.has(one)) ?? last;
  };
  return { step, asked: () => asked, most: () => most };
}

const lists = fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { maxLength: 80 });

describe("taking away what is chosen", () => {
  test("finds all that there is, one by one or in halves", async () => {
    await fc.assert(
      fc.asyncProperty(lists, lists, async (offered, extra) => {
        const own = new Set([...offered.filter((one) => one % 2 === 0), ...extra]);
        const wanted = offered.filter((one) => own.has(one)).toSorted((a, b) => a - b);
        for (const how of [chain, explore]) {
          const found: number[] = [];
          expect(await how(serverOf(own).step, offered, found)).toEqual(WHOLE);
          expect(found.toSorted((a, b) => a - b)).toEqual(wanted);
        }
      }),
    );
  });

  test("one by one keeps the order, and costs one question more than there are", async () => {
    const { step, asked } = serverOf(new Set([3, 5, 7]));
    const found: number[] = [];
    await chain(step, [9, 7, 5, 3, 1], found);
    expect(found).toEqual([7, 5, 3]);
    expect(asked()).toBe(4);
  });

  test("halves go on beside each other once there are many, and not for few", async () => {
    const offered = Array.from({ length: 80 }, (_, index) => index);
    const many = serverOf(new Set(offered));
    await explore(many.step, offered, []);
    expect(many.most()).toBeGreaterThan(4);
    const few = serverOf(new Set([4, 40]));
    await explore(few.step, offered, []);
    expect([few.asked(), few.most()]).toEqual([3, 1]);
  });

  test("how it ended is told, of every half", async () => {
    for (const end of [SILENT_END, CUT]) {
      expect(await chain(serverOf(new Set([1]), end).step, [1, 2], [])).toEqual(end);
      const offered = Array.from({ length: 20 }, (_, index) => index);
      expect(await explore(serverOf(new Set(offered.slice(3)), end).step, offered, [])).toEqual(
        end,
      );
    }
    expect(worst([WHOLE, SILENT_END, CUT])).toEqual({ unfinished: "cut", silentEnd: true });
    expect(worst([])).toEqual(WHOLE);
  });
});
