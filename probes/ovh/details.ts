import type { Known } from "#probes/common/known.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { askOne, type RestAsk } from "#probes/rest/asks.ts";
import {
  listed,
  type Found,
  type Listed,
  type ListedSubject,
  type Part,
} from "#probes/rest/listing.ts";
import { asEntries, type OvhSession } from "./session.ts";

/** Something that was listed by its id alone, with the answer to the question of its own. */
export interface Detailed extends Found {
  readonly id: string;
  readonly detail: Known<Fields>;
}

export interface DetailedList extends Omit<Listed, "found"> {
  readonly found: readonly Detailed[];
}

/**
 * Lists by ids, then asks for each (10 at once, as OVHcloud's own command line does). Whatever the second answers, the
 * thing is there: without it its region and its tags are unknown.
 * @param one how to ask for one
 * @param subjectOf the subject of an id and of what it tells (empty where it was not answered)
 */
export async function listDetailed(
  session: OvhSession,
  kind: string,
  parts: readonly Part[],
  {
    one,
    subjectOf,
  }: {
    readonly one: (id: string, place: string) => RestAsk;
    readonly subjectOf: (id: string, told: Fields, place: string) => Omit<ListedSubject, "kind">;
  },
): Promise<DetailedList> {
  const entries = parts.map(({ place, known }) => ({ place, known: asEntries(known) }));
  const bare = listed(session.target, [kind], entries, (raw, place) => ({
    kind,
    ...subjectOf(idIn(raw), {}, place),
  }));
  const found = bare.found.map(async (entry): Promise<Detailed> => {
    const id = idIn(entry.raw);
    const detail = await askOne(session.asking, one(id, entry.place));
    const told = detail.ok ? detail.value : {};
    const own = subjectOf(id, told, entry.place);
    return { ...entry, id, detail, subject: { ...entry.subject, ...own } };
  });
  return { ...bare, found: await Promise.all(found) };
}

function idIn({ id }: Fields): string {
  return text(id) ?? "?";
}

/** The tags that OVHcloud's IAM keeps of a thing; null where it is not said, which is not "none". */
export function tagsOf({ iam }: Fields): Readonly<Record<string, string>> | null {
  if (typeof iam !== "object" || iam === null || !("tags" in iam)) return null;
  const { tags } = iam;
  if (tags === null) return {};
  if (typeof tags !== "object" || tags === undefined) return null;
  return Object.fromEntries(
    Object.entries(tags).flatMap(([key, value]) =>
      typeof value === "string" ? [[key, value] as const] : [],
    ),
  );
}

/** A region as OVHcloud's names are compared: lower case; null where it is not said. */
export function regionOf(value: unknown): string | null {
  return text(value)?.toLowerCase() ?? null;
}
