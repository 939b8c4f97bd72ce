import type { TargetOf } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { defineProbe, type AnyRead, type ProbeContext } from "#model/probe.ts";
import { chunks, cutOff, interleaved, READ_AT_ONCE } from "#probes/common/chunks.ts";
import { paced } from "./allowances.ts";
import { resourceSubject } from "./arm.ts";
import { openClient } from "./client.ts";
import { classifyAzure, plain } from "./errors.ts";
import { walkPages } from "./pages.ts";
import { inSubscriptions } from "./session.ts";
import { ACCOUNTS_READ, BLOB_SERVICES_READ, listedFacets, ownReads } from "./storage-account.ts";

const fromAccount = { permissions: [ACCOUNTS_READ] };

export default defineProbe({
  id: "azure-storage",
  title: "Azure storage accounts",
  provider: "azure",
  kinds: ["Microsoft.Storage/storageAccounts"],
  provides: {
    location: fromAccount,
    encryption: fromAccount,
    transport: fromAccount,
    exposure: fromAccount,
    ingress: fromAccount,
    redundancy: fromAccount,
    replication: fromAccount,
    versioning: { permissions: [ACCOUNTS_READ, BLOB_SERVICES_READ] },
  },
  classify: classifyAzure,
  gather: async function* (target, wanted, context) {
    if (target.provider !== "azure" || wanted.size === 0) return;
    yield* inSubscriptions(target, context, async function* act({ subscriptions }) {
      const listings = await Promise.all(
        subscriptions.readable.map((id) => list(target, id, wanted, context)),
      );
      for (const { items } of listings) {
        for await (const some of chunks(items, context.signal, READ_AT_ONCE)) yield* some;
      }
      const reads = interleaved(listings.map((listing) => listing.reads));
      for await (const some of chunks(reads, context.signal)) yield* context.readAll(some);
      if (context.signal.aborted) {
        yield cutOff(context, "GET Microsoft.Storage/storageAccounts", wanted);
      }
    });
  },
});

interface Listing {
  readonly items: (Observation | Problem)[];
  /** What takes a question of its own for each account. */
  readonly reads: AnyRead[];
}

/** The accounts of one subscription: what the listing says of each, and what is left to ask. */
async function list(
  target: TargetOf<"azure">,
  subscription: string,
  wanted: ReadonlySet<FacetName>,
  context: ProbeContext,
): Promise<Listing> {
  const listing: Listing = { items: [], reads: [] };
  const operation = "GET Microsoft.Storage/storageAccounts";
  const failed = (reason: Problem["reason"], message: string) =>
    listing.items.push(
      context.problem({
        operation,
        subject: null,
        facets: [...wanted],
        reason,
        permission: reason === "denied" ? ACCOUNTS_READ : null,
        message: `subscription ${subscription}: ${message}`,
      }),
    );
  const seen = new Set<string>();
  const unread: string[] = [];
  const take = (raw: unknown, from: Parameters<typeof listedFacets>[3]) => {
    let subject;
    try {
      subject = resourceSubject(raw, target.id);
    } catch (error) {
      unread.push(plain(String(error)));
      return;
    }
    // A page may repeat what the one before had.
    if (seen.has(subject.id.toLowerCase())) return;
    seen.add(subject.id.toLowerCase());
    const account = { raw, subject, subscription };
    listing.items.push(...listedFacets(account, wanted, context, from));
    listing.reads.push(...ownReads(account, wanted, context, () => openClient(target, context)));
  };

  const failure = await walkPages(
    context,
    operation,
    async (link, signal) =>
      (await openClient(target, context)).accounts(subscription, link, signal),
    ({ items, observedAt, sha256 }) => {
      for (const raw of items) take(raw, { operation, observedAt, sha256 });
    },
    paced(context, {
      under: subscription,
      path: `/subscriptions/${subscription}/providers/Microsoft.Storage/storageAccounts`,
    }),
  );
  if (unread.length > 0) {
    failed("malformed", `${unread.length} entries of the listing cannot be read (${unread[0]})`);
  }
  if (failure !== null) failed(failure.reason, failure.message);
  return listing;
}
