import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMoment, renderMoment } from "#model/moment.ts";
import { listed, plain } from "#model/text.ts";

describe("plain", () => {
  it("leaves printable text as it is", () => {
    expect(plain("Données à caractère personnel – 東京 ✓")).toBe(
      "Données à caractère personnel – 東京 ✓",
    );
  });

  it("writes out what would break a line or turn it around", () => {
    expect(plain("a\r\nb\u202Ec\u0000d\u2028")).toBe("a\\u{d}\\u{a}b\\u{202e}c\\u{0}d\\u{2028}");
  });

  it("cuts what is too long, and never leaves half a character", () => {
    expect(plain("x".repeat(300), 10)).toBe("xxxxxxxxx…");
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.nat(50), (text, limit) => {
        const line = plain(text, limit + 1);
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe("listed", () => {
  it("names the first ones and counts the rest", () => {
    expect(listed([])).toBe("");
    expect(listed(["a", "b\n"])).toBe("a, b\\u{a}");
    expect(listed(["a", "b", "c", "d"], 2)).toBe("a, b and 2 more");
  });
});

describe("moments", () => {
  it("are read and written in UTC", () => {
    expect(renderMoment(parseMoment("2026-05-01T08:30:59+02:00") ?? 0)).toBe(
      "2026-05-01 06:30 UTC",
    );
    expect(parseMoment("soon")).toBeNull();
    expect(parseMoment("")).toBeNull();
  });
});
