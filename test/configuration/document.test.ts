import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { settle } from "#configuration/check.ts";
import { parseDocument, readDocument, type YamlDocument } from "#configuration/document.ts";
import { complaints, temporaryFolder, yaml } from "./support.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const parse = (text: string | Uint8Array): YamlDocument =>
  parseDocument("test.yaml", typeof text === "string" ? Buffer.from(text) : text);
const found = (text: string | Uint8Array) =>
  complaints(() => {
    const document = parse(text);
    settle(document, { ok: true, value: document.value }, []);
  });

describe("what is read", () => {
  test.each<[string, string, unknown]>([
    ["a mapping", "a: 1\nb: [x, true, null]\n", { a: 1, b: ["x", true, null] }],
    [
      "dates, yes and no are texts",
      "a: 2026-01-02\nb: yes\nc: no",
      { a: "2026-01-02", b: "yes", c: "no" },
    ],
    [
      "keys are texts as they are written",
      "2024: a\ntrue: b\n0x1F: c",
      { 2024: "a", true: "b", "0x1F": "c" },
    ],
    ["a byte order mark", "\u{FEFF}a: 1", { a: 1 }],
    ["Windows line ends", "a: 1\r\nb: 2\r\n", { a: 1, b: 2 }],
    ["an alias", "a: &x [1]\nb: *x", { a: [1], b: [1] }],
    ["the last anchor of a name counts", "a: &x 1\nb: &x 2\nc: *x", { a: 1, b: 2, c: 2 }],
    ["an alias of an alias", "a: &x 1\nb: &y [*x]\nc: *y", { a: 1, b: [1], c: [1] }],
    ["the standard tags", "a: !!str 1\nb: !!int 2", { a: "1", b: 2 }],
    ["a start marker", "---\na: 1\n...\n", { a: 1 }],
    [
      "names of Object's own members",
      "constructor: 1\ntoString: 2",
      { constructor: 1, toString: 2 },
    ],
    ["a merge key is a key like others", "<<: 1", { "<<": 1 }],
  ])("%s", (_, text, value) => {
    expect(parse(text).value).toEqual(value);
    expect(found(text)).toEqual([]);
  });

  test("its own SHA-256", () => {
    expect(parse("a: 1\n").sha256).toBe(
      "37b128c59f1f5097f73f82691cb519f1f568667faab5ced1b4ab979d36837eae",
    );
  });
});

describe("what is refused, and where", () => {
  test.each<[string, string | Uint8Array, readonly string[]]>([
    ["nothing", "", ["1:1: is empty"]],
    ["comments alone", "# only\n# this\n", ["1:1: is empty"]],
    ["a byte order mark alone", "\u{FEFF}", ["1:1: is empty"]],
    ["a null", "~", []],
    [
      "no UTF-8",
      Buffer.from([0x61, 0x3a, 0x0a, 0x20, 0xe9, 0x21]),
      ["2:2: byte 4 is not UTF-8: save the file as UTF-8"],
    ],
    [
      "UTF-16",
      Buffer.from("\u{FEFF}a: 1", "utf16le"),
      ["1:1: byte 0 is not UTF-8: save the file as UTF-8"],
    ],
    [
      "no UTF-8 after a written U+FFFD",
      Buffer.concat([Buffer.from("é\u{FFFD}"), Buffer.from([0xff])]),
      ["1:3: byte 5 is not UTF-8: save the file as UTF-8"],
    ],
    [
      "two documents",
      "a: 1\n---\nb: 2\n",
      ["2:1: holds several documents (---): write one document a file"],
    ],
    [
      "a directive",
      "%YAML 1.1\n---\na: yes\n",
      ["1:1: directives (lines that begin with %) are not taken: remove it"],
    ],
    [
      "a tag of code",
      "a: !!js/function x",
      ["1:4: is not valid YAML: tags (!…) are not taken: write the value itself"],
    ],
    [
      "a tag of YAML 1.1",
      "a: !!binary eA==",
      ["1:4: is not valid YAML: tags (!…) are not taken: write the value itself"],
    ],
    [
      "a local tag",
      "a:\n  b: !secret x",
      ["2:6: is not valid YAML: tags (!…) are not taken: write the value itself"],
    ],
    [
      "two keys on a line",
      "a: b: c",
      [
        '1:4: is not valid YAML: a second "key: value" on the same line: put a text that holds ": " in quotes',
      ],
    ],
    ["an open quote", 'a: "b', ['1:6: is not valid YAML: missing closing "quote']],
    [
      "a bad escape",
      'a: "C:\\windows"',
      [
        "1:7: is not valid YAML: unknown escape in a double-quoted text: write \\\\ for a backslash, or use single quotes",
      ],
    ],
    ["a tab", "a:\n\tb: 1", ["2:1: is not valid YAML: tabs are not allowed as indentation"]],
    [
      "a text that begins with @",
      "a: @b",
      ["1:4: is not valid YAML: a text cannot start with this character: put it in quotes"],
    ],
    [
      "a key written twice",
      "a: 1\nb: 2\na: 3\n",
      ["3:1: a: the key is written twice; the first is at line 1"],
    ],
    [
      "a key written twice deep inside",
      "x:\n  - a: 1\n    'a': 3\n",
      ["3:5: x[0].a: the key is written twice; the first is at line 2"],
    ],
    ["__proto__", "a:\n  __proto__: {b: 1}", ["2:3: a.__proto__: no key may have this name"]],
    ["a list as key", "a:\n  ? [b]\n  : c", ["2:3: a: a key must be a name"]],
    ["no key", ": a", ["1:1: a key must be a name"]],
    ["an unknown alias", "a: *b", ["1:4: a: there is no anchor &b before this alias"]],
    [
      "an alias before its anchor",
      "a: *b\nc: &b 1",
      ["1:4: a: there is no anchor &b before this alias"],
    ],
    [
      "an alias of itself",
      "a: &b [1, *b]",
      ["1:11: a[1]: the alias stands inside of what it stands for"],
    ],
    [
      "everything wrong at once",
      "a: 1\na: 2\nb: *c\n__proto__: 1",
      [
        "2:1: a: the key is written twice; the first is at line 1",
        "3:4: b: there is no anchor &c before this alias",
        "4:1: __proto__: no key may have this name",
      ],
    ],
  ])("%s", (_, text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  test("a syntax error does not repeat what stands there", () => {
    expect(found("a: [AKIAABCDEFGHIJKLMNOP\nb: hunter2]]]").join()).not.toMatch(/AKIA|hunter2/);
  });
});

const list = (item: string) => `[${Array(10).fill(item).join(",")}]`;

const levels = (count: number) =>
  [
    "a0: &a0 [x]",
    ...Array.from({ length: count }, (_, i) => `a${i + 1}: &a${i + 1} ${list(`*a${i}`)}`),
  ].join("\n");

describe("what is too much", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "an alias bomb",
      levels(60),
      ["1:1: the aliases (*name) stand for more than 10000 values: write them out"],
    ],
    [
      "a chain of aliases",
      [
        "a0: &a0 [x]",
        ...Array.from({ length: 5000 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`),
      ].join("\n"),
      [
        "1:1: the aliases (*name) stand for more than 10000 values: write them out",
        "1:1: is nested more than 100 levels deep",
      ],
    ],
    ["10,000 brackets", "[".repeat(10_000), ["1:101: is nested more than 100 levels deep"]],
    ["10,000 dashes", "- ".repeat(10_000), ["1:201: is nested more than 100 levels deep"]],
    [
      "10,000 indents",
      Array.from({ length: 10_000 }, (_, i) => `${" ".repeat(i)}a:\n`)
        .slice(0, 300)
        .join(""),
      ["101:101: is nested more than 100 levels deep"],
    ],
    [
      "a million entries",
      "- a\n".repeat(1_000_000),
      ["50001:2: has more than 500000 words and marks: split it into several files"],
    ],
    [
      "a million escapes",
      `"${"\\x".repeat(1_000_000)}"`,
      ["1:1: has more than 500000 words and marks: split it into several files"],
    ],
  ])("%s", (_, text, expected) => {
    const start = performance.now();
    const seen = found(text);
    expect(seen.map((line) => line.replace(/^\d+:\d+/, ""))).toEqual(
      expected.slice(0, seen.length).map((line) => line.replace(/^\d+:\d+/, "")),
    );
    expect(seen.length).toBeGreaterThan(0);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test("60,000 different keys are compared in bounded time", () => {
    const start = performance.now();
    const text = Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join("\n");
    expect(found(`${text}\nk0: 2`)).toEqual([
      "60001:1: k0: the key is written twice; the first is at line 1",
    ]);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe("files", () => {
  test("one that is not there", () => {
    expect(complaints(() => readDocument(join(folder.path, "none.yaml")))).toEqual([
      "1:1: cannot be read: there is no such file",
    ]);
  });

  test("a folder", () => {
    mkdirSync(join(folder.path, "folder"));
    expect(complaints(() => readDocument(join(folder.path, "folder")))).toEqual([
      "1:1: cannot be read: it is no regular file",
    ]);
  });

  test.skipIf(process.platform === "win32")(
    "a named pipe that nobody writes to does not hang",
    () => {
      const file = join(folder.path, "pipe");
      execFileSync("sh", ["-c", 'mkfifo "$1"', "sh", file]);
      expect(complaints(() => readDocument(file))).toEqual([
        "1:1: cannot be read: it is no regular file",
      ]);
    },
  );

  test("a name that no file can have", () => {
    expect(complaints(() => readDocument("a\0b"))).toEqual([
      "1:1: cannot be read: its name holds a character that no file name may have",
    ]);
  });

  test("one over 10 MiB is refused before it is read", () => {
    const file = join(folder.path, "large.yaml");
    const descriptor = openSync(file, "w");
    ftruncateSync(descriptor, 1024 ** 4);
    closeSync(descriptor);
    const start = performance.now();
    expect(complaints(() => readDocument(file))).toEqual([
      "1:1: is larger than 10 MiB, the most that is taken in",
    ]);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test("the error's text is one line a problem, with the file's name", () => {
    const file = folder.write("two.yaml", "a: *b\nc: *d\n");
    expect(() => {
      const document = readDocument(file);
      settle(document, { ok: true, value: null }, []);
    }).toThrow(
      `${file}:1:4: a: there is no anchor &b before this alias\n${file}:2:4: c: there is no anchor &d before this alias`,
    );
  });
});

describe("locate", () => {
  const document = parse(yaml`
    version: 1
    list:
      - id: a
        empty:
      - &b
        id: b
      - *b
  `);
  test.each<[string, readonly (string | number)[], "value" | "key", string]>([
    ["the root", [], "value", "1:1"],
    ["a value", ["version"], "value", "1:10"],
    ["a key", ["version"], "key", "1:1"],
    ["an entry", ["list", 0], "value", "3:5"],
    ["a value inside", ["list", 0, "id"], "value", "3:9"],
    ["a key inside", ["list", 0, "id"], "key", "3:5"],
    ["an empty value", ["list", 0, "empty"], "value", "4:11"],
    ["a missing key is looked for where it would stand", ["list", 0, "none"], "value", "3:5"],
    ["a missing path likewise", ["list", 7, "none", "deeper"], "value", "3:3"],
    ["an alias is where it is used", ["list", 2, "id"], "value", "7:5"],
  ])("%s", (_, path, part, place) => {
    const { line, column } = document.locate(path, part);
    expect(`${line}:${column}`).toBe(place);
  });
});
