/** Event Hubs and Service Bus, which say of themselves alike. */
import type { Exposure, Location, Redundancy, Replication } from "#model/facets.ts";
import type { Subject } from "#model/subject.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";
import { region } from "./arm.ts";
import { inStorage, type DataService } from "./data-service.ts";
import { exposureOf, ownLocation, propertiesOf } from "./facets.ts";
import { keySource, minimumTransport, openRules } from "./service-settings.ts";

/**
 * Which regions a namespace replicates to is said by new versions of the API only, so ARM itself is asked; tiers below
 * Premium cannot replicate.
 */
const OWN_ANSWER = {
  rest: "",
  needed: ({ sku }: Fields): boolean => {
    const tier = text(fields(sku)["name"])?.toLowerCase();
    return tier !== "basic" && tier !== "standard";
  },
};

/** @param page Microsoft's page that says where the data is kept */
function messagingService(kind: string, page: string): DataService {
  return {
    kind,
    apiVersion: "2024-01-01",
    encryption: (raw) => inStorage(page, keySource(propertiesOf(raw)["encryption"])),
    transport: minimumTransport("minimumTlsVersion", "serviceBusEndpoint"),
    below: {
      redundancy: { ...OWN_ANSWER, map: (raw, [own = raw]) => messagingRedundancy(own) },
      location: { ...OWN_ANSWER, map: (raw, [own = raw]) => messagingLocation(own) },
      replication: {
        ...OWN_ANSWER,
        map: (raw, [own = raw], { subject }) => messagingReplication(own, subject),
      },
      exposure: {
        rest: "networkRuleSets/default",
        needed: (raw) => !isClosed(raw),
        map: messagingExposure,
      },
    },
  };
}

export const MESSAGING_SERVICES: readonly DataService[] = [
  messagingService(
    "Microsoft.EventHub/namespaces",
    "https://learn.microsoft.com/azure/event-hubs/configure-customer-managed-key",
  ),
  messagingService(
    "Microsoft.ServiceBus/namespaces",
    "https://learn.microsoft.com/azure/service-bus-messaging/configure-customer-managed-key",
  ),
];

/** The regions of a namespace that replicates its data; that of metadata alone is told elsewhere. */
function replicas(raw: Fields): readonly { readonly region: string; readonly primary: boolean }[] {
  const { locations } = fields(propertiesOf(raw)["geoDataReplication"]);
  return list(locations).map(({ locationName, roleType }) => {
    const name = region(locationName);
    const role = text(roleType)?.toLowerCase();
    if (name === null || (role !== "primary" && role !== "secondary")) {
      throw new TypeError("a replicated location has no name or role");
    }
    return { region: name, primary: role === "primary" };
  });
}

export function messagingLocation(raw: Fields): Location {
  const own = ownLocation(raw);
  const regions = new Set([...own.regions, ...replicas(raw).map((copy) => copy.region)]);
  return { regions: [...regions], zones: null };
}

/** ARM names the copies and says nothing of how they are. */
export function messagingReplication(raw: Fields, subject: Pick<Subject, "region">): Replication {
  const all = replicas(raw);
  const own = all.some((copy) => copy.region === subject.region)
    ? subject.region
    : (all.find((copy) => copy.primary)?.region ?? subject.region);
  return {
    destinations: all
      .filter((copy) => copy.region !== own)
      .map((copy) => ({
        region: copy.region,
        subject: null,
        status: "unknown" as const,
        whole: true,
        lastSync: null,
      })),
  };
}

/**
 * `zoneRedundant` may still be false although the namespace is in several zones
 * (https://learn.microsoft.com/azure/reliability/reliability-service-bus), so only true says something.
 */
export function messagingRedundancy(raw: Fields): Redundancy {
  const redundant = flag(propertiesOf(raw)["zoneRedundant"]);
  return {
    zones: null,
    zoneRedundant: redundant === true ? true : null,
    geoRedundant: replicas(raw).length > 1,
    setting: `zoneRedundant ${redundant ?? "is not stated"}${redundant === false ? " (which may be out of date)" : ""}`,
  };
}

function isClosed(raw: Fields): boolean {
  const { publicNetworkAccess } = fields(raw["properties"]);
  return text(publicNetworkAccess)?.toLowerCase() === "disabled";
}

/** The namespace's own word comes first; its rule set may repeat it. */
export function messagingExposure(raw: Fields, [ruleSet]: readonly Fields[]): Exposure {
  const properties = propertiesOf(raw);
  if (ruleSet === undefined) return exposureOf(properties, undefined, "");
  const rules = propertiesOf(ruleSet);
  const { defaultAction, ipRules, publicNetworkAccess } = rules;
  if (text(publicNetworkAccess)?.toLowerCase() === "disabled") {
    return exposureOf(rules, undefined, "");
  }
  const addresses = list(ipRules).map(({ ipMask }) => ipMask);
  const open = openRules({ name: "networkRuleSets/default", defaultAction, addresses });
  return exposureOf(properties, open, "networkRuleSets/default.defaultAction Deny");
}
