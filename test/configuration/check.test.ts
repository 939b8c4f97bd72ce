import { describe, expect, test } from "vitest";
import { check, settle } from "#configuration/check.ts";
import { parseDocument } from "#configuration/document.ts";
import { duration, identifier, z } from "#model/schema.ts";
import { complaints, yaml } from "./support.ts";

const schema = z.strictObject({
  version: z.literal(1),
  id: identifier,
  name: z.string().min(1).max(10).optional(),
  numbers: z.array(z.int().min(1).max(10)).min(1).max(3).optional(),
  share: z.number().gt(0).lt(1).multipleOf(0.25).optional(),
  on: z.boolean().optional(),
  wait: duration.optional(),
  address: z.url().optional(),
  role: z.string().startsWith("arn:").optional(),
  word: z.string().regex(/^x/).optional(),
  uuid: z.guid().optional(),
  tags: z.record(identifier, z.string()).optional(),
  byLevel: z.partialRecord(z.enum(["high", "low"]), z.string()).optional(),
  choice: z
    .union([z.literal("all"), z.array(z.string()), z.strictObject({ some: z.string() })])
    .optional(),
  kind: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("disk"), size: z.int() }),
      z.strictObject({ type: z.literal("bucket"), region: z.string() }),
    ])
    .optional(),
  pair: z
    .strictObject({ left: z.string().optional(), right: z.string().optional() })
    .refine(({ left, right }) => (left === undefined) !== (right === undefined), {
      error: "expected either left or right",
    })
    .optional(),
});

const found = (text: string) =>
  complaints(() => {
    const document = parseDocument("test.yaml", Buffer.from(text));
    settle(document, check(schema, document.value), []);
  });
/** The complaints of one more line after a valid beginning; the line is the third. */
const foundIn = (line: string) => found(`version: 1\nid: a\n${line}\n`);

test("a valid document has nothing to complain of, and its defaults are filled in", () => {
  expect(
    foundIn(
      "numbers: [1, 2]\nshare: 0.5\nchoice: { some: x }\nkind: { type: disk, size: 1 }\npair: { left: x }",
    ),
  ).toEqual([]);
});

describe("one thing wrong", () => {
  test.each<[string, string]>([
    ["name: 12", "3:7: name: expected a text, got 12; put it in quotes"],
    ["name: true", "3:7: name: expected a text, got true; put it in quotes"],
    ["name:", "3:6: name: expected a text, got nothing"],
    ["name: [a]", "3:7: name: expected a text, got a list"],
    ["name: { a: 1 }", "3:7: name: expected a text, got a mapping of a"],
    ['name: ""', '3:7: name: expected a text that is not empty, got ""'],
    [
      "name: far too long",
      '3:7: name: expected a text of at most 10 characters, got "far too long"',
    ],
    ["numbers: 1", "3:10: numbers: expected a list, got 1"],
    ["numbers: []", "3:10: numbers: expected a list of at least 1 entry, got an empty list"],
    ["numbers: [1, 2, 3, 4]", "3:10: numbers: expected a list of at most 3 entries, got a list"],
    ["numbers: [1, 1.5]", "3:14: numbers[1]: expected a whole number, got 1.5"],
    ["numbers: [1, 0]", "3:14: numbers[1]: expected at least 1, got 0"],
    ["numbers: [11]", "3:11: numbers[0]: expected at most 10, got 11"],
    ['numbers: ["1"]', '3:11: numbers[0]: expected a number, got "1"'],
    ["numbers: [.inf]", "3:11: numbers[0]: expected a number, got Infinity"],
    ["share: 0", "3:8: share: expected more than 0, got 0"],
    ["share: 1", "3:8: share: expected less than 1, got 1"],
    ["share: 0.3", "3:8: share: expected a multiple of 0.25, got 0.3"],
    ["on: yes", '3:5: on: expected true or false, got "yes"'],
    [
      "wait: 1 hour",
      '3:7: wait: expected an ISO 8601 duration such as PT1H, P30D or P1Y, got "1 hour"',
    ],
    ["address: x", '3:10: address: expected an address such as https://www.example.com, got "x"'],
    ["role: x", '3:7: role: expected a text that starts with arn:, got "x"'],
    ["word: y", '3:7: word: expected a text that matches /^x/, got "y"'],
    ["uuid: y", '3:7: uuid: expected a UUID such as 00000000-0000-0000-0000-000000000000, got "y"'],
    ["tags: [a]", "3:7: tags: expected a mapping (key: value), got a list"],
    [
      "tags: { A: b }",
      '3:9: tags.A: expected lower-case letters, digits and hyphens, such as pf-transit-tls, got the key "A"',
    ],
    ["tags: { a: 1 }", "3:12: tags.a: expected a text, got 1; put it in quotes"],
    ["byLevel: { hihg: x }", "3:12: byLevel.hihg: unknown key; did you mean high?"],
    [
      "choice: al",
      '3:9: choice: expected all or a list or a mapping (key: value), got "al"; did you mean all?',
    ],
    ["choice: 7", "3:9: choice: expected all or a list or a mapping (key: value), got 7"],
    ["choice: [1]", "3:10: choice[0]: expected a text, got 1; put it in quotes"],
    ["choice: { some: 1 }", "3:17: choice.some: expected a text, got 1; put it in quotes"],
    ["choice: { som: x }", "3:11: choice.som: unknown key; did you mean some?"],
    ["kind: disk", '3:7: kind: expected a mapping (key: value), got "disk"'],
    [
      "kind: { type: dsk }",
      '3:15: kind.type: expected one of disk, bucket, got "dsk"; did you mean disk?',
    ],
    ["kind: { size: 1 }", "3:7: kind.type is missing: expected one of disk, bucket"],
    ["kind: { type: disk }", "3:7: kind.size is missing: expected a number"],
    [
      "kind: { type: disk, size: 1, region: x }",
      "3:30: kind.region: unknown key; known here: type, size",
    ],
    ["pair: {}", "3:7: pair: expected either left or right"],
    ["pair: { left: a, right: b }", "3:7: pair: expected either left or right"],
    ["constructor: 1", "3:1: constructor: unknown key"],
    ["nmae: x", "3:1: nmae: unknown key; did you mean name?"],
    ['"a b\\n": x', '3:1: ["a b\\u{a}"]: unknown key'],
  ])("%s", (line, expected) => {
    const seen = foundIn(line);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.slice(0, expected.length)).toBe(expected);
    // The list of known keys may follow, nothing else.
    expect(seen[0]?.slice(expected.length)).toMatch(/^$|^; known here: version, id/);
  });
});

describe("several things wrong", () => {
  test("an alias bomb is all that is told of it", () => {
    const list = `[${Array(10).fill("*a").join(", ")}]`;
    const bomb = `a: &a [${"1, ".repeat(2000)}]\nb: ${list}`;
    expect(found(bomb)).toEqual([
      "1:1: the aliases (*name) stand for more than 10000 values: write them out",
    ]);
  });

  test("all are told, in the order of the lines", () => {
    expect(
      found(yaml`
        version: 2
        numbers:
          - 0
          - x
        on: 1
      `),
    ).toEqual([
      "1:1: id is missing: expected a text",
      "1:10: version: expected 1, got 2",
      "3:5: numbers[0]: expected at least 1, got 0",
      '4:5: numbers[1]: expected a number, got "x"',
      "5:5: on: expected true or false, got 1",
    ]);
  });

  test("a misspelt key is one mistake: the right one is not called missing too", () => {
    expect(found("version: 1\nidd: a")).toEqual(["2:1: idd: unknown key; did you mean id?"]);
    expect(foundIn("pair: { lefft: x }")).toEqual([
      "3:9: pair.lefft: unknown key; did you mean left?",
    ]);
  });

  test("a value is shown on one line, bounded, with its control characters written out", () => {
    const [line] = foundIn(`on: "a\\n\\e[31m\\u202e${"x".repeat(1000)}"`);
    expect(line).toMatch(
      /^3:5: on: expected true or false, got "a\\u\{a\}\\u\{1b\}\[31m\\u\{202e\}x+…"$/,
    );
    expect(line?.length).toBeLessThan(200);
  });

  test.each([
    ["AKIAIOSFODNN7EXAMPLE"],
    ["https://user:hunter2@example.com"],
    ["-----BEGIN RSA PRIVATE KEY-----"],
  ])("a secret is not shown: %s", (secret) => {
    expect(foundIn(`on: "${secret}"`)).toEqual([
      "3:5: on: expected true or false, got a secret (not shown)",
    ]);
    expect(foundIn(`"${secret}": 1`).join()).not.toContain(secret);
  });
});
