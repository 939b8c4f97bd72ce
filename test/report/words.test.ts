import { describe, expect, test } from "vitest";
import type { Json } from "#model/json.ts";
import { daysBetween, dueIn, jsonWords, moment, momentSpan, took } from "#report/words.ts";

describe("jsonWords", () => {
  const cases: readonly [Json, string][] = [
    [
      { allowed: ["TLSv1.2", "TLSv1.3"], required: [] },
      "allowed: TLSv1.2, TLSv1.3; required: none",
    ],
    [{ maximumLag: "PT15M", minimumTls: 1 }, "maximum lag: 15 minutes; minimum TLS: 1"],
    [{ enabled: true, other: false, unset: null }, "enabled: yes; other: no; unset: not stated"],
    [
      { tolerated: { versions: ["TLSv1.0"], review: "2026-12-31" } },
      "tolerated: (versions: TLSv1.0; review: 2026-12-31)",
    ],
    ["P1Y6M", "1 year 6 months"],
    ["P1DT12H", "1 day 12 hours"],
    ["P", "P"],
    [
      Array.from({ length: 14 }, (_, index) => index),
      "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more",
    ],
    [[[[[["deep"]]]]], "…"],
    [{}, "none"],
  ];
  test.each(cases)("%j", (value, words) => {
    expect(jsonWords(value)).toBe(words);
  });
});

describe("moments", () => {
  test("are minutes in UTC", () => {
    expect(moment("2026-11-22T10:04:59+02:00")).toBe("2026-11-22 08:04 UTC");
    expect(moment("2026-11-22")).toBe("2026-11-22");
    expect(moment("soon")).toBe("soon");
    expect(moment(`2026-99-22T${"9".repeat(100)}`)).toHaveLength(40);
  });

  test("as a span say the day once", () => {
    const from = "2026-11-22T10:01:00Z";
    expect(momentSpan(from, "2026-11-22T10:01:59Z")).toBe("2026-11-22 10:01 UTC");
    expect(momentSpan(from, "2026-11-22T10:04:00Z")).toBe("2026-11-22 10:01 to 10:04 UTC");
    expect(momentSpan(from, "2026-11-23T10:04:00Z")).toBe(
      "2026-11-22 10:01 UTC to 2026-11-23 10:04 UTC",
    );
  });

  test("are counted in calendar days", () => {
    expect(daysBetween("2026-11-22T23:59:00Z", "2026-11-23T00:01:00Z")).toBe(1);
    expect(daysBetween("2026-11-22T00:00:00Z", "later")).toBeNull();
    expect(dueIn("2026-11-22T10:00:00Z", "2026-11-22")).toBe("today");
    expect(dueIn("2026-11-22T10:00:00Z", "2026-11-21")).toBe("overdue by 1 day");
    expect(dueIn("2026-11-22T10:00:00Z", "later")).toBe("");
  });

  test("tell how long something took", () => {
    expect(took("2026-11-22T10:00:00.000Z", "2026-11-22T10:00:00.400Z")).toBe("less than 1 s");
    expect(took("2026-11-22T10:00:00Z", "2026-11-22T10:00:34Z")).toBe("34 s");
    expect(took("", "2026-11-22T10:00:34Z")).toBe("an unknown time");
  });
});
