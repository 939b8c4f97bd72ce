import type { Control } from "#model/control.ts";
import type { Attestation, Waiver } from "#model/exceptions.ts";
import type { Check, Claim } from "#model/policy.ts";
import type {
  Attention,
  AttestationResult,
  CheckResult,
  ClaimResult,
  Verdict,
} from "#model/report.ts";
import { judgeAttestations } from "./attestations.ts";
import { evaluateCheck } from "./check.ts";
import type { CheckContext, Subjects } from "./tally.ts";
import { waiversFor } from "./waivers.ts";

/** What judging a claim takes besides the evidence. */
export interface ClaimContext extends CheckContext {
  readonly controls: ReadonlyMap<string, Control>;
  readonly attestations: readonly Attestation[];
  readonly waivers: readonly Waiver[];
}

/** A claim's result with what it leaves for the rest of the report. */
export interface JudgedClaim {
  readonly result: ClaimResult;
  readonly attention: readonly Attention[];
  /** Per control, the positions of the subjects that it passed or failed. */
  readonly judged: readonly { readonly control: string; readonly positions: readonly number[] }[];
}

/** Judges one claim: its checks, its attestations, and what they come to. Pure. */
export function judgeClaim(policy: string, claim: Claim, context: ClaimContext): JudgedClaim {
  const { attestations, waivers, controls, now } = context;
  const attested = judgeAttestations(
    policy,
    claim.id,
    claim.attest,
    attestations,
    controls.get("attestation"),
    now,
  );
  const exceptions = {
    waiver: waiversFor(policy, claim.id, waivers, now),
    attestation: attested.coversSubject,
  };
  const checks = claim.checks.map((check) => {
    const control = check.control === undefined ? undefined : controls.get(check.control);
    return control === undefined
      ? { result: pendingCheck(check), attention: [], subjects: NONE, contradictions: [] }
      : evaluateCheck(check, control, exceptions, context);
  });
  const results = checks.map((check) => check.result);
  const contradictions = new Set(checks.flatMap((check) => [...check.contradictions]));
  const { verdict, reason } = settleClaim(claim, results, attested.results, contradictions);
  return {
    result: {
      policy,
      id: claim.id,
      quote: claim.quote,
      section: claim.section,
      severity: claim.severity,
      verdict,
      reason,
      coverage: coverage(checks.map((check) => check.subjects)),
      mappings: claim.mappings,
      caveat: claim.caveat ?? null,
      checks: results,
      attestations: attested.results,
      contradictions: [...contradictions],
    },
    attention: [
      ...checks.flatMap((check) => check.attention),
      ...attested.attention.map((note) => ({ ...note, subject: null })),
    ],
    judged: results.map(({ control }, position) => ({
      control,
      positions: checks[position]?.subjects.decided ?? [],
    })),
  };
}

const NONE: Subjects = { decided: [], open: [], unlisted: [] };

/**
 * How many subjects were judged of how many: each once, however many checks speak of it, and judged only where every
 * check could judge it. A target of which something was not listed counts as one that was not.
 */
function coverage(checks: readonly Subjects[]): ClaimResult["coverage"] {
  const all = new Set<number>();
  const open = new Set<number>();
  const unlisted = new Set<string>();
  for (const check of checks) {
    for (const position of check.decided) all.add(position);
    for (const position of check.open) open.add(position);
    for (const target of check.unlisted) unlisted.add(target);
  }
  for (const position of open) all.add(position);
  return { judged: all.size - open.size, total: all.size + unlisted.size };
}

/** The table "a claim, over its checks and attestations"; the first line that fits decides. */
function settleClaim(
  claim: Claim,
  checks: readonly CheckResult[],
  attestations: readonly AttestationResult[],
  contradictions: ReadonlySet<string>,
): { verdict: Verdict; reason: string } {
  if (claim.informational !== undefined) {
    return { verdict: "informational", reason: claim.informational };
  }
  const having = (result: CheckResult["result"]) =>
    checks.filter((check) => check.result === result);
  const inState = (...states: AttestationResult["state"][]) =>
    attestations.filter((attestation) => states.includes(attestation.state));

  const failing = having("fail");
  if (failing.length > 0) {
    const words =
      contradictions.size > 0
        ? `; the attestation ${[...contradictions].join(", ")} vouches for what fails: a contradiction`
        : "";
    return { verdict: "violated", reason: `${reasons(failing)}${words}` };
  }
  const open = having("unknown");
  const missing = inState("missing");
  if (open.length > 0 || missing.length > 0) {
    const parts = [reasons(open), ...missing.map(({ message }) => message)];
    return { verdict: "unverified", reason: parts.filter((part) => part !== "").join("; ") };
  }
  const lapsed = inState("expired", "evidence-changed");
  if (lapsed.length > 0) {
    return { verdict: "lapsed", reason: lapsed.map(({ message }) => message).join("; ") };
  }
  const waived = having("waived");
  if (waived.length > 0) return { verdict: "waived", reason: reasons(waived) };
  if (attestations.length === 0 && checks.every((check) => check.result === "not-applicable")) {
    return { verdict: "not-applicable", reason: reasons(checks) };
  }
  const attestedSubjects = sum(checks, ({ counts }) => counts.attested);
  if (attestations.length > 0 || attestedSubjects > 0) {
    const live = having("pass");
    const words = attestations.map(
      ({ by, expires }) => `attested by ${by ?? "?"} until ${expires ?? "?"}`,
    );
    const parts = [...new Set(words), ...(live.length > 0 ? [reasons(live)] : [])];
    return { verdict: "attested", reason: parts.join("; ") };
  }
  return { verdict: "upheld", reason: reasons(having("pass")) };
}

function pendingCheck(check: Check): CheckResult {
  const control = check.pending ?? check.control ?? "";
  return {
    control,
    title: control,
    result: "unknown",
    pending: true,
    basis: check.basis,
    expected: check.expect,
    reason: "this control is still to be built",
    remediation: null,
    counts: { pass: 0, fail: 0, unknown: 0, "not-applicable": 0, error: 0, waived: 0, attested: 0 },
    evaluations: [],
  };
}

/** One sentence over several checks; those that are violated by somebody's reading say so in their first words. */
function reasons(checks: readonly CheckResult[]): string {
  return checks
    .map((check) => {
      const interpreted =
        check.result === "fail" && typeof check.basis === "object" && "interpreted" in check.basis
          ? `as interpreted by ${check.basis.interpreted.who}: `
          : "";
      return `${interpreted}${check.control}: ${check.reason}`;
    })
    .join("; ");
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}
