import { together } from "#probes/common/known.ts";
import { defineProbe } from "#model/probe.ts";
import { targetSubject } from "#model/subject.ts";
import { classifyAzure } from "./errors.ts";
import { inSubscriptions } from "./session.ts";

/** Everything that Azure Resource Manager tracks, and what of the target could not be looked at. */
export default defineProbe({
  id: "azure-resources",
  title: "Azure resources of all kinds",
  provider: "azure",
  kinds: ["*"],
  provides: {
    inventory: {
      permissions: [
        "Microsoft.Management/managementGroups/descendants/read",
        // Not one facet rests on it: without it each resource is asked for by itself.
        "Microsoft.ResourceGraph/resources/read",
        "Microsoft.Resources/subscriptions/read",
        "Microsoft.Resources/subscriptions/resources/read",
      ],
    },
  },
  classify: classifyAzure,
  gather: async function* gather(target, _wanted, context) {
    if (target.provider !== "azure") return;
    yield* inSubscriptions(target, context, async function* act({ subscriptions, resources }) {
      const listings = await Promise.all(subscriptions.readable.map(resources));
      const unread = [...subscriptions.unread, ...listings.flatMap((listing) => listing.unread)];
      for (const { operation, permission, failure } of unread) {
        const { reason, message } = failure;
        yield context.problem({
          operation,
          subject: targetSubject(target),
          facets: ["inventory"],
          reason,
          permission: reason === "denied" ? permission : null,
          message,
        });
      }
      const source = together(listings.flatMap((listing) => listing.source ?? []));
      // Nothing was read: the problems say all there is to say.
      if (source === null) return;
      const items = new Map(listings.flatMap((listing) => Array.from(listing.items)));
      const complete = unread.length === 0;
      const inventory = { kinds: ["*"], complete, items: [...items.values()] };
      yield context.observe(targetSubject(target), "inventory", inventory, source);
    });
  },
});
