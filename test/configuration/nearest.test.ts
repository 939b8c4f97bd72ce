import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editDistance, nearest, suggestion } from "#configuration/nearest.ts";
import { TLS_VERSIONS } from "#model/tls.ts";

describe("editDistance", () => {
  test.each([
    ["", "", 0],
    ["abc", "", 3],
    ["kitten", "sitting", 3],
    ["form", "from", 1],
    ["qoute", "quote", 1],
    ["ca", "abc", 3],
  ])("%j to %j is %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
  test("is a distance but for the triangle: zero for equals only, and the same both ways", () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

describe("nearest", () => {
  test.each([
    ["TLS1.4", TLS_VERSIONS, "TLSv1.3"],
    ["tlsv1.2", TLS_VERSIONS, "TLSv1.2"],
    ["awss", ["aws", "azure", "gcp"], "aws"],
    ["zzz", ["aws", "azure"], null],
    ["x", ["y"], null],
    ["", ["a"], null],
    ["a".repeat(10_000), ["a".repeat(9_999)], null],
  ])("%.20s among %j", (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });

  test("a suggestion is a clause, or nothing", () => {
    expect(suggestion("azur", ["aws", "azure"])).toBe("; did you mean azure?");
    expect(suggestion("linode", ["aws", "azure"])).toBe("");
  });
});
