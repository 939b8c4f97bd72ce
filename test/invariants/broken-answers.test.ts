/**
 * The first invariant on every call of AWS: an answer that says nothing, leaves its lists out or has members of another
 * type upholds nothing that it did not and breaks no promise, on an account whose promises are all kept.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { credentialValue } from "#estate/credentials.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { COMPLETE_ACCOUNT, COMPLETE_TARGET, NOW } from "#fixtures/estate/aws/complete.ts";
import { startAws } from "#fixtures/estate/aws.ts";
import { gather } from "#gather/gather.ts";
import { plan } from "#gather/plan.ts";
import { createRedactor } from "#gather/redact.ts";
import type { Evidence } from "#model/evidence.ts";
import type { ProbeEntry } from "#model/probe.ts";
import type { Report } from "#model/report.ts";
import { ATTESTATION, entries, POLICY, readable } from "../probes/aws/permission-uses.ts";
import { awsTarget, ENVIRONMENT } from "../probes/aws/support.ts";
import { expectNoBetter } from "../support/no-better.ts";

const aws = await startAws(COMPLETE_ACCOUNT, { hideRegions: true });
afterAll(aws.close);
const target = awsTarget(aws.url, COMPLETE_TARGET);
const estate = { version: 1 as const, targets: [target], labels: [], ranges: [] };
const now = new Date(NOW);

const read = (some: readonly ProbeEntry[]): Promise<Evidence> =>
  gather([target], plan([POLICY], estate, controls, some), {
    now: () => now,
    sleep: () => Promise.resolve(),
    random: () => 0.5,
    signal: new AbortController().signal,
    log: () => {},
    redactor: createRedactor(),
    secret: (one, name) => credentialValue(one.credentials, name, ENVIRONMENT),
    environment: ENVIRONMENT,
    active: false,
    maxAnswerBytes: 1_000_000,
  });
const judge = (evidence: Evidence): Report =>
  evaluate({
    policies: [POLICY],
    estate,
    attestations: [ATTESTATION],
    waivers: [],
    evidence,
    controls,
    readable,
    now,
    tool: { name: "probity", version: "0" },
  });

/** Which probes make a call, found by running each by itself. */
const askedBy = new Map<string, Set<ProbeEntry>>();
for (const entry of entries) {
  const before = aws.calls.length;
  await read([entry]);
  for (const { operation } of aws.calls.slice(before)) {
    askedBy.set(operation, (askedBy.get(operation) ?? new Set()).add(entry));
  }
}

/** Operations whose empty answer says something: no web ACL stands before the resource; no such part of a setting. */
const SAYS_NOTHING_IS_THERE = new Set([
  "GetWebACLForResource",
  "GetBucketVersioning",
  "GetBucketLocation",
]);

/** An answer with every list, or every member that is no structure, made something else. */
function changed(change: (value: unknown) => unknown): (body: string) => string {
  const walk = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(walk);
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, own]) => {
        const made = change(own);
        return made === undefined ? [] : [[key, made === own ? walk(own) : made]];
      }),
    );
  };
  return (body) => (body.startsWith("{") ? JSON.stringify(walk(JSON.parse(body))) : body);
}

const BREAKS: Readonly<Record<string, (body: string) => string>> = {
  "an empty document": (body) =>
    body.startsWith("{")
      ? "{}"
      : body.replace(/^(<\?xml[^>]*\?>\s*)?<([\w.]+)[^>]*>[^]*$/, "$1<$2></$2>"),
  "texts for lists": changed((value) => (Array.isArray(value) ? "abc" : value)),
  "lists of nothing": changed((value) => (Array.isArray(value) ? [null] : value)),
  "objects for texts": changed((value) => (typeof value === "string" ? { a: 1 } : value)),
  "texts for numbers": changed((value) => (typeof value === "number" ? "many" : value)),
  "texts for booleans": changed((value) => (typeof value === "boolean" ? "perhaps" : value)),
};

describe("answers of AWS that are broken", () => {
  let whole: Evidence;
  let before: Report;
  beforeAll(async () => {
    whole = await read(entries);
    before = judge(whole);
  });

  test("unbroken, nothing is violated", () => {
    expect(askedBy.size).toBeGreaterThan(90);
    expect(before.claims.filter(({ verdict }) => !/^(?:upheld|attested)$/.test(verdict))).toEqual(
      [],
    );
  });

  const operations = [...askedBy.keys()].filter((name) => !SAYS_NOTHING_IS_THERE.has(name));
  test.each(operations.filter((name) => name !== "GetCallerIdentity"))("%s", async (operation) => {
    const some = [...(askedBy.get(operation) ?? [])];
    const ids = new Set(some.map(({ id }) => id));
    for (const [what, change] of Object.entries(BREAKS)) {
      let different = false;
      const fault = {
        kind: "change" as const,
        change: (body: string) => {
          const made = change(body);
          different ||= made !== body;
          return made;
        },
      };
      aws.setFaults({ operation, fault });
      const broken = await read(some);
      aws.setFaults();
      if (!different) continue;
      const after = judge({
        ...broken,
        observations: [
          ...whole.observations.filter(({ source }) => !ids.has(source.probe)),
          ...broken.observations,
        ],
        problems: [...whole.problems.filter(({ probe }) => !ids.has(probe)), ...broken.problems],
      });
      expectNoBetter(before, after);
      const upheld = ({ claims }: Report) => claims.filter(({ verdict }) => verdict === "upheld");
      const noticed =
        after.problems.length > before.problems.length ||
        upheld(after).length < upheld(before).length;
      expect(noticed, `${what}: nobody noticed`).toBe(true);
    }
  });
});
