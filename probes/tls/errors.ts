import type { ProblemReason } from "#model/evidence.ts";
import type { Failure } from "#model/probe.ts";
import { plainServerText } from "#probes/common/server-text.ts";

/** Why a server showed nothing. `code` is that of the system where there is one. */
export class TlsScanError extends Error {
  readonly reason: ProblemReason;
  readonly code: string | null;
  constructor(reason: ProblemReason, message: string, code: string | null = null) {
    super(message);
    this.name = "TlsScanError";
    this.reason = reason;
    this.code = code;
  }
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refuses connections",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  EHOSTDOWN: "the host is down",
  ENETDOWN: "the network is down",
  EADDRNOTAVAIL: "no local address leads there",
  EACCES: "connecting is not permitted on this machine",
  EPERM: "connecting is not permitted on this machine",
  ENOTFOUND: "the name does not exist",
  EAI_AGAIN: "the name could not be looked up; try again",
  EAI_FAIL: "the name could not be looked up",
  ENODATA: "the name has no address",
};
const SLOW: ReadonlySet<string> = new Set(["ETIMEDOUT", "ESOCKETTIMEDOUT", "ABORT_ERR"]);
const CUT: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE"]);

/** What a failed connection means; takes anything that was thrown. */
export function classifyNetwork(error: unknown): Failure {
  if (error instanceof TlsScanError) {
    const code = error.code ?? "";
    const words = UNREACHABLE[code];
    const message = words === undefined ? error.message : `${words} (${code})`;
    return {
      reason: error.reason,
      message: plainServerText(message),
      retryable: code === "EAI_AGAIN",
    };
  }
  const code = codeOf(error);
  const words = UNREACHABLE[code];
  if (words !== undefined) {
    return {
      reason: "unreachable",
      message: `${words} (${code})`,
      retryable: code === "EAI_AGAIN",
    };
  }
  if (SLOW.has(code)) {
    return { reason: "timeout", message: `no answer in time (${code})`, retryable: false };
  }
  const message = plainServerText(error instanceof Error ? error.message : String(error));
  if (code.startsWith("ERR_SSL_")) {
    // OpenSSL's message has addresses and line numbers in it; its reason is the part for people.
    const reason = error instanceof Error && "reason" in error ? String(error.reason) : message;
    return {
      reason: code.includes("ALERT") ? "denied" : "malformed",
      message: `the TLS handshake failed: ${plainServerText(reason)}`,
      retryable: false,
    };
  }
  // A reset may be an overload's: gather asks again after a pause.
  if (CUT.has(code)) {
    return { reason: "unreachable", message: `connection reset (${code})`, retryable: true };
  }
  return { reason: "malformed", message, retryable: false };
}

/** The system's or OpenSSL's code of an error; empty where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : "";
}
