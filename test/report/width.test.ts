import { describe, expect, test } from "vitest";
import { printable, printableJson } from "#report/escape.ts";
import { createPage } from "#report/page.ts";
import { cutItems } from "#report/items.ts";
import { cut, cutMiddle, cutWords, displayWidth, wrap } from "#report/width.ts";
import { withoutColour } from "./terminal.ts";

function lines(text: string, columns: number): string[] {
  return wrap([{ text }], columns, columns).map((line) => line.map((span) => span.text).join(""));
}

describe("printable", () => {
  test.each([
    ["\u0000\u0007\u001b[31m", "\\u{0}\\u{7}\\u{1b}[31m"],
    ["a\r\nb\tc", "a\\u{d}\\u{a}b\\u{9}c"],
    ["\u007f\u0085\u009b", "\\u{7f}\\u{85}\\u{9b}"],
    ["\u202eevil\u2066", "\\u{202e}evil\\u{2066}"],
    ["zero\u200bwidth\ufeff\u2060", "zero\\u{200b}width\\u{feff}\\u{2060}"],
    ["\u2028\u2029", "\\u{2028}\\u{2029}"],
    ["\ud800x", "\\u{d800}x"],
    ["tag\u{e0041}", "tag\\u{e0041}"],
    ["note\ufff9ed\u06dd", "note\\u{fff9}ed\\u{6dd}"],
    ["filler\u3164", "filler\\u{3164}"],
    ["wide\u3000space", "wide space"],
    ["café « à » 99,8\u00a0% 日本 😀", "café « à » 99,8\u00a0% 日本 😀"],
    ["C:\\path", "C:\\path"],
  ])("%j is shown as %j", (text, shown) => {
    expect(printable(text)).toBe(shown);
    expect(printable(shown)).toBe(shown);
  });

  test("piled marks are cut", () => {
    expect(printable(`Z${"\u0301".repeat(500)}!`)).toBe(`Z${"\u0301".repeat(4)}…!`);
  });
});

test("JSON keeps its value and shows no hostile character", () => {
  const value = { text: "\u202e\u007f\u009b\u2028\u{e0041}\ud800 ok é" };
  const json = printableJson(JSON.stringify(value, null, 2));
  expect(JSON.parse(json)).toEqual(value);
  expect(json).toContain("\\u202e\\u007f\\u009b\\u2028\\udb40\\udc41\\ud800 ok é");
  expect(json).toContain("\n");
});

describe("displayWidth", () => {
  test.each([
    ["abc", 3],
    ["é", 1],
    ["e\u0301", 1],
    ["日本語", 6],
    ["한국", 4],
    ["ｆｕｌｌ", 8],
    ["😀", 2],
    ["✓ ✗ • – …", 9],
    ["«»“”", 4],
    ["नि", 2],
  ])("%s takes %i columns", (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });
});

describe("cut", () => {
  test.each([
    ["short", 5, "short"],
    ["longer", 5, "long…"],
    ["日本語", 5, "日本…"],
    ["日本語", 4, "日…"],
    ["a b c d", 4, "a b…"],
    ["\n\n", 7, "\\u{a}\\…"],
  ])("%j to %i columns is %j", (text, columns, shown) => {
    expect(cut(text, columns)).toBe(shown);
    expect(displayWidth(cut(text, columns))).toBeLessThanOrEqual(columns);
  });

  test("is quick however long the text", () => {
    expect(cut("\u0301".repeat(10_000_000), 10).length).toBeLessThan(200);
  });
});

describe("cutWords", () => {
  test.each([
    ["it fits", 7, "it fits"],
    ["whole words only", 14, "whole words …"],
    ["onelongwordalone", 9, "onelongw…"],
    ["it ended so…", 20, "it ended so…"],
  ])("%j to %i columns is %j", (text, columns, shown) => {
    expect(cutWords(text, columns)).toBe(shown);
  });
});

describe("cutMiddle", () => {
  test.each([
    ["it fits", 7, "it fits"],
    [
      "denied: a very long story of why it was denied (grant this)",
      36,
      "denied: a very lon… (grant this)",
    ],
    ["/a/very/long/path/that/ends/in/the/name", 20, "/a/very/lo…/the/name"],
  ])("%j to %i columns is %j", (text, columns, shown) => {
    expect(cutMiddle(text, columns)).toBe(shown);
    expect(displayWidth(shown)).toBeLessThanOrEqual(columns);
  });

  test("keeps both ends however long and hostile the text", () => {
    const shown = cutMiddle(`head\n${"\u0301x".repeat(1_000_000)}\u202etail`, 40);
    expect(shown).toMatch(/^head\\u\{a\}.*…+.*\\u\{202e\}tail$/);
    expect(displayWidth(shown)).toBeLessThanOrEqual(40);
  });
});

describe("wrap", () => {
  test("breaks at spaces", () => {
    expect(lines("the quick brown fox", 10)).toEqual(["the quick", "brown fox"]);
  });

  test("breaks beside wide characters, never between a letter and its mark", () => {
    expect(lines("日本語テスト", 6)).toEqual(["日本語", "テスト"]);
    expect(lines("か\u3099か\u3099", 2)).toEqual(["か\u3099", "か\u3099"]);
  });

  test("keeps a word that is too long whole, on a line of its own", () => {
    expect(lines("an arn:aws:s3:::very-long-bucket here", 10)).toEqual([
      "an",
      "arn:aws:s3:::very-long-bucket",
      "here",
    ]);
  });

  test("keeps words together that a hard space joins", () => {
    expect(lines("à 99,8\u00a0% par an", 7)).toEqual(["à", "99,8\u00a0%", "par an"]);
  });

  test("glues pieces of different looks that no space parts", () => {
    const spans = [{ text: "one two", tone: "bad" as const }, { text: ": three" }];
    expect(wrap(spans, 7, 7)).toEqual([
      [{ text: "one", tone: "bad" }],
      [{ text: "two", tone: "bad" }, { text: ":" }],
      [{ text: "three" }],
    ]);
  });
});

describe("a page", () => {
  test("hangs what follows under the text, not under the mark", () => {
    const page = createPage({ width: 40, colour: false });
    page.add("one two three four five six seven eight nine ten", {
      indent: 2,
      prefix: [{ text: "•" }],
    });
    expect(page.text()).toBe("  • one two three four five six seven\n    eight nine ten\n");
  });

  test("never has two empty lines in a row, nor one at the start or end", () => {
    const page = createPage({ width: 40, colour: false });
    page.blank();
    page.add("a");
    page.blank();
    page.blank();
    page.add("b");
    page.blank();
    expect(page.text()).toBe("a\n\nb\n");
  });

  test.each([false, true])("no line ends in a blank (colour: %s)", (colour) => {
    const page = createPage({ width: 40, colour });
    page.add("hard\u00a0");
    page.add([{ text: "toned \u00a0", tone: "bad" }, " \u00a0"]);
    page.add("", { indent: 4 });
    page.add("", { prefix: [{ text: "id  " }] });
    expect(withoutColour(page.text())).toBe("hard\ntoned\n\nid\n");
  });

  test("colours pieces and closes each", () => {
    const page = createPage({ width: 40, colour: true });
    page.add([{ text: "bad", tone: "bad" }, " plain"]);
    expect(page.text()).toBe("\u001b[1;31mbad\u001b[0m plain\n");
  });
});

describe("cutItems", () => {
  test.each([
    ["short; enough", 40, "short; enough"],
    ["accepts A (1, 2), B (1, 2), C (1, 2), D (1, 2)", 40, "accepts A (1, 2), B (1, 2) and 2 more"],
    ["first thing; second thing; third thing", 37, "first thing; second thing; and 1 more"],
    ["first; accepts A, B, C, D, E, F, G", 30, "first; accepts A, B and 5 more"],
    [
      "first; accepts A, B, C and 7 more; another thing",
      40,
      "first; accepts A and 9 more; and 1 more",
    ],
    ["one item (of, many, words) that is too long", 20, "one item that is …"],
    ["alone and 9 more, other, third, fourth", 24, "alone and 12 more"],
  ])("%j in %i columns", (text, columns, short) => {
    expect(cutItems(text, columns)).toBe(short);
    expect(displayWidth(short)).toBeLessThanOrEqual(columns);
  });

  test("takes a hostile text without end in little time", () => {
    const text = "(,; ".repeat(100_000);
    expect(displayWidth(cutItems(text, 80))).toBeLessThanOrEqual(80);
    expect(displayWidth(cutItems("a; ".repeat(100_000), 80))).toBeLessThanOrEqual(80);
  });
});
