import type { AttentionNote, Outcome, Severity } from "./control.ts";
import type { Problem, Source } from "./evidence.ts";
import type { Json } from "./json.ts";
import type { Basis } from "./policy.ts";
import type { Provider } from "./subject.ts";

/** Version of the report's JSON; a field is never renamed within one. */
export const REPORT_SCHEMA_VERSION = 1;

export const VERDICTS = [
  "upheld",
  "violated",
  "unverified",
  "attested",
  "lapsed",
  "waived",
  "not-applicable",
  "informational",
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A subject as reports show it. */
export interface SubjectRef {
  readonly target: string;
  readonly provider: Provider;
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly region: string | null;
}

export interface Evaluation {
  readonly outcome: Outcome;
  readonly subject: SubjectRef;
  readonly expected: Json;
  readonly actual: Json;
  readonly message: string;
  /** null for what was not seen. */
  readonly observedAt: string | null;
  readonly source: Source | null;
  /** What to do about this failure, in lines; left out where the check's own words are all there is. */
  readonly remediation?: string;
  /** Id of the waiver in force that excuses this failure. */
  readonly waivedBy?: string;
  /** Last day on which that waiver is in force. */
  readonly waivedUntil?: string;
  /** Id of the attestation in force that speaks for what no probe reads. */
  readonly attestedBy?: string;
}

export type CheckResultName = "pass" | "fail" | "unknown" | "waived" | "not-applicable";
export type OutcomeCounts = Readonly<Record<Outcome, number>>;

export interface CheckResult {
  readonly control: string;
  readonly title: string;
  readonly result: CheckResultName;
  /** True while the control is still to be built. */
  readonly pending: boolean;
  readonly basis: Basis;
  readonly expected: Json;
  readonly reason: string;
  /** What to do where it fails, in lines: what all its failures have in common, else the control's own words. */
  readonly remediation: string | null;
  readonly counts: OutcomeCounts & { readonly waived: number; readonly attested: number };
  /** All that are no pass; of the passes the first few, or all with --full. */
  readonly evaluations: readonly Evaluation[];
}

export interface AttestationResult {
  readonly covers: string;
  readonly state: "in-force" | "expired" | "evidence-changed" | "missing";
  readonly date: string | null;
  readonly expires: string | null;
  readonly by: string | null;
  readonly message: string;
}

export interface ClaimResult {
  readonly policy: string;
  readonly id: string;
  readonly quote: string;
  readonly section: string;
  readonly severity: Severity;
  readonly verdict: Verdict;
  readonly reason: string;
  /** Live judgements: how many subjects were judged of how many in scope. */
  readonly coverage: { readonly judged: number; readonly total: number };
  readonly mappings: Readonly<Record<string, readonly string[]>>;
  readonly caveat: string | null;
  readonly checks: readonly CheckResult[];
  readonly attestations: readonly AttestationResult[];
  /** Ids of attestations in force that vouch for a subject which fails. */
  readonly contradictions: readonly string[];
}

export interface Attention extends AttentionNote {
  readonly subject: SubjectRef | null;
}

export interface Undeclared {
  readonly kind: string;
  readonly subject: SubjectRef;
  readonly message: string;
}

export interface ReportedProblem extends Omit<Problem, "subject"> {
  readonly subject: SubjectRef | null;
}

export interface Report {
  readonly schemaVersion: typeof REPORT_SCHEMA_VERSION;
  readonly tool: { readonly name: string; readonly version: string };
  readonly startedAt: string;
  readonly finishedAt: string;
  /** The moment for which the claims were judged. */
  readonly asOf: string;
  readonly complete: boolean;
  readonly policies: readonly {
    readonly id: string;
    readonly sha256: string;
    readonly company: string;
    readonly title: string;
  }[];
  readonly summary: {
    readonly claims: {
      readonly upheld: number;
      readonly violated: number;
      readonly unverified: number;
      readonly attested: number;
      readonly lapsed: number;
      readonly waived: number;
      readonly notApplicable: number;
      readonly informational: number;
    };
    readonly evaluations: {
      readonly pass: number;
      readonly fail: number;
      readonly unknown: number;
      readonly notApplicable: number;
      readonly error: number;
    };
    /** Checks whose control is still to be built. */
    readonly pending: number;
    /** How the claims are known. */
    readonly basis: { readonly live: number; readonly attestation: number; readonly both: number };
  };
  readonly claims: readonly ClaimResult[];
  readonly attention: readonly Attention[];
  readonly undeclared: readonly Undeclared[];
  readonly problems: readonly ReportedProblem[];
}
