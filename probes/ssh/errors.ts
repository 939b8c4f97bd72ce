import type { ProblemReason } from "#model/evidence.ts";
import type { Failure } from "#model/probe.ts";
import { plainServerText } from "#probes/common/server-text.ts";
import { classifyNetwork } from "#probes/tls/errors.ts";

/** Why a server showed nothing. */
export class SshError extends Error {
  readonly reason: ProblemReason;
  constructor(reason: ProblemReason, message: string) {
    super(message);
    this.name = "SshError";
    this.reason = reason;
  }
}

/** What a failed dialogue means; takes anything that was thrown. */
export function classifySsh(error: unknown): Failure {
  if (error instanceof SshError) {
    return { reason: error.reason, message: plainServerText(error.message), retryable: false };
  }
  if (error instanceof TypeError || error instanceof RangeError) {
    const message = `the answer breaks the rules of SSH: ${plainServerText(error.message)}`;
    return { reason: "malformed", message, retryable: false };
  }
  return classifyNetwork(error);
}
