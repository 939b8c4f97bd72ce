import { afterEach, describe, expect, test } from "vitest";
import { type HostLimit, hostLimit } from "#probes/tls/host-limits.ts";

const limits: HostLimit[] = [];
afterEach(() => {
  for (const limit of limits.splice(0)) limit.release();
});

function limited(most: number): HostLimit {
  const limit = hostLimit("192.0.2.1", most);
  limits.push(limit);
  return limit;
}

const forever = new AbortController().signal;

/** Asks to enter, and notes the name when it is let in. */
function ask(limit: HostLimit, name: string, order: string[], spare?: () => number) {
  return limit.enter(forever, spare).then(() => void order.push(name));
}

/** Lets what is settled run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("the limit of a host", () => {
  test("who leaves connections to others enters only while so many are left", () => {
    const limit = limited(5);
    expect([limit.tryEnter(3), limit.tryEnter(3), limit.tryEnter(3)]).toEqual([true, true, false]);
    expect([limit.tryEnter(), limit.tryEnter(), limit.tryEnter(), limit.tryEnter()]).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  test("and always where nothing is open, so that nobody waits for ever", () => {
    const limit = limited(2);
    expect(limit.tryEnter(10)).toBe(true);
    expect(limit.tryEnter(10)).toBe(false);
  });

  test("who leaves none goes before those who do, each in the order of their coming", async () => {
    const limit = limited(1);
    expect(limit.tryEnter()).toBe(true);
    const order: string[] = [];
    const all = [
      ask(limit, "aside 1", order, () => 0),
      ask(limit, "aside 2", order, () => 0),
      ask(limit, "chain 1", order),
      ask(limit, "chain 2", order),
    ];
    for (let count = 0; count < all.length; count += 1) {
      limit.leave();
      await settled();
    }
    expect(order).toEqual(["chain 1", "chain 2", "aside 1", "aside 2"]);
    await Promise.all(all);
  });

  test("what is to be left is asked again whenever there is room", async () => {
    const limit = limited(3);
    for (let count = 0; count < 3; count += 1) limit.tryEnter();
    const order: string[] = [];
    let spare = 2;
    const aside = ask(limit, "aside", order, () => spare);
    limit.leave();
    await settled();
    expect(order).toEqual([]);
    spare = 1;
    limit.leave();
    await aside;
    expect(order).toEqual(["aside"]);
  });

  test("nobody comes between those who wait", async () => {
    const limit = limited(2);
    limit.tryEnter();
    limit.tryEnter();
    const order: string[] = [];
    const waiting = [ask(limit, "chain", order), ask(limit, "aside", order, () => 1)];
    limit.leave();
    // The place that is free belongs to who waits, if not in this turn.
    expect(limit.tryEnter(0)).toBe(false);
    await settled();
    expect(order).toEqual(["chain"]);
    limit.leave();
    limit.leave();
    await Promise.all(waiting);
  });

  test("who gives up frees the way for the next", async () => {
    const limit = limited(1);
    limit.tryEnter();
    const order: string[] = [];
    const impatient = new AbortController();
    const given = limit.enter(impatient.signal);
    const next = ask(limit, "next", order);
    impatient.abort();
    expect(await given).toBe(false);
    limit.leave();
    await next;
    expect(order).toEqual(["next"]);
  });
});
