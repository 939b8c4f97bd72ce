import { isRecord, texts, toConditions, type Condition } from "./policy-document.ts";

/** One statement of a policy of IAM: what is named, or all but what is named. */
export interface IamStatement {
  readonly effect: "Allow" | "Deny";
  readonly actions: Named;
  readonly resources: Named;
  readonly conditions: readonly Condition[];
  /** Who is trusted, by type; empty in an identity policy. */
  readonly principals: readonly {
    readonly type: string;
    readonly name: string;
  }[];
}
/** The actions or resources that a statement names. */
export interface Named {
  readonly patterns: readonly string[];
  /** NotAction, NotResource: everything but these. */
  readonly except: boolean;
}

const EVERYONE: IamStatement["principals"] = [{ type: "AWS", name: "*" }];

/** IAM's own limits end far below: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const LONGEST_DOCUMENT = 200_000;

/**
 * Reads an identity policy, a boundary or a trust policy as IAM gives it: percent-encoded.
 * @throws when it is no policy document: nothing may be concluded from half of one.
 */
export function parseIamPolicy(encoded: string | undefined): readonly IamStatement[] {
  if (encoded === undefined) throw new TypeError("a policy without document");
  if (encoded.length > LONGEST_DOCUMENT) throw new TypeError("a policy longer than any of IAM's");
  const text = encoded.trimStart().startsWith("{") ? encoded : decodeURIComponent(encoded);
  const document: unknown = JSON.parse(text);
  const statements = isRecord(document) ? document["Statement"] : undefined;
  if (!isRecord(statements) && !Array.isArray(statements)) {
    throw new TypeError("a policy document without Statement");
  }
  return (Array.isArray(statements) ? statements : [statements]).map(toStatement);
}

function toStatement(raw: unknown): IamStatement {
  if (!isRecord(raw)) throw new TypeError("a policy statement that is no object");
  const effect = raw["Effect"];
  if (effect !== "Allow" && effect !== "Deny") throw new TypeError("a statement without Effect");
  return {
    effect,
    actions: named(raw, "Action"),
    resources: named(raw, "Resource"),
    conditions: toConditions(raw["Condition"]),
    // All but some are everyone, as far as this tells.
    principals: "NotPrincipal" in raw ? EVERYONE : toPrincipals(raw["Principal"]),
  };
}

/** A trust policy names no resource: it is the role's own. */
function named(raw: Readonly<Record<string, unknown>>, what: "Action" | "Resource"): Named {
  const not = raw[`Not${what}`];
  if (not !== undefined) return { patterns: texts(not, `Not${what}`), except: true };
  const value = raw[what];
  if (value === undefined && what === "Resource") return { patterns: ["*"], except: false };
  return { patterns: texts(value, what), except: false };
}

function toPrincipals(raw: unknown): IamStatement["principals"] {
  if (raw === undefined) return [];
  if (typeof raw === "string") return [{ type: "AWS", name: raw }];
  if (!isRecord(raw)) throw new TypeError("a Principal that is no object");
  return Object.entries(raw).flatMap(([type, names]) =>
    texts(names, "Principal").map((name) => ({ type, name })),
  );
}

/**
 * Matches as IAM does: `*` any run of characters, `?` one; case is ignored. Walks back to the last `*` only, so a
 * hostile pattern costs no more than the product of both lengths.
 */
export function matchesWildcards(pattern: string, text: string): boolean {
  const [wanted, folded] = [pattern.toLowerCase(), text.toLowerCase()];
  let [at, position, star, resume] = [0, 0, -1, 0];
  while (position < folded.length) {
    const sign = wanted[at];
    if (sign === "*") {
      star = at;
      resume = position;
      at += 1;
    } else if (sign !== undefined && (sign === "?" || sign === folded[position])) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      position = resume;
    } else return false;
  }
  while (wanted[at] === "*") at += 1;
  return at === wanted.length;
}
