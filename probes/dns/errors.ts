import type { ProblemReason } from "#model/evidence.ts";
import type { Failure } from "#model/probe.ts";
import { classifyNetwork } from "#probes/tls/errors.ts";

/** Why DNS told nothing. */
export class DnsError extends Error {
  readonly reason: ProblemReason;
  /** There is no such name. */
  readonly missing: boolean;
  constructor(reason: ProblemReason, message: string, missing = false) {
    super(message);
    this.name = "DnsError";
    this.reason = reason;
    this.missing = missing;
  }
}

/** What a question to DNS that failed means; takes anything that was thrown. */
export function classifyDns(error: unknown): Failure {
  if (!(error instanceof DnsError)) return { ...classifyNetwork(error), retryable: false };
  // Resolvers are tried again by the one who asks them.
  return { reason: error.reason, message: error.message, retryable: false };
}
