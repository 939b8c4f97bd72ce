import { expect } from "vitest";
import type { ClaimResult, Report, Verdict } from "#model/report.ts";

/** Verdicts that let a scan exit with 0. */
const ZERO: ReadonlySet<Verdict> = new Set([
  "upheld",
  "waived",
  "attested",
  "not-applicable",
  "informational",
]);

/**
 * The first invariant: with evidence taken away or broken, no claim gets from a non-zero verdict to a zero one,
 * and nothing fails that did not fail before.
 */
export function expectNoBetter(before: Report, after: Report): void {
  expect(after.claims.map(({ id }) => id)).toEqual(before.claims.map(({ id }) => id));
  after.claims.forEach((claim, position) => {
    const was = before.claims[position];
    if (was === undefined) return;
    if (!ZERO.has(was.verdict) && ZERO.has(claim.verdict)) {
      expect.fail(`${claim.id} went from ${was.verdict} to ${claim.verdict}: ${claim.reason}`);
    }
    const failing = new Set(failures(was));
    const fresh = failures(claim).filter((failure) => !failing.has(failure));
    if (fresh.length > 0) expect.fail(`${claim.id} fails anew: ${fresh.join(", ")}`);
  });
}

function failures(claim: ClaimResult): readonly string[] {
  return claim.checks.flatMap((check, position) =>
    check.evaluations
      .filter(({ outcome, waivedBy }) => outcome === "fail" && waivedBy === undefined)
      .map(({ subject }) => `${check.control}#${position} ${subject.target} ${subject.id}`),
  );
}
