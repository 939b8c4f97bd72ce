import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe } from "#model/probe.ts";
import { chunks, READ_AT_ONCE } from "#probes/common/chunks.ts";
import { tell, unanswered } from "#probes/common/known.ts";
import { classifyAzure } from "./errors.ts";
import { observeResources, type Found } from "./listing.ts";
import {
  GROUPS,
  NETWORK_PERMISSIONS,
  NETWORKS,
  readNetworks,
  type Network,
  type Unread,
} from "./network-reading.ts";
import { toGroupIngress, type Told } from "./security-group-ingress.ts";
import { inSubscriptions, type AzureSession } from "./session.ts";
import { toNetworkIngress } from "./virtual-network-ingress.ts";

const KINDS: ReadonlySet<string> = new Set([GROUPS, NETWORKS].map((kind) => kind.toLowerCase()));

/** Network security groups and the virtual networks that they stand in. */
export default defineProbe({
  id: "azure-networks",
  title: "Azure virtual networks and network security groups",
  provider: "azure",
  kinds: [GROUPS, NETWORKS],
  provides: { ingress: { permissions: NETWORK_PERMISSIONS } },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || !wanted.has("ingress")) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const { listed, networks } = await readNetworks(session);
      const told = { ingress: UNREAD };
      const unread = listed.unread.filter(({ subject }) => isTold(subject.kind));
      yield* observeResources({ found: [], unread }, told, wanted, session);
      const found = listed.found.filter(({ subject }) => isTold(subject.kind));
      for await (const some of chunks(found, context.signal, READ_AT_ONCE)) {
        for (const one of some) {
          const network = networks.get(one.subscription);
          if (network !== undefined) yield* tellOne(one, network, session);
        }
      }
    });
  },
});

function isTold(kind: string): boolean {
  return KINDS.has(kind.toLowerCase());
}

/** Only for what could not be read, of which no answer is mapped. */
function UNREAD(): never {
  throw new TypeError("nothing was read");
}

function* tellOne(
  { subject, raw, source }: Found,
  network: Network,
  { context }: AzureSession,
): Generator<Observation | Problem> {
  const told: { unread: readonly Unread[] } = { unread: [] };
  const observed = tell(context, subject, "ingress", source, () => {
    const { ingress, unread }: Told =
      subject.kind.toLowerCase() === GROUPS.toLowerCase()
        ? toGroupIngress(subject.id, raw, network)
        : toNetworkIngress(raw, network);
    told.unread = unread;
    return ingress;
  });
  const each = new Map(
    told.unread.map((one) => [`${one.permission} ${one.failure.reason}`, one] as const),
  );
  for (const one of each.values()) yield unanswered(context, subject, "ingress", one);
  yield observed;
}
