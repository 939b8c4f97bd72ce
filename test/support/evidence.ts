import type { Check, Claim, Policy } from "#model/policy.ts";
import type { Estate } from "#model/estate.ts";
import { estateSchema } from "#model/estate.ts";
import type { Evidence, Observation, Problem } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import { policySchema } from "#model/policy.ts";
import { targetSubject, type Provider, type Subject } from "#model/subject.ts";

export const NOW = new Date("2026-06-01T00:00:00Z");

/** A bucket of the target `aws`, unless told otherwise. */
export function bucket(name: string, fields: Partial<Subject> = {}): Subject {
  return {
    target: "aws",
    provider: "aws",
    kind: "AWS::S3::Bucket",
    id: `arn:aws:s3:::${name}`,
    name,
    region: "eu-west-3",
    tags: {},
    ...fields,
  };
}

export function observe<F extends FacetName>(
  subject: Subject,
  facet: F,
  value: Facets[F],
): Observation {
  return {
    subject,
    facet,
    value,
    observedAt: NOW.toISOString(),
    source: { probe: "test", operation: `read ${facet}`, sha256: null },
  } as Observation;
}

/** A listing of buckets (or other kinds) of the target `aws`. */
export function inventory(
  items: readonly Subject[],
  fields: {
    kinds?: readonly string[];
    complete?: boolean;
    target?: string;
    provider?: Provider;
  } = {},
): Observation {
  const target = targetSubject({ id: fields.target ?? "aws", provider: fields.provider ?? "aws" });
  const kinds = fields.kinds ?? ["AWS::S3::Bucket"];
  return observe(target, "inventory", { kinds, complete: fields.complete ?? true, items });
}

export function problem(fields: Partial<Problem>): Problem {
  return {
    target: "aws",
    probe: "test",
    operation: "s3:GetBucketEncryption",
    subject: null,
    kinds: ["*"],
    facets: [],
    reason: "denied",
    permission: null,
    message: "AccessDenied",
    ...fields,
  };
}

export function evidence(
  observations: readonly Observation[],
  problems: readonly Problem[] = [],
): Evidence {
  const at = NOW.toISOString();
  return { startedAt: at, finishedAt: at, complete: true, observations, problems };
}

/** An estate with the AWS target `aws`, unless told otherwise. */
export function estate(fields: Record<string, unknown> = {}): Estate {
  return estateSchema.parse({
    version: 1,
    targets: [
      {
        id: "aws",
        provider: "aws",
        account: "123456789012",
        regions: ["eu-west-3"],
        labels: ["production"],
      },
    ],
    ...fields,
  });
}

/** A policy of these claims; a claim needs its id and whatever the test is about. */
export function policy(
  claims: readonly (Partial<Omit<Claim, "checks">> & { checks?: readonly Partial<Check>[] })[],
): Policy {
  const parsed = policySchema.parse({
    version: 1,
    id: "test",
    company: "Test",
    statement: {
      title: "Test",
      source: "test",
      read: "2026-01-01",
      language: "en",
      file: "test.txt",
      sha256: "0".repeat(64),
    },
    claims: claims.map((claim, position) => ({
      id: `claim-${position}`,
      quote: "a promise",
      section: "1",
      severity: "high",
      ...claim,
      checks: (claim.checks ?? []).map((check) => ({ basis: "quoted", ...check })),
    })),
  });
  return { ...parsed, sha256: "0".repeat(64) };
}
