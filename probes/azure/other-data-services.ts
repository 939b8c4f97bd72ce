/** Services that hold customers' data beside the databases, stores and analytics: devices, jobs, logs, volumes. */
import type {
  Encryption,
  Exposure,
  Location,
  Redundancy,
  Replication,
  Transport,
} from "#model/facets.ts";
import { azurePairOf } from "#facts/azure-region-pairs.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";
import { region } from "./arm.ts";
import { inStorage, unnamedCipher, type DataService } from "./data-service.ts";
import { byDesign, exposureOf, ownLocation, propertiesOf } from "./facets.ts";
import { pairedLocation, perhapsPairedLocation } from "./places.ts";
import { keyAt, keySource, minimumTransport, openRules } from "./service-settings.ts";

const LEARN = "https://learn.microsoft.com/azure";
/** Automation and Data Factory copy to the pair but in these, by the pages of both. */
const STAYS = ["brazilsouth", "southeastasia"];

export const OTHER_DATA_SERVICES: readonly DataService[] = [
  {
    kind: "Microsoft.Devices/IotHubs",
    apiVersion: "2023-06-30",
    encryption: (raw) =>
      unnamedCipher(
        `${LEARN}/iot-hub/iot-hub-customer-managed-keys`,
        keySource(propertiesOf(raw)["encryption"]),
      ),
    location: hubLocation,
    transport: hubTransport,
    exposure: hubExposure,
  },
  {
    // What is synchronised lies in storage accounts; the service keeps the names and changes of files.
    kind: "Microsoft.StorageSync/storageSyncServices",
    apiVersion: "2022-06-01",
    encryption: () => unnamedCipher(`${LEARN}/storage/file-sync/file-sync-planning`, "provider"),
    // It fails over to the paired region, so something of it is there:
    // https://learn.microsoft.com/azure/storage/file-sync/file-sync-disaster-recovery-best-practices
    location: (raw) => perhapsPairedLocation(raw),
  },
  {
    kind: "Microsoft.ElasticSan/elasticSans",
    apiVersion: "2023-01-01",
    encryption: () => byDesign(ELASTIC_SAN, null),
    redundancy: sanRedundancy,
    below: { encryption: { rest: "volumeGroups", map: sanEncryption } },
  },
  {
    kind: "Microsoft.NetApp/netAppAccounts/capacityPools/volumes",
    apiVersion: "2023-11-01",
    encryption: netAppEncryption,
    replication: netAppReplication,
  },
  {
    kind: "Microsoft.Compute/images",
    apiVersion: "2024-03-01",
    encryption: imageEncryption,
  },
  {
    kind: "Microsoft.Batch/batchAccounts",
    apiVersion: "2024-02-01",
    encryption: (raw) =>
      unnamedCipher(
        `${LEARN}/batch/batch-customer-managed-key`,
        keySource(propertiesOf(raw)["encryption"]),
      ),
  },
  {
    kind: "Microsoft.DataFactory/factories",
    apiVersion: "2018-06-01",
    encryption: (raw) =>
      unnamedCipher(
        `${LEARN}/data-factory/enable-customer-managed-key`,
        keyAt(fields(propertiesOf(raw)["encryption"])["vaultBaseUrl"]),
      ),
    // https://learn.microsoft.com/azure/data-factory/concepts-data-redundancy
    location: (raw) => pairedLocation(raw, STAYS),
  },
  {
    kind: "Microsoft.Automation/automationAccounts",
    apiVersion: "2023-11-01",
    encryption: (raw) =>
      unnamedCipher(
        `${LEARN}/automation/automation-secure-asset-encryption`,
        keySource(propertiesOf(raw)["encryption"]),
      ),
    // https://learn.microsoft.com/azure/automation/automation-managing-data
    location: (raw) => pairedLocation(raw, STAYS),
  },
  {
    // The inputs and outputs of its runs are kept for months.
    kind: "Microsoft.Logic/workflows",
    apiVersion: "2019-05-01",
    encryption: () => inStorage(`${LEARN}/logic-apps/logic-apps-securing-a-logic-app`, "provider"),
  },
  {
    kind: "Microsoft.Monitor/accounts",
    apiVersion: "2023-04-03",
    encryption: () =>
      unnamedCipher(`${LEARN}/azure-monitor/metrics/azure-monitor-workspace-overview`, "provider"),
  },
];

const ELASTIC_SAN = `${LEARN}/storage/elastic-san/elastic-san-encryption-overview`;

/**
 * A hub names its region and the one that it fails over to; only where data residency is enabled there is none.
 * https://learn.microsoft.com/azure/iot-hub/iot-hub-ha-dr
 */
export function hubLocation(raw: Fields): Location {
  const own = ownLocation(raw);
  const { locations, enableDataResidency } = propertiesOf(raw);
  const named = list(locations).map(({ location }) => {
    const name = region(location);
    if (name === null) throw new TypeError("a location of the hub has no name");
    return name;
  });
  const regions = [...new Set([...own.regions, ...named])];
  if (flag(enableDataResidency) === true || regions.length > 1) return { regions, zones: null };
  const pair = azurePairOf(regions[0] ?? "");
  return { regions, zones: null, ...(pair === null ? {} : { possible: [pair] }) };
}

export function hubTransport(raw: Fields): Transport {
  const { hostName } = propertiesOf(raw);
  const name = text(hostName);
  return {
    ...minimumTransport("minTlsVersion")(raw),
    ...(name === null ? {} : { hostNames: [name.slice(0, 253)] }),
  };
}

/** A rule set of today, or else the filter of old, whose rules count in their order. */
export function hubExposure(raw: Fields): Exposure {
  const properties = propertiesOf(raw);
  const { networkRuleSets, ipFilterRules } = properties;
  if (networkRuleSets === undefined || networkRuleSets === null) {
    const none = Array.isArray(ipFilterRules) && ipFilterRules.length === 0;
    return exposureOf(properties, none ? "no ipFilterRules" : undefined, "");
  }
  const { defaultAction, ipRules } = fields(networkRuleSets);
  const addresses = list(ipRules).map(({ ipMask }) => ipMask);
  const open = openRules({ name: "networkRuleSets", defaultAction, addresses });
  return exposureOf(properties, open, "networkRuleSets.defaultAction Deny");
}

export function sanRedundancy(raw: Fields): Redundancy {
  const sku = text(fields(propertiesOf(raw)["sku"])["name"]);
  const copies = sku?.toLowerCase();
  const zones = copies === "premium_zrs" ? 3 : copies === "premium_lrs" ? 1 : null;
  return {
    zones,
    zoneRedundant: zones === null ? null : zones > 1,
    geoRedundant: zones === null ? null : false,
    setting: sku?.slice(0, 60) ?? "no SKU stated",
  };
}

/** Each volume group chooses by whose key its volumes are encrypted. */
export function sanEncryption(_raw: Fields, groups: readonly Fields[]): Encryption {
  const keys = groups.map((group) => {
    const word = text(propertiesOf(group)["encryption"])?.toLowerCase();
    if (word === undefined || word === "encryptionatrestwithplatformkey") return "provider";
    return word === "encryptionatrestwithcustomermanagedkey" ? "customer" : null;
  });
  if (keys.includes(null)) return byDesign(ELASTIC_SAN, null);
  const all = keys.length > 0 && keys.every((key) => key === "customer");
  return byDesign(ELASTIC_SAN, all ? "customer" : "provider");
}

export function netAppEncryption(raw: Fields): Encryption {
  const { encryptionKeySource } = propertiesOf(raw);
  return byDesign(
    `${LEARN}/azure-netapp-files/faq-security`,
    keySource(encryptionKeySource === undefined ? undefined : { keySource: encryptionKeySource }),
  );
}

/** Of a volume that is copied elsewhere; how the copy is, is not in this answer. */
export function netAppReplication(raw: Fields): Replication {
  const { replication } = fields(propertiesOf(raw)["dataProtection"]);
  if (replication === undefined || replication === null) return { destinations: [] };
  const { endpointType, remoteVolumeRegion, remoteVolumeResourceId } = fields(replication);
  const type = text(endpointType)?.toLowerCase();
  const other = text(remoteVolumeResourceId);
  if (type === "dst") return { destinations: [], copyOf: other?.slice(0, 300) ?? "another volume" };
  if (type !== "src") throw new TypeError("the replication names no known end");
  return {
    destinations: [
      {
        region: region(remoteVolumeRegion),
        subject: other,
        status: "unknown",
        whole: true,
        lastSync: null,
      },
    ],
  };
}

/** https://learn.microsoft.com/azure/virtual-machines/disk-encryption: managed disks, snapshots and images. */
export function imageEncryption(raw: Fields): Encryption {
  const { osDisk, dataDisks } = fields(propertiesOf(raw)["storageProfile"]);
  const disks = [...(osDisk === undefined ? [] : [fields(osDisk)]), ...list(dataDisks)];
  const keys = disks.map((disk) => text(fields(disk["diskEncryptionSet"])["id"]));
  const all = keys.length > 0 && keys.every((key) => key !== null);
  return byDesign(`${LEARN}/virtual-machines/disk-encryption`, all ? "customer" : "provider");
}
