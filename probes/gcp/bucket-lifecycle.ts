/** What lifecycle rules of Cloud Storage delete, and when; pure. */
import type { Retention } from "#model/security-facets.ts";
import { count, fields, flag, list, text, type Fields } from "#probes/common/json.ts";
import { toVersioning } from "./bucket-facets.ts";

/** Conditions of a lifecycle rule under which it still deletes every object in time. */
const WHOLE = new Set(["age", "isLive"]);

/** How long lifecycle rules let objects live; what is deleted may come back while the soft-delete policy keeps it. */
export function toRetention(raw: Fields): Retention {
  const rules = lifecycleRules(raw);
  const strange = rules.find(({ effect }) => effect === "unknown");
  if (strange !== undefined) {
    return {
      after: null,
      whole: null,
      detail: `a lifecycle rule has ${strange.action}, which may delete`,
    };
  }
  const deletions = rules.filter(({ effect }) => effect === "deletes");
  const own = deletions.flatMap(({ age, whole }) => (whole && age !== null ? [age] : []));
  const versioned = toVersioning(raw).enabled;
  if (deletions.length === 0) {
    return { after: null, whole: true, detail: "no lifecycle rule deletes anything" };
  }
  if (own.length === 0) {
    return {
      after: null,
      whole: null,
      detail: "lifecycle rules delete some objects, by other conditions than their age",
    };
  }
  const shortest = Math.min(...own);
  const earlier = deletions.some(({ age, whole }) => !whole && (age === null || age < shortest));
  const more = [
    ...(versioned === false ? [] : ["of which versions may be kept"]),
    ...(earlier ? ["another deletes some before"] : []),
  ];
  // With versioning an object that is deleted lives on as a noncurrent version, until a rule for those takes it.
  return {
    after: `P${shortest}D`,
    whole: more.length === 0 ? true : null,
    detail: [`a lifecycle rule deletes objects ${shortest} days old`, ...more].join(", "),
  };
}

/**
 * The shortest age at which lifecycle rules delete all objects under a prefix, as ISO 8601; null: no rule covers them.
 * @throws TypeError where a rule cannot be understood
 */
export function prefixRetention(raw: Fields, prefix: string): string | null {
  const ages = lifecycleRules(raw).flatMap(({ effect, action, age, narrowed, prefixes }) => {
    if (effect === "unknown") throw new TypeError(`a lifecycle rule has ${action}`);
    const covered = prefixes.length === 0 || prefixes.some((one) => prefix.startsWith(one));
    return effect === "deletes" && age !== null && !narrowed && covered ? [age] : [];
  });
  return ages.length === 0 ? null : `P${Math.min(...ages)}D`;
}

/** What actions do to objects: https://cloud.google.com/storage/docs/lifecycle#actions */
const EFFECTS: ReadonlyMap<string, "deletes" | "keeps"> = new Map([
  ["delete", "deletes"],
  ["setstorageclass", "keeps"],
  // It is about uploads that never became objects.
  ["abortincompletemultipartupload", "keeps"],
]);

/** @throws TypeError where a rule has not the documented shape: it may delete more, or earlier, than it seems to */
function lifecycleRules({ lifecycle }: Fields) {
  return list(optional(lifecycle)["rule"]).map(({ action, condition }) => {
    const type = text(fields(action)["type"]);
    const conditions = optional(condition);
    const { age, isLive, matchesPrefix = [] } = conditions;
    if (age !== undefined && count(age) === null) throw new TypeError("an age that is no number");
    if (isLive !== undefined && flag(isLive) === null) throw new TypeError("isLive is no boolean");
    if (!Array.isArray(matchesPrefix)) throw new TypeError("matchesPrefix is no list");
    const prefixes = matchesPrefix.map((one: unknown) => {
      if (typeof one !== "string") throw new TypeError("a prefix that is no text");
      return one;
    });
    const others = Object.keys(conditions).filter((name) => !WHOLE.has(name));
    const narrowed = others.some((name) => name !== "matchesPrefix") || isLive === false;
    return {
      effect: EFFECTS.get(type?.toLowerCase() ?? "") ?? ("unknown" as const),
      action: type === null ? "no action" : `an action that is not known: ${type.slice(0, 40)}`,
      age: count(age),
      narrowed,
      prefixes,
      whole: !narrowed && prefixes.length === 0,
    };
  });
}

/** An object that may be absent. @throws TypeError where there is something else */
function optional(value: unknown): Fields {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("an object was expected");
  }
  return fields(value);
}
