import { derive } from "#derive/derive.ts";
import { markLostSettings } from "#derive/lost-settings.ts";
import { neededFacets } from "#derive/needed-facets.ts";
import type { Readable } from "#derive/readable.ts";
import type { Control } from "#model/control.ts";
import type { Estate } from "#model/estate.ts";
import type { Evidence } from "#model/evidence.ts";
import type { Attestation, Waiver } from "#model/exceptions.ts";
import type { Policy } from "#model/policy.ts";
import {
  REPORT_SCHEMA_VERSION,
  type Attention,
  type ClaimResult,
  type Report,
  type Verdict,
} from "#model/report.ts";
import { PASS_SAMPLES } from "./check.ts";
import { judgeClaim } from "./claim.ts";
import { namesClaim } from "#model/claim-name.ts";
import { subjectRef } from "./subject-ref.ts";
import { indexSubjects } from "./subjects.ts";
import { withoutStale } from "./staleness.ts";
import { findUndeclared } from "./undeclared.ts";
import { isInForce } from "./waivers.ts";

/** All that judging takes. */
export interface EvaluationInput {
  readonly policies: readonly Policy[];
  readonly estate: Estate;
  readonly attestations: readonly Attestation[];
  readonly waivers: readonly Waiver[];
  readonly evidence: Evidence;
  readonly controls: ReadonlyMap<string, Control>;
  /** What the probes can read, so that what they should have read is told from what none reads. */
  readonly readable: Readable;
  /** The moment of judging: the evidence's finish time unless another was asked for. */
  readonly now: Date;
  readonly tool: Report["tool"];
  /** Keep every passing evaluation. */
  readonly full?: boolean;
  /** Claims to judge (`pf-rest-aes256`, `pingflow/*`); empty: all. */
  readonly only?: readonly string[];
}

/** How long before its end a waiver is brought to attention. */
const WAIVER_NOTICE_DAYS = 30;

/** Judges claims by evidence. Pure: the same input gives the same report. */
export function evaluate(input: EvaluationInput): Report {
  const { estate, evidence, controls, now, attestations, waivers } = input;
  const policies = selectClaims(input.policies, input.only ?? []);
  const fresh = withoutStale(evidence, now);
  const wanted = new Set(
    estate.targets
      .filter((target) => neededFacets(target, policies, estate, controls).has("transport"))
      .map(({ id }) => id),
  );
  const derived = markLostSettings(derive(fresh, estate), (target) => wanted.has(target));
  const index = indexSubjects(derived, estate);
  const samples = input.full === true ? Number.POSITIVE_INFINITY : PASS_SAMPLES;
  const { readable } = input;
  const context = { index, estate, readable, now, samples, controls, attestations, waivers };

  const claims: ClaimResult[] = [];
  const attention: Attention[] = [];
  const judged = new Map<string, Set<number>>();
  for (const policy of policies) {
    for (const claim of policy.claims) {
      const outcome = judgeClaim(policy.id, claim, context);
      claims.push(outcome.result);
      attention.push(...outcome.attention);
      for (const { control, positions } of outcome.judged) {
        const seen = judged.get(control) ?? new Set<number>();
        judged.set(control, seen);
        for (const position of positions) seen.add(position);
      }
    }
  }
  attention.push(...waiverAttention(waivers, now));

  return {
    schemaVersion: REPORT_SCHEMA_VERSION,
    tool: input.tool,
    startedAt: evidence.startedAt,
    finishedAt: evidence.finishedAt,
    asOf: now.toISOString(),
    complete: evidence.complete,
    policies: policies.map(({ id, sha256, company, statement }) => ({
      id,
      sha256,
      company,
      title: statement.title,
    })),
    summary: summarise(claims),
    claims,
    attention: distinct(attention).sort((a, b) => (a.due < b.due ? -1 : a.due > b.due ? 1 : 0)),
    undeclared: findUndeclared(policies, estate, controls, index, judged, now),
    problems: evidence.problems.map((problem) => ({
      ...problem,
      subject: problem.subject === null ? null : subjectRef(problem.subject),
    })),
  };
}

/** The policies with only the claims that are asked for. */
export function selectClaims(
  policies: readonly Policy[],
  only: readonly string[],
): readonly Policy[] {
  if (only.length === 0) return policies;
  return policies
    .map((policy) => ({
      ...policy,
      claims: policy.claims.filter((claim) => namesClaim(only, policy.id, claim.id)),
    }))
    .filter((policy) => policy.claims.length > 0);
}

/** The exit code of a report: 1 when any claim is violated, else 3 when any is unverified or lapsed or the scan was cut off, else 0. */
export function exitCode(report: Pick<Report, "summary" | "complete">): 0 | 1 | 3 {
  const { violated, unverified, lapsed } = report.summary.claims;
  if (violated > 0) return 1;
  return unverified + lapsed > 0 || !report.complete ? 3 : 0;
}

function summarise(claims: readonly ClaimResult[]): Report["summary"] {
  const verdicts = (verdict: Verdict) => claims.filter((claim) => claim.verdict === verdict).length;
  const checks = claims.flatMap((claim) => claim.checks);
  const outcomes = (outcome: keyof (typeof checks)[number]["counts"]) =>
    checks.reduce((total, check) => total + check.counts[outcome], 0);
  const having = (live: boolean, attested: boolean) =>
    claims.filter(
      (claim) => claim.checks.length > 0 === live && claim.attestations.length > 0 === attested,
    ).length;
  return {
    claims: {
      upheld: verdicts("upheld"),
      violated: verdicts("violated"),
      unverified: verdicts("unverified"),
      attested: verdicts("attested"),
      lapsed: verdicts("lapsed"),
      waived: verdicts("waived"),
      notApplicable: verdicts("not-applicable"),
      informational: verdicts("informational"),
    },
    evaluations: {
      pass: outcomes("pass"),
      fail: outcomes("fail"),
      unknown: outcomes("unknown"),
      notApplicable: outcomes("not-applicable"),
      error: outcomes("error"),
    },
    pending: checks.filter((check) => check.pending).length,
    basis: {
      live: having(true, false),
      attestation: having(false, true),
      both: having(true, true),
    },
  };
}

function waiverAttention(waivers: readonly Waiver[], now: Date): readonly Attention[] {
  const horizon = new Date(now.getTime() + WAIVER_NOTICE_DAYS * 86_400_000).toISOString();
  return waivers
    .filter((waiver) => isInForce(waiver, now) && waiver.expires <= horizon.slice(0, 10))
    .map((waiver) => ({
      kind: "waiver-expiry",
      due: waiver.expires,
      message: `the waiver ${waiver.id} (${waiver.owner}) ends on ${waiver.expires}; then what it excuses is violated again`,
      subject: null,
    }));
}

/** Several claims may note the same thing of the same subject. */
function distinct(notes: readonly Attention[]): Attention[] {
  const seen = new Map(
    notes.map((note) => [`${note.kind}\n${note.message}\n${note.subject?.id ?? ""}`, note]),
  );
  return [...seen.values()];
}
