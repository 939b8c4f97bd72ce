import type { Control, Judgement, Reading } from "#model/control.ts";
import type { FacetName } from "#model/facets.ts";
import type { Check } from "#model/policy.ts";
import type { Subject } from "#model/subject.ts";
import { population, type Member, type Population } from "./population.ts";
import { Tally, type CheckContext, type CheckedCheck, type Exceptions } from "./tally.ts";

/** How many passes are shown where not all are asked for. */
export const PASS_SAMPLES = 3;

/** Judges one check of a claim over the evidence. Pure. */
export function evaluateCheck(
  check: Check,
  control: Control,
  exceptions: Exceptions,
  context: CheckContext,
): CheckedCheck {
  const tally = new Tally(check, control, exceptions, context);
  const found = population(check.scope, control, context.index, context.estate);
  const { members, gaps } = found;
  for (const gap of gaps) tally.gap(gap);
  if (control.judges === "subject") judgeSubjects(control, check, members, tally, context);
  else judgeScope(control, check, found, tally, context);
  return tally.finish(members.length === 0 && gaps.length === 0);
}

type SubjectControl = Extract<Control, { judges: "subject" }>;
type ScopeControl = Extract<Control, { judges: "scope" }>;

function judgeSubjects(
  control: SubjectControl,
  check: Check,
  members: readonly Member[],
  tally: Tally,
  { now }: CheckContext,
): void {
  for (const member of members) {
    const missing = missingFacet(member);
    if (missing !== null) {
      tally.missing(member, missing);
      continue;
    }
    let judgement: Judgement;
    try {
      judgement = control.evaluate({ expect: check.expect, ...readingOf(member), now });
    } catch (error) {
      tally.crashed(member.entry, error);
      continue;
    }
    tally.judged(member, judgement);
  }
}

function judgeScope(
  control: ScopeControl,
  check: Check,
  { members, gaps, absent }: Population,
  tally: Tally,
  { now }: CheckContext,
): void {
  const readings: Reading[] = [];
  const byKey = new Map<Subject, Member>();
  let complete = gaps.length === 0;
  for (const member of members) {
    const missing = missingFacet(member);
    if (missing !== null) tally.missing(member, missing);
    else if (member.membership === "unknown") tally.undecided(member);
    if (missing !== null || member.membership === "unknown") {
      complete = false;
      continue;
    }
    const reading = readingOf(member);
    readings.push(reading);
    byKey.set(reading.subject, member);
  }
  const asked = control.judgesEmpty === true && absent && check.scope.mayBeEmpty !== true;
  if (readings.length === 0 && !asked) return;
  try {
    for (const judgement of control.evaluate({ expect: check.expect, readings, complete, now })) {
      const member = judgement.subject === null ? undefined : byKey.get(judgement.subject);
      if (member === undefined) tally.whole(judgement);
      else tally.judged(member, judgement);
    }
  } catch (error) {
    tally.crashed(null, error);
  }
}

function readingOf({ entry }: Member): Reading {
  const { subject, certainLabels: labels, facets, observedAt, declaredRanges } = entry;
  return { subject, labels, facets, observedAt, declaredRanges };
}

function missingFacet({ entry, required }: Member): FacetName | null {
  for (const facet of required) if (entry.facets[facet] === undefined) return facet;
  return null;
}
