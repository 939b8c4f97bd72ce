import type { Judgement } from "#model/control.ts";
import type { Check } from "#model/policy.ts";
import type { CheckResult, CheckResultName } from "#model/report.ts";
import { mayHoldNoData, type Member } from "./population.ts";

/** What a judgement is worth when it is not sure that the subject is in scope or must keep the promise at all. */
export function settleJudgement(
  { entry, membership }: Member,
  { outcome, message }: Judgement,
): Pick<Judgement, "outcome" | "message"> {
  if (outcome === "not-applicable" || outcome === "unknown") return { outcome, message };
  if (membership === "unknown") {
    const why = "whether it is in scope depends on tags or a region that were not read";
    return { outcome: "unknown", message: `${message}; ${why}` };
  }
  if (outcome === "fail" && mayHoldNoData(entry)) {
    const why = `Probity does not know whether ${entry.subject.kind} holds data: label it data or no-data in the estate`;
    return { outcome: "unknown", message: `${message}; ${why}` };
  }
  return { outcome, message };
}

/** The table "one check over its subjects"; the first line that fits decides. */
export function settleCheck(
  check: Check,
  counts: CheckResult["counts"],
  empty: boolean,
  incomplete: boolean,
): { name: CheckResultName; reason: string } {
  const { pass, waived, attested, error } = counts;
  const failing = counts.fail - waived;
  const unknown = counts.unknown - attested;
  const total = pass + counts.fail + counts.unknown + error;
  const of = (count: number) => `${count} of ${total}`;
  if (check.atLeast !== undefined) {
    if (pass >= check.atLeast)
      return { name: "pass", reason: `${of(pass)} hold, ${check.atLeast} needed` };
    // What is attested was not seen: it may yet hold, so it can neither pass nor fail the check.
    const seenAll = !empty && !incomplete && counts.unknown + error === 0;
    if (seenAll && pass + waived < check.atLeast && counts.fail + pass > 0) {
      return { name: "fail", reason: `only ${of(pass)} hold, ${check.atLeast} needed` };
    }
  } else if (failing > 0) {
    return { name: "fail", reason: `${of(failing)} do not hold` };
  }
  if (unknown + error > 0) {
    return { name: "unknown", reason: `${of(unknown + error)} could not be judged` };
  }
  if (empty) {
    return check.scope.mayBeEmpty === true
      ? { name: "not-applicable", reason: "nothing in the estate is in its scope, which it allows" }
      : {
          name: "unknown",
          reason:
            "nothing in the estate is in its scope: declare the target or the label that it names",
        };
  }
  if (check.atLeast !== undefined && pass + waived < check.atLeast) {
    return {
      name: "unknown",
      reason: `only ${of(pass)} are seen to hold, ${check.atLeast} needed`,
    };
  }
  if (waived > 0) return { name: "waived", reason: `${of(waived)} do not hold and are waived` };
  if (pass > 0 || attested > 0) {
    const words = attested > 0 ? `${of(pass)} hold, ${attested} attested` : `all ${pass} hold`;
    return { name: "pass", reason: words };
  }
  return { name: "not-applicable", reason: "it applies to nothing in its scope" };
}
