/** A company's estate on Azure: its subscriptions with all that is true of them. */
import type { AzureEstate, AzureSubscription } from "#fixtures/estate/azure/estate.ts";
import type { Truth } from "#fixtures/estate/aws-recorded/truth.ts";
import { LOCATIONS } from "#fixtures/estate/azure/kept/backup.ts";
import { instanceGroups } from "#fixtures/estate/azure/kept/databases.ts";
import { idOf } from "#fixtures/estate/azure/kept/ids.ts";
import type { Place } from "#fixtures/estate/azure/kept/place.ts";
import { account, logged } from "#fixtures/estate/azure/kept/stores.ts";
import { defenderPlan, subscriptionBelow } from "#fixtures/estate/azure/kept/subscription.ts";
import { backups } from "./backups.ts";
import { CHECKS } from "./checks.ts";
import { databases } from "./databases.ts";
import { edge } from "./edge.ts";
import { networks } from "./network.ts";
import { inside, many, passes, stored, type AzureSeed, type Expected } from "./seed.ts";
import { ACCOUNT, stores } from "./stores.ts";

export const NOW = new Date("2026-06-01T12:00:00Z");
export const PRODUCTION = "22222222-2222-4222-8222-222222222222";
export const SECOND = "33333333-3333-4333-8333-333333333333";
/** Its storage accounts may not be listed. */
export const RESTRICTED = "66666666-6666-4666-8666-666666666666";
/** The identity has no role in it. */
export const HIDDEN = "44444444-4444-4444-8444-444444444444";
export const GROUP = "all-of-production";
export const LEADS = "77777777-7777-4777-8777-777777777777";
const STRANGER = "88888888-8888-4888-8888-888888888888";

const WATCH = passes("audit-logging", "threat-detection", "vulnerability-scanning");

/** Of an account that may not be read nothing is known. */
const UNREAD = open(Object.keys(ACCOUNT));

/** That each of these promises is left open. */
function open(promises: readonly string[]): Expected {
  return Object.fromEntries(promises.map((id) => [id, "unknown" as const]));
}

function subscription(
  place: Place,
  name: string,
  seeds: readonly AzureSeed[],
  below: AzureSubscription["below"],
): AzureSubscription {
  return {
    id: place.subscription,
    name,
    accounts: seeds.flatMap(({ account: one }) => one ?? []),
    resources: seeds.flatMap(({ resource }) => resource ?? []),
    below: { ...LOCATIONS, ...below },
  };
}

/** Makes the estate, and what is true of each of its targets. */
export function seededEstate(): {
  readonly estate: Pick<AzureEstate, "subscriptions" | "managementGroups" | "pageSize">;
  readonly truth: Truth;
} {
  const at = (id: string): Place => ({ subscription: id, group: "production", now: NOW });
  const main = at(PRODUCTION);
  const production = [
    ...stores(main),
    ...databases(main),
    ...edge(main),
    ...networks(main),
    ...backups(main),
    inside(PRODUCTION, WATCH),
    ...[PRODUCTION, SECOND].map((id) =>
      inside(idOf(`roleAssignments ${id} ${LEADS}`), passes("privileged-access")),
    ),
    inside(STRANGER, { "privileged-access": "fail" }, { violates: "a stranger who is owner" }),
  ];
  const second: readonly AzureSeed[] = [
    ...many(
      3,
      (name) => stored(account(at(SECOND), name), passes("geo-replication", "https-only")),
      "stsecond",
    ),
    inside(
      SECOND,
      { "audit-logging": "fail", "threat-detection": "fail", "vulnerability-scanning": "fail" },
      {
        violates: "a subscription that nobody watches over",
        trap: "a plan that is switched on, and deprecated",
      },
    ),
  ];
  const restricted = [
    {
      ...inside("stsecret", UNREAD),
      account: account(at(RESTRICTED), "stsecret"),
    },
    // The target itself stands for what nobody can see.
    inside("corner", open(CHECKS.map(({ id }) => id)), {
      trap: "a subscription that is not there, as far as Azure says",
    }),
    inside(RESTRICTED, WATCH, { trap: "what may not be read is no violation" }),
  ];
  const leads = { principal: LEADS, role: "owner" } as const;
  return {
    estate: {
      pageSize: 20,
      managementGroups: { [GROUP]: [PRODUCTION, SECOND] },
      subscriptions: [
        subscription(main, "Production", production, {
          ...subscriptionBelow(main, {
            holders: [leads, { principal: STRANGER, role: "owner", eligible: true }],
          }),
          ...instanceGroups(main, ["instance"]),
        }),
        subscription(
          at(SECOND),
          "Second",
          second,
          subscriptionBelow(at(SECOND), {
            holders: [leads],
            pricings: [
              defenderPlan("VirtualMachines", "Free"),
              defenderPlan("CloudPosture", "Standard"),
              defenderPlan("Dns", "Standard", { deprecated: true }),
            ],
            settings: [logged(at(SECOND), [{ category: "Policy", enabled: true }])],
          }),
        ),
        subscription(
          at(RESTRICTED),
          "Restricted",
          restricted,
          subscriptionBelow(at(RESTRICTED), { holders: [leads] }),
        ),
        { id: HIDDEN, name: "Hidden", visible: false, accounts: [], resources: [] },
      ],
    },
    truth: new Map([
      ["production", [...production, ...second]],
      ["corner", restricted],
    ]),
  };
}
