import type { Failure } from "#model/probe.ts";
import { serverText } from "#probes/common/server-text.ts";

/** A failure that is understood where it happened. */
export class AzureFailure extends Error {
  readonly failure: Failure;
  /** Azure said that what was asked for is not there. */
  readonly absent: boolean;
  constructor(failure: Failure, absent = false) {
    super(failure.message);
    this.name = "AzureFailure";
    this.failure = failure;
    this.absent = absent;
  }
}

/** What is needed of an HTTP answer to tell why it is no success. */
export interface FailedAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: string;
}

/** An answer that does not have the shape that Microsoft documents. */
export function malformed(message: string): AzureFailure {
  return new AzureFailure({ reason: "malformed", message, retryable: false });
}

/** What the target says of its credentials, addresses or trust cannot be used; nothing was asked. */
export function refused(message: string): AzureFailure {
  return new AzureFailure({ reason: "denied", message, retryable: false });
}

/** Whether an answer says that there is no such thing in a place that itself is there. */
export function saysAbsent({ status, body }: FailedAnswer): boolean {
  return status === 404 && /^(?:Resource)?NotFound$/i.test(armError(body).code);
}

/** What Azure Resource Manager's answer with a status other than 200 means. */
export function failureOfArm(answer: FailedAnswer): Failure {
  const { status } = answer;
  const { code, message } = armError(answer.body);
  const said = plain([`status ${status}`, code, message].filter(Boolean).join(": "));
  if (status === 429 || status >= 500) return later(answer, "Azure", said);
  if (status === 408) return { reason: "timeout", message: said, retryable: true };
  if (code === "SubscriptionNotFound" || code === "InvalidSubscriptionId") {
    const what = "the subscription does not exist or this identity may not see it";
    return final("denied", `${what} (${said}): give it the role Reader on the subscription`);
  }
  if (status === 401) {
    const what = "Azure did not accept the token";
    return final("denied", `${what} (${said}): check the target's tenant and endpoints`);
  }
  if (status === 403) {
    return final("denied", `Azure refused (${said}): give the identity the role Reader`);
  }
  if (status === 404) return final("partial", `what was listed is not there any more (${said})`);
  if (status >= 400) return final("malformed", `Azure does not answer this here (${said})`);
  return final("malformed", `Azure gave an answer that is neither data nor an error (${said})`);
}

function final(reason: Failure["reason"], message: string): Failure {
  return { reason, message, retryable: false };
}

/** What the token endpoint's answer with a status other than 200 means. */
export function failureOfToken(answer: FailedAnswer): Failure {
  const body = json(answer.body);
  // The first line names the reason; trace ids follow.
  const description = text(body["error_description"]).split(/[\r\n]/)[0] ?? "";
  const said = plain(
    [`status ${answer.status}`, text(body["error"]), description].filter(Boolean).join(": "),
  );
  if (answer.status === 429 || answer.status >= 500) return later(answer, "Entra ID", said);
  return {
    reason: "denied",
    message: `Entra ID gave no token (${said}): check the tenant, clientId and clientSecret of the target`,
    retryable: false,
  };
}

/** Turns whatever the Azure SDKs or this folder throw into a failure; pure. Server text in it is bounded and printable. */
export function classifyAzure(error: unknown): Failure {
  if (error instanceof AzureFailure) return error.failure;
  const { name, code, message } = facts(error);
  if (name === "AbortError" || name === "TimeoutError" || code === "ETIMEDOUT") {
    return { reason: "timeout", message: "Azure did not answer in time", retryable: true };
  }
  if (/^(?:CredentialUnavailable|(?:Aggregate)?Authentication(?:Required)?)Error$/.test(name)) {
    return {
      reason: "denied",
      message: `no usable Azure credential (${plain(message)}): name clientId and clientSecret in the target's credentials, or sign in by Azure CLI or a managed identity`,
      retryable: false,
    };
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/.test(code)) {
    return {
      reason: "unreachable",
      message: `the server's certificate is not trusted (${plain(message)}): if it is of a private authority, name it in the target's caFile`,
      retryable: false,
    };
  }
  if (/^(?:E[A-Z_]+|REQUEST_SEND_ERROR)$/.test(code) && !code.startsWith("ERR_")) {
    const retryable = code !== "ENOTFOUND";
    return {
      reason: "unreachable",
      message: `could not reach Azure: ${plain(message)}`,
      retryable,
    };
  }
  return {
    reason: "malformed",
    message: `the answer could not be used: ${plain(message)}`,
    retryable: false,
  };
}

/** Text of a server in one line: control characters out, bounded as `serverText` does. */
export function plain(text: string): string {
  return serverText(text)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
}

function later(answer: FailedAnswer, who: string, said: string): Failure {
  const retryAfterMs = retryAfter(answer);
  return {
    reason: answer.status === 429 ? "throttled" : "unreachable",
    message:
      answer.status === 429
        ? `${who} throttles this identity (${said}): scan again later or lower limits.concurrency`
        : `${who} failed (${said}): scan again later`,
    retryable: true,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
}

/**
 * Milliseconds that the answer asks to wait; null when it does not say. A date (RFC 9110, 10.2.3) is taken
 * against the answer's own Date, so that no clock is needed.
 */
function retryAfter({ header }: FailedAnswer): number | null {
  for (const name of ["retry-after-ms", "x-ms-retry-after-ms"]) {
    const value = header(name);
    if (value !== undefined && /^\d{1,9}$/.test(value)) return Number(value);
  }
  const value = header("retry-after");
  if (value === undefined) return null;
  if (/^\d{1,6}$/.test(value)) return Number(value) * 1000;
  const wait = Date.parse(value) - Date.parse(header("date") ?? "");
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}

/** Code and message of ARM's error body: `{error: {code, message}}`, or the two at the top. */
function armError(body: string): { code: string; message: string } {
  const top = json(body);
  const error = isFields(top["error"]) ? top["error"] : top;
  return { code: text(error["code"]), message: text(error["message"]) };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function json(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function facts(error: unknown): { name: string; code: string; message: string } {
  if (!(error instanceof Error)) return { name: "", code: "", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return { name: error.name, code, message: error.message };
}
