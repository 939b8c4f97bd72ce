import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderCheckText } from "#report/check-text.ts";
import { renderJson } from "#report/json.ts";
import { renderText } from "#report/text.ts";
import { badCheck } from "../support/sample-check.ts";
import { reportWith, spoilTexts } from "../support/sample-report.ts";
import { terminalFaults, withoutColour } from "./terminal.ts";

/** Any text that a server can send, with what does harm and what is hard to measure more often than chance gives. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.string({ unit: "grapheme", maxLength: 8 }),
      fc.constantFrom(
        "\u001b[31m",
        "\u001b]8;;https://evil.example\u0007",
        "\n",
        "\r",
        "\t",
        " ",
        "\u00a0",
        "\u3000",
        "\u2028",
        "\u202e",
        "\u2066",
        "\u200d",
        "\ufeff",
        "\u009b",
        "\ud800",
        "e\u0301",
        "\u0301".repeat(40),
        "漢字かな交じり文",
        "한국어",
        "👩‍👩‍👧",
        "🇫🇷",
        "`",
        "|",
        "<b>",
      ),
      fc.integer({ min: 1, max: 400 }).map((length) => "x".repeat(length)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));
const width = fc.integer({ min: 40, max: 200 });

describe("whatever servers send", () => {
  test("the report fits the terminal and cannot act on it", () => {
    fc.assert(
      fc.property(hostileText, width, fc.boolean(), (text, width, full) => {
        const report = reportWith(text);
        const plain = renderText(report, { width, colour: false, full });
        const coloured = renderText(report, { width, colour: true, full });
        expect(terminalFaults(plain, width, false)).toEqual([]);
        expect(withoutColour(coloured)).toBe(plain);
      }),
      { numRuns: 60 },
    );
  });

  test("so does a check's screen", () => {
    fc.assert(
      fc.property(hostileText, width, (text, width) => {
        const check = spoilTexts(badCheck(), text);
        const plain = renderCheckText(check, { width, colour: false });
        const coloured = renderCheckText(check, { width, colour: true });
        expect(terminalFaults(plain, width, false)).toEqual([]);
        expect(withoutColour(coloured)).toBe(plain);
      }),
      { numRuns: 100 },
    );
  });

  test("the JSON reads back as the same report and is safe to print", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const report = reportWith(text);
        const json = renderJson(report);
        expect(JSON.parse(json)).toEqual(report);
        expect(json.replaceAll("\n", "")).not.toMatch(
          /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u,
        );
      }),
      { numRuns: 60 },
    );
  });
});
