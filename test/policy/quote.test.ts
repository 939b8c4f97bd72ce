import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldSpace, quoteProblem } from "#policy/quote.ts";

const text = foldSpace(
  "One.  Data is encrypted at rest.\r\nData is backed up\tdaily, at\u{a0}night. The end.",
);

describe("a quote that holds", () => {
  test.each([
    "Data is encrypted at rest.",
    "  Data is backed\n up daily, at night. ",
    "One. […] daily",
    "Data […] Data […] end",
    "[…] One […]",
    text,
  ])("%s", (quote) => {
    expect(quoteProblem(text, quote)).toBeNull();
  });
});

describe("a quote that does not", () => {
  test.each([
    ["", "expected words of the statement, got none"],
    [" […] […] ", "expected words of the statement, got none"],
    ["Nothing of the kind", 'the statement does not have "Nothing of the kind"'],
    [
      "Data is encrypted in transit",
      'is not in the statement: after "Data is encrypted " it goes on "at rest. Data is backed up daily, at ni…", the quote "in transit"',
    ],
    ["data is encrypted at rest", 'the statement does not have "data is encrypted at rest"'],
    [
      "daily […] One.",
      '"One." stands in the statement, but not after the part before it: keep the statement\'s order',
    ],
    [
      "The end. […] The end.",
      '"The end." stands in the statement, but not after the part before it: keep the statement\'s order',
    ],
    [
      "Data is encrypted … daily",
      'is not in the statement: after "Data is encrypted " it goes on "at rest. Data is backed up daily, at ni…", the quote "… daily"; text that is left out is written […]',
    ],
  ])("%s", (quote, problem) => {
    expect(quoteProblem(text, quote)).toBe(problem);
  });
});

test("any cut of the text holds, with anything left out, however its white space is broken", () => {
  const cut = fc.tuple(fc.nat(text.length - 1), fc.nat(text.length - 1), fc.nat(text.length - 1));
  fc.assert(
    fc.property(cut, fc.constantFrom(" ", "\n", " \u{a0}\n "), (places, space) => {
      const [a = 0, b = 0, c = 0] = places.toSorted((x, y) => x - y);
      const quote = `${text.slice(a, b)} […] ${text.slice(b, c)}x […]`;
      const broken = quote.replaceAll(" ", space);
      const parts = [text.slice(a, b), text.slice(b, c)].map((part) => part.trim());
      const kept = parts
        .filter((part) => part !== "")
        .join(" […] ")
        .replaceAll(" ", space);
      expect(quoteProblem(text, kept) === null).toBe(kept !== "");
      // The x stands nowhere in the text.
      expect(quoteProblem(text, broken)).not.toBeNull();
    }),
  );
});

test("the nearest place is looked for only when it is asked for", () => {
  expect(quoteProblem(text, "Data is lost", false)).toBe(
    'the statement does not have "Data is lost"',
  );
  expect(quoteProblem(text, "daily […] One.", false)).toBe(
    'the statement does not have "One.", or not after the part before it',
  );
});

test("a long quote of a long statement is searched in bounded time", () => {
  const start = performance.now();
  quoteProblem("ab".repeat(2_000_000), `${"ab".repeat(500_000)}c`);
  expect(performance.now() - start).toBeLessThan(20_000);
});
