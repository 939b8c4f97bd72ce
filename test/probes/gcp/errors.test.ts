/** Errors of Google's APIs in both their generations, of OAuth, and such as no API gives. */
import { expect, test } from "vitest";
import { errorOf } from "#probes/gcp/errors.ts";

const older = (reason: string) => ({ error: { code: 403, message: "m", errors: [{ reason }] } });
const newer = (reason: string, metadata: object = {}) => ({
  error: {
    code: 403,
    message: "m",
    status: "PERMISSION_DENIED",
    details: [
      { "@type": "type.googleapis.com/google.rpc.Help" },
      { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, metadata },
    ],
  },
});

test.each([
  [older("rateLimitExceeded"), true],
  [older("userRateLimitExceeded"), true],
  [newer("RATE_LIMIT_EXCEEDED"), true],
  // Waiting does not help against these.
  [older("quotaExceeded"), false],
  [older("dailyLimitExceeded"), false],
  [older("forbidden"), false],
  [newer("IAM_PERMISSION_DENIED"), false],
])("%j is throttled: %s", (body, throttled) => {
  expect(errorOf(body).throttled).toBe(throttled);
});

test("a service that is not enabled: which, where, and what to do", () => {
  const metadata = { service: "sqladmin.googleapis.com", consumer: "projects/12" };
  expect(errorOf(newer("SERVICE_DISABLED", metadata)).remedy).toBe(
    "the API is not enabled in projects/12: `gcloud services enable sqladmin.googleapis.com` turns it on, or nothing of it is known",
  );
  expect(errorOf(older("accessNotConfigured")).remedy).toContain("is not enabled");
});

test("what a server says is no command to be run", () => {
  const metadata = { service: "x; rm -rf /", consumer: "`id`" };
  expect(errorOf(newer("SERVICE_DISABLED", metadata)).remedy).toContain(
    "`gcloud services enable <its name>`",
  );
});

test("a perimeter is named as one", () => {
  expect(errorOf(newer("SECURITY_POLICY_VIOLATED")).remedy).toContain("VPC Service Controls");
});

test("OAuth's errors are texts", () => {
  expect(errorOf({ error: "invalid_grant", error_description: "Token has been revoked." })).toEqual(
    {
      code: "invalid_grant",
      message: "Token has been revoked.",
      remedy: expect.stringContaining("revoked"),
    },
  );
});

test.each([[undefined], [null], ["text"], [[]], [{ error: { errors: 5, details: "x" } }]])(
  "%j is an error without words",
  (body) => {
    expect(errorOf(body)).toMatchObject({ code: "", message: "" });
  },
);
