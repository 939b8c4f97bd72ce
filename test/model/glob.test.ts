import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyGlob, globMatcher } from "#model/glob.ts";

describe("globMatcher", () => {
  it.each([
    ["eu-west-3", "EU-WEST-3", true],
    ["eu-west-3", "eu-west-33", false],
    ["*", "", true],
    ["*", "anything", true],
    ["", "", true],
    ["", "a", false],
    ["eu-*", "eu-", true],
    ["eu-*", "us-eu-1", false],
    ["*/storageAccounts/*", "/subscriptions/x/storageAccounts/y", true],
    ["a*a", "a", false],
    ["a*b*a", "ab", false],
    ["a*bc*c", "abc", false],
    ["a*bc*c", "abcc", true],
    ["a.c", "abc", false],
    ["a**c", "abc", true],
    ["[ab]?", "[ab]?", true],
  ])("%j on %j: %j", (pattern, text, matches) => {
    expect(globMatcher(pattern)(text)).toBe(matches);
  });

  it("agrees with the regular expression that the glob stands for", () => {
    const pieces = fc.array(fc.constantFrom("a", "b", "A", "*"), { maxLength: 8 });
    const texts = fc.array(fc.constantFrom("a", "b", "B"), { maxLength: 10 });
    fc.assert(
      fc.property(pieces, texts, (glob, letters) => {
        const expected = new RegExp(`^${glob.join("").replaceAll(/\*+/g, ".*")}$`, "i");
        expect(globMatcher(glob.join(""))(letters.join(""))).toBe(expected.test(letters.join("")));
      }),
      { numRuns: 2000 },
    );
  });

  it("does not blow up on a pattern that makes regular expressions backtrack", () => {
    const matches = globMatcher(`${"a*".repeat(250)}b`);
    const started = performance.now();
    expect(matches("a".repeat(200_000))).toBe(false);
    expect(matches(`${"a".repeat(200_000)}b`)).toBe(true);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe("anyGlob", () => {
  it("matches where one of them does, and none matches nothing", () => {
    expect(anyGlob(["eu-*", "us-*"])("us-east-1")).toBe(true);
    expect(anyGlob(["eu-*", "us-*"])("ap-south-1")).toBe(false);
    expect(anyGlob([])("")).toBe(false);
  });
});
