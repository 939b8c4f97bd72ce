import { expectationOf } from "#model/expectation.ts";
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { AttentionNote, Control, Judgement, Reading } from "#model/control.ts";
import type { FacetName } from "#model/facets.ts";
import type { Subject } from "#model/subject.ts";
import type { CaseReading, ControlCases, ScopeCase, SubjectCase } from "./cases.ts";

const DEFAULT_NOW = "2026-06-01T00:00:00Z";
const controlsFolder = fileURLToPath(new URL("../../src/controls/", import.meta.url));
const casesFolder = fileURLToPath(new URL(".", import.meta.url));

const controlFiles = readdirSync(controlsFolder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap((domain) =>
    readdirSync(`${controlsFolder}${domain.name}`).map((file) => `${domain.name}/${file}`),
  )
  .filter((file) => file.endsWith(".ts"));
const caseFiles = readdirSync(casesFolder).filter((file) => file.endsWith(".cases.ts"));

const allCases = new Map<string, ControlCases>();
for (const file of caseFiles) {
  const loaded: { default: ControlCases } = await import(`${casesFolder}${file}`);
  allCases.set(basename(file, ".cases.ts"), loaded.default);
}

describe("every control", () => {
  it("is found", () => {
    expect(controlFiles.length).toBeGreaterThan(0);
    const ids = controlFiles.map((file) => basename(file, ".ts"));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...allCases.keys()].toSorted()).toEqual(ids.toSorted());
  });

  it.each(controlFiles)("%s describes itself", async (file) => {
    const { default: control }: { default: Control } = await import(`${controlsFolder}${file}`);
    expect(control.id).toBe(basename(file, ".ts"));
    for (const words of [control.title, control.rationale, control.remediation]) {
      expect(words.trim(), "title, rationale and remediation are needed").not.toBe("");
    }
    expect(control.needs).not.toHaveLength(0);
    expect(control.references).not.toHaveLength(0);
    for (const reference of control.references) expect(reference).toMatch(/^https:\/\/\S+$/);
    if (control.baseline !== undefined) {
      expect(expectationOf(control).safeParse(control.baseline)).toMatchObject({ success: true });
    }
    // A misspelt field must never pass for one that is left out.
    expect(expectationOf(control).safeParse({ misspelt: true })).toMatchObject({ success: false });
  });

  it.each(controlFiles)("%s has a case for pass, fail and unknown", (file) => {
    const outcomes = (allCases.get(basename(file, ".ts"))?.cases ?? []).flatMap((one) =>
      "judgements" in one ? one.judgements.map(([outcome]) => outcome) : [one.outcome],
    );
    expect(outcomes).toEqual(expect.arrayContaining(["pass", "fail", "unknown"]));
  });
});

describe("what to do about clear text", () => {
  it.each(["port 80", "secure transfer required", "aws:SecureTransport"])(
    "speaks of %s",
    (words) => {
      expect(allCases.get("https-only")?.control.remediation).toContain(words);
    },
  );
});

for (const [id, { control, cases }] of allCases) {
  describe(id, () => {
    it("is what its file of cases is named after, and names no case twice", () => {
      expect(control.id).toBe(id);
      expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    });
    for (const one of cases) {
      it(one.name, () => {
        if ("judgements" in one) runScopeCase(control, one);
        else runSubjectCase(control, one);
      });
    }
  });
}

function runSubjectCase(control: Control, one: SubjectCase): void {
  if (control.judges !== "subject") throw new Error("a control of scopes needs scope cases");
  const now = one.now ?? DEFAULT_NOW;
  const input = { expect: parse(control, one), ...reading(one, now, 0), now: new Date(now) };
  const before = JSON.stringify(input);
  const judgement = control.evaluate(input);
  expect(JSON.stringify(input), "a control must not change its input").toBe(before);
  expect(judgement.message).toMatch(matcher(one.says));
  expect(judgement.outcome, judgement.message).toBe(one.outcome);
  if (one.remedies !== undefined) expect(judgement.remediation).toMatch(matcher(one.remedies));
  checkJudgement(judgement, one.attention ?? []);
}

function runScopeCase(control: Control, one: ScopeCase): void {
  if (control.judges !== "scope") throw new Error("a control of subjects needs subject cases");
  const now = one.now ?? DEFAULT_NOW;
  const readings = one.readings.map((fields, index) => reading(fields, now, index));
  const judgements = control.evaluate({
    expect: parse(control, one),
    readings,
    complete: one.complete ?? true,
    now: new Date(now),
  });
  const short = judgements.map(({ outcome, subject }) => [outcome, subject?.name ?? null]);
  expect(short).toEqual(one.judgements.map(([outcome, subject]) => [outcome, subject]));
  for (const [index, [, , says]] of one.judgements.entries()) {
    expect(judgements[index]?.message).toMatch(matcher(says));
  }
  for (const judgement of judgements) checkJudgement(judgement, one.attention ?? []);
}

function parse(control: Control, { expect: written }: SubjectCase | ScopeCase): unknown {
  return expectationOf(control).parse(written);
}

/** A subject of an unknown kind in an AWS account, read at the moment of judging, unless the case says otherwise. */
function reading(fields: CaseReading, now: string, index: number): Reading {
  const subject: Subject = {
    target: "target",
    provider: "aws",
    kind: "some-kind",
    id: `subject-${index + 1}`,
    name: `subject-${index + 1}`,
    region: null,
    tags: {},
    ...fields.subject,
  };
  const observedAt: Partial<Record<FacetName, string>> = {};
  for (const facet of Object.keys(fields.facets)) Object.assign(observedAt, { [facet]: now });
  return {
    subject,
    labels: fields.labels ?? [],
    facets: fields.facets,
    observedAt: { ...observedAt, ...fields.observedAt },
    declaredRanges: fields.declaredRanges ?? [],
  };
}

/** What holds of every judgement: messages for people, notes only with a pass, plain JSON. */
function checkJudgement(judgement: Judgement, attention: readonly AttentionNote["kind"][]): void {
  const notes = judgement.attention ?? [];
  for (const { message } of [judgement, ...notes]) {
    expect(message).toMatch(/^[^\n\r\u2028\u2029]{3,}$/);
    expect(message).not.toMatch(/undefined|null|NaN|Infinity|Invalid Date|\[object|; ;|;\s*$/);
  }
  expect(notes.map(({ kind }) => kind)).toEqual(attention);
  for (const { due } of notes) expect(Date.parse(due)).not.toBeNaN();
  // Advice goes with a failure only, and is made of settings: whole lines, nothing of what a server sent.
  if (judgement.outcome !== "fail") expect(judgement.remediation).toBeUndefined();
  expect(judgement.remediation ?? "").not.toMatch(/undefined|null|NaN|\[object|\\u\{/);
  expect(JSON.parse(JSON.stringify(judgement.actual))).toEqual(judgement.actual);
}

function matcher(says: string | RegExp): RegExp {
  return typeof says === "string" ? new RegExp(RegExp.escape(says)) : says;
}
