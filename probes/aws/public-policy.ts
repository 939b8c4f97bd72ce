import { plain } from "#model/text.ts";
import {
  coverAll,
  nameOf,
  parsePolicy,
  type Condition,
  type Statement,
} from "./policy-document.ts";

/** Whether a resource's policy lets everyone in. */
export interface PolicyOpenness {
  /** `unsure`: an Allow to everyone whose conditions cannot be judged from the policy alone. */
  readonly open: "yes" | "no" | "unsure";
  /** The statements that open it or might, in words. */
  readonly through: readonly string[];
}

/** What a condition does about a caller whom nobody knows. */
type Effect = "restricts" | "lets-in" | "unsure";

/**
 * Keys whose fixed value names someone: AWS calls a policy that is limited by one of them not public.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
const WHO = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceorgid",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
]);
/** Keys that a caller fills in as he likes, or that say how he calls and not who he is. */
const ANYBODY = /^(?:aws:(?:referer|useragent|securetransport)|s3:(?!dataaccesspoint).*)$/;
const EQUAL = /^(?:stringequals|stringequalsignorecase|stringlike|arnequals|arnlike)$/;
const UNEQUAL =
  /^(?:stringnotequals|stringnotequalsignorecase|stringnotlike|arnnotequals|arnnotlike)$/;

/** What a policy is called in words, and all actions of its service. */
export interface PolicyOf {
  readonly name: string;
  readonly actions: string;
}
const OF_BUCKETS: PolicyOf = { name: "bucket policy", actions: "s3:*" };

/**
 * Judges a bucket policy by its own words; GetBucketPolicyStatus would cost a call more and does not say which
 * statement it is. Policies of other services are judged alike.
 * @throws when it is no policy document
 */
export function policyOpenness(policy: string, of: PolicyOf = OF_BUCKETS): PolicyOpenness {
  const statements = parsePolicy(policy);
  const denials = statements.filter(({ effect, who }) => effect === "Deny" && who !== "some");
  const found = statements
    .filter(({ effect, who }) => effect === "Allow" && who !== "some")
    .map((statement) => ({ statement, effect: reach(statement, denials, of) }))
    .filter(({ effect }) => effect !== "restricts");
  const open = found.some(({ effect }) => effect === "lets-in");
  const decisive = found.filter(({ effect }) => effect === (open ? "lets-in" : "unsure"));
  return {
    open: open ? "yes" : found.length > 0 ? "unsure" : "no",
    through: decisive.map(({ statement, effect }) => {
      const actions = statement.actions?.slice(0, 3).join(", ") ?? "all actions but a few";
      const verb = effect === "lets-in" ? "allows" : "may allow";
      return plain(`${of.name} ${nameOf(statement, statements)} ${verb} everyone ${actions}`);
    }),
  };
}

/** What an Allow comes to once its own conditions and the denials over it are seen together. */
function reach(allow: Statement, denials: readonly Statement[], of: PolicyOf): Effect {
  const own = strongest(allow.conditions.map(allowEffect));
  if (own === "restricts") return own;
  const over = strongest(denials.filter((deny) => covers(deny, allow, of)).map(denyEffect));
  if (over === "restricts") return over;
  return own === "unsure" || over === "unsure" ? "unsure" : "lets-in";
}

function covers(deny: Statement, allow: Statement, { actions }: PolicyOf): boolean {
  return (
    coverAll(deny.actions ?? [], allow.actions ?? [actions]) &&
    coverAll(deny.resources ?? [], allow.resources ?? ["*"])
  );
}

/** An anonymous request has none of the keys that name someone, so `IfExists` and `ForAllValues` let it in. */
function allowEffect(condition: Condition): Effect {
  const { operator, key, values, qualifier } = condition;
  if (ANYBODY.test(key)) return "lets-in";
  // Every request from the Internet has an address.
  if (key === "aws:sourceip") {
    return operator === "ipaddress" ? addressEffect(values) : "unsure";
  }
  if (qualifier === "forallvalues") return "lets-in";
  if (key === "aws:principalisawsservice" && operator === "bool" && !condition.ifExists) {
    return values.every((value) => value.toLowerCase() === "true") ? "restricts" : "lets-in";
  }
  if (!WHO.has(key)) return "unsure";
  if (condition.ifExists || UNEQUAL.test(operator)) return "lets-in";
  return EQUAL.test(operator) ? strictest(values) : "unsure";
}

/** A denial keeps strangers out if it holds for all but those whom its one condition names. */
function denyEffect({ who, conditions }: Statement): Effect {
  const [only, second] = conditions;
  if (only === undefined) return "restricts";
  if (who !== "everyone") return "unsure";
  if (conditions.every(({ key }) => ANYBODY.test(key))) return "lets-in";
  if (second !== undefined || only.qualifier !== null) return "unsure";
  if (only.key === "aws:sourceip" && only.operator === "notipaddress") {
    return addressEffect(only.values) === "restricts" ? "restricts" : "unsure";
  }
  const named = WHO.has(only.key) && UNEQUAL.test(only.operator);
  return named && strictest(only.values) === "restricts" ? "restricts" : "unsure";
}

/** Alternatives are as wide as the widest of them. */
function strictest(values: readonly string[]): Effect {
  if (values.some((value) => /^[*?]*$/.test(value))) return "lets-in";
  return values.every(isFixed) ? "restricts" : "unsure";
}

/** No wildcard or policy variable, or an ARN that pins its account before the first of them. */
function isFixed(value: string): boolean {
  const open = value.search(/[*?]|\$\{/);
  return open < 0 || /^arn:[^*?$]*:\d{12}:/.test(value.slice(0, open));
}

/** Several conditions must all hold: one that restricts is enough, one that cannot be judged leaves it open. */
function strongest(effects: readonly Effect[]): Effect {
  if (effects.includes("restricts")) return "restricts";
  return effects.includes("unsure") ? "unsure" : "lets-in";
}

/**
 * Ranges that together are wider than a /8 (IPv6: a /32) twice over are the Internet, not somebody:
 * 0.0.0.0/1 with 128.0.0.0/1 is everyone. The private ranges together stay below.
 */
function addressEffect(ranges: readonly string[]): Effect {
  let four = 0;
  let six = 0;
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    const isSix = address.includes(":");
    const length = bits === undefined ? (isSix ? 128 : 32) : Number(bits);
    const shaped = isSix ? /^[\da-f:.]+$/i : /^\d{1,3}(?:\.\d{1,3}){3}$/;
    if (!shaped.test(address) || !Number.isInteger(length) || length < 0) return "unsure";
    if (isSix) six += 2 ** -length;
    else four += 2 ** -length;
  }
  return four >= 2 ** -7 || six >= 2 ** -31 ? "lets-in" : "restricts";
}
