import type { Exposure, Redundancy, Replication, ReplicationDestination } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { plain } from "#model/text.ts";
import { answerOf, once } from "#probes/common/known.ts";
import type { Telling } from "#probes/common/telling.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";
import { region } from "./arm.ts";
import { listBelow } from "./asks-below.ts";
import { classifyAzure } from "./errors.ts";
import { propertiesOf } from "./facets.ts";
import { listResources, type Found } from "./listing.ts";
import { inSubscriptions, type AzureSession } from "./session.ts";
import { isElsewhere, linkStatus } from "./sql-replication.ts";
import { SQL_API, toTransport } from "./sql-servers.ts";
import { tellResources } from "./telling-resources.ts";

const KIND = "Microsoft.Sql/managedInstances";
const READ = `${KIND}/read`;
const GROUPS = { permissions: [READ, "Microsoft.Sql/locations/instanceFailoverGroups/read"] };

/** Azure SQL managed instances; what is stored is in their databases. */
export default defineProbe({
  id: "azure-sql-managed-instances",
  title: "Azure SQL managed instances",
  provider: "azure",
  kinds: [KIND],
  provides: {
    transport: { permissions: [READ] },
    exposure: { permissions: [READ] },
    redundancy: GROUPS,
    replication: GROUPS,
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || wanted.size === 0) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const instances = await listResources({ [KIND]: SQL_API }, session);
      yield* tellResources(instances, wanted, session, (one) => telling(one, session));
    });
  },
});

function telling(instance: Found, session: AzureSession): Telling {
  const { raw, subject, subscription } = instance;
  // A failover group lies in the resource group and the region of the instance, on either side.
  const [group = ""] = subject.id.split(/\/providers\//i);
  const at = /^[\w()-]+$/.exec(subject.region ?? "")?.[0] ?? "unknown";
  const rest = `providers/Microsoft.Sql/locations/${at}/instanceFailoverGroups`;
  const above = { subject: { ...subject, id: group }, subscription };
  const groups = once(() => listBelow(session, above, rest, SQL_API));
  return {
    transport: () => Promise.resolve({ from: null, map: () => toTransport(raw) }),
    exposure: () => Promise.resolve({ from: null, map: () => toExposure(raw) }),
    redundancy: async () => {
      const known = await groups();
      return {
        from: null,
        parts: [known],
        map: () => toRedundancy(raw, known.ok ? toReplication(raw, known.value) : null),
      };
    },
    replication: async () => {
      const known = await groups();
      return { from: known, map: () => toReplication(raw, answerOf(known)) };
    },
  };
}

/**
 * An instance lies in a subnet. Its public endpoint is another door, at port 3342, which the security group of the subnet
 * opens and closes.
 * https://learn.microsoft.com/azure/azure-sql/managed-instance/public-endpoint-overview
 */
export function toExposure(raw: Fields): Exposure {
  const enabled = flag(propertiesOf(raw)["publicDataEndpointEnabled"]);
  return {
    anonymousAccess: false,
    openNetwork: enabled === false ? false : null,
    through:
      enabled === true
        ? ["publicDataEndpointEnabled, as far as the security group of its subnet lets in"]
        : [],
    closedBy: enabled === false ? ["publicDataEndpointEnabled false"] : [],
  };
}

/** @param replication where else it is; null: not known */
export function toRedundancy(raw: Fields, replication: Replication | null): Redundancy {
  const properties = propertiesOf(raw);
  const zoneRedundant = flag(properties["zoneRedundant"]);
  const words = [
    text(fields(raw["sku"])["name"]) ?? "no SKU stated",
    `zoneRedundant ${zoneRedundant ?? "is not stated"}`,
    `backup storage ${text(properties["currentBackupStorageRedundancy"]) ?? "not stated"}`,
  ];
  return {
    zones: zoneRedundant === false ? 1 : null,
    zoneRedundant,
    geoRedundant: replication === null ? null : isElsewhere(raw, replication.destinations),
    setting: plain(words.join(", ")),
  };
}

/** The other instances of its failover groups, which hold all of its databases. */
export function toReplication(raw: Fields, groups: readonly Fields[]): Replication {
  const id = text(raw["id"])?.toLowerCase() ?? "";
  let copyOf: string | null = null;
  const destinations = groups.map(propertiesOf).flatMap((group) => {
    const { managedInstancePairs, partnerRegions, replicationState, replicationRole } = group;
    const pair = list(managedInstancePairs)
      .map((one) => [text(one["primaryManagedInstanceId"]), text(one["partnerManagedInstanceId"])])
      .find((ids) => ids.some((one) => one?.toLowerCase() === id));
    if (pair === undefined) return [];
    const other = pair.find((one) => one?.toLowerCase() !== id)?.slice(0, 2000) ?? null;
    if (text(replicationRole)?.toLowerCase() === "secondary") {
      copyOf = other ?? "an instance that is not named";
    }
    const status = linkStatus(replicationState);
    return list(partnerRegions).map(({ location }): ReplicationDestination => ({
      region: region(location),
      subject: other,
      status,
      whole: true,
      lastSync: null,
    }));
  });
  return { destinations, ...(copyOf === null ? {} : { copyOf }) };
}
