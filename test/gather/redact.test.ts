import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor } from "#gather/redact.ts";
import { REDACTED } from "#model/redacted.ts";

const redactor = createRedactor(["the-canary"]);

describe("redaction", () => {
  test.each([
    ["a secret of this scan", "value the-canary here", "the-canary"],
    ["an AWS key id", "AKIAIOSFODNN7EXAMPLE", "AKIA"],
    ["a JWT", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.sigsigsig", "eyJ"],
    ["a bearer token", "Authorization: Bearer abcdefghijkl", "abcdefghijkl"],
    ["a presigned address", "https://b.s3/x?X-Amz-Signature=deadbeef&x=1", "deadbeef"],
    ["a shared access signature", "https://a.blob/x?sv=1&sig=abc%2Fdef", "abc%2Fdef"],
    ["user and password in an address", "postgres://user:hunter22@db/x", "hunter22"],
    ["a connection string", "AccountName=a;AccountKey=Zm9vYmFy;EndpointSuffix=x", "Zm9vYmFy"],
    [
      "a private key",
      "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
      "MIIE",
    ],
  ])("%s", (_name, text, secret) => {
    expect(redactor.text(text)).not.toContain(secret);
    expect(redactor.text(text)).toContain(REDACTED);
  });

  test("values under secret names go, at any depth; booleans and the rest stay", () => {
    const value = {
      properties: [
        { adminPassword: "x", primaryConnectionString: "y", allowSharedKeyAccess: false },
      ],
      minimumTlsVersion: "TLS1_2",
      nextToken: null,
    };
    expect(redactor.value(value)).toEqual({
      properties: [
        { adminPassword: REDACTED, primaryConnectionString: REDACTED, allowSharedKeyAccess: false },
      ],
      minimumTlsVersion: "TLS1_2",
      nextToken: null,
    });
  });

  test("what holds no secret is not copied, and what holds one stays as it was with who gave it", () => {
    const value = { items: [{ name: "one" }, { name: "the-canary", depth: [{ other: 2 }] }] };
    expect(redactor.value(value.items[0])).toBe(value.items[0]);
    const clean = redactor.value(value);
    expect(clean).toEqual({ items: [{ name: "one" }, { name: REDACTED, depth: [{ other: 2 }] }] });
    expect(value.items[1]?.name).toBe("the-canary");
  });

  test("what an SDK made of an answer is plain when it is hashed", () => {
    class Answer {
      readonly name = "one";
      toJSON() {
        return "something else";
      }
    }
    expect(JSON.stringify(redactor.value(new Answer()))).toBe('{"name":"one"}');
  });

  test("a signed token goes wherever it begins, and its payload with it", () => {
    for (const before of ["", "-", "_", "x", "token_", "a.b.", "https://h/?t="]) {
      const text = `${before}eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl`;
      expect(redactor.text(text)).toBe(`${before}${REDACTED}`);
    }
    expect(redactor.text("eyJ is no token, www.eyJaaaaaaaa.example neither")).not.toContain(
      REDACTED,
    );
  });

  test.each([
    ["percent-encoded", encodeURIComponent],
    ["percent-encoded in lower case", (text: string) => encodeURIComponent(text).toLowerCase()],
    ["in a form", (text: string) => new URLSearchParams({ a: text }).toString()],
    ["in JSON", JSON.stringify],
    ["in base64", (text: string) => Buffer.from(text).toString("base64")],
    ["in base64url", (text: string) => Buffer.from(text).toString("base64url")],
    ["in Basic credentials", (text: string) => Buffer.from(`id:${text}!`).toString("base64")],
    [
      "in Basic credentials, shifted",
      (text: string) => Buffer.from(`id2:${text}`).toString("base64"),
    ],
  ])("a secret %s goes too", (_name, encode) => {
    const secret = 'a b+c/"d>?~ü€z';
    const lower = secret.toLowerCase();
    const own = createRedactor([secret, lower]);
    const encoded = encode(lower);
    const clean = own.text(`<${encoded}>`);
    expect(clean).toContain(REDACTED);
    // All but what shares a character of base64 with its neighbours.
    expect(clean.replaceAll(REDACTED, "").length).toBeLessThan(14);
  });

  test("a secret with a lone surrogate is learnt as well", () => {
    expect(createRedactor(["secret\ud800"]).text("a secret\ud800 b")).toBe(`a ${REDACTED} b`);
  });

  test("of two secrets that begin alike nothing is left", () => {
    const own = createRedactor(["secret-one", "secret-one-longer"]);
    expect(own.text("secret-one-longer")).toBe(REDACTED);
  });

  test("what is kept is cut at 64 KiB, after redaction", () => {
    const long = `${"x".repeat(65_530)}the-canary`;
    const kept = redactor.kept({ a: [long] }).a[0] ?? "";
    expect(kept.length).toBeLessThanOrEqual(65_536);
    expect(kept).not.toContain("the-c");
    expect(redactor.value(long).length).toBeGreaterThan(65_536 - 10);
  });

  test.each([
    "-eyJaaaaaaaa",
    "eyJaaaaaaaa.",
    "eyJaaaaaaaa.aaaaaaaa",
    " eyJ",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY",
    "-----BEGIN PRIVATE KEY-----",
    "PRIVATE KEY ",
    "-----BEGIN PRIVATE KEY----------END ",
    "AKIAAAAAAAAAAAAAAAA",
    "Bearer ",
    "Basic",
    "\t",
    "//",
    "//a",
    "//a:",
    "a:",
    "//:",
    "&sig=",
    "?token",
    "password",
    "password ",
    "password=",
    'password="',
    "account",
    "shared-access",
    "xoxb-",
    "-xoxb-a",
    "AIza",
    "github_pat_",
    "the-canar",
    "the-canary",
    ".",
    "a.",
  ])("a megabyte of %j is searched at once", (piece) => {
    const spaced = `${piece}${" ".repeat(500_000)}${piece}`;
    for (const start of ["", "//a", "password", "Bearer ", "-----BEGIN ", "eyJaaaaaaaa."]) {
      const hostile = start + piece.repeat(Math.ceil(1_000_000 / piece.length));
      const began = performance.now();
      redactor.text(hostile);
      redactor.text(spaced);
      // What grows with the square of the text takes minutes; a loaded machine does not.
      expect(performance.now() - began).toBeLessThan(10_000);
    }
  });

  test("the canary survives nowhere", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, around) => {
        const hidden = {
          list: [value, `${around}the-canary${around}`],
          "x-the": { deep: "the-canary" },
        };
        expect(JSON.stringify(redactor.value(hidden))).not.toContain("the-canary");
      }),
    );
  });
});
