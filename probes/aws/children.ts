import type { AwsService } from "#model/aws-services.ts";
import type { Failure } from "#model/probe.ts";
import { listed } from "#model/text.ts";
import { awsQuestion, type Send } from "./calls.ts";
import { failedAlike } from "./failed-alike.ts";
import type { Found, Listed, ListedSubject, Listing } from "./listing.ts";
import { listOf, malformed, pages } from "./pages.ts";
import { targetProblem, type AwsSession } from "./session.ts";
import { TAGS_PERMISSION, type TagsByArn } from "./tags.ts";

/** How resources are listed that lie inside others: the listeners of a balancer, the stages of an interface. */
export interface ChildListing<S extends AwsService, Page extends object, Parent, Item> extends Pick<
  Listing<S, Page, Item>,
  "kinds" | "service" | "operation" | "permission" | "next" | "facets"
> {
  readonly page: (parent: Found<Parent>, token: string | undefined) => Send<S, Page>;
  /** Undefined where the answer has no list, which is no empty one. */
  readonly items: (page: Page, parent: Found<Parent>) => readonly Item[] | undefined;
  /** Throws where the item has not the documented shape. */
  readonly subject: (item: Item, parent: Found<Parent>) => ListedSubject;
}

/** Declares a listing of what lies inside; the identity, for the types. */
export function defineChildListing<S extends AwsService, Page extends object, Parent, Item>(
  listing: ChildListing<S, Page, Parent, Item>,
): ChildListing<S, Page, Parent, Item> {
  return listing;
}

interface Part<Item> {
  readonly name: string;
  readonly items: readonly (Omit<Found<Item>, "subject"> & { readonly listed: ListedSubject })[];
  readonly failure: Failure | null;
}

/** Lists what lies inside each of the parents; complete only where the parents are and each of them answered. */
export async function listChildren<S extends AwsService, Page extends object, Parent, Item>(
  listing: ChildListing<S, Page, Parent, Item>,
  { found: parents, complete, failures, problems: unlisted }: Listed<Parent>,
  session: AwsSession,
): Promise<Listed<Item>> {
  const { kinds, service, operation, permission } = listing;
  const parts = await Promise.all(parents.map((parent) => listInside(listing, parent, session)));
  const failed = parts.flatMap(({ name, failure }) =>
    failure === null ? [] : [{ name, failure }],
  );
  const items = parts.flatMap((part) => part.items);
  const tags = await tagsOf(items, session);
  const unread = failedAlike(failed).map(({ same, failure }) => {
    const of = listed(same.map(({ name }) => name));
    const said = { ...failure, message: `of ${of}: ${failure.message}` };
    return targetProblem(session, `${service}:${operation}`, permission, said, {
      kinds,
      facets: items.length === 0 ? [] : ["inventory"],
    });
  });
  // What hides a parent hides what lies inside it; the parents' tags do not.
  const hidden = unlisted
    .filter(({ operation: asked }) => asked !== "tagging:GetResources")
    .map((problem) => ({ ...problem, kinds }));
  const problems = [...hidden, ...unread];
  for (const [region, read] of tags) {
    if (!("reason" in read)) continue;
    const said = { ...read, message: `the tags in ${region} were not read: ${read.message}` };
    problems.push(
      targetProblem(session, "tagging:GetResources", TAGS_PERMISSION, said, {
        kinds,
        facets: ["inventory"],
      }),
    );
  }
  return {
    complete: complete && failed.length === 0,
    failures,
    problems,
    found: items.map(({ listed: one, ...rest }) => {
      const read = tags.get(rest.place.region);
      const elsewhere = read === undefined || "reason" in read ? null : (read.get(one.id) ?? {});
      return {
        ...rest,
        subject: {
          target: session.target.id,
          provider: "aws",
          kind: one.kind ?? kinds[0],
          id: one.id,
          name: one.name,
          region: one.region === undefined ? rest.place.region : one.region,
          tags: one.tags === "elsewhere" ? elsewhere : one.tags,
        },
      };
    }),
  };
}

async function listInside<S extends AwsService, Page extends object, Parent, Item>(
  listing: ChildListing<S, Page, Parent, Item>,
  parent: Found<Parent>,
  { context, clients }: AwsSession,
): Promise<Part<Item>> {
  const { service, operation } = listing;
  const { place, subject } = parent;
  const items: Part<Item>["items"][number][] = [];
  const all = pages(
    context,
    (token) => awsQuestion(clients, service, place.region, operation, listing.page(parent, token)),
    listing.next,
  );
  for await (const page of all) {
    if (!page.ok) return { name: subject.name, items, failure: page.failure };
    try {
      const { observedAt, sha256 } = page;
      const source = { operation: `${service}:${operation}`, observedAt, sha256 };
      for (const item of listOf(listing.items(page.raw, parent))) {
        items.push({ item, place, source, listed: listing.subject(item, parent) });
      }
    } catch (error) {
      return { name: subject.name, items, failure: malformed(error) };
    }
  }
  return { name: subject.name, items, failure: null };
}

/** The tags of the regions in which some item's are told by no listing. */
async function tagsOf(
  items: readonly { readonly listed: ListedSubject; readonly place: { readonly region: string } }[],
  session: AwsSession,
): Promise<ReadonlyMap<string, TagsByArn | Failure>> {
  const regions = new Set(
    items.flatMap(({ listed: { tags }, place }) => (tags === "elsewhere" ? [place.region] : [])),
  );
  return new Map(
    await Promise.all(
      [...regions].map(async (region) => [region, await session.tags(region)] as const),
    ),
  );
}
