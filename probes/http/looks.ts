import type { TargetOf } from "#model/estate.ts";
import type { Authentication, HttpLook, HttpVisit, Published } from "#model/http-facets.ts";
import type { Answer } from "#model/probe.ts";
import { plain } from "#model/text.ts";

/** Looks at an address; the same one is asked once, however many want to know of it. */
export type Look = (url: URL) => Promise<Answer<{ readonly visit: HttpVisit }>>;

type Seen = Awaited<ReturnType<Look>>;
/** The value of a facet, with the answer that it rests on where that is one alone; or why there is none. */
export type Found<Value> =
  | { readonly value: Value; readonly from: Extract<Seen, { ok: true }> | null }
  | { readonly failure: Extract<Seen, { ok: false }>["failure"] };

/** What each address gives that nobody shall get without credentials: the endpoint's own, or those that it declares. */
export async function lookProtected(
  target: TargetOf<"endpoint">,
  own: URL,
  look: Look,
): Promise<Found<Authentication>> {
  const urls = (target.protected ?? []).map((path) => new URL(path, own));
  const asked = urls.length === 0 ? [own] : urls;
  const seen = await Promise.all(asked.map(look));
  const signIn = target.signIn ?? [];
  return found(seen, { looks: asked.map((url, at) => lookOf(url, seen[at])), signIn });
}

/** The published pages: the endpoint's own address, or those that it declares. */
export async function lookPublished(
  target: TargetOf<"endpoint">,
  own: URL,
  look: Look,
  again: Look,
): Promise<Found<Published>> {
  const pages = (target.published ?? [{ path: null, sha256: undefined }]).map(
    ({ path, sha256 }) => ({
      url: path === null ? own : new URL(path, own),
      declared: sha256 ?? null,
    }),
  );
  const seen = await Promise.all(pages.map(({ url }) => look(url)));
  const steady = await Promise.all(
    pages.map(({ url, declared }, at) => steadiness(seen[at], declared, () => again(url))),
  );
  return found(seen, {
    pages: pages.map(({ url, declared }, at) => ({
      ...lookOf(url, seen[at]),
      declaredSha256: declared,
      steady: steady[at] ?? null,
    })),
  });
}

/** A page that differs from itself a moment later has not changed: only then is it worth a second request. */
async function steadiness(
  first: Seen | undefined,
  declared: string | null,
  again: () => Promise<Seen>,
): Promise<boolean | null> {
  const before = hashOf(first);
  if (before === null || declared === null || before === declared) return null;
  const after = hashOf(await again());
  return after === null ? null : after === before;
}

function hashOf(seen: Seen | undefined): string | null {
  return seen?.ok === true ? (seen.raw.visit.content?.sha256 ?? null) : null;
}

function lookOf(url: URL, seen: Seen | undefined): HttpLook {
  const address = plain(url.href, 2000);
  if (seen?.ok === true) return { url: address, visit: seen.raw.visit, why: null };
  return { url: address, visit: null, why: plain(seen?.failure.message ?? "not asked") };
}

/** Where nothing answered there is no facet; where some did, the others are told as they are. */
function found<Value>(seen: readonly Seen[], value: Value): Found<Value> {
  const [first] = seen;
  if (first?.ok === false && seen.every(({ ok }) => !ok)) return { failure: first.failure };
  return { value, from: seen.length === 1 && first?.ok === true ? first : null };
}
