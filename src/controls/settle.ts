import type { AttentionNote, Judgement } from "#model/control.ts";
import type { Json } from "#model/json.ts";

/** What a control found out about one subject, before the outcome follows from it. */
export interface Findings {
  /** What violates the expectation. */
  readonly failures: readonly string[];
  /** What would have to be known and is not. */
  readonly open: readonly string[];
  /** What is said where neither is so. */
  readonly held: string;
  /** The expectation in words. */
  readonly declared: string;
  readonly actual: Json;
  readonly attention?: readonly AttentionNote[];
}

/** One failure is enough to fail, whatever else is open; one open question is enough not to pass. */
export function settle(findings: Findings): Judgement {
  const { failures, open, held, declared, actual, attention } = findings;
  const words = (parts: readonly string[]) => `${parts.join("; ")}; declared: ${declared}`;
  if (failures.length > 0) return { outcome: "fail", actual, message: words(failures) };
  if (open.length > 0) return { outcome: "unknown", actual, message: words(open) };
  return {
    outcome: "pass",
    actual,
    message: words([held]),
    ...(attention === undefined || attention.length === 0 ? {} : { attention }),
  };
}

/** For a subject whose kind has none of the facets that the control needs. */
export function notApplicable(message: string): Judgement {
  return { outcome: "not-applicable", actual: null, message };
}
