import { describe, expect, test } from "vitest";
import { AnswerError } from "#probes/aws/answer-guard.ts";
import { CredentialsError } from "#probes/aws/credentials.ts";
import { classifyAws } from "#probes/aws/errors.ts";

/** An error as the SDK throws it. */
function sdk(name: string, status?: number, more: object = {}) {
  const $metadata = status === undefined ? {} : { httpStatusCode: status };
  return Object.assign(new Error("as the server says"), { name, $metadata, ...more });
}
const broken = (code: string) => Object.assign(new Error("broken"), { code });
const timeout = new DOMException("too late", "TimeoutError");

describe("what an error of an AWS client means", () => {
  test.each([
    ["denied", sdk("AccessDenied", 403)],
    ["denied", sdk("ExpiredToken", 400)],
    ["denied", sdk("InvalidAccessKeyId", 403)],
    ["denied", sdk("SignatureDoesNotMatch", 403)],
    ["denied", sdk("OptInRequired", 403)],
    ["denied", sdk("SomethingNew", 403)],
    ["denied", sdk("SomethingNew", 401)],
    ["denied", sdk("CredentialsProviderError")],
    ["denied", new CredentialsError("the environment variable X is not set")],
    ["throttled", sdk("SlowDown", 503)],
    ["throttled", sdk("ThrottlingException", 400)],
    ["throttled", sdk("RequestLimitExceeded", 503)],
    ["throttled", sdk("SomethingNew", 429)],
    ["timeout", sdk("TimeoutError")],
    ["timeout", sdk("RequestTimeout", 400)],
    ["timeout", broken("ETIMEDOUT")],
    ["timeout", Object.assign(new Error("aborted"), { name: "AbortError", cause: timeout })],
    ["cancelled", Object.assign(new Error("aborted"), { name: "AbortError" })],
    ["unreachable", broken("ENOTFOUND")],
    ["unreachable", broken("EAI_AGAIN")],
    ["unreachable", broken("ECONNREFUSED")],
    ["unreachable", broken("ECONNRESET")],
    ["unreachable", Object.assign(new AggregateError([]), { code: "ECONNREFUSED" })],
    ["unreachable", broken("CERT_HAS_EXPIRED")],
    ["unreachable", broken("DEPTH_ZERO_SELF_SIGNED_CERT")],
    ["unreachable", broken("UNABLE_TO_VERIFY_LEAF_SIGNATURE")],
    ["unreachable", broken("ERR_TLS_CERT_ALTNAME_INVALID")],
    ["unreachable", broken("HPE_INVALID_CONSTANT")],
    ["unreachable", sdk("InternalError", 500)],
    ["unreachable", sdk("ServiceUnavailable", 503)],
    ["unreachable", sdk("NoSuchBucket", 404)],
    ["unreachable", sdk("PermanentRedirect", 301)],
    ["unreachable", sdk("NotImplemented", 501)],
    ["malformed", sdk("MethodNotAllowed", 405)],
    ["malformed", sdk("SyntaxError", 404, { $responseBodyText: "<html>" })],
    ["malformed", new SyntaxError("unexpected <")],
    ["malformed", new AnswerError("malformed", "the answer is no Tagging document")],
    ["malformed", sdk("InvalidArgument", 400)],
    ["malformed", new TypeError("x is undefined")],
    ["malformed", "a text"],
    ["malformed", null],
    ["malformed", undefined],
    ["too-large", new AnswerError("too-large", "the answer is larger than 10 bytes")],
  ])("%s: %s", (reason, error) => {
    expect(classifyAws(error)).toMatchObject({ reason, retryable: false });
  });

  test("says what the server said, on one line", () => {
    expect(classifyAws(sdk("AccessDenied", 403)).message).toBe(
      "HTTP 403 AccessDenied: as the server says",
    );
    const hostile = sdk("Evil\u001b[2J", 400, { message: `a\u202E${"b".repeat(9_000)}\nc` });
    const { message } = classifyAws(hostile);
    expect(message.length).toBeLessThan(5_000);
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test("never cuts a word in two, for half a secret is known by nobody", () => {
    const secret = "s3cret".repeat(40);
    const { message } = classifyAws(
      sdk("AccessDenied", 403, { message: `${"x".repeat(3_900)} ${secret}` }),
    );
    expect(message).not.toContain("s3cret");
    const short = classifyAws(sdk("X", 403, { message: `${"x".repeat(280)} ${secret}` }));
    expect(short.message).toContain(secret);
  });

  test("a long error code of a server takes no time", () => {
    const started = performance.now();
    classifyAws(sdk(`${"SELF_SIGNED".repeat(100_000)}!`, 400));
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test("says of an error page what it is", () => {
    const { message } = classifyAws(sdk("SyntaxError", 502, { $responseBodyText: "<html>" }));
    expect(message).toContain("HTTP 502");
    expect(message).toContain("no AWS document");
  });
});
