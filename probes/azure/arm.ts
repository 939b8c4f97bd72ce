/** Reading Azure Resource Manager's JSON, which may be anything; pure. */
import type { Subject } from "#model/subject.ts";
import { fields, text } from "#probes/common/json.ts";

/** A location in the spelling of ids: "West US" is westus; null where there is none. */
export function region(location: unknown): string | null {
  return text(location)?.toLowerCase().replaceAll(/\s+/g, "").slice(0, 100) || null;
}

/** `Microsoft.Storage/storageAccounts`: a namespace and a type, with the types of its parents between. */
const TYPE = /^[\w.-]{1,128}(?:\/[\w.-]{1,128}){1,8}$/;
/** Names may hold spaces (`Failure Anomalies - shop`), never control characters. */
const ID = /^\/subscriptions\/\P{Cc}{1,2000}$/iu;

/**
 * A resource as subject: its type in the casing of the answer, its ARM id, its location. ARM leaves `tags` out of
 * a resource that has none.
 * @throws Error when id, type or name is not what ARM documents.
 */
export function resourceSubject(raw: unknown, target: string): Subject {
  const { id, type, name, location, tags } = fields(raw);
  const kind = text(type);
  const armId = text(id);
  const shortName = text(name);
  if (armId === null || !ID.test(armId)) throw new Error("a resource has no ARM id");
  if (kind === null || !TYPE.test(kind)) throw new Error(`${armId.slice(0, 300)} has no type`);
  if (shortName === null) throw new Error(`${armId.slice(0, 300)} has no name`);
  return {
    target,
    provider: "azure",
    kind,
    id: armId,
    name: shortName.slice(0, 300),
    region: region(location),
    tags: tags === undefined || tags === null ? {} : tagsOf(tags),
  };
}

/** null when the tags are of another shape, so that nothing is decided by them. */
function tagsOf(tags: unknown): Subject["tags"] {
  if (typeof tags !== "object" || Array.isArray(tags)) return null;
  const entries: [string, string][] = [];
  for (const [key, value] of Object.entries(fields(tags))) {
    if (typeof value !== "string") return null;
    entries.push([key, value]);
  }
  return Object.fromEntries(entries);
}
