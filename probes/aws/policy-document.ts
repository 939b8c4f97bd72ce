import { exactGlob, globMatcher } from "#model/glob.ts";

/** One condition of a statement; a statement holds where all of its conditions do. */
export interface Condition {
  /** Lower case, without qualifier and `IfExists`: `bool`, `stringequals`. */
  readonly operator: string;
  readonly qualifier: "forallvalues" | "foranyvalue" | null;
  readonly ifExists: boolean;
  /** Lower case: condition keys are case-insensitive. */
  readonly key: string;
  readonly values: readonly string[];
}

/** One principal, as a policy names it. */
export interface Principal {
  readonly type: "AWS" | "Service" | "Federated" | "CanonicalUser" | "other";
  readonly id: string;
}

/** One statement of a resource policy. */
export interface Statement {
  readonly sid: string | null;
  readonly effect: "Allow" | "Deny";
  /** Whom it names: everyone, everyone but some (NotPrincipal), or some. */
  readonly who: "everyone" | "everyone-but" | "some";
  /** Those whom it names; of NotPrincipal those whom it leaves out. */
  readonly principals: readonly Principal[];
  /** null: it says NotAction. */
  readonly actions: readonly string[] | null;
  /** null: it says NotResource. */
  readonly resources: readonly string[] | null;
  readonly conditions: readonly Condition[];
}

const PRINCIPALS = ["AWS", "Service", "Federated", "CanonicalUser"] as const;

/** S3 takes 20 KB (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html); statements are compared pairwise. */
const LONGEST_POLICY = 100_000;

/**
 * Reads an IAM resource policy.
 * @param own what a statement without Resource is about, for services that let it be left out
 * Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 * @throws when the text is no policy document: nothing may be concluded from half of one.
 */
export function parsePolicy(text: string, own?: string): readonly Statement[] {
  if (text.length > LONGEST_POLICY)
    throw new TypeError("a policy document longer than any of AWS's");
  const document: unknown = JSON.parse(text);
  const statements = isRecord(document) ? document["Statement"] : undefined;
  if (!isRecord(statements) && !Array.isArray(statements)) {
    throw new TypeError("a policy document without Statement");
  }
  return (Array.isArray(statements) ? statements : [statements]).map((raw: unknown) =>
    toStatement(raw, own),
  );
}

/**
 * Whether some pattern of the list covers everything that each of the other patterns can stand for. Case makes no
 * difference in actions; in ARNs it does.
 */
export function coverAll(patterns: readonly string[], others: readonly string[]): boolean {
  const plain = patterns.filter((pattern) => !pattern.includes("?"));
  const [actions, arns] = [plain.map(globMatcher), plain.map(exactGlob)];
  return others.every((other) =>
    (other.startsWith("arn:") ? arns : actions).some((matches) => matches(other)),
  );
}

/** Whether the statement covers every S3 action. */
export function coversAllActions({ actions }: Statement): boolean {
  return actions !== null && coverAll(actions, ["s3:*"]);
}

/** A statement in a few words: its Sid, or its place in the policy. */
export function nameOf(statement: Statement, statements: readonly Statement[]): string {
  return statement.sid === null
    ? `statement ${statements.indexOf(statement) + 1}`
    : `statement ${JSON.stringify(statement.sid.slice(0, 60))}`;
}

function toStatement(raw: unknown, own: string | undefined): Statement {
  if (!isRecord(raw)) throw new TypeError("a policy statement that is no object");
  const effect = raw["Effect"];
  if (effect !== "Allow" && effect !== "Deny") throw new TypeError("a statement without Effect");
  const sid = raw["Sid"];
  return {
    sid: typeof sid === "string" && sid !== "" ? sid : null,
    effect,
    who: toWho(raw),
    principals: toPrincipals(raw["Principal"] ?? raw["NotPrincipal"]),
    actions: "NotAction" in raw ? null : texts(raw["Action"], "Action"),
    resources: "NotResource" in raw ? null : texts(raw["Resource"] ?? own, "Resource"),
    conditions: toConditions(raw["Condition"]),
  };
}

function toWho(raw: Readonly<Record<string, unknown>>): Statement["who"] {
  if ("NotPrincipal" in raw) return "everyone-but";
  const principal = raw["Principal"];
  if (principal === "*") return "everyone";
  if (!isRecord(principal)) throw new TypeError("a statement without Principal");
  const aws = principal["AWS"];
  return aws !== undefined && texts(aws, "Principal").includes("*") ? "everyone" : "some";
}

function toPrincipals(raw: unknown): readonly Principal[] {
  if (raw === "*") return [{ type: "AWS", id: "*" }];
  if (!isRecord(raw)) throw new TypeError("a statement without Principal");
  return Object.entries(raw).flatMap(([name, ids]) => {
    const type = PRINCIPALS.find((known) => known === name) ?? "other";
    return texts(ids, "Principal").map((id) => ({ type, id }));
  });
}

/** Reads the Condition of a statement. @throws when it has not the grammar's shape */
export function toConditions(raw: unknown): readonly Condition[] {
  if (raw === undefined) return [];
  if (!isRecord(raw)) throw new TypeError("a Condition that is no object");
  return Object.entries(raw).flatMap(([name, keys]) => {
    if (!isRecord(keys)) throw new TypeError("a Condition without keys");
    const [, qualifier, operator = "", ifExists] =
      /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/.exec(name.toLowerCase()) ?? [];
    return Object.entries(keys).map(([key, values]) => ({
      operator,
      qualifier: qualifier === "forallvalues" || qualifier === "foranyvalue" ? qualifier : null,
      ifExists: ifExists !== undefined,
      key: key.toLowerCase(),
      values: texts(values, key),
    }));
  });
}

/** A text or a list of them; conditions may write booleans and numbers bare. @throws when it is neither */
export function texts(value: unknown, what: string): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map((item: unknown) => {
    if (typeof item === "string") return item;
    if (typeof item === "boolean" || typeof item === "number") return String(item);
    throw new TypeError(`${what} in a policy statement is no text`);
  });
}

/** Whether a JSON value is an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
