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
import type { CheckContext } from "./tally.ts";
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
  /** Per control, the positions of the subjects that it judged. */
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
      ? { result: pendingCheck(check), attention: [], judged: [] }
      : evaluateCheck(check, control, exceptions, context);
  });
  const results = checks.map((check) => check.result);
  const { verdict, reason } = settleClaim(claim, results, attested.results);
  const judgedCount = sum(results, ({ counts }) => counts.pass + counts.fail);
  return {
    result: {
      policy,
      id: claim.id,
      quote: claim.quote,
      section: claim.section,
      severity: claim.severity,
      verdict,
      reason,
      coverage: {
        judged: judgedCount,
        total: judgedCount + sum(results, ({ counts }) => counts.unknown + counts.error),
      },
      mappings: claim.mappings,
      caveat: claim.caveat ?? null,
      checks: results,
      attestations: attested.results,
    },
    attention: [
      ...checks.flatMap((check) => check.attention),
      ...attested.attention.map((note) => ({ ...note, subject: null })),
    ],
    judged: results.map(({ control }, position) => ({
      control,
      positions: checks[position]?.judged ?? [],
    })),
  };
}

/** The table "a claim, over its checks and attestations"; the first line that fits decides. */
function settleClaim(
  claim: Claim,
  checks: readonly CheckResult[],
  attestations: readonly AttestationResult[],
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
    const contradicted = inState("in-force").length > 0;
    const words = contradicted
      ? `; an attestation in force (${list(inState("in-force").map(({ by }) => by ?? ""))}) says otherwise: a contradiction`
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

function list(words: readonly string[]): string {
  return [...new Set(words)].join(", ");
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}
