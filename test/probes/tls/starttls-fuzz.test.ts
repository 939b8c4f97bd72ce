import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { STARTTLS_PROTOCOLS } from "#model/endpoint-url.ts";
import { createPreamble, type Step } from "#probes/tls/starttls/preamble.ts";
import { HONEST, play } from "../../support/starttls-scripts.ts";

const RUNS = 300;
/** More than any step tells. */
const LONGEST = 6000;

/** Pieces of what servers of all protocols say, whole and torn, with anything between. */
const spoken = Object.values(HONEST)
  .flat()
  .flatMap((turn) => (turn instanceof RegExp ? [] : [Buffer.from(turn)]));
const piece = fc.oneof(
  fc.constantFrom(...spoken),
  fc.constantFrom(
    "\r\n",
    "\n",
    " ",
    "-",
    ">",
    "<",
    "</stream:features>",
    ".\r\n",
    "a1 OK\r\n",
    "0\x84",
  ),
  fc
    .tuple(fc.constantFrom(...spoken), fc.nat(), fc.nat())
    .map(([bytes, from, to]) => bytes.subarray(from % bytes.length, to % (bytes.length + 1))),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
);
const chunk = piece.map((bytes) => Buffer.from(bytes));

function isStep(step: Step): boolean {
  if ("refused" in step) return step.refused.length < LONGEST;
  if ("broken" in step) return step.broken.length < LONGEST;
  if ("ready" in step) return step.ready;
  return step.send.length > 0 && step.send.length < 200;
}

describe.each(STARTTLS_PROTOCOLS)("%s", (protocol) => {
  test("anything is read without a throw, and its end stays its end", () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 30 }), (chunks) => {
        const preamble = createPreamble(protocol, "server.example");
        let end: Step | null = null;
        for (const bytes of chunks) {
          const step = preamble.push(bytes);
          if (step !== null) expect(isStep(step)).toBe(true);
          if (end !== null && !("ready" in end) && bytes.length > 0) expect(step).toEqual(end);
          if (end !== null && "ready" in end && bytes.length > 0)
            expect(step).toHaveProperty("broken");
          if (step !== null && (!("send" in step) || "ready" in step)) end = step;
        }
      }),
      { numRuns: RUNS },
    );
  });

  test("an honest talk comes to the same end however it is cut", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (size) => {
        expect(play(protocol, HONEST[protocol], size)).toEqual(play(protocol, HONEST[protocol]));
      }),
      { numRuns: RUNS },
    );
  });

  test("whoever changes a byte of it gets an answer, and never more than four out of it", () => {
    const turns = HONEST[protocol];
    const said = turns.flatMap((turn, at) => (turn instanceof RegExp ? [] : [at]));
    fc.assert(
      fc.property(
        fc.constantFrom(...said),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        (at, place, byte) => {
          const turn = turns[at];
          if (turn === undefined || turn instanceof RegExp) return;
          const bytes = Buffer.from(turn);
          bytes[place % bytes.length] = byte;
          const changed = [...turns.slice(0, at), bytes].filter((one) => !(one instanceof RegExp));
          const { end, sent } = play(protocol, changed);
          if (end !== null) expect(isStep(end)).toBe(true);
          expect(sent.length).toBeLessThanOrEqual(4);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test("a server that never ends is cut off within 64 KiB, a byte at a time too", () => {
    for (const byte of [0x30, 0x20, 0x3c, 0x0a, 0xff]) {
      const preamble = createPreamble(protocol, "server.example");
      let bytes = 0;
      let step: Step | null = null;
      while (bytes <= 65_536 && (step === null || !("broken" in step))) {
        step = preamble.push(Buffer.from([byte]));
        bytes += 1;
      }
      expect(step).toHaveProperty("broken");
    }
  });
});
