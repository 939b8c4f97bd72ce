import { defineProbe } from "#model/probe.ts";
import type { DdosProtection } from "#model/security-facets.ts";
import type { Known } from "#probes/common/known.ts";
import { flag, text, fields, type Fields } from "#probes/common/json.ts";
import { classifyAzure } from "./errors.ts";
import { listResources } from "./listing.ts";
import { inSubscriptions, type AzureSession } from "./session.ts";
import { observeSubscriptions, SUBSCRIPTION_KIND } from "./subscription-subject.ts";

const NETWORKS = "Microsoft.Network/virtualNetworks";
const ADDRESSES = "Microsoft.Network/publicIPAddresses";

/** What every public address has without being asked for. */
const PLATFORM = {
  name: "Azure DDoS infrastructure protection",
  reference: "https://learn.microsoft.com/azure/ddos-protection/ddos-protection-overview",
};

/** What protects a subscription from denial of service. */
export default defineProbe({
  id: "azure-ddos",
  title: "Azure DDoS Protection",
  provider: "azure",
  kinds: [SUBSCRIPTION_KIND],
  provides: {
    inventory: { permissions: ["Microsoft.Resources/subscriptions/read"] },
    ddosProtection: {
      permissions: [
        "Microsoft.Resources/subscriptions/resources/read",
        ...[NETWORKS, ADDRESSES].map((kind) => `${kind}/read`),
      ],
    },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure") return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const read: ReadonlyMap<string, Protectable> = wanted.has("ddosProtection")
        ? await readProtected(session)
        : new Map();
      yield* observeSubscriptions(session, wanted, (id) => ({
        ddosProtection: () => {
          const { networks = [], addresses = [], unread = [] } = read.get(id) ?? {};
          const map = () => toProtection(networks, addresses, unread.length === 0);
          return Promise.resolve({ from: null, map, parts: unread });
        },
      }));
    });
  },
});

interface Protectable {
  readonly networks: readonly Fields[];
  readonly addresses: readonly Fields[];
  /** Why not all of them are known, each cause once. */
  readonly unread: readonly Known<unknown>[];
}

/** What of each subscription can be protected by a plan. */
async function readProtected(session: AzureSession): Promise<ReadonlyMap<string, Protectable>> {
  const versions = { [NETWORKS]: "2024-03-01", [ADDRESSES]: "2024-03-01" };
  const listed = await listResources(versions, session);
  const found = new Map<string, Protectable>();
  for (const subscription of session.subscriptions.readable) {
    const { unread } = await session.resources(subscription);
    const start = `/subscriptions/${subscription}/`.toLowerCase();
    const causes: readonly Known<unknown>[] = [
      ...unread.map((one) => ({ ...one, ok: false as const })),
      ...listed.unread
        .filter(({ subject }) => subject.id.toLowerCase().startsWith(start))
        .map(({ known }) => known),
    ];
    const rawOf = (kind: string) =>
      listed.found.flatMap(({ subject, subscription: own, raw }) =>
        own === subscription && subject.kind.toLowerCase() === kind.toLowerCase() ? [raw] : [],
      );
    const each = new Map(
      causes.map((one) => [`${one.permission} ${one.ok ? "" : one.failure.reason}`, one]),
    );
    found.set(subscription, {
      networks: rawOf(NETWORKS),
      addresses: rawOf(ADDRESSES),
      unread: [...each.values()],
    });
  }
  return found;
}

/**
 * The paid protection is a plan's, for all addresses of a network, or that of a single address.
 * https://learn.microsoft.com/azure/ddos-protection/ddos-protection-sku-comparison
 * @param complete whether these are all networks and addresses of the subscription
 */
export function toProtection(
  networks: readonly Fields[],
  addresses: readonly Fields[],
  complete: boolean,
): DdosProtection {
  const byPlan = networks.map(networkProtection);
  const own = addresses.map(addressProtection);
  const count = (states: readonly (boolean | null)[]) =>
    states.filter((state) => state === true).length;
  const some = count(byPlan) + count(own) > 0;
  const unknown = !complete || [...byPlan, ...own].includes(null);
  return {
    platform: PLATFORM,
    advanced: some ? true : unknown ? null : false,
    detail: `DDoS Network Protection on ${count(byPlan)} of ${networks.length} virtual networks, DDoS IP Protection on ${count(own)} of ${addresses.length} public addresses${complete ? "" : "; not all of them were read"}`,
  };
}

/** Not set means off; switched on without a plan it protects nothing. */
function networkProtection({ properties }: Fields): boolean | null {
  if (!isObject(properties)) return null;
  const { enableDdosProtection, ddosProtectionPlan } = fields(properties);
  const on = flag(enableDdosProtection);
  if (on !== true) return enableDdosProtection === undefined ? false : on;
  return text(fields(ddosProtectionPlan)["id"]) !== null;
}

/** What an address inherits is its network's. */
function addressProtection({ properties }: Fields): boolean | null {
  if (!isObject(properties)) return null;
  const { ddosSettings } = fields(properties);
  const mode = text(fields(ddosSettings)["protectionMode"])?.toLowerCase();
  if (mode === "enabled") return true;
  return mode === undefined || mode === "virtualnetworkinherited" || mode === "disabled"
    ? false
    : null;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
