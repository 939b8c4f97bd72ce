import type { ListResourcesOutput, ResourceDescription } from "@aws-sdk/client-cloudcontrol";
import type { Problem } from "#model/evidence.ts";
import { deniedAction, listResources, propertiesOf } from "./cloud-control.ts";
import { arnIn, LISTED_KINDS, type ListedKind } from "./inventory-kinds.ts";
import { defineListing, listAll, type Listed, type ListedSubject, type Place } from "./listing.ts";
import type { AwsSession } from "./session.ts";

/** The listings of one target: they are asked once, whichever probes need them. */
const asked = new WeakMap<AbortSignal, Map<string, Promise<Listed<ResourceDescription>>>>();

/** Everything of a kind that Cloud Control lists, in the regions where it matters. */
export function listKind(
  kind: ListedKind,
  session: AwsSession,
): Promise<Listed<ResourceDescription>> {
  const { signal } = session.context;
  const listings = asked.get(signal) ?? new Map<string, Promise<Listed<ResourceDescription>>>();
  asked.set(signal, listings);
  const listing = listings.get(kind.kind) ?? listAll(listingOf(kind), session);
  listings.set(kind.kind, listing);
  return listing;
}

/** How a kind is listed. Calls: one for each region and page; Cloud Control gives some 20 to 100 resources a page. */
export function listingOf(kind: ListedKind) {
  const [permission] = kind.permissions;
  return defineListing({
    kinds: [kind.kind],
    service: "cloudcontrol",
    operation: "ListResources",
    permission,
    reach: kind.reach ?? "everywhere",
    page: (token, region) => listResources(kind.kind, region, token),
    next: (page: ListResourcesOutput) => page.NextToken,
    items: (page) => page.ResourceDescriptions,
    subject: (item: ResourceDescription, place) => toSubject(kind, item, place),
  });
}

/** @throws TypeError where the listing names no identifier */
export function toSubject(
  kind: ListedKind,
  { Identifier: identifier, Properties }: ResourceDescription,
  place: Place,
): ListedSubject {
  if (identifier === undefined || identifier === "") {
    throw new TypeError(`a resource of ${kind.kind} without identifier`);
  }
  const properties = Properties === undefined ? {} : propertiesOf(Properties);
  const arn = arnIn(kind, identifier, properties, place);
  return {
    // Without an ARN the identifier counts, which is unique in its region only.
    id: arn ?? `${place.region}:${identifier}`,
    name: identifier.split(/[/|]/).at(-1) || identifier,
    tags: arn === null || kind.tagged === false ? null : "elsewhere",
  };
}

/** Problems that differ by nothing but the kind are one; the permission is the one that AWS names. */
export function mergedProblems(problems: readonly Problem[]): readonly Problem[] {
  const named = problems.map((problem) =>
    problem.reason === "denied"
      ? { ...problem, permission: deniedAction(problem.message) ?? problem.permission }
      : problem,
  );
  const alike = Map.groupBy(named, ({ reason, permission, operation, facets, message }) =>
    JSON.stringify([reason, permission, operation, facets, message]),
  );
  return [...alike.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    return [{ ...first, kinds: [...new Set(same.flatMap(({ kinds }) => kinds))] }];
  });
}

/** All kinds with their listings, beside each other. */
export function listKinds(
  session: AwsSession,
): Promise<readonly { readonly kind: ListedKind; readonly listed: Listed<ResourceDescription> }[]> {
  return Promise.all(
    LISTED_KINDS.map(async (kind) => ({ kind, listed: await listKind(kind, session) })),
  );
}
