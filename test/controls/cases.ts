import type { AttentionNote, Control, DeclaredRanges, Judgement } from "#model/control.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import type { Subject } from "#model/subject.ts";

/** What a case's subject is seen as; the rest is filled in. */
export interface CaseReading {
  readonly subject?: Partial<Subject>;
  readonly labels?: readonly string[];
  readonly facets: Partial<Facets>;
  /** When the facets were read; the case's `now` when left out. */
  readonly observedAt?: Partial<Record<FacetName, string>>;
  /** Ranges of addresses that the estate declares for it; none when left out. */
  readonly declaredRanges?: readonly DeclaredRanges[];
}

interface CommonCase {
  readonly name: string;
  /** As a policy would write it: parsed by the control's own schema. */
  readonly expect: Record<string, unknown>;
  /** ISO 8601; 2026-06-01T00:00:00Z when left out. */
  readonly now?: string;
}

/** One case of a control that judges subjects. */
export interface SubjectCase extends CommonCase, CaseReading {
  readonly outcome: Judgement["outcome"];
  /** Words that the message must hold. */
  readonly says: string | RegExp;
  /** Words that its own advice must hold; left out where the control's advice is all there is. */
  readonly remedies?: string | RegExp;
  /** Kinds of attention notes that must come with it, none when left out. */
  readonly attention?: readonly AttentionNote["kind"][];
}

/** One case of a control that judges a scope. */
export interface ScopeCase extends CommonCase {
  readonly readings: readonly CaseReading[];
  /** Whether everything in scope was read; true when left out. */
  readonly complete?: boolean;
  /** The judgements in order: outcome, name of the subject (null: the scope as a whole) and words of the message. */
  readonly judgements: readonly (readonly [
    outcome: Judgement["outcome"],
    subject: string | null,
    says: string | RegExp,
  ])[];
  /** Kinds of attention notes that must come with each judgement, none when left out. */
  readonly attention?: readonly AttentionNote["kind"][];
}

export interface ControlCases {
  readonly control: Control;
  readonly cases: readonly (SubjectCase | ScopeCase)[];
}

/** Declares the cases of one control; `test/controls/controls.test.ts` runs them all. */
export function defineCases(
  control: Control,
  cases: readonly (SubjectCase | ScopeCase)[],
): ControlCases {
  return { control, cases };
}
