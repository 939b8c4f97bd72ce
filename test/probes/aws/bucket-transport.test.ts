import { describe, expect, test } from "vitest";
import { toTransport } from "#probes/aws/bucket-transport.ts";
import { transportPolicies } from "./transport-policies.ts";

const ARN = "arn:aws:s3:::records";

describe("what a bucket policy says of encryption in transit", () => {
  test.each(transportPolicies)("$name", ({ policy, secureOnly, minimumTls, says }) => {
    const transport = toTransport(policy === null ? null : JSON.stringify(policy), ARN);
    expect(transport.secureOnly).toBe(secureOnly);
    expect(transport.minimumTls).toBe(minimumTls ?? "TLSv1.2");
    expect(transport.minimumTlsIsDefault).toBe(minimumTls === undefined);
    expect(transport.platformFloor?.version).toBe("TLSv1.2");
    if (says !== undefined) expect(transport.detail).toContain(says);
  });

  test.each([
    ["no JSON", "<html></html>"],
    ["half a document", '{"Version":"2012-10-17","Statement":[{"Effect":"De'],
    ["no statements", "{}"],
    ["a statement that is a text", '{"Statement":["Deny"]}'],
    ["no effect", '{"Statement":{"Principal":"*","Action":"s3:*","Resource":"*"}}'],
    ["no principal", '{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}'],
    [
      "an action that is a number list",
      '{"Statement":{"Effect":"Deny","Principal":"*","Action":[{}]}}',
    ],
    ["null", "null"],
  ])("%s is no policy and no verdict", (_, text) => {
    expect(() => toTransport(text, ARN)).toThrow();
  });
});
