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
  "smtp://mail.example.com",
  "mail.example.com:587",
  "xmpp-server://chat.example.com",
  "ldaps://[2001:db8::1]",
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
  ["db.example.com:5433", "tls://db.example.com:5433"],
  ["db.example.com:5432", "postgres://db.example.com"],
  ["mail.example.com:465", "smtps://mail.example.com"],
  ["smtp://mail.example.com:25", "mail.example.com:25"],
  ["SMTP://mail.example.com:443", "smtp://mail.example.com:443"],
  ["2001:db8::1", "[2001:DB8:0::1]:443"],
  ["bastion.example.com:22", "ssh://bastion.example.com"],
])("%s and %s are one address", (a, b) => {
  expect(read(a).key).toBe(read(b).key);
});

test.each([
  ["example.com", "http://example.com"],
  ["example.com", "example.com:8443"],
  ["https://example.com", "tls://example.com"],
  ["tls://example.com:22", "ssh://example.com"],
  ["https://example.com/a", "https://example.com/b"],
  ["tls://mail.example.com:25", "smtp://mail.example.com:25"],
  ["smtp://mail.example.com", "smtp://mail.example.com:587"],
])("%s and %s are two addresses", (a, b) => {
  expect(read(a).key).not.toBe(read(b).key);
});

test.each([
  [25, "smtp"],
  [587, "smtp"],
  [24, "lmtp"],
  [143, "imap"],
  [110, "pop3"],
  [21, "ftp"],
  [389, "ldap"],
  [5432, "postgres"],
  [3306, "mysql"],
  [5222, "xmpp"],
  [5269, "xmpp-server"],
  [119, "nntp"],
  [4190, "sieve"],
  [465, "tls"],
  [636, "tls"],
  [990, "tls"],
  [993, "tls"],
  [995, "tls"],
  [8443, "tls"],
  [443, "https"],
])("port %i is asked as %s", (port, scheme) => {
  expect(read(`server.example:${port}`).target.url).toBe(`${scheme}://server.example:${port}`);
  expect(read(`[2001:db8::1]:${port}`).target.url).toBe(`${scheme}://[2001:db8::1]:${port}`);
});

describe("what is no address", () => {
  test.each([
    "",
    " ",
    "http://",
    "tls://",
    "smtp://",
    "smtp://:25",
    "xmpp://a b",
    "a:25:25",
    "host:port:port",
    "a b",
    "host:99999",
    "[::1",
    "/",
  ])("%j", (address) => {
    expect(readAddress(address, common)).toMatchObject({
      error: expect.stringContaining("expected HOST") as string,
    });
  });

  test("another scheme is named", () => {
    expect(readAddress("gopher://example.com", common)).toMatchObject({
      error: expect.stringContaining("not gopher://") as string,
    });
  });

  test("a password is not repeated", () => {
    const result = readAddress("https://user:hunter22@host", common);
    expect(JSON.stringify(result)).not.toContain("hunter22");
    expect(result).toHaveProperty("error");
  });
});
