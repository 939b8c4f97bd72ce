import type { TargetOf } from "#model/estate.ts";
import type { Failure } from "#model/probe.ts";
import type { Subject } from "#model/subject.ts";
import { type From, together } from "#probes/common/known.ts";
import { resourceSubject } from "./arm.ts";
import { paced } from "./allowances.ts";
import type { Asking } from "./asks.ts";
import { walkPages } from "./pages.ts";
import type { Unread } from "./session.ts";
import { isMaster } from "./sql-database-facets.ts";

/** What Azure Resource Manager itself lists of a subscription; it shows what a role's actions would hide elsewhere. */
export interface Resources {
  /** By the id in lower case, for ARM ids are case-insensitive and a page may repeat what the one before had. */
  readonly items: ReadonlyMap<string, Subject>;
  /** Where they come from; null when nothing was answered. */
  readonly source: From | null;
  readonly unread: readonly Unread[];
}

const OPERATION = "GET /subscriptions/{subscriptionId}/resources";
const PERMISSION = "Microsoft.Resources/subscriptions/resources/read";

/** Lists all resources of a subscription, whatever their kind; without the database that each SQL server has of its own. */
export async function askResources(
  subscription: string,
  target: TargetOf<"azure">,
  { context, client }: Asking,
): Promise<Resources> {
  const items = new Map<string, Subject>();
  const pages: From[] = [];
  let nameless = 0;
  const failure = await walkPages(
    context,
    OPERATION,
    async (link, signal) => (await client()).resources(subscription, link, signal),
    ({ items: page, observedAt, sha256 }) => {
      pages.push({ operation: OPERATION, observedAt, sha256 });
      for (const raw of page) {
        try {
          const subject = resourceSubject(raw, target.id);
          if (isMaster(subject.id)) continue;
          items.set(subject.id.toLowerCase(), subject);
        } catch {
          nameless += 1;
        }
      }
    },
    paced(context, { under: subscription, path: "/resources" }),
  );
  const unread = (one: Failure): Unread => ({
    operation: OPERATION,
    permission: PERMISSION,
    failure: { ...one, message: `subscription ${subscription}: ${one.message}` },
  });
  const message = `${nameless} entries of the listing have no id, type or name`;
  return {
    items,
    source: together(pages),
    unread: [
      ...(nameless > 0 ? [unread({ reason: "malformed", message, retryable: false })] : []),
      ...(failure === null ? [] : [unread(failure)]),
    ],
  };
}
