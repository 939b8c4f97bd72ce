import type { AwsService } from "#model/aws-services.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import { defineRead, type Failure } from "#model/probe.ts";
import { targetSubject, type Subject } from "#model/subject.ts";
import { MOST_SUBJECTS } from "#probes/common/chunks.ts";
import { homeRegion, type Account } from "./account.ts";
import { awsQuestion, type Send } from "./calls.ts";
import { failedAlike } from "./failed-alike.ts";
import { tell } from "#probes/common/known.ts";
import { listOf, malformed, pages } from "./pages.ts";
import { targetProblem, type AwsSession } from "./session.ts";
import { TAGS_PERMISSION } from "./tags.ts";

/** Where a resource was listed. */
export interface Place {
  readonly account: Account;
  /** The region that was asked; for what belongs to the whole account, the home region. */
  readonly region: string;
}

/** What a listing says of one resource. */
export interface ListedSubject {
  /** ARN. */
  readonly id: string;
  readonly name: string;
  /** `elsewhere`: the listing tells none, they are looked up by ARN; null: there is no way to read them. */
  readonly tags: Readonly<Record<string, string>> | "elsewhere" | null;
  /** The kind, where one listing gives several; that of the listing when left out. */
  readonly kind?: string;
  /** The region, where it is not the one that was asked; null for what has none. */
  readonly region?: string | null;
}

/** How resources are listed, and what the listing itself tells of them. */
export interface Listing<S extends AwsService, Page extends object, Item> {
  readonly kinds: readonly [string, ...string[]];
  readonly service: S;
  /** Name of the API operation, such as `DescribeVolumes`. */
  readonly operation: string;
  readonly permission: string;
  /**
   * Where it is asked: in every region that the account has enabled, so that nothing undeclared is missed; in the
   * declared ones, for what only matters beside declared things; once, for what belongs to the account.
   */
  readonly reach: "everywhere" | "declared" | "account";
  /** The region that answers for the account, where it is not the home region. */
  readonly accountRegion?: string;
  readonly page: (token: string | undefined, region: string) => Send<S, Page>;
  readonly next: (page: Page) => string | undefined;
  /** Undefined where the answer has no list, which is no empty one. */
  readonly items: (page: Page) => readonly Item[] | undefined;
  /** The resource; null for what is not of these kinds. Throws where the item has not the documented shape. */
  readonly subject: (item: Item, place: Place) => ListedSubject | null;
  /** Facets that the listing tells. Each throws where the item has not the documented shape. */
  readonly facets?: { readonly [F in FacetName]?: (item: Item, place: Place) => Facets[F] };
}

/** One resource that was listed. */
export interface Found<Item> {
  readonly subject: Subject;
  readonly item: Item;
  readonly place: Place;
  readonly source: Source;
}
interface Source {
  readonly operation: string;
  readonly observedAt: string;
  readonly sha256: string;
}

/** All that a listing gave. */
export interface Listed<Item> {
  readonly found: readonly Found<Item>[];
  readonly complete: boolean;
  readonly problems: readonly Problem[];
  /** The regions of which not all was listed, and why. */
  readonly failures: ReadonlyMap<string, Failure>;
}

/** Declares a listing; the identity, for the types. */
export function defineListing<S extends AwsService, Page extends object, Item>(
  listing: Listing<S, Page, Item>,
): Listing<S, Page, Item> {
  return listing;
}

/** Lists the resources in every region that the listing reaches, all regions beside each other. */
export async function listAll<S extends AwsService, Page extends object, Item>(
  listing: Listing<S, Page, Item>,
  session: AwsSession,
): Promise<Listed<Item>> {
  const { kinds, reach, operation, service, permission } = listing;
  const regions = reach === "account" ? null : await session.regions();
  const asked =
    regions === null
      ? [listing.accountRegion ?? homeRegion(session.target)]
      : reach === "everywhere"
        ? regions.all
        : regions.declared;
  const parts = await Promise.all(asked.map((region) => listRegion(listing, region, session)));
  const found = parts.flatMap((part) => part.found);
  const failed = parts.flatMap(({ region, failure }) =>
    failure === null ? [] : [{ region, failure }],
  );
  const facets: readonly FacetName[] = found.length === 0 ? [] : ["inventory"];
  const problems = failedAlike(failed).map(({ same, failure }) => {
    const where = reach === "account" ? "" : `${same.map(({ region }) => region).join(", ")}: `;
    const said = { ...failure, message: `${where}${failure.message}` };
    return targetProblem(session, `${service}:${operation}`, permission, said, { kinds, facets });
  });
  if (reach === "everywhere" && regions !== null && regions.failure !== null) {
    const message = `only the declared regions were looked at, the others are not known: ${regions.failure.message}`;
    const said = { ...regions.failure, message };
    problems.push(
      targetProblem(session, "ec2:DescribeRegions", "ec2:DescribeRegions", said, {
        kinds,
        facets: ["inventory"],
      }),
    );
  }
  problems.push(...parts.flatMap((part) => part.tagProblems));
  return {
    found,
    complete: failed.length === 0 && (reach !== "everywhere" || regions?.failure === null),
    problems,
    failures: new Map(failed.map(({ region, failure }) => [region, failure])),
  };
}

/** Lists the resources of one region: to list what belongs to something else, such as the contents of a vault. */
export async function listRegion<S extends AwsService, Page extends object, Item>(
  listing: Listing<S, Page, Item>,
  region: string,
  session: AwsSession,
): Promise<{
  readonly region: string;
  readonly found: readonly Found<Item>[];
  readonly failure: Failure | null;
  readonly tagProblems: readonly Problem[];
}> {
  const { context, clients, account, target } = session;
  const { service, operation } = listing;
  const place: Place = { account, region };
  const found: (Omit<Found<Item>, "subject"> & { readonly listed: ListedSubject })[] = [];
  let failure: Failure | null = null;
  const all = pages(
    context,
    (token) => awsQuestion(clients, service, region, operation, listing.page(token, region)),
    listing.next,
  );
  for await (const page of all) {
    failure = page.ok ? null : page.failure;
    if (!page.ok) break;
    try {
      const { observedAt, sha256 } = page;
      const source = { operation: `${service}:${operation}`, observedAt, sha256 };
      for (const item of listOf(listing.items(page.raw))) {
        const listed = listing.subject(item, place);
        if (listed !== null) found.push({ item, place, source, listed });
      }
    } catch (error) {
      failure = malformed(error);
      break;
    }
    if (found.length > MOST_SUBJECTS) {
      const message = `more than ${MOST_SUBJECTS} are listed`;
      failure = { reason: "too-large", message, retryable: false };
      break;
    }
  }
  const elsewhere = found.some(({ listed }) => listed.tags === "elsewhere");
  const tags = elsewhere ? await session.tags(region) : null;
  const unread = tags !== null && "reason" in tags ? tags : null;
  return {
    region,
    failure,
    tagProblems:
      unread === null
        ? []
        : [
            targetProblem(
              session,
              "tagging:GetResources",
              TAGS_PERMISSION,
              { ...unread, message: `the tags in ${region} were not read: ${unread.message}` },
              { kinds: listing.kinds, facets: ["inventory"] },
            ),
          ],
    found: found.map(({ listed, ...rest }) => ({
      ...rest,
      subject: {
        target: target.id,
        provider: "aws",
        kind: listed.kind ?? listing.kinds[0],
        id: listed.id,
        name: listed.name,
        region: listed.region === undefined ? region : listed.region,
        tags:
          listed.tags !== "elsewhere"
            ? listed.tags
            : tags === null || "reason" in tags
              ? null
              : (tags.get(listed.id) ?? {}),
      },
    })),
  };
}

/** What of a listing tells where its items come from and what they show. */
export type ListedAs<Item> = Pick<
  Listing<AwsService, object, Item>,
  "kinds" | "service" | "operation" | "permission" | "facets"
>;

/** The inventory of what was listed, and each wanted facet that the listing told. */
export async function* observeListed<Item>(
  listing: ListedAs<Item>,
  { found, complete, problems }: Listed<Item>,
  wanted: ReadonlySet<FacetName>,
  { target, context }: AwsSession,
): AsyncGenerator<Observation | Problem> {
  yield* problems;
  const items = found.map(({ subject }) => subject);
  const operation = `${listing.service}:${listing.operation}`;
  if (complete || found.length > 0) {
    const hashes = [...new Set(found.map(({ source }) => source.sha256))];
    yield context.read(
      defineRead({
        service: listing.service,
        operation,
        call: () => Promise.resolve({ pages: hashes, items }),
        subject: targetSubject(target),
        facet: "inventory",
        permission: listing.permission,
        map: () => ({ kinds: listing.kinds, complete, items }),
      }),
    );
  }
  for (const [name, map] of Object.entries(listing.facets ?? {})) {
    // The keys are facet names by the type of `facets`; Object.entries forgets it.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const facet = name as FacetName;
    if (!wanted.has(facet)) continue;
    for (const { subject, item, place, source } of found) {
      yield tell<FacetName>(context, subject, facet, source, () => map(item, place));
    }
  }
}
