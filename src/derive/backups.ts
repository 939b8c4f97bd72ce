import { canBeContinuous, noPlanBacksUp, onlyPlansBackUp } from "#facts/backups.ts";
import { kindOf, kindsWith } from "#facts/kinds.ts";
import type { BackupPlan, BackupRule, Backups } from "#model/backup-facets.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import { canonicalId, subjectKey, type Subject } from "#model/subject.ts";
import { plain } from "#model/text.ts";
import { explain } from "./explain.ts";
import type { KnownSubjects } from "./known-subjects.ts";
import { planMatcher, type Selected } from "./plan-selection.ts";

/** What the joins make of the evidence: all observations anew, and why a facet could not be put together. */
export interface Joined {
  readonly observations: readonly Observation[];
  readonly problems: readonly Problem[];
}

type Reading = Extract<Observation, { facet: "backups" }>;
/** The rules of one subject, or what would have to be known. */
type Found =
  | { readonly value: Backups; readonly unknown: null }
  | { readonly unknown: { readonly words: string; readonly about: "plans" | "tags" | "other" } };
interface Plan {
  readonly subject: Subject;
  /** null: it was not read. */
  readonly rules: BackupPlan["rules"] | null;
  readonly select: (subject: Subject, parts?: readonly Subject[]) => Selected;
}

/**
 * The backups of a subject: the rules of its own service and those of every plan that selects it or what it is part
 * of. Where a plan of its region could not be read, or nothing tells whether one selects it, there is no reading at
 * all: half of the rules would be taken for all of them.
 */
export function deriveBackups({ observations, problems }: Joined, known: KnownSubjects): Joined {
  const own = new Map<string, Reading>();
  const plans = new Map<string, BackupPlan>();
  for (const observation of observations) {
    const { facet, subject } = observation;
    if (facet === "backups") own.set(subjectKey(subject), observation);
    if (facet === "backupPlan") plans.set(subjectKey(subject), observation.value);
  }
  const made: Observation[] = [];
  const failed: Problem[] = [];
  const replaced = new Set<Observation>();
  for (const [target, subjects] of known.byTarget) {
    const provider = subjects[0]?.provider ?? "endpoint";
    const planKinds = kindsWith("backupPlan", provider).map(({ kind }) => kind);
    const [planKind] = planKinds;
    if (planKind === undefined) continue;
    const listings = planKinds.map((kind) => known.listing(target, kind));
    const join = joiner(subjects, own, plans, planKinds, !listings.includes(undefined));
    const why = explain(target, problems);
    for (const subject of subjects) {
      if (kindOf(subject.kind)?.facets.includes("backups") !== true) continue;
      if (noPlanBacksUp(subject.kind)) continue;
      const reading = own.get(subjectKey(subject));
      if (reading === undefined && !onlyPlansBackUp(subject.kind)) continue;
      if (reading !== undefined) replaced.add(reading);
      const found = join(subject);
      if (found.unknown !== null) {
        const { words, about } = found.unknown;
        const causes = about === "plans" ? planKinds : about === "tags" ? [subject.kind] : [];
        const facets =
          about === "plans" ? (["inventory", "backupPlan"] as const) : (["inventory"] as const);
        failed.push(why(subject, "backups", words, causes, facets));
        continue;
      }
      const { observedAt, source } = reading ?? listings[0] ?? {};
      if (observedAt === undefined || source === undefined) continue;
      made.push({ subject, facet: "backups", value: found.value, observedAt, source });
    }
  }
  return {
    observations: [...observations.filter((observation) => !replaced.has(observation)), ...made],
    problems: [...problems, ...failed],
  };
}

/** Puts the rules of one target's subjects together. */
function joiner(
  subjects: readonly Subject[],
  own: ReadonlyMap<string, Reading>,
  readings: ReadonlyMap<string, BackupPlan>,
  planKinds: readonly string[],
  listed: boolean,
): (subject: Subject) => Found {
  const isPlan = new Set(planKinds.map((kind) => kind.toLowerCase()));
  const plans = subjects
    .filter(({ kind }) => isPlan.has(kind.toLowerCase()))
    .map((subject): Plan => {
      const plan = readings.get(subjectKey(subject));
      return plan === undefined
        ? { subject, rules: null, select: () => ({ membership: "unknown", missing: null }) }
        : { subject, rules: plan.rules, select: planMatcher(plan) };
    });
  const byId = new Map(subjects.map((subject) => [canonicalId(subject.id), subject]));

  /** @param parts what it is asked for: those that contain each other, the innermost first */
  const join = (subject: Subject, parts: readonly Subject[]): Found => {
    const reading = own.get(subjectKey(subject))?.value;
    const kind = kindOf(subject.kind);
    const needsOwn = kind?.facets.includes("backups") === true && !onlyPlansBackUp(subject.kind);
    if (reading === undefined && needsOwn) {
      return open(
        "other",
        `the own backups of ${plain(subject.name)}, which it is part of, were not read`,
      );
    }
    if (!listed) return open("plans", "the backup plans of the target were not all listed");
    const rules: BackupRule[] = [...(reading?.rules ?? [])];
    const partOf: string[] = [];
    for (const plan of plans) {
      const where = sameRegion(plan.subject, subject);
      if (where === "no") continue;
      if (plan.rules === null) {
        return open("plans", `the backup plan ${plain(plan.subject.name)} was not read`);
      }
      const { membership, missing } = plan.select(subject, parts);
      if (membership === "no") continue;
      const name = plain(plan.subject.name);
      if (where === "unknown")
        return open("other", `the region of it or of the backup plan ${name} was not read`);
      if (membership === "unknown") return undecided(name, missing);
      rules.push(...plan.rules.map((rule) => applied(rule, subject.kind)));
    }
    for (const id of reading?.partOf ?? []) {
      const whole = byId.get(canonicalId(id));
      if (whole === undefined)
        return open("other", `${plain(id)}, which it is part of, was not listed`);
      if ([subject, ...parts].includes(whole)) continue;
      const found = join(whole, [...parts, subject]);
      if (found.unknown !== null) return found;
      rules.push(...found.value.rules);
      partOf.push(id, ...found.value.partOf);
    }
    return { value: { rules, partOf: [...new Set(partOf)] }, unknown: null };
  };
  return (subject) => join(subject, []);
}

function open(about: "plans" | "tags" | "other", words: string): Found {
  return { unknown: { words, about } };
}

function undecided(plan: string, missing: Selected["missing"]): Found {
  const whether = `whether the backup plan ${plan} selects it`;
  if (missing === "tags") return open("tags", `${whether} depends on tags that were not read`);
  if (missing === "kind") {
    return open("plans", `${whether} depends on which resource types its region has opted in to`);
  }
  if (missing === "part") {
    return open(
      "other",
      `whether the backup plan ${plan}, which backs up what it is part of, leaves it out is not told`,
    );
  }
  return missing === "negation"
    ? open(
        "other",
        `${whether} cannot be told: the plan asks that a tag has another value, and it has no such tag`,
      )
    : open(
        "other",
        `${whether} cannot be told: what the plan selects by was taken out of the evidence as a secret`,
      );
}

/** Plans of AWS select in their own region only; those of Azure name each thing that they back up. */
function sameRegion(plan: Subject, { region }: Subject): "yes" | "no" | "unknown" {
  if (plan.provider === "azure") return "yes";
  if (plan.region === null || region === null) return "unknown";
  return plan.region.toLowerCase() === region.toLowerCase() ? "yes" : "no";
}

/** A plan's rule as it works on a subject of that kind. */
function applied({ continuous, ...rule }: BackupRule, kind: string): BackupRule {
  return continuous === true && canBeContinuous(kind) ? { ...rule, longestInterval: 0 } : rule;
}
