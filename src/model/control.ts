import type { FacetName, Facets } from "./facets.ts";
import type { Json } from "./json.ts";
import type { SchemaKit, z } from "./schema.ts";
import type { Subject } from "./subject.ts";

export const SEVERITIES = ["critical", "high", "medium", "low"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const OUTCOMES = ["pass", "fail", "unknown", "not-applicable", "error"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Something to look at soon that is no violation yet: a certificate that expires, an exception whose review is due. */
export interface AttentionNote {
  readonly kind: string;
  /** ISO 8601 UTC moment or date by which to act. */
  readonly due: string;
  readonly message: string;
}

/** What a control says of one subject. */
export interface Judgement {
  readonly outcome: "pass" | "fail" | "unknown" | "not-applicable";
  /** What was seen, as JSON: the fields that decided. */
  readonly actual: Json;
  /** One sentence: what was seen against what was declared. It need not name the subject. */
  readonly message: string;
  readonly attention?: readonly AttentionNote[];
  /** What to do about this failure, where that can be said more exactly than the control's own words. */
  readonly remediation?: string;
}

/** A subject with the facets that the control needs and that were read. */
export interface Reading {
  readonly subject: Subject;
  /** Labels that the estate gives it. */
  readonly labels: readonly string[];
  readonly facets: Partial<Facets>;
  /** When each facet was read. ISO 8601 UTC. */
  readonly observedAt: Partial<Record<FacetName, string>>;
  /** Ranges of addresses that the estate declares for it; left out: none. */
  readonly declaredRanges?: readonly DeclaredRanges[];
}

/** Ranges of addresses that the estate declares, such as those of an office. */
export interface DeclaredRanges {
  readonly name: string;
  /** CIDR notation. */
  readonly ranges: readonly string[];
  /** False where it depends on a tag or a region that was not read whether they are declared for this subject. */
  readonly certain: boolean;
}

export interface SubjectInput<Expectation> extends Reading {
  readonly expect: Expectation;
  /** The moment of judging: the evidence's finish time unless another was asked for. */
  readonly now: Date;
}

export interface ScopeInput<Expectation> {
  readonly expect: Expectation;
  /** The subjects in scope of which every needed facet was read. */
  readonly readings: readonly Reading[];
  /** False when some subject in scope could not be read or an inventory is incomplete: then only what is seen may be judged, not what is missing. */
  readonly complete: boolean;
  readonly now: Date;
}

/** A judgement of a scope control: of one subject, or of the scope as a whole (`subject: null`). */
export interface ScopeJudgement extends Judgement {
  readonly subject: Subject | null;
}

interface ControlBase<Schema extends z.ZodType> {
  /** Same as the file's name: a noun phrase, never renamed. */
  readonly id: string;
  readonly title: string;
  /** Why it matters, in a sentence or two. */
  readonly rationale: string;
  readonly severity: Severity;
  /**
   * The facets it judges. A subject is judged if its kind has at least one of them (`src/facts/kinds.ts`);
   * each of them that the kind has must have been read, or the result is unknown before the control is asked.
   */
  readonly needs: readonly FacetName[];
  /** What a policy may write under `expect`. */
  readonly expectation: (kit: SchemaKit) => Schema;
  /** What is reported as undeclared reality when it fails on a subject that no claim judges by this control. */
  readonly baseline?: z.output<Schema>;
  /** What to do when it fails. */
  readonly remediation: string;
  readonly references: readonly string[];
}

export interface SubjectControl<Schema extends z.ZodType = z.ZodType> extends ControlBase<Schema> {
  readonly judges: "subject";
  readonly evaluate: (input: SubjectInput<z.output<Schema>>) => Judgement;
}
export interface ScopeControl<Schema extends z.ZodType = z.ZodType> extends ControlBase<Schema> {
  readonly judges: "scope";
  /**
   * Whether it is asked too where every listing is complete and no subject that it judges exists, in scope or not:
   * that there is none may be a failure. Left out: an empty scope is settled without it.
   */
  readonly judgesEmpty?: boolean;
  readonly evaluate: (input: ScopeInput<z.output<Schema>>) => readonly ScopeJudgement[];
}

// The registry holds controls of many expectations; each is only ever given what its own schema has parsed.
// oxlint-disable-next-line typescript/no-explicit-any
export type Control = SubjectControl<any> | ScopeControl<any>;

/** Declares a control; the identity, for the types. */
export function defineControl<Schema extends z.ZodType>(
  control: SubjectControl<Schema>,
): SubjectControl<Schema>;
export function defineControl<Schema extends z.ZodType>(
  control: ScopeControl<Schema>,
): ScopeControl<Schema>;
export function defineControl(control: Control): Control {
  return control;
}
