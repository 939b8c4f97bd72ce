import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor, REDACTED } from "#gather/redact.ts";

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
