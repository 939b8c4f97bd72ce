import { endpointKind } from "#model/endpoint-url.ts";
import { scopeMatcher, scopeTouchesTarget, type Membership } from "#derive/scope.ts";
import { kindOf, kindsOf, type Kind } from "#facts/kinds.ts";
import type { Control } from "#model/control.ts";
import type { Estate } from "#model/estate.ts";
import { OIDC_KIND, SAML_KIND } from "#model/subject.ts";
import type { Scope } from "#model/scope.ts";
import type { Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { anyGlob } from "#model/glob.ts";
import type { SubjectEntry, SubjectIndex } from "./subjects.ts";

/** A subject that a check is about. */
export interface Member {
  readonly entry: SubjectEntry;
  readonly membership: Membership;
  /** Facets of the control that the subject's kind has; each must have been read. */
  readonly required: readonly FacetName[];
}

/** Kinds of a target that its listing does not reach, for one cause. */
export interface Gap {
  readonly target: Estate["targets"][number];
  /** The kinds that nothing listed. */
  readonly kinds: readonly Kind[];
  /** What kept the listing from being read; undefined when no probe lists these kinds. */
  readonly problem: Problem | undefined;
}

/** All subjects that a check is about, and what is known to be missing from them. */
export interface Population {
  readonly members: readonly Member[];
  readonly gaps: readonly Gap[];
  /** Whether kinds that the control judges were listed, all of them completely, and no such subject exists, in scope or not. */
  readonly absent: boolean;
}

/** Facets of customers' data: a kind that nobody knows may have them. */
const DATA_FACETS: ReadonlySet<FacetName> = new Set(["encryption", "location"]);
/** Labels by which an estate says of a kind that Probity does not know whether it holds data. */
const HOLDS_DATA = "data";
const HOLDS_NO_DATA = "no-data";

/** Finds the subjects in scope that a control can judge. */
export function population(
  scope: Scope,
  control: Control,
  index: SubjectIndex,
  estate: Estate,
): Population {
  const matches = scopeMatcher(scope);
  const members: Member[] = [];
  let exists = false;
  for (const [kind, entries] of index.byKind) {
    const facts = kindOf(kind);
    const facets = facts?.facets ?? [...DATA_FACETS];
    const required = control.needs.filter((facet) => facets.includes(facet));
    if (required.length === 0) continue;
    if (facts !== undefined && entries.length > 0) exists = true;
    for (const entry of entries) {
      if (facts === undefined && entry.labels.get(HOLDS_NO_DATA) === "yes") continue;
      const membership = matches(entry);
      if (membership !== "no") members.push({ entry, membership, required });
    }
  }
  const { gaps, listed } = listings(scope, control, index, estate);
  return { members, gaps, absent: listed && gaps.length === 0 && !exists };
}

/** Whether it is not known if the subject holds data: then it may not fail for what only data must keep to. */
export function mayHoldNoData(entry: SubjectEntry): boolean {
  return entry.kind === undefined && entry.labels.get(HOLDS_DATA) !== "yes";
}

/**
 * A check speaks of all subjects in its scope, so for every target that it touches each kind that it judges must
 * have been listed completely. What was not listed is a gap, never an empty place.
 */
function listings(
  scope: Scope,
  control: Control,
  index: SubjectIndex,
  estate: Estate,
): { readonly gaps: readonly Gap[]; readonly listed: boolean } {
  const inScope = anyGlob(scope.kinds ?? ["*"]);
  const excluded = (scope.exclude ?? [])
    .filter(({ kinds, ...rest }) => kinds !== undefined && Object.keys(rest).length === 0)
    .map((selector) => anyGlob(selector.kinds ?? []));
  const gaps: Gap[] = [];
  let listed = false;
  for (const target of estate.targets) {
    if (!scopeTouchesTarget(scope, target, estate.labels)) continue;
    const complete = index.listings.get(target.id)?.complete ?? new Set<string>();
    const isJudged = ({ kind, facets }: Kind) =>
      facets.some((facet) => control.needs.includes(facet)) &&
      inScope(kind) &&
      !excluded.some((matches) => matches(kind)) &&
      concerns(kind, target);
    const all = complete.has("*");
    const isListed = ({ kind, inside }: Kind) =>
      complete.has(kind.toLowerCase()) ||
      (all && inside !== true && kind !== "backup-set" && !ownListFailed(kind, target, index));
    const kinds = kindsOf(target.provider);
    listed ||= kinds.some((kind) => isListed(kind) && isJudged(kind));
    const missing = kinds.filter((kind) => !isListed(kind) && isJudged(kind));
    const causes = Map.groupBy(missing, ({ kind }) => index.listingProblem(target.id, kind));
    for (const [problem, unlisted] of causes) {
      gaps.push({ target, kinds: unlisted, problem });
    }
  }
  return { gaps, listed };
}

/** A list of everything may be behind what is there; where a kind's own list was asked for and failed, it is no proof. */
function ownListFailed(kind: string, { id }: { readonly id: string }, index: SubjectIndex) {
  const problem = index.listingProblem(id, kind);
  if (problem?.facets.includes("inventory") !== true) return false;
  return problem.kinds.some((one) => one.toLowerCase() === kind.toLowerCase());
}

/**
 * An endpoint target is one endpoint of one kind; identity endpoints and backup sets are there only where the estate
 * declares some.
 */
function concerns(kind: string, target: Estate["targets"][number]): boolean {
  if (target.provider === "endpoint") {
    if (kind === OIDC_KIND) return target.identity?.oidc !== undefined;
    if (kind === SAML_KIND) return target.identity?.saml !== undefined;
    return kind === endpointKind(target.url);
  }
  return kind !== "backup-set" || declaresBackups(target);
}

function declaresBackups(target: Estate["targets"][number]): boolean {
  return "backups" in target && target.backups.length > 0;
}
