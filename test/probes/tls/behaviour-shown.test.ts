/** What answers show by themselves. */
import { afterEach, describe, expect, test } from "vitest";
import { closeScripted, scripted, TLS10, TLS11, TLS12, TLS13 } from "./behaviour-scripted.ts";

afterEach(closeScripted);

const marked = (last: number) =>
  Buffer.concat([Buffer.alloc(24, 7), Buffer.from("DOWNGRD"), Buffer.of(last)]);
const none = Buffer.alloc(0);

describe("secure renegotiation", () => {
  test("without renegotiation_info there is none", async () => {
    const { answers } = await scripted({ versions: [TLS12], parts: () => ({}) });
    expect(answers["secure-renegotiation"]).toBe("no");
    expect(answers["extended-master-secret"]).toBe("no");
  });

  test("with an empty one there is", async () => {
    const { answers } = await scripted({ versions: [TLS12] });
    expect(answers["secure-renegotiation"]).toBe("yes");
    expect(answers["extended-master-secret"]).toBe("yes");
  });

  test("one that is not empty says nothing", async () => {
    const parts = () => ({ extensions: [[0xff01, Buffer.from([1, 5])]] as const });
    const { answers } = await scripted({ versions: [TLS12], parts });
    expect(answers["secure-renegotiation"]).toBe("unknown");
  });

  test("one version without it is enough", async () => {
    const { tests } = await scripted({
      versions: [TLS10, TLS12],
      parts: ({ legacy }) => (legacy === TLS10 ? {} : { extensions: [[0xff01, Buffer.of(0)]] }),
    });
    expect(tests.find((one) => one.test === "secure-renegotiation")).toMatchObject({
      answer: "no",
      why: "no renegotiation_info in the answer of TLSv1.0",
    });
  });
});

describe("extended master secret", () => {
  test("one version without it is enough", async () => {
    const { answers } = await scripted({
      versions: [TLS11, TLS12],
      parts: ({ legacy }) => (legacy === TLS11 ? {} : { extensions: [[23, none]] }),
    });
    expect(answers["extended-master-secret"]).toBe("no");
  });
});

describe("mark of a downgrade", () => {
  test.each([
    [[TLS12, TLS13], { [TLS12]: 1 }, "yes"],
    [[TLS12, TLS13], { [TLS12]: 0 }, "no"],
    [[TLS12, TLS13], { [TLS12]: 2 }, "no"],
    [[TLS12, TLS13], {}, "no"],
    [[TLS11, TLS13], { [TLS11]: 0 }, "yes"],
    [[TLS11, TLS13], { [TLS11]: 1 }, "no"],
    [[TLS11, TLS12, TLS13], { [TLS11]: 0, [TLS12]: 1 }, "yes"],
    [[TLS11, TLS12, TLS13], { [TLS12]: 1 }, "no"],
    [[TLS12], {}, "not-applicable"],
    [[TLS13], {}, "not-applicable"],
  ])(
    "versions %j with %j: %s",
    async (versions, marks: Readonly<Record<number, number>>, expected) => {
      const { answers } = await scripted({
        versions,
        parts: ({ legacy }) => {
          const mark = marks[legacy];
          return mark === undefined ? {} : { random: marked(mark) };
        },
      });
      expect(answers["downgrade-sentinel"]).toBe(expected);
    },
  );
});

test("where nothing is accepted nothing is tested", async () => {
  const { tests, connections } = await scripted({ versions: [] });
  expect(tests).toEqual([]);
  expect(connections).toBe(0);
});
