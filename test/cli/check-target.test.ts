import { describe, expect, test } from "vitest";
import { commonTarget, readAddress } from "#cli/check-target.ts";
import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import { targetSchema } from "#model/estate.ts";

const common = commonTarget({ label: ["service"], timeout: "10", connect: "[::1]:8443" });

function read(text: string) {
  const result = readAddress(text, commonTarget({ label: ["service"], timeout: "10" }));
  if ("error" in result) throw new Error(result.error);
  return result;
}

test.each([
  "example.com",
  "example.com:443",
  "EXAMPLE.com:8443",
  "https://example.com/path",
  "http://example.com:8080",
  "tls://db.example.com:5432",
  "[2001:db8::1]:443",
  "2001:db8::1",
  "bücher.example",
])("%s becomes what the estate's schema takes, as it stands", (address) => {
  const result = readAddress(address, common);
  if ("error" in result) throw new Error(result.error);
  expect(targetSchema.parse(result.target)).toEqual(result.target);
  expect(endpointSubject(result.target).id).toMatch(/:\d+$/);
  expect(endpointAddress(result.target).port).toBe(8443);
});

test.each([
  ["example.com", "https://example.com/"],
  ["example.com:443", "https://EXAMPLE.com:443"],
  ["db.example.com:5432", "tls://db.example.com:5432"],
  ["2001:db8::1", "[2001:DB8:0::1]:443"],
])("%s and %s are one address", (a, b) => {
  expect(read(a).key).toBe(read(b).key);
});

test.each([
  ["example.com", "http://example.com"],
  ["example.com", "example.com:8443"],
  ["https://example.com", "tls://example.com"],
  ["https://example.com/a", "https://example.com/b"],
])("%s and %s are two addresses", (a, b) => {
  expect(read(a).key).not.toBe(read(b).key);
});

describe("what is no address", () => {
  test.each(["", " ", "http://", "tls://", "host:port:port", "a b", "host:99999", "[::1", "/"])(
    "%j",
    (address) => {
      expect(readAddress(address, common)).toMatchObject({
        error: expect.stringContaining("expected HOST") as string,
      });
    },
  );

  test("another scheme is named", () => {
    expect(readAddress("ftp://example.com", common)).toMatchObject({
      error: expect.stringContaining("not ftp://") as string,
    });
  });

  test("a password is not repeated", () => {
    const result = readAddress("https://user:hunter22@host", common);
    expect(JSON.stringify(result)).not.toContain("hunter22");
    expect(result).toHaveProperty("error");
  });
});
