import type { Control } from "#model/control.ts";
import { expectationOf } from "#model/expectation.ts";
import { check, duplicateIds, findingsIn, mappingsOf, settle } from "#configuration/check.ts";
import { type Finding, type Loaded, type Path, readDocument } from "#configuration/document.ts";
import { suggestion } from "#configuration/nearest.ts";
import { showText } from "#configuration/show.ts";
import { type Check, type Claim, type Policy, policySchema } from "#model/policy.ts";
import { z } from "#model/schema.ts";
import { statementFindings } from "./statement.ts";

/** What a policy needs to know of the controls: which there are, and what each takes under `expect`. */
export type Expectations = ReadonlyMap<string, Pick<Control, "expectation">>;

const expectation = z.record(z.string(), z.json());

/**
 * Reads a policy: its schema, each `expect` by the schema of its control (defaults filled in), the statement's
 * stored copy by its SHA-256, and each quote against that copy.
 * @throws ConfigurationError with everything that is wrong, at its line and column.
 */
export function readPolicy(file: string, controls: Expectations): Loaded<Policy> {
  const document = readDocument(file);
  const entries = mappingsOf(document.value, "claims");
  const checks = entries.flatMap(({ path, entry }) => mappingsOf(entry, "checks", path));
  const { value, ...source } = settle(document, check(policySchema, document.value), [
    ...duplicateIds(document, entries),
    ...checks.flatMap(({ path, entry }) => controlFindings(path, entry, controls)),
    ...statementFindings(document, entries),
  ]);
  const claims = value.claims.map((claim) => withExpectations(claim, controls));
  return { ...source, value: { ...value, claims, sha256: source.sha256 } };
}

/** What is wrong with the control that a check names, or with what it expects of it. */
function controlFindings(
  path: Path,
  entry: Readonly<Record<string, unknown>>,
  controls: Expectations,
): readonly Finding[] {
  const findings: Finding[] = [];
  const { control, pending, expect } = entry;
  if (typeof pending === "string" && controls.has(pending)) {
    const message = `: the control ${pending} exists now: write control: ${pending}`;
    findings.push({ path: [...path, "pending"], part: "key", message });
  }
  if (typeof control !== "string") return findings;
  const known = controls.get(control);
  if (known !== undefined) {
    const given = expect === undefined ? {} : expect;
    findings.push(...findingsIn(check(expectationOf(known), given, [...path, "expect"])));
  } else {
    const meant = suggestion(control, controls.keys());
    const help = meant === "" ? "; one that is still to be built is named by pending:" : meant;
    const message = `: there is no control ${showText(control)}${help}`;
    findings.push({ path: [...path, "control"], message });
  }
  return findings;
}

/** The claim with what its checks expect as the controls' own schemas give it. */
function withExpectations(claim: Claim, controls: Expectations): Claim {
  const checks = claim.checks.map((entry): Check => {
    const known = entry.control === undefined ? undefined : controls.get(entry.control);
    if (known === undefined) return entry;
    const expect = expectation.parse(expectationOf(known).parse(entry.expect));
    return Object.assign({}, entry, { expect });
  });
  return { ...claim, checks };
}
