import type { AttentionNote, Control, Judgement, Outcome } from "#model/control.ts";
import type { Estate } from "#model/estate.ts";
import type { Problem, Source } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import type { Json } from "#model/json.ts";
import type { Check } from "#model/policy.ts";
import type { Attention, CheckResult, Evaluation, SubjectRef } from "#model/report.ts";
import { targetSubject, type Subject } from "#model/subject.ts";
import type { Gap, Member } from "./population.ts";
import { settleCheck, settleJudgement } from "./settle.ts";
import { subjectRef } from "./subject-ref.ts";
import type { SubjectEntry, SubjectIndex } from "./subjects.ts";
import type { WaiverAnswer } from "./waivers.ts";

/** What checks of one run share. */
export interface CheckContext {
  readonly index: SubjectIndex;
  readonly estate: Estate;
  readonly now: Date;
  /** How many passing evaluations are kept as samples. */
  readonly samples: number;
}

/** What exceptions say for the claim that the check belongs to. */
export interface Exceptions {
  readonly waiver: (entry: SubjectEntry) => WaiverAnswer;
  /** Id of the attestation in force that speaks for a subject no probe can read; null where none does. */
  readonly attestation: (subject: Subject) => string | null;
}

/** A check's result with what it leaves for the rest of the report. */
export interface CheckedCheck {
  readonly result: CheckResult;
  readonly attention: readonly Attention[];
  /** Positions (in the index) of the subjects that were judged. */
  readonly judged: readonly number[];
}

/** Counts the evaluations of one check and keeps those that a report shows. */
export class Tally {
  readonly #counts = { pass: 0, fail: 0, unknown: 0, "not-applicable": 0, error: 0 };
  #waived = 0;
  #attested = 0;
  #incomplete = false;
  readonly #kept: Evaluation[] = [];
  readonly #attention: Attention[] = [];
  readonly #judged: number[] = [];
  readonly #check: Check;
  readonly #control: Control;
  readonly #exceptions: Exceptions;
  readonly #context: CheckContext;

  constructor(check: Check, control: Control, exceptions: Exceptions, context: CheckContext) {
    this.#check = check;
    this.#control = control;
    this.#exceptions = exceptions;
    this.#context = context;
  }

  /** A control's word on a subject. */
  judged(member: Member, judgement: Judgement): void {
    const { entry, membership, required } = member;
    this.#judged.push(entry.position);
    const { outcome, message } = settleJudgement(member, judgement);
    let excuse: Pick<Evaluation, "waivedBy" | "waivedUntil"> = {};
    if (outcome === "fail") {
      const answer = this.#exceptions.waiver(entry);
      if (answer.membership === "unknown") {
        const open = `${message}; whether the waiver ${answer.waiver?.id ?? ""} excuses it depends on tags or a region that were not read`;
        this.#add("unknown", entry.subject, judgement.actual, open, entry, required);
        return;
      }
      if (answer.waiver !== null) {
        excuse = { waivedBy: answer.waiver.id, waivedUntil: answer.waiver.expires };
      }
    }
    if (outcome !== "pass" || this.#counts.pass < this.#context.samples) {
      this.#add(outcome, entry.subject, judgement.actual, message, entry, required, excuse);
    } else {
      this.#counts.pass += 1;
    }
    if (membership === "yes" && judgement.attention !== undefined) {
      this.#notes(judgement.attention, subjectRef(entry.subject));
    }
  }

  /** A control's word on the scope as a whole. */
  whole(judgement: Judgement): void {
    const subject = scopeSubject(this.#check, this.#context.estate);
    this.#add(judgement.outcome, subject, judgement.actual, judgement.message);
    this.#notes(judgement.attention ?? [], null);
  }

  /** A subject of which it is not known whether it is in scope: it may not add to what the others show. */
  undecided({ entry }: Member): void {
    const message = "whether it is in scope depends on tags or a region that were not read";
    this.#unseen(entry.subject, message, false);
  }

  /** A facet that should have been read and was not. */
  missing(entry: SubjectEntry, facet: FacetName): void {
    const problem = this.#context.index.problemOf(entry.subject, facet);
    const message =
      problem === undefined
        ? `${facet} was not read: no probe reads it of ${entry.kind?.title ?? `the kind ${entry.subject.kind}`} yet`
        : `${facet} was not read: ${describeProblem(problem)}`;
    const unsupported = problem === undefined || problem.reason === "unsupported";
    this.#unseen(entry.subject, message, unsupported);
  }

  /** Kinds that were not listed completely. */
  gap({ target, kinds, problem }: Gap): void {
    this.#incomplete = true;
    const shown = kinds.slice(0, 4).join(", ");
    const more = kinds.length > 4 ? ` and ${kinds.length - 4} more kinds` : "";
    const message =
      problem === undefined
        ? `not listed, as no probe lists them yet: ${shown}${more}`
        : `not listed completely: ${shown}${more}: ${describeProblem(problem)}`;
    const unsupported = problem === undefined || problem.reason === "unsupported";
    this.#unseen(targetSubject(target), message, unsupported);
  }

  /** The control itself failed: a defect of Probity, never a verdict on the subject. */
  crashed(entry: SubjectEntry | null, error: unknown): void {
    const subject = entry?.subject ?? scopeSubject(this.#check, this.#context.estate);
    const words = error instanceof Error ? error.message : String(error);
    this.#add("error", subject, null, `the control ${this.#control.id} failed: ${words}`);
  }

  finish(empty: boolean): CheckedCheck {
    const counts = { ...this.#counts, waived: this.#waived, attested: this.#attested };
    const { name, reason } = settleCheck(this.#check, counts, empty, this.#incomplete);
    const { id, title, remediation } = this.#control;
    const result: CheckResult = {
      control: id,
      title,
      result: name,
      pending: false,
      basis: this.#check.basis,
      expected: this.#check.expect,
      reason,
      remediation: name === "fail" || name === "waived" ? remediation : null,
      counts,
      evaluations: this.#kept,
    };
    return { result, attention: this.#attention, judged: this.#judged };
  }

  #unseen(subject: Subject, message: string, unsupported: boolean): void {
    const attestedBy = unsupported ? this.#exceptions.attestation(subject) : null;
    if (attestedBy !== null) this.#attested += 1;
    this.#counts.unknown += 1;
    this.#keep({
      outcome: "unknown",
      subject: subjectRef(subject),
      expected: this.#check.expect,
      actual: null,
      message,
      observedAt: null,
      source: null,
      ...(attestedBy === null ? {} : { attestedBy }),
    });
  }

  #add(
    outcome: Outcome,
    subject: Subject,
    actual: Json,
    message: string,
    entry?: SubjectEntry,
    required: readonly FacetName[] = [],
    excuse: Pick<Evaluation, "waivedBy" | "waivedUntil"> = {},
  ): void {
    this.#counts[outcome] += 1;
    if (excuse.waivedBy !== undefined) this.#waived += 1;
    const { observedAt, source } = provenance(entry, required);
    this.#keep({
      outcome,
      subject: subjectRef(subject),
      expected: this.#check.expect,
      actual,
      message,
      observedAt,
      source,
      ...excuse,
    });
  }

  #keep(evaluation: Evaluation): void {
    this.#kept.push(evaluation);
  }

  #notes(notes: readonly AttentionNote[], subject: SubjectRef | null): void {
    for (const note of notes) this.#attention.push({ ...note, subject });
  }
}

/** A problem in the words of an evaluation: why, and the missing permission by name. */
function describeProblem(problem: Problem): string {
  const grant = problem.permission === null ? "" : ` (grant ${problem.permission})`;
  return `${problem.reason}, ${problem.message}${grant}`;
}

function provenance(
  entry: SubjectEntry | undefined,
  required: readonly FacetName[],
): { observedAt: string | null; source: Source | null } {
  const facet = required[0];
  if (entry === undefined || facet === undefined) return { observedAt: null, source: null };
  return { observedAt: entry.observedAt[facet] ?? null, source: entry.sources[facet] ?? null };
}

/** Stands for a scope as a whole: its one target, or all of them. */
function scopeSubject(check: Check, estate: Estate): Subject {
  const targets = estate.targets.filter(
    (target) => check.scope.providers?.includes(target.provider) ?? true,
  );
  const [only] = targets;
  return targets.length === 1 && only !== undefined
    ? targetSubject(only)
    : { ...targetSubject({ id: "*", provider: only?.provider ?? "endpoint" }), kind: "scope" };
}
