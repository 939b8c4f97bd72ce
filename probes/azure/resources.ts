import { createHash } from "node:crypto";
import type { TargetOf } from "#model/estate.ts";
import type { Problem } from "#model/evidence.ts";
import { defineProbe, type Failure, type ProbeContext } from "#model/probe.ts";
import { targetSubject, type Subject } from "#model/subject.ts";
import { fields, resourceSubject, text } from "./arm.ts";
import { openSession } from "./client.ts";
import { classifyAzure } from "./errors.ts";
import { walkPages } from "./pages.ts";

const PERMISSION = "Microsoft.Resources/subscriptions/resources/read";

export default defineProbe({
  id: "azure-resources",
  title: "Azure resources of all kinds",
  provider: "azure",
  kinds: ["*"],
  provides: {
    inventory: { permissions: ["Microsoft.Resources/subscriptions/read", PERMISSION] },
  },
  classify: classifyAzure,
  gather: async function* (target, _wanted, context) {
    if (target.provider !== "azure") return;
    const listings = await Promise.all(
      target.subscriptions.map((subscription) => list(target, subscription, context)),
    );
    for (const { problems } of listings) yield* problems;

    const pages = listings.flatMap((listing) => listing.pages);
    // Nothing was read: the problems say all there is to say.
    if (pages.length === 0) return;
    yield context.observe(
      targetSubject(target),
      "inventory",
      {
        kinds: ["*"],
        complete: listings.every(({ problems }) => problems.length === 0),
        items: [...new Map(listings.flatMap(({ items }) => Array.from(items))).values()],
      },
      {
        operation: "GET /subscriptions/{subscriptionId}/resources",
        observedAt: pages.map(({ observedAt }) => observedAt).sort()[0] ?? "",
        sha256: hashOfPages(pages.map(({ sha256 }) => sha256)),
      },
    );
  },
});

interface Listing {
  /** By the id in lower case, for ARM ids are case-insensitive and a page may repeat what the one before had. */
  readonly items: ReadonlyMap<string, Subject>;
  readonly pages: readonly { readonly observedAt: string; readonly sha256: string }[];
  readonly problems: readonly Problem[];
}

async function list(
  target: TargetOf<"azure">,
  subscription: string,
  context: ProbeContext,
): Promise<Listing> {
  const items = new Map<string, Subject>();
  const pages: { observedAt: string; sha256: string }[] = [];
  const problems: Problem[] = [];
  const failed = (operation: string, permission: string, { reason, message }: Failure) => {
    problems.push(
      context.problem({
        operation,
        subject: targetSubject(target),
        facets: ["inventory"],
        reason,
        permission: reason === "denied" ? permission : null,
        message: `subscription ${subscription}: ${message}`,
      }),
    );
    return { items, pages, problems };
  };

  // ARM may answer for a subscription that the identity cannot see as if it were empty, so it is proved first.
  const read = "GET /subscriptions/{subscriptionId}";
  const proof = await context.ask({
    service: "arm",
    operation: read,
    call: async (signal) => (await openSession(target, context)).subscription(subscription, signal),
  });
  if (!proof.ok) return failed(read, "Microsoft.Resources/subscriptions/read", proof.failure);
  const answered = text(fields(proof.raw)["subscriptionId"]);
  if (answered?.toLowerCase() !== subscription.toLowerCase()) {
    const message = "the answer is not about this subscription";
    return failed(read, PERMISSION, { reason: "malformed", message, retryable: false });
  }

  const operation = `${read}/resources`;
  let nameless = 0;
  const failure = await walkPages(
    context,
    operation,
    async (link, signal) =>
      (await openSession(target, context)).resources(subscription, link, signal),
    (page) => {
      pages.push({ observedAt: page.observedAt, sha256: page.sha256 });
      for (const raw of page.items) {
        try {
          const subject = resourceSubject(raw, target.id);
          items.set(subject.id.toLowerCase(), subject);
        } catch {
          nameless += 1;
        }
      }
    },
  );
  if (nameless > 0) {
    const message = `${nameless} entries of the listing have no id, type or name`;
    failed(operation, PERMISSION, { reason: "malformed", message, retryable: false });
  }
  if (failure !== null) return failed(operation, PERMISSION, failure);
  return { items, pages, problems };
}

/** The page's own hash; of several pages the hash of their hashes in order. */
function hashOfPages(hashes: readonly string[]): string {
  const [first = "", ...rest] = hashes;
  return rest.length === 0 ? first : createHash("sha256").update(hashes.join("\n")).digest("hex");
}
