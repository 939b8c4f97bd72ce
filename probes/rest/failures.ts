import type { Failure } from "#model/probe.ts";
import { plainServerText } from "#probes/common/server-text.ts";
import type { HttpAnswer } from "./transport.ts";

/** A failure that is understood where it happened. */
export class RestFailure extends Error {
  readonly failure: Failure;
  /** The API said that what was asked for is not there. */
  readonly absent: boolean;
  constructor(failure: Failure, absent = false) {
    super(failure.message);
    this.name = "RestFailure";
    this.failure = failure;
    this.absent = absent;
  }
}

/** An answer that does not have the shape that the vendor documents. */
export function malformed(message: string): RestFailure {
  return new RestFailure({ reason: "malformed", message, retryable: false });
}

/** What the target says of its credentials, addresses or trust cannot be used; nothing was asked. */
export function refused(message: string): RestFailure {
  return new RestFailure({ reason: "denied", message, retryable: false });
}

/** What a vendor's error body says. */
export interface VendorError {
  /** Its word for the error; empty where it has none. */
  readonly code: string;
  readonly message: string;
  /** True where the vendor throttles by another status than 429. */
  readonly throttled?: boolean;
  /** What would help, where the vendor's word tells; else what to do about a refusal in general. */
  readonly remedy?: string;
  /** Whether it says that what was asked for is not there; left out: a status of 404 does. */
  readonly absent?: boolean;
}

/**
 * What an answer that is no success means.
 * @param vendor the API's name in messages
 */
export function failureOf(
  vendor: string,
  answer: HttpAnswer,
  { code, message, throttled = false, remedy }: VendorError,
): Failure {
  const { status } = answer;
  const said = plainServerText([`status ${status}`, code, message].filter(Boolean).join(": "));
  if (status === 429 || throttled) {
    return {
      reason: "throttled",
      message: `${vendor} throttles this identity (${said}): scan again later or lower limits.concurrency`,
      ...waiting(answer),
    };
  }
  if (status >= 500) {
    return {
      reason: "unreachable",
      message: `${vendor} failed (${said}): scan again later`,
      ...waiting(answer),
    };
  }
  if (status === 408) return { reason: "timeout", message: said, retryable: true };
  if (status === 401) {
    return final(
      "denied",
      `${vendor} did not accept the credentials (${said}): ${remedy ?? "check what the target's credentials name"}`,
    );
  }
  if (status === 403) {
    return final(
      "denied",
      `${vendor} refused (${said})${remedy === undefined ? "" : `: ${remedy}`}`,
    );
  }
  if (status === 404 || status === 410) {
    return final("partial", `what was asked for is not there (${said})`);
  }
  if (status >= 400) return final("malformed", `${vendor} does not answer this here (${said})`);
  return final(
    "malformed",
    `${vendor} gave an answer that is neither data nor an error (${said}); redirects are not followed`,
  );
}

function final(reason: Failure["reason"], message: string): Failure {
  return { reason, message, retryable: false };
}

function waiting({ header }: HttpAnswer): Pick<Failure, "retryable" | "retryAfterMs"> {
  const value = header("retry-after") ?? "";
  if (/^\d{1,6}$/.test(value)) return { retryable: true, retryAfterMs: Number(value) * 1000 };
  // A date (RFC 9110, 10.2.3) against the answer's own Date, so that no clock is needed.
  const wait = Date.parse(value) - Date.parse(header("date") ?? "");
  return { retryable: true, ...(Number.isFinite(wait) ? { retryAfterMs: Math.max(0, wait) } : {}) };
}

/** Turns whatever the transport or this folder throws into a failure; pure. Server text in it is bounded and printable. */
export function classifyRest(error: unknown): Failure {
  if (error instanceof RestFailure) return error.failure;
  const { name, code, message } = facts(error);
  const said = plainServerText(message);
  if (name === "AbortError" || name === "TimeoutError" || code === "ETIMEDOUT") {
    return { reason: "timeout", message: "the API did not answer in time", retryable: true };
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/.test(code)) {
    return final(
      "unreachable",
      `the server's certificate is not trusted (${said}): if it is of a private authority, name it in the target's caFile`,
    );
  }
  if (code.startsWith("HPE_")) return final("malformed", `the answer is no HTTP (${said})`);
  if (/^E[A-Z_]+$/.test(code) && !code.startsWith("ERR_")) {
    const retryable = code !== "ENOTFOUND";
    return { reason: "unreachable", message: `could not reach the API: ${said}`, retryable };
  }
  return final("malformed", `the answer could not be used: ${said}`);
}

function facts(error: unknown): { name: string; code: string; message: string } {
  if (!(error instanceof Error)) return { name: "", code: "", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return { name: error.name, code, message: error.message };
}
