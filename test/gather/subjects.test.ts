import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scopeMatcher } from "#derive/scope.ts";
import { labeller } from "#derive/labels.ts";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { probeContext, targetLimits, type ScanSettings } from "#gather/context.ts";
import { createRedactor } from "#gather/redact.ts";
import { REDACTED } from "#model/redacted.ts";
import { subjectKey, targetSubject, type Subject } from "#model/subject.ts";
import { bucket, estate, evidence, NOW, policy } from "../support/evidence.ts";

const redactor = createRedactor(["the-canary"]);

function tagged(tags: Record<string, string>): Subject {
  return bucket("one", { tags });
}
/** One that breaks the promise: its data is not in France. */
function abroad(tags: Record<string, string>): Subject {
  return bucket("bad", { tags, region: "us-east-1" });
}
function membership(scope: Parameters<typeof scopeMatcher>[0], subject: Subject) {
  return scopeMatcher(scope)({ subject, labels: labeller(estate())(subject) });
}

const settings: ScanSettings = {
  now: () => NOW,
  sleep: async () => {},
  random: () => 0.5,
  signal: new AbortController().signal,
  log: () => {},
  redactor,
  secret: () => undefined,
  environment: {},
  active: false,
  maxAnswerBytes: 1000,
};
const [target] = estate().targets;
if (target === undefined) throw new Error("the estate has no target");
const context = probeContext(
  {
    id: "test",
    kinds: [],
    classify: () => ({ reason: "malformed", message: "", retryable: false }),
  },
  target,
  targetLimits(target, settings.signal),
  settings,
);

describe("subjects are redacted wherever they stand", () => {
  const secrets = {
    db: "postgres://u:hunter22@h/x",
    Password: "hunter22",
    "the-canary": "the-canary",
  };

  test("in inventories, observations and problems, all alike", () => {
    const subject = tagged(secrets);
    const listed = context.observe(
      targetSubject(target),
      "inventory",
      { kinds: [subject.kind], complete: true, items: [subject] },
      { operation: "list" },
    );
    const read = context.observe(subject, "versioning", { enabled: true }, { operation: "read" });
    const failed = context.problem({
      operation: "read",
      subject,
      facets: [],
      reason: "denied",
      permission: null,
      message: "",
    });
    const items = listed.facet === "inventory" ? listed.value.items : [];
    expect(items).toEqual([read.subject]);
    expect(failed.subject).toEqual(read.subject);
    expect(JSON.stringify([listed, read, failed])).not.toMatch(/hunter22|the-canary/);
    expect(read.subject.tags).toMatchObject({
      Password: REDACTED,
      db: `postgres://${REDACTED}@h/x`,
    });
  });

  test("two subjects whose ids hold secrets stay two, each the same every time", () => {
    const a = redactor.subject(bucket("password=aaa"));
    const b = redactor.subject(bucket("password=bbb"));
    expect(subjectKey(a)).not.toBe(subjectKey(b));
    expect(a.id).not.toContain("aaa");
    expect(redactor.subject(bucket("password=aaa"))).toEqual(a);
  });

  test("what the estate itself names stays as it is", () => {
    const set = { ...tagged({}), kind: "backup-set", id: "the-canary", name: "the-canary" };
    expect(redactor.subject(set)).toEqual(set);
  });

  test("a secret learnt later is taken out of a subject seen before", () => {
    const own = createRedactor();
    const subject = tagged({ note: "late-secret" });
    expect(own.subject(subject).tags).toEqual({ note: "late-secret" });
    own.learn("late-secret");
    expect(own.subject(subject).tags).toEqual({ note: REDACTED });
  });
});

describe("a redacted tag decides nothing", () => {
  test.each([
    ["a name that looks secret", { "token-service": "prod" }, { "token-service": "prod" }],
    ["a value that holds a secret", { db: "postgres://u:pw@h/x" }, { db: "postgres://*" }],
    ["a value too long to keep", { note: "x".repeat(70_000) }, { note: "x*" }],
    ["a name that holds a secret", { "the-canary": "x" }, { "the-canary": "x" }],
  ])("%s", (_name, tags, wanted) => {
    const clean = redactor.subject(tagged(tags));
    expect(membership({ tags: wanted }, clean)).toBe("unknown");
    expect(membership({ exclude: [{ tags: wanted }] }, clean)).toBe("unknown");
  });

  test("an id and a region that hold a secret decide nothing", () => {
    const clean = redactor.subject(bucket("the-canary", { region: "the-canary" }));
    expect(membership({ ids: ["*the-canary"] }, clean)).toBe("unknown");
    expect(membership({ regions: ["the-canary"] }, clean)).toBe("unknown");
    expect(membership({ regions: ["eu-*"] }, redactor.subject(bucket("x")))).toBe("yes");
  });

  test("whatever the tag, redaction never turns a failure into a pass", () => {
    const name = fc.oneof(
      fc.constantFrom(
        "stage",
        "token-service",
        "secret-store",
        "Password",
        "api_key",
        "the-canary",
      ),
      fc.string({ minLength: 1 }),
    );
    const value = fc.oneof(
      fc.constantFrom("prod", "postgres://u:pw@h", "the-canary", "password=prod"),
      fc.string({ minLength: 1 }),
    );
    const judged = (key: string, pattern: string, bad: Subject, byLabel: boolean) => {
      const observations = [bad, bucket("good")].map((subject) =>
        context.observe(
          targetSubject(target),
          "inventory",
          { kinds: [subject.kind], complete: true, items: [subject] },
          { operation: "list" },
        ),
      );
      const kinds = ["AWS::S3::Bucket"];
      const scope = byLabel ? { kinds, labels: ["chosen"] } : { kinds, tags: { [key]: pattern } };
      const report = evaluate({
        policies: [
          policy([
            {
              checks: [
                {
                  control: "data-residency",
                  expect: { countries: ["FR"] },
                  scope: { ...scope, mayBeEmpty: true },
                },
              ],
            },
          ]),
        ],
        estate: estate({
          labels: [
            { label: "chosen", match: { tags: { [key]: pattern } } },
            { label: "chosen", match: { ids: ["*:good"] } },
          ],
        }),
        attestations: [],
        waivers: [],
        evidence: evidence(observations),
        controls,
        readable: () => true,
        now: NOW,
        tool: { name: "probity", version: "0" },
      });
      return report.claims[0]?.verdict;
    };
    fc.assert(
      fc.property(name, value, fc.boolean(), (key, content, byLabel) => {
        if (key === "__proto__" || content.includes("*")) return;
        const bad = abroad({ [key]: content });
        expect(["violated", "unverified"]).toContain(judged(key, content, bad, byLabel));
      }),
      { numRuns: 200 },
    );
    expect(judged("stage", "prod", abroad({ stage: "prod" }), true)).toBe("violated");
    expect(judged("stage", "prod", abroad({ stage: "test" }), true)).toBe("upheld");
  });
});
