import { describe, expect, test } from "vitest";
import { classifyAzure, failureOfArm, failureOfToken, plain } from "#probes/azure/errors.ts";

function answer(
  status: number,
  body: unknown = "",
  headers: Readonly<Record<string, string>> = {},
) {
  return {
    status,
    body: typeof body === "string" ? body : JSON.stringify(body),
    header: (name: string) => headers[name],
  };
}
const arm = (code: string, message = "because") => ({ error: { code, message } });
/** An error as Node and the SDK make it: a name, a code, a message. */
const thrown = (fields: { name?: string; code?: string; message?: string }) =>
  Object.assign(new Error(fields.message ?? "because"), fields);

describe("an answer of Azure Resource Manager", () => {
  test.each([
    [401, arm("InvalidAuthenticationToken"), "denied", false],
    [403, arm("AuthorizationFailed"), "denied", false],
    [403, "<html>", "denied", false],
    [404, arm("SubscriptionNotFound"), "denied", false],
    [400, arm("InvalidSubscriptionId"), "denied", false],
    [404, arm("ResourceNotFound"), "partial", false],
    [400, arm("FeatureNotSupportedForAccount"), "malformed", false],
    [409, arm("Conflict"), "malformed", false],
    [408, "", "timeout", true],
    [429, arm("TooManyRequests"), "throttled", true],
    [500, "", "unreachable", true],
    [503, arm("ServerBusy"), "unreachable", true],
    [302, "", "malformed", false],
    [204, "", "malformed", false],
  ] as const)("%i %j is %s", (status, body, reason, retryable) => {
    expect(failureOfArm(answer(status, body))).toMatchObject({ reason, retryable });
  });

  test("says what Azure said and what to do", () => {
    const { message } = failureOfArm(
      answer(403, arm("AuthorizationFailed", "no 'x/read' over 'y'")),
    );
    expect(message).toBe(
      "Azure refused (status 403: AuthorizationFailed: no 'x/read' over 'y'): give the identity the role Reader",
    );
  });

  test("code and message at the top of the body", () => {
    const { message } = failureOfArm(answer(403, { code: "Forbidden", message: "no" }));
    expect(message).toContain("status 403: Forbidden: no");
  });

  test.each([
    [{ "retry-after": "7" }, 7000],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after-ms": "1500", "retry-after": "7" }, 1500],
    [{ "x-ms-retry-after-ms": "250" }, 250],
    [
      {
        "retry-after": "Mon, 01 Jun 2026 12:00:09 GMT",
        date: "Mon, 01 Jun 2026 12:00:00 GMT",
      },
      9000,
    ],
    [
      {
        "retry-after": "Mon, 01 Jun 2026 11:00:00 GMT",
        date: "Mon, 01 Jun 2026 12:00:00 GMT",
      },
      0,
    ],
    [{ "retry-after": "Mon, 01 Jun 2026 12:00:09 GMT" }, undefined],
    [{ "retry-after": "-5" }, undefined],
    [{ "retry-after": "99999999999" }, undefined],
    [{ "retry-after": "soon" }, undefined],
    [{}, undefined],
  ])("waits by %j: %s ms", (headers, wait) => {
    expect(failureOfArm(answer(429, "", headers)).retryAfterMs).toBe(wait);
    expect(failureOfArm(answer(503, "", headers)).retryAfterMs).toBe(wait);
  });
});

describe("an answer of the token endpoint", () => {
  test("names the reason and not the trace", () => {
    const body = {
      error: "invalid_client",
      error_description:
        "AADSTS7000215: Invalid client secret.\r\nTrace ID: abc\r\nCorrelation ID: def",
    };
    expect(failureOfToken(answer(401, body))).toEqual({
      reason: "denied",
      message:
        "Entra ID gave no token (status 401: invalid_client: AADSTS7000215: Invalid client secret.): check the tenant, clientId and clientSecret of the target",
      retryable: false,
    });
  });
  test.each([
    [429, "throttled", true],
    [503, "unreachable", true],
    [400, "denied", false],
    [404, "denied", false],
  ] as const)("%i is %s", (status, reason, retryable) => {
    expect(failureOfToken(answer(status))).toMatchObject({ reason, retryable });
  });
});

describe("what is thrown", () => {
  test.each([
    [{ name: "AbortError" }, "timeout", true],
    [{ name: "TimeoutError" }, "timeout", true],
    [{ name: "RestError", code: "ETIMEDOUT" }, "timeout", true],
    [{ name: "RestError", code: "ECONNREFUSED" }, "unreachable", true],
    [{ name: "RestError", code: "ECONNRESET" }, "unreachable", true],
    [{ name: "RestError", code: "EAI_AGAIN" }, "unreachable", true],
    [{ name: "RestError", code: "REQUEST_SEND_ERROR" }, "unreachable", true],
    [{ name: "RestError", code: "ENOTFOUND" }, "unreachable", false],
    [{ name: "RestError", code: "SELF_SIGNED_CERT_IN_CHAIN" }, "unreachable", false],
    [{ name: "RestError", code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }, "unreachable", false],
    [{ name: "RestError", code: "ERR_TLS_CERT_ALTNAME_INVALID" }, "unreachable", false],
    [{ name: "CredentialUnavailableError" }, "denied", false],
    [{ name: "AggregateAuthenticationError" }, "denied", false],
    [{ name: "AuthenticationRequiredError" }, "denied", false],
    [{ name: "TypeError" }, "malformed", false],
    [{ name: "RestError", code: "PARSE_ERROR" }, "malformed", false],
  ] as const)("%j is %s", (fields, reason, retryable) => {
    expect(classifyAzure(thrown(fields))).toMatchObject({ reason, retryable });
  });

  test.each([undefined, null, 7, "text", {}, { code: 7 }])("%j is malformed", (error) => {
    expect(classifyAzure(error)).toMatchObject({ reason: "malformed", retryable: false });
  });

  test("text of a server stays in one line and short", () => {
    const { message } = classifyAzure(
      thrown({ message: `a\r\nb\u001b[31mc\u202Ed${"x".repeat(100_000)}` }),
    );
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(message.length).toBeLessThan(600);
    expect(plain("a\r\n\tb")).toBe("a b");
  });
});
