import { describe, expect, test } from "vitest";
import { looksRandom, secretFindings, secretForm } from "#configuration/secrets.ts";

describe("forms", () => {
  test.each([
    ["AKIAIOSFODNN7EXAMPLE", "an AWS access key id"],
    ["key is ASIAIOSFODNN7EXAMPLE.", "an AWS access key id"],
    ["-----BEGIN PRIVATE KEY-----\nMII", "a private key"],
    ["-----BEGIN EC PRIVATE KEY-----", "a private key"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "a signed token (JWT)"],
    ["https://user:hunter2@example.com/x", "a password in an address"],
    ["amqp://:hunter2@host", "a password in an address"],
    ["https://x.blob.core.windows.net/c?sv=1&sig=abc", "a signed address"],
    ["https://b.s3.amazonaws.com/k?X-Amz-Signature=abc", "a signed address"],
    ["DefaultEndpointsProtocol=https;AccountKey=abc", "a storage key"],
    ["ghp_0123456789abcdefghij", "an access token"],
    ["xoxb-0123456789-abcdefghij", "an access token"],
    [`AIza${"a".repeat(35)}`, "a Google API key"],
    ["-----BEGIN CERTIFICATE-----", null],
    ["https://www.example.com:8443/a?b=c", null],
    ["https://user@example.com", null],
    ["arn:aws:iam::123456789012:role/probity", null],
    ["AZURE_CLIENT_SECRET", null],
  ])("%j: %j", (text, form) => {
    expect(secretForm(text)).toBe(form);
  });
});

describe("random texts", () => {
  test.each([
    ["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", true],
    ["q~R8Q~dYx3vT0bPz1KcJmN5wLs7HgFa2EuVi", true],
    ["11111111-2222-3333-4444-555555555555", true],
    ["0123456789abcdef0123456789abcdef", true],
    ["h7Gk2pQ9xZ4mR1tV", true],
    ["hunter2", false],
    ["AZURE_CLIENT_SECRET", false],
    ["PROBITY_S3_V2_K8S_KEY_2026", false],
    ["/run/secrets/azure-client-secret", false],
    ["./Secrets/Azure2026/ClientSecret.txt", false],
    ["C:\\ProgramData\\Probity\\client-secret.txt", false],
    ["a text of several words, 1 2 3", false],
    ["https://myvault2026.vault.azure.net", false],
  ])("%s: %s", (text, random) => {
    expect(looksRandom(text)).toBe(random);
  });
});

describe("findings", () => {
  test("random values count under keys that are named like secrets only", () => {
    const value = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    expect(
      secretFindings({ a: { clientSecret: value }, name: value, apiTokens: [value] }).map(
        ({ path }) => path,
      ),
    ).toEqual([
      ["a", "clientSecret"],
      ["apiTokens", 0],
    ]);
  });

  test("a finding says what to do and holds no secret", () => {
    const findings = secretFindings({ AKIAIOSFODNN7EXAMPLE: "AKIAIOSFODNN7EXAMPLF" });
    expect(findings.map(({ part = "value", message }) => [part, message])).toEqual([
      [
        "key",
        ": looks like an AWS access key id, which does not belong in this file: name an environment variable (env) or a file (files) that holds it",
      ],
      [
        "value",
        ": looks like an AWS access key id, which does not belong in this file: name an environment variable (env) or a file (files) that holds it",
      ],
    ]);
  });

  test.each([
    ["a://".repeat(500_000)],
    ["eyJ-".repeat(500_000)],
    [":".repeat(2_000_000)],
    ["-----BEGIN ".repeat(200_000)],
    ["aA0".repeat(700_000)],
  ])("a long hostile text takes bounded time: %.12s…", (text) => {
    const start = performance.now();
    secretFindings({ secret: text });
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
