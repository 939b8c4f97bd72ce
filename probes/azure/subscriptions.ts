import type { TargetOf } from "#model/estate.ts";
import type { Failure } from "#model/probe.ts";
import { fields, text } from "#probes/common/json.ts";
import { askArm, listArm, type Asking } from "./asks.ts";
import type { Unread } from "./session.ts";

/** The subscriptions of a target, in the order in which it declares them. */
export interface Subscriptions {
  /** Ids of those that answered for themselves. */
  readonly readable: readonly string[];
  readonly unread: readonly Unread[];
}

const SUBSCRIPTION = /^\/subscriptions$/i;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The declared subscriptions and those of the declared management groups. Azure answers for a subscription that the
 * identity cannot see as if it were empty, so each is proved first.
 */
export async function askSubscriptions(
  target: TargetOf<"azure">,
  asking: Asking,
): Promise<Subscriptions> {
  const groups = await Promise.all(
    (target.managementGroups ?? []).map((id) => inGroup(id, asking)),
  );
  const declared = [...(target.subscriptions ?? []), ...groups.flatMap(({ ids }) => ids)];
  const ids = [...new Map(declared.map((id) => [id.toLowerCase(), id])).values()];
  const proofs = await Promise.all(ids.map((id) => prove(id, asking)));
  return {
    readable: proofs.flatMap(({ id, unread }) => (unread === null ? [id] : [])),
    unread: [...groups, ...proofs].flatMap(({ unread }) => (unread === null ? [] : [unread])),
  };
}

/** https://learn.microsoft.com/rest/api/managementgroups/management-groups/get-descendants */
async function inGroup(group: string, asking: Asking) {
  const listing = await listArm(asking, {
    under: null,
    path: `/providers/Microsoft.Management/managementGroups/${encodeURIComponent(group)}/descendants`,
    apiVersion: "2020-05-01",
  });
  const failed = (failure: Failure) => ({
    ids: [],
    unread: about(`management group ${group}`, { ...listing, failure }),
  });
  if (!listing.ok) return failed(listing.failure);
  const ids: string[] = [];
  for (const { type, name } of listing.value) {
    if (
      !SUBSCRIPTION.test(text(type)?.replace(/^Microsoft\.Management\/managementGroups/i, "") ?? "")
    ) {
      continue;
    }
    const id = text(name);
    if (id === null || !GUID.test(id)) {
      return failed(shapeless("a subscription of the group has no id"));
    }
    ids.push(id);
  }
  return { ids, unread: null };
}

async function prove(id: string, asking: Asking): Promise<{ id: string; unread: Unread | null }> {
  const path = `/subscriptions/${id}`;
  const proof = await askArm(asking, { under: id, path, apiVersion: "2022-12-01" });
  const named = { operation: "GET /subscriptions/{subscriptionId}", permission: PROOF };
  const failed = (failure: Failure) => about(`subscription ${id}`, { ...named, failure });
  if (!proof.ok) return { id, unread: failed(proof.failure) };
  const answered = text(fields(proof.value)["subscriptionId"]);
  return answered?.toLowerCase() === id.toLowerCase()
    ? { id, unread: null }
    : { id, unread: failed(shapeless("the answer is not about this subscription")) };
}

const PROOF = "Microsoft.Resources/subscriptions/read";

function about(what: string, { operation, permission, failure }: Unread): Unread {
  return { operation, permission, failure: { ...failure, message: `${what}: ${failure.message}` } };
}

function shapeless(message: string): Failure {
  return { reason: "malformed", message, retryable: false };
}
