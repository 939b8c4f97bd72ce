import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseDocument } from "#configuration/document.ts";
import { ConfigurationError } from "#configuration/errors.ts";
import { readEstate } from "#estate/estate.ts";
import { estateSchema } from "#model/estate.ts";
import { attestationsSchema, waiversSchema } from "#model/exceptions.ts";
import { policySchema } from "#model/policy.ts";
import { readAttestations } from "#policy/attestations.ts";
import { readPolicy } from "#policy/policy.ts";
import { readWaivers } from "#policy/waivers.ts";
import { controls, policy, statement } from "../policy/support.ts";
import { temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
beforeAll(() => {
  folder.write("statement.txt", statement);
  folder.write("evidence/cryptographic-watch.txt", "seen");
});
afterAll(folder.remove);

const example = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../config/estates/${name}`, import.meta.url)), "utf8");

/** Each kind of file: a valid text, how it is loaded, and what its value must then be. */
const kinds = [
  ["policy", policy, (file: string) => readPolicy(file, controls).value, policySchema],
  ["estate", example("example.yaml"), (file: string) => readEstate(file).value, estateSchema],
  [
    "attestations",
    example("attestations.example.yaml"),
    (file: string) => ({ version: 1, attestations: readAttestations(file).value }),
    attestationsSchema,
  ],
  [
    "waivers",
    example("waivers.example.yaml"),
    (file: string) => ({ version: 1, waivers: readWaivers(file).value }),
    waiversSchema,
  ],
] as const;

/** Runs the action; a ConfigurationError must be fit to be shown. Null when it was one; any other error fails the test. */
function outcome<T>(action: () => T): T | null {
  const start = performance.now();
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.issues.length).toBeGreaterThan(0);
    expect(error.message.split("\n").length).toBeLessThanOrEqual(51);
    for (const { line, column, message } of error.issues) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(message.length).toBeLessThan(1000);
      expect(message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      expect(message).not.toMatch(/undefined|\[object/);
    }
    return null;
  } finally {
    expect(performance.now() - start).toBeLessThan(5000);
  }
}

const marks = fc.constantFrom(
  ..."-?:,[]{}#&*!|>'\"%@`~<=.\\ \n\t\r\0".split(""),
  "- ",
  ": ",
  "? ",
  "---",
  "...",
  "!!",
  "&a ",
  "*a",
  "<<: *a",
  "\u{FEFF}",
  "\u{2028}",
  "\r\n",
  "  ",
  "__proto__: ",
  "constructor: ",
  "|2+\n",
  ">-\n",
  "%YAML 1.1\n",
  "!!binary ",
  "0x1",
  ".nan",
  "1e999",
  "null",
  "version: 1\n",
  "é",
  "😀",
  "\u{D800}",
);

describe("any bytes as a file", () => {
  test("random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        outcome(() => parseDocument("f", bytes));
      }),
      { numRuns: 1500 },
    );
  });

  test("random YAML marks", () => {
    fc.assert(
      fc.property(fc.array(marks, { maxLength: 120 }), (parts) => {
        const document = outcome(() => parseDocument("f", Buffer.from(parts.join(""))));
        if (document !== null) expect(() => JSON.stringify(document.value)).not.toThrow();
      }),
      { numRuns: 3000 },
    );
  });

  test.each(kinds)("one mark very often: %s", (_, __, load) => {
    fc.assert(
      fc.property(marks, fc.integer({ min: 1, max: 30_000 }), (mark, times) => {
        const file = folder.write("f.yaml", mark.repeat(times));
        outcome(() => load(file));
      }),
      { numRuns: 10 },
    );
  });
});

describe.each(kinds)("a valid file that was damaged: %s", (name, text, load, schema) => {
  const lines = text.split("\n");
  const at = fc.nat(lines.length - 1);
  const value = fc.oneof(
    fc.constantFrom(
      "",
      "~",
      "1",
      "true",
      "[]",
      "{}",
      "[[]]",
      "{ a: b }",
      "*a",
      "'",
      '"',
      "| x",
      "2026-99-99",
      "quoted",
      "!x y",
      "{ __proto__: 1 }",
      "{ constructor: { a: 1 } }",
    ),
    fc.string({ maxLength: 30 }).map((word) => JSON.stringify(word)),
    marks,
  );
  const damage = fc.oneof(
    at.map((line) => (all: string[]) => void all.splice(line, 1)),
    at.map((line) => (all: string[]) => void all.splice(line, 0, all[line] ?? "")),
    fc.tuple(at, at).map(
      ([from, to]) =>
        (all: string[]) =>
          void all.splice(to, 0, all[from] ?? ""),
    ),
    fc.tuple(at, marks, fc.nat(20)).map(([line, mark, column]) => (all: string[]) => {
      const old = all[line] ?? "";
      all[line] = old.slice(0, column) + mark + old.slice(column);
    }),
    fc.tuple(at, value).map(([line, words]) => (all: string[]) => {
      all[line] = (all[line] ?? "").replace(/: .*$/, `: ${words}`);
    }),
    fc.tuple(at, fc.nat(8)).map(([line, spaces]) => (all: string[]) => {
      all[line] = " ".repeat(spaces) + (all[line] ?? "").trimStart();
    }),
    fc.tuple(at, fc.nat(60)).map(([line, length]) => (all: string[]) => {
      all.splice(line, all.length, (all[line] ?? "").slice(0, length));
    }),
  );

  test("the undamaged file is valid", () => {
    expect(outcome(() => load(folder.write(`${name}.yaml`, text)))).not.toBeNull();
  });

  test("it is refused in words, or what it gives is valid", () => {
    let valid = 0;
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
        const all = [...lines];
        for (const apply of damages) apply(all);
        const loaded = outcome(() => load(folder.write(`${name}.yaml`, all.join("\n"))));
        if (loaded === null) return;
        valid++;
        // What is added to the document on reading is no part of its schema.
        const { sha256: _, ...plain } = { sha256: null, ...loaded };
        const bare: unknown = JSON.parse(
          JSON.stringify(plain, (key, item: unknown) =>
            key === "actualSha256" ? undefined : item,
          ),
        );
        expect(schema.safeParse(bare).error).toBeUndefined();
      }),
      { numRuns: 250 },
    );
    expect(valid).toBeGreaterThan(0);
  });
});
