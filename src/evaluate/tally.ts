import type { AttentionNote, Control, Judgement, Outcome } from "#model/control.ts";
import type { Readable } from "#derive/readable.ts";
import type { Labelled } from "#derive/scope.ts";
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
  readonly readable: Readable;
  readonly now: Date;
  /** How many passing evaluations are kept as samples. */
  readonly samples: number;
}

/** What exceptions say for the claim that the check belongs to. */
export interface Exceptions {
  readonly waiver: (entry: Labelled) => WaiverAnswer;
  /** Id of the attestation in force that names a subject; null where none does. */
  readonly attestation: (subject: Subject) => string | null;
}

/** A check's result with what it leaves for the rest of the report. */
export interface CheckedCheck {
  readonly result: CheckResult;
  readonly attention: readonly Attention[];
  readonly subjects: Subjects;
  /** Ids of attestations in force that vouch for a subject which fails. */
  readonly contradictions: ReadonlySet<string>;
}

/** The subjects of a check, by their position in the index. */
export interface Subjects {
  /** Those that passed or failed. */
  readonly decided: readonly number[];
  /** Those that could not be judged. */
  readonly open: readonly number[];
  /** Targets of which something was not listed: nobody knows how many subjects that is. */
  readonly unlisted: readonly string[];
}

type Settled = Pick<Judgement, "outcome" | "message">;

/** Counts the evaluations of one check and keeps those that a report shows. */
export class Tally {
  readonly #counts = { pass: 0, fail: 0, unknown: 0, "not-applicable": 0, error: 0 };
  #waived = 0;
  #attested = 0;
  #incomplete = false;
  /** Of the judgement that is being added. */
  #excuse: Pick<Evaluation, "waivedBy" | "waivedUntil"> = {};
  /** Of that judgement: what to do, where it fails. */
  #toDo: string | undefined;
  readonly #kept: Evaluation[] = [];
  readonly #attention: Attention[] = [];
  readonly #subjects = { decided: [] as number[], open: [] as number[], unlisted: [] as string[] };
  readonly #contradictions = new Set<string>();
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
    const { outcome, message } = this.#excused(settleJudgement(member, judgement), entry);
    this.#toDo = judgement.remediation;
    if (outcome === "unknown") this.#subjects.open.push(entry.position);
    else if (outcome !== "not-applicable") this.#subjects.decided.push(entry.position);
    if (outcome === "pass" && this.#counts.pass >= this.#context.samples) {
      this.#counts.pass += 1;
    } else {
      this.#add(outcome, entry.subject, judgement.actual, message, entry, required);
    }
    if (membership === "yes" && judgement.attention !== undefined) {
      this.#notes(judgement.attention, subjectRef(entry.subject));
    }
  }

  /** A control's word on the scope as a whole. */
  whole(judgement: Judgement): void {
    const subject = scopeSubject(this.#check, this.#context.estate);
    const { outcome, message } = this.#excused(judgement, { subject, labels: new Map() });
    this.#toDo = judgement.remediation;
    this.#add(outcome, subject, judgement.actual, message);
    this.#notes(judgement.attention ?? [], null);
  }

  /** A subject of which it is not known whether it is in scope: it may not add to what the others show. */
  undecided({ entry }: Member): void {
    const message = "whether it is in scope depends on tags or a region that were not read";
    this.#subjects.open.push(entry.position);
    this.#unseen(entry.subject, message, null);
  }

  /** A facet that should have been read and was not. */
  missing({ entry, membership }: Member, facet: FacetName): void {
    const { subject } = entry;
    const problem = this.#context.index.problemOf(subject, facet);
    const readable = this.#context.readable(subject.provider, subject.kind, facet);
    const why =
      problem === undefined
        ? readable
          ? "nothing says why, scan again"
          : `no probe reads it of ${entry.kind?.title ?? `the kind ${subject.kind}`} yet`
        : describeProblem(problem);
    this.#subjects.open.push(entry.position);
    // Only what no probe of ours reads may be attested: a denial, a time-out or a loss is a failure to look.
    const attestable = !readable && membership === "yes";
    const attested = attestable ? this.#exceptions.attestation(subject) : null;
    this.#unseen(subject, `${facet} was not read: ${why}`, attested);
  }

  /** Kinds that were not listed completely. */
  gap({ target, kinds, problem }: Gap): void {
    this.#incomplete = true;
    const shown = kinds
      .slice(0, 4)
      .map(({ title }) => title)
      .join(", ");
    const more = kinds.length > 4 ? ` and ${kinds.length - 4} more kinds` : "";
    const { provider } = target;
    const listable = kinds.some(({ kind }) => this.#context.readable(provider, kind, "inventory"));
    const why =
      problem === undefined
        ? listable
          ? "nothing says why, scan again"
          : "no probe lists them yet"
        : describeProblem(problem);
    this.#subjects.unlisted.push(target.id);
    const attested = listable ? null : this.#exceptions.attestation(targetSubject(target));
    const message = `not listed completely: ${shown}${more}: ${why}`;
    this.#unseen(targetSubject(target), message, attested);
  }

  /** The control itself failed: a defect of Probity, never a verdict on the subject. */
  crashed(entry: SubjectEntry | null, error: unknown): void {
    const subject = entry?.subject ?? scopeSubject(this.#check, this.#context.estate);
    const words = error instanceof Error ? error.message : String(error);
    if (entry !== null) this.#subjects.open.push(entry.position);
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
      remediation:
        name === "fail" || name === "waived" ? (commonRemedy(this.#kept) ?? remediation) : null,
      counts,
      evaluations: this.#kept,
    };
    return {
      result,
      attention: this.#attention,
      subjects: this.#subjects,
      contradictions: this.#contradictions,
    };
  }

  /** What waivers and attestations make of a judgement: excused, left open where that cannot be told, or contradicted. */
  #excused(judgement: Settled, labelled: Labelled): Settled {
    this.#excuse = {};
    if (judgement.outcome !== "fail") return judgement;
    const { membership, waiver } = this.#exceptions.waiver(labelled);
    if (membership === "unknown") {
      const why = `whether the waiver ${waiver?.id ?? ""} excuses it depends on tags or a region that were not read`;
      return { outcome: "unknown", message: `${judgement.message}; ${why}` };
    }
    if (waiver !== null) {
      this.#excuse = { waivedBy: waiver.id, waivedUntil: waiver.expires };
      return judgement;
    }
    const attestation = this.#exceptions.attestation(labelled.subject);
    if (attestation !== null) this.#contradictions.add(attestation);
    return judgement;
  }

  #unseen(subject: Subject, message: string, attestedBy: string | null): void {
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
  ): void {
    this.#counts[outcome] += 1;
    const excuse = outcome === "fail" ? this.#excuse : {};
    if (excuse.waivedBy !== undefined) this.#waived += 1;
    const { observedAt, source } = provenance(entry, required);
    const toDo = outcome === "fail" ? this.#toDo : undefined;
    this.#keep({
      outcome,
      subject: subjectRef(subject),
      expected: this.#check.expect,
      actual,
      message,
      observedAt,
      source,
      ...(toDo === undefined ? {} : { remediation: toDo }),
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

/** What is to be done about every failure alike; null where they differ or one has nothing of its own. */
function commonRemedy(kept: readonly Evaluation[]): string | null {
  const failing = kept.filter(({ outcome }) => outcome === "fail");
  const [first] = failing;
  return failing.every(({ remediation }) => remediation === first?.remediation)
    ? (first?.remediation ?? null)
    : null;
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
