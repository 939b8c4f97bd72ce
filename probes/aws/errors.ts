import type { ProblemReason } from "#model/evidence.ts";
import type { Failure } from "#model/probe.ts";
import { plainServerText } from "#probes/common/server-text.ts";
import { AnswerError } from "./answer-guard.ts";
import { CredentialsError } from "./credentials.ts";

/** Error codes by what they mean; whatever is in no list goes by the HTTP status. */
const DENIED = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AccountProblem",
  "AllAccessDisabled",
  "AuthFailure",
  "CredentialError",
  "CredentialsError",
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "InvalidToken",
  "NotSignedUp",
  "OptInRequired",
  "RequestExpired",
  "RequestTimeTooSkewed",
  "SignatureDoesNotMatch",
  "TokenProviderError",
  "TokenRefreshRequired",
  "UnauthorizedAccess",
  "UnauthorizedOperation",
  "UnrecognizedClientException",
]);
const THROTTLED = new Set([
  "BandwidthLimitExceeded",
  "LimitExceededException",
  "PriorRequestNotComplete",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
]);
const TIMED_OUT = new Set([
  "ESOCKETTIMEDOUT",
  "ETIMEDOUT",
  "RequestTimeout",
  "RequestTimeoutException",
  "TimeoutError",
]);
const UNREACHABLE =
  /^(?:E(?:NOTFOUND|AI_\w+|CONN\w+|PIPE|HOSTUNREACH|NETUNREACH|PROTO)|ERR_(?:TLS|SSL|PROXY|STREAM)_\w+|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+|HPE_\w+|NetworkingError)$/;

/**
 * What an error of an AWS client means. Never retryable for gather: the SDK has retried already.
 * Pure; takes whatever was thrown.
 */
export function classifyAws(error: unknown): Failure {
  return { reason: reasonOf(error), message: messageOf(error), retryable: false };
}

/** The error's code in AWS's spelling where the server named one, else the name of the error; "" where there is none. */
export function codeOf(error: unknown): string {
  return textField(error, "name");
}

/** The HTTP status that came with the error; 0 where no answer came. */
export function statusOf(error: unknown): number {
  const metadata = field(error, "$metadata");
  const status = field(metadata, "httpStatusCode");
  return typeof status === "number" ? status : 0;
}

function reasonOf(error: unknown): ProblemReason {
  if (error instanceof AnswerError) return error.reason;
  if (error instanceof CredentialsError) return "denied";
  // The server writes them: no real one is longer, and patterns are not run over megabytes.
  const names = [codeOf(error), textField(error, "code")].map((name) => name.slice(0, 100));
  const status = statusOf(error);
  const isAny = (set: ReadonlySet<string>) => names.some((name) => set.has(name));

  if (names.includes("AbortError")) {
    return codeOf(field(error, "cause")) === "TimeoutError" ? "timeout" : "cancelled";
  }
  if (isAny(TIMED_OUT)) return "timeout";
  if (isAny(THROTTLED) || status === 429) return "throttled";
  if (isAny(DENIED) || status === 401 || status === 403) return "denied";
  if (names.some((name) => UNREACHABLE.test(name))) return "unreachable";
  if (status < 500 && isUnreadable(error)) return "malformed";
  // A server that fails or knows no such call, a bucket that is gone or sits in a region that its answer does not name.
  if (status >= 500 || status === 404 || status === 301 || status === 307) return "unreachable";
  return "malformed";
}

function messageOf(error: unknown): string {
  const code = codeOf(error);
  const status = statusOf(error);
  if (isUnreadable(error)) {
    return `the answer${status > 0 ? ` (HTTP ${status})` : ""} is no AWS document: a proxy or another service may answer there`;
  }
  if (code === "AbortError") return "the call was cut off before an answer came";
  const said = plainServerText(textField(error, "message").split("\n", 1)[0] ?? "");
  if (error instanceof AnswerError || /^Credentials?Error$/.test(code)) return said;
  const what = code === "" || code === "Error" ? textField(error, "code") : code;
  const where = status > 0 ? `HTTP ${status} ` : "";
  return `${where}${plainServerText(what)}${said === "" || said === code ? "" : `: ${said}`}`;
}

/** The SDK could not read the answer as a document. */
function isUnreadable(error: unknown): boolean {
  return codeOf(error) === "SyntaxError" || field(error, "$responseBodyText") !== undefined;
}

function textField(value: unknown, name: string): string {
  const text = field(value, name);
  return typeof text === "string" ? text : "";
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
