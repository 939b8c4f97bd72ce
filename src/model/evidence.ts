import type { FacetName, Facets } from "./facets.ts";
import type { Subject } from "./subject.ts";

/** Where a reading comes from. */
export interface Source {
  readonly probe: string;
  /** The operation in the provider's spelling: `s3:GetBucketEncryption`, `GET …/storageAccounts`, `TLS handshake`. */
  readonly operation: string;
  /** SHA-256 of the redacted raw answer, lower-case hex; null for what is declared or derived. */
  readonly sha256: string | null;
}

/** One facet of one subject, read. */
export type Observation = {
  [F in FacetName]: {
    readonly subject: Subject;
    readonly facet: F;
    readonly value: Facets[F];
    /** ISO 8601 UTC */
    readonly observedAt: string;
    readonly source: Source;
  };
}[FacetName];

export const PROBLEM_REASONS = [
  "denied",
  "throttled",
  "timeout",
  "unreachable",
  "malformed",
  "unsupported",
  "partial",
  "cancelled",
  "too-large",
] as const;
export type ProblemReason = (typeof PROBLEM_REASONS)[number];

/** What could not be read, and why. */
export interface Problem {
  readonly target: string;
  readonly probe: string;
  readonly operation: string;
  /** null: all subjects of `kinds` in the target are touched. */
  readonly subject: Subject | null;
  /** The kinds that the failed reading was about, `*` for all: it explains nothing about others. */
  readonly kinds: readonly string[];
  /** The facets that are missing because of it; empty: all of them. */
  readonly facets: readonly FacetName[];
  readonly reason: ProblemReason;
  /** The missing permission in the provider's spelling, when `reason` is denied. */
  readonly permission: string | null;
  readonly message: string;
}

/** Everything that a scan gathered. */
export interface Evidence {
  readonly startedAt: string;
  readonly finishedAt: string;
  /** False when the scan was cut off. */
  readonly complete: boolean;
  readonly observations: readonly Observation[];
  readonly problems: readonly Problem[];
}
