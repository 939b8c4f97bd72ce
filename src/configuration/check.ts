import { z } from "#model/schema.ts";
import { type Finding, type Loaded, type Path, refusal, type YamlDocument } from "./document.ts";
import { nearest, suggestion } from "./nearest.ts";
import { expectedPhrase, union as unionPhrase } from "./phrases.ts";
import { show, showKey } from "./show.ts";

type Issue = z.core.$ZodIssue;
/** What a value is, or all that is wrong with it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Parses a value of a document by a schema; `at` is where the value stands. */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  at: Path = [],
): Checked<z.output<Schema>> {
  const result = schema.safeParse(value, { error: expectedPhrase });
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, findings: findingsOf(result.error.issues, value, at) };
}

/** Findings of a check, none when it passed. */
export function findingsIn(checked: Checked<unknown>): readonly Finding[] {
  return checked.ok ? [] : checked.findings;
}

/**
 * The checked value of a document when nothing else was found either.
 * @throws ConfigurationError with all findings; where two stand at one place, the one that the schema does not know.
 */
export function settle<T>(
  document: YamlDocument,
  checked: Checked<T>,
  others: readonly Finding[],
): Loaded<T> {
  const findings = [...document.findings, ...others, ...findingsIn(checked)];
  if (!checked.ok || findings.length > 0) throw refusal(document, findings);
  return {
    file: document.file,
    sha256: document.sha256,
    locate: document.locate,
    value: checked.value,
  };
}

/** The mappings of a list in a document that is not checked yet, with their paths. */
export function mappingsOf(
  value: unknown,
  key: string,
  at: Path = [],
): readonly { readonly path: Path; readonly entry: Readonly<Record<string, unknown>> }[] {
  const list = isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown, index) =>
    isMapping(entry) ? [{ path: [...at, key, index], entry }] : [],
  );
}

/** Whether a value of a document is a mapping. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Ids that several entries of one list have: a finding at each but the first, which names the first. */
export function duplicateIds(
  document: Pick<YamlDocument, "locate">,
  entries: ReturnType<typeof mappingsOf>,
): readonly Finding[] {
  const first = new Map<string, Path>();
  return entries.flatMap(({ path, entry }) => {
    const { id } = entry;
    if (typeof id !== "string") return [];
    const earlier = first.get(id);
    if (earlier === undefined) {
      first.set(id, path);
      return [];
    }
    const { line } = document.locate([...earlier, "id"]);
    return [
      {
        path: [...path, "id"],
        message: `: ${show(id)} is taken: the entry at line ${line} has this id too`,
      },
    ];
  });
}

function findingsOf(issues: readonly Issue[], root: unknown, at: Path): readonly Finding[] {
  const findings = issues.flatMap((issue) => findingsOfIssue(issue, root, at));
  const renamed = new Set<string>();
  const mistyped = new Set<string>();
  for (const finding of findings) {
    if (finding.meant === undefined) continue;
    const parent = finding.path.slice(0, -1);
    mistyped.add(JSON.stringify(parent));
    mistyped.add(JSON.stringify(parent.slice(0, -1)));
    if (finding.meant !== null) renamed.add(JSON.stringify([...parent, finding.meant]));
  }
  // A misspelt key also makes the right one missing and upsets rules over the whole: one mistake, one message.
  return findings.filter(
    (finding) =>
      !(finding.missing === true && renamed.has(JSON.stringify(finding.path))) &&
      !(finding.rule === true && mistyped.has(JSON.stringify(finding.path))),
  );
}

interface Draft extends Finding {
  /** Of an unknown key: the key that was likely meant. */
  readonly meant?: string | null;
  readonly missing?: true;
  /** A rule over a whole mapping, and the mappings that are its values. */
  readonly rule?: true;
}

function findingsOfIssue(issue: Issue, root: unknown, at: Path): readonly Draft[] {
  const local = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  const path = [...at, ...local];
  const value = valueAt(root, local);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(path, key, issue.message));
    case "invalid_key":
      return [unfitKey(path, issue)];
    case "invalid_union":
      return findingsOfUnion(issue, root, at, path, value);
    case "invalid_value":
      return [mismatch(path, value, issue.message, issue.values.filter(isText))];
    case "custom":
      if (isMapping(value)) return [{ path, message: `: ${issue.message}`, rule: true }];
      return [mismatch(path, value, issue.message)];
    case "invalid_type":
    case "invalid_format":
    case "invalid_element":
    case "too_small":
    case "too_big":
    case "not_multiple_of":
    default:
      return [mismatch(path, value, issue.message)];
  }
}

function unknownKey(path: Path, key: string, known: string): Draft {
  const meant = nearest(key, known.split(", "));
  const help =
    meant === null ? (known === "" ? "" : `; known here: ${known}`) : `; did you mean ${meant}?`;
  return { path: [...path, key], part: "key", message: `: unknown key${help}`, meant };
}

function unfitKey(path: Path, issue: z.core.$ZodIssueInvalidKey): Draft {
  const expected = issue.issues[0]?.message ?? issue.message;
  return { path, part: "key", message: `: ${expected}, got the key ${show(path.at(-1))}` };
}

function mismatch(
  path: Path,
  value: unknown,
  expected: string,
  candidates: readonly string[] = [],
): Draft {
  if (value === undefined) return { path, message: ` is missing: ${expected}`, missing: true };
  const unquoted =
    expected.startsWith("expected a text") &&
    (typeof value === "number" || typeof value === "boolean");
  const hint = unquoted
    ? "; put it in quotes"
    : typeof value === "string"
      ? suggestion(value, candidates)
      : "";
  return { path, message: `: ${expected}, got ${show(value)}${hint}` };
}

/** A union fails in all its branches: told is what is wrong in the one that was clearly meant, else what the branches are. */
function findingsOfUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  root: unknown,
  at: Path,
  path: Path,
  value: unknown,
): readonly Draft[] {
  if (issue.errors.length === 0) {
    const options = "options" in issue ? (issue.options ?? []) : [];
    return [mismatch(path, value, issue.message, options.filter(isText))];
  }
  const branches = issue.errors.map((issues) => ({ issues, misfit: misfitOf(issues) }));
  const least = Math.min(...branches.map(({ misfit }) => misfit));
  const closest = branches.filter(({ misfit }) => misfit === least);
  const meant = closest[0];
  if (closest.length === 1 && meant !== undefined && least < Infinity) {
    const local = issue.path;
    return meant.issues.flatMap((inner) =>
      findingsOfIssue({ ...inner, path: [...local, ...inner.path] }, root, at),
    );
  }
  const all = issue.errors.flat();
  const candidates = all.flatMap((inner) =>
    inner.code === "invalid_value" ? inner.values.filter(isText) : [],
  );
  const known = all.flatMap((inner) =>
    inner.code === "unrecognized_keys" ? inner.message.split(", ") : [],
  );
  const draft = mismatch(path, value, unionPhrase(issue), candidates);
  const renamed = isMapping(value)
    ? Object.keys(value)
        .map((key) => [key, nearest(key, known)] as const)
        .find(([key, near]) => near !== null && near !== key)
    : undefined;
  if (renamed === undefined) return [draft];
  return [
    {
      ...draft,
      message: `${draft.message}; did you mean ${renamed[1]} by ${showKey(renamed[0])}?`,
    },
  ];
}

/** How far a value is from a branch: infinitely when its very kind is another, else the keys that are wrong. */
function misfitOf(issues: readonly Issue[]): number {
  let misfit = 0;
  for (const issue of issues) {
    if (issue.code === "unrecognized_keys") misfit += issue.path.length === 0 ? 10 : 1;
    else if (issue.path.length === 0 && issue.code !== "custom") return Infinity;
    else misfit += 1;
  }
  return misfit;
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (Array.isArray(value) && typeof step === "number") value = value[step];
    else if (isMapping(value) && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
