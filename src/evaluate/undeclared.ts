import { scopeTouchesTarget } from "#derive/scope.ts";
import type { Control } from "#model/control.ts";
import type { Estate } from "#model/estate.ts";
import type { Check, Policy } from "#model/policy.ts";
import type { Undeclared } from "#model/report.ts";
import { ENDPOINT_KIND, targetSubject } from "#model/subject.ts";
import { subjectRef } from "./subject-ref.ts";
import type { SubjectEntry, SubjectIndex } from "./subjects.ts";

/**
 * What reality shows and no claim speaks of: targets that nothing judges, regions beyond the declared ones,
 * and subjects that break a control's baseline where no claim holds them to anything.
 */
export function findUndeclared(
  policies: readonly Policy[],
  estate: Estate,
  controls: ReadonlyMap<string, Control>,
  index: SubjectIndex,
  judged: ReadonlyMap<string, ReadonlySet<number>>,
  now: Date,
): readonly Undeclared[] {
  const checks = policies.flatMap((policy) => policy.claims.flatMap((claim) => claim.checks));
  return [
    ...unjudgedTargets(checks, estate),
    ...strayRegions(checks, estate, controls, index, now),
    ...brokenBaselines(controls, index, judged, now),
  ];
}

function unjudgedTargets(checks: readonly Check[], estate: Estate): readonly Undeclared[] {
  return estate.targets
    .filter(
      (target) => !checks.some((check) => scopeTouchesTarget(check.scope, target, estate.labels)),
    )
    .map((target) => ({
      kind: "target",
      subject: subjectRef(targetSubject(target)),
      message: "no claim says anything of this target",
    }));
}

/** Regions with anything in them that no residency check of the target lets in; the data in them is judged apart. */
function strayRegions(
  checks: readonly Check[],
  estate: Estate,
  controls: ReadonlyMap<string, Control>,
  index: SubjectIndex,
  now: Date,
): readonly Undeclared[] {
  const control = controls.get("data-residency");
  return estate.targets.flatMap((target) => {
    if (target.provider === "endpoint") return [];
    const residency = checks.filter(
      (check) =>
        check.control === "data-residency" &&
        scopeTouchesTarget(check.scope, target, estate.labels),
    );
    const configured =
      "regions" in target ? target.regions.map((region) => region.toLowerCase()) : [];
    if (residency.length === 0 && configured.length === 0) return [];
    const own = index.entries.filter(({ subject }) => subject.target === target.id);
    const byRegion = Map.groupBy(own, ({ subject }) => subject.region);
    return [...byRegion].flatMap(([region, entries]): Undeclared[] => {
      const [first] = entries;
      if (region === null || first === undefined || region === "global") return [];
      const declared =
        control?.judges !== "subject" || residency.length === 0
          ? configured.includes(region)
          : residency.some(
              (check) =>
                control.evaluate({
                  expect: check.expect,
                  subject: first.subject,
                  labels: [],
                  facets: { location: { regions: [region], zones: null } },
                  observedAt: {},
                  now,
                }).outcome !== "fail",
            );
      if (declared) return [];
      const kinds = countBy(entries, (entry) => entry.kind?.title ?? entry.subject.kind);
      const message = `${entries.length} ${entries.length === 1 ? "resource" : "resources"} in ${region}, a region that no claim declares: ${kinds}`;
      return [
        { kind: "region", subject: { ...subjectRef(targetSubject(target)), region }, message },
      ];
    });
  });
}

function brokenBaselines(
  controls: ReadonlyMap<string, Control>,
  index: SubjectIndex,
  judged: ReadonlyMap<string, ReadonlySet<number>>,
  now: Date,
): readonly Undeclared[] {
  return [...controls.values()].flatMap((control) => {
    if (control.judges !== "subject" || control.baseline === undefined) return [];
    const done = judged.get(control.id);
    return index.entries.flatMap((entry): Undeclared[] => {
      if (done?.has(entry.position) === true) return [];
      if (!control.needs.some((facet) => entry.facets[facet] !== undefined)) return [];
      const message = baselineBreach(control, entry, now);
      return message === null
        ? []
        : [{ kind: control.id, subject: subjectRef(entry.subject), message }];
    });
  });
}

function baselineBreach(
  control: Extract<Control, { judges: "subject" }>,
  { subject, certainLabels: labels, facets, observedAt }: SubjectEntry,
  now: Date,
): string | null {
  try {
    const expect: unknown = control.baseline;
    const judgement = control.evaluate({ expect, subject, labels, facets, observedAt, now });
    if (judgement.outcome !== "fail") return null;
    const what = subject.kind === ENDPOINT_KIND ? "" : `${subject.name}: `;
    return `${what}${judgement.message} (no claim speaks of it)`;
  } catch {
    // A control that fails where a claim asks it is reported as an error there.
    return null;
  }
}

function countBy<T>(items: readonly T[], name: (item: T) => string): string {
  const groups = [...Map.groupBy(items, name)].sort((a, b) => b[1].length - a[1].length);
  const shown = groups.slice(0, 3).map(([title, group]) => `${group.length} × ${title}`);
  return groups.length > 3 ? `${shown.join(", ")} and others` : shown.join(", ");
}
