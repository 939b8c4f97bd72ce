/** Services that analyse, search and learn, and the databases that lie beside them. */
import { azurePairOf } from "#facts/azure-region-pairs.ts";
import type { Encryption, Exposure, Location, Transport } from "#model/facets.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";
import { letInEveryone } from "./address-rules.ts";
import { region } from "./arm.ts";
import { inStorage, unnamedCipher, type DataService } from "./data-service.ts";
import { firewallExposure, isShut, type Door } from "./database-firewall.ts";
import { byDesign, enabledFlag, exposureOf, ownLocation, propertiesOf } from "./facets.ts";
import { perhapsPairedLocation } from "./places.ts";
import {
  keyAt,
  keySource,
  keyStatus,
  minimumTransport,
  publicAccessOnly,
  ruledExposure,
} from "./service-settings.ts";

const LEARN = "https://learn.microsoft.com/azure";
const SYNAPSE = `${LEARN}/synapse-analytics/guidance/security-white-paper-data-protection`;
const HEALTH = `${LEARN}/healthcare-apis/fhir/configure-customer-managed-keys`;

export const ANALYTICS_SERVICES: readonly DataService[] = [
  {
    kind: "Microsoft.Kusto/clusters",
    apiVersion: "2023-08-15",
    encryption: kustoEncryption,
    exposure: kustoExposure,
  },
  {
    kind: "Microsoft.Synapse/workspaces",
    apiVersion: "2021-06-01",
    encryption: (raw) => {
      const { cmk } = fields(propertiesOf(raw)["encryption"]);
      return byDesign(SYNAPSE, keyAt(fields(fields(cmk)["key"])["keyVaultUrl"]));
    },
    below: {
      exposure: firewall(publicAccess, 1433),
      transport: { rest: "dedicatedSQLminimalTlsSettings/default", map: synapseTransport },
    },
  },
  {
    // Whose key it is, its workspace tells.
    kind: "Microsoft.Synapse/workspaces/sqlPools",
    apiVersion: "2021-06-01",
    encryption: () => byDesign(SYNAPSE, null),
    below: { location: { rest: "geoBackupPolicies/Default", map: poolLocation } },
  },
  {
    kind: "Microsoft.Search/searchServices",
    apiVersion: "2023-11-01",
    // Keys of the customer belong to single indexes, which only the data plane shows.
    encryption: () => byDesign(`${LEARN}/search/search-security-built-in`, null),
    exposure: searchExposure,
  },
  {
    kind: "Microsoft.Databricks/workspaces",
    apiVersion: "2024-05-01",
    encryption: databricksEncryption,
    exposure: publicAccessUnruled,
  },
  {
    kind: "Microsoft.MachineLearningServices/workspaces",
    apiVersion: "2024-04-01",
    encryption: (raw) =>
      byDesign(
        `${LEARN}/cosmos-db/database-encryption-at-rest`,
        keyStatus(propertiesOf(raw)["encryption"]),
        `kept in Azure Cosmos DB by ${LEARN}/machine-learning/concept-data-encryption; its storage account is a resource of its own`,
      ),
    exposure: machineLearningExposure,
  },
  {
    kind: "Microsoft.CognitiveServices/accounts",
    apiVersion: "2023-05-01",
    encryption: cognitiveEncryption,
    location: cognitiveLocation,
    exposure: ruledExposure("networkAcls"),
  },
  {
    // What is kept is in the services inside it.
    kind: "Microsoft.HealthcareApis/workspaces",
    apiVersion: "2023-11-01",
    encryption: () => unnamedCipher(HEALTH, null),
    exposure: publicAccessOnly,
  },
  ...["fhirservices", "dicomservices"].map((service): DataService => ({
    kind: `Microsoft.HealthcareApis/workspaces/${service}`,
    apiVersion: "2023-11-01",
    encryption: (raw) => {
      const { customerManagedKeyEncryption } = fields(propertiesOf(raw)["encryption"]);
      const { keyEncryptionKeyUrl } = fields(customerManagedKeyEncryption);
      return unnamedCipher(HEALTH, keyAt(keyEncryptionKeyUrl));
    },
    exposure: publicAccessOnly,
  })),
  {
    kind: "Microsoft.HDInsight/clusters",
    apiVersion: "2021-06-01",
    encryption: hdInsightEncryption,
  },
  {
    kind: "Microsoft.DataLakeStore/accounts",
    apiVersion: "2016-11-01",
    encryption: lakeEncryption,
    exposure: lakeExposure,
  },
  {
    kind: "Microsoft.DBforPostgreSQL/serverGroupsv2",
    apiVersion: "2022-11-08",
    encryption: () =>
      byDesign(`${LEARN}/cosmos-db/postgresql/concepts-security-overview`, "provider"),
    // Geo-redundant backups can be chosen, and this version of the API does not tell whether they were.
    location: (raw) => perhapsPairedLocation(raw),
    below: { exposure: firewall(anyNode, 5432) },
  },
  {
    kind: "Microsoft.DocumentDB/mongoClusters",
    apiVersion: "2024-07-01",
    encryption: () =>
      byDesign(`${LEARN}/cosmos-db/mongodb/vcore/database-encryption-at-rest`, "provider"),
    below: { exposure: firewall(publicAccess, 27_017) },
  },
];

/** Who is let in by the firewall rules of a database, where its public door is open at all. */
function firewall(accessOf: (properties: Fields) => unknown, port: number) {
  const doorOf = (raw: Fields): Door => ({
    access: accessOf(fields(raw["properties"])),
    subnet: null,
    port,
    unseen: null,
  });
  return {
    rest: "firewallRules",
    needed: (raw: Fields) => !isShut(doorOf(raw)),
    map: (raw: Fields, rules: readonly Fields[]): Exposure => {
      propertiesOf(raw);
      return firewallExposure(doorOf(raw), rules);
    },
  };
}

function publicAccess({ publicNetworkAccess }: Fields): unknown {
  return publicNetworkAccess;
}

/** The coordinator and the nodes that do its work each have a public address or not. */
function anyNode(properties: Fields): unknown {
  const nodes = new Set([
    flag(properties["coordinatorEnablePublicIpAccess"]),
    flag(properties["nodeEnablePublicIpAccess"]),
  ]);
  return nodes.has(true) ? "Enabled" : nodes.has(null) ? undefined : "Disabled";
}

/**
 * Data is kept in Azure Storage, and what is used often on disks that are only encrypted if somebody chose it.
 * https://learn.microsoft.com/azure/data-explorer/cluster-encryption-overview
 */
export function kustoEncryption(raw: Fields): Encryption {
  const { enableDiskEncryption, keyVaultProperties } = propertiesOf(raw);
  const key = keyAt(fields(keyVaultProperties)["keyName"]);
  const whole = inStorage(`${LEARN}/data-explorer/cluster-encryption-overview`, key);
  return flag(enableDiskEncryption) === true
    ? whole
    : {
        ...whole,
        enabled: null,
        caveat: "the disks of its hot cache are not said to be encrypted",
      };
}

export function kustoExposure(raw: Fields): Exposure {
  const properties = propertiesOf(raw);
  const { allowedIpRangeList } = properties;
  const ranges = Array.isArray(allowedIpRangeList) ? allowedIpRangeList : [];
  const open = ranges.length === 0 ? true : letInEveryone(ranges);
  const words = ranges.length === 0 ? "no allowedIpRangeList" : "allowedIpRangeList of everyone";
  // Service tags may stand in the list too: nobody knows what they hold.
  return exposureOf(
    properties,
    open === true ? words : open === null ? undefined : null,
    "allowedIpRangeList",
  );
}

export function synapseTransport(_raw: Fields, [settings]: readonly Fields[]): Transport {
  if (settings === undefined) throw new TypeError("the answer is empty");
  return minimumTransport("minimalTlsVersion")(settings);
}

/** Geo-backups of a pool are copied to the paired region once a day. */
export function poolLocation(raw: Fields, [policy]: readonly Fields[]): Location {
  const own = ownLocation(raw);
  const [here = ""] = own.regions;
  const pair = azurePairOf(here);
  const state = enabledFlag(propertiesOf(policy ?? {})["state"]);
  if (state === false || pair === null) return own;
  return state === true
    ? { regions: [...own.regions, pair], zones: null }
    : { ...own, possible: [pair] };
}

/** Without a rule every address is let in. */
export function searchExposure(raw: Fields): Exposure {
  const properties = propertiesOf(raw);
  const { networkRuleSet } = properties;
  const rules = list(fields(networkRuleSet)["ipRules"]).map(({ value }) => value);
  const open = rules.length === 0 ? true : letInEveryone(rules);
  const words = rules.length === 0 ? "no networkRuleSet.ipRules" : "networkRuleSet.ipRules";
  return exposureOf(
    properties,
    open === true ? words : open === null ? undefined : null,
    "networkRuleSet.ipRules",
  );
}

/** Lists of addresses that a workspace lets in are only shown by its data plane. */
export function publicAccessUnruled(raw: Fields): Exposure {
  return exposureOf(propertiesOf(raw), undefined, "");
}

export function machineLearningExposure(raw: Fields): Exposure {
  const { ipAllowlist } = propertiesOf(raw);
  return list(ipAllowlist).length === 0 ? publicAccessOnly(raw) : publicAccessUnruled(raw);
}

/** What the control plane keeps; the root storage and the disks are resources of their own. */
export function databricksEncryption(raw: Fields): Encryption {
  const { entities } = fields(propertiesOf(raw)["encryption"]);
  const { managedServices } = fields(entities);
  return unnamedCipher(`${LEARN}/databricks/security/keys/`, keySource(managedServices));
}

/** Pages that name the cipher, by the kind of account. */
const COGNITIVE_PAGES: Readonly<Record<string, string>> = {
  openai: `${LEARN}/ai-services/openai/encrypt-data-at-rest`,
  aiservices: `${LEARN}/ai-services/openai/encrypt-data-at-rest`,
  face: `${LEARN}/ai-services/computer-vision/identity-encrypt-data-at-rest`,
  textanalytics: `${LEARN}/ai-services/language-service/concepts/encryption-data-at-rest`,
  speechservices: `${LEARN}/ai-services/speech-service/speech-encryption-of-data-at-rest`,
};

export function cognitiveEncryption(raw: Fields): Encryption {
  const key = keySource(propertiesOf(raw)["encryption"]);
  const page = COGNITIVE_PAGES[text(raw["kind"])?.toLowerCase() ?? ""];
  return page === undefined
    ? unnamedCipher(`${LEARN}/ai-services/security-features`, key)
    : byDesign(page, key);
}

/** The regions of an account that was set up in several. */
export function cognitiveLocation(raw: Fields): Location {
  const own = ownLocation(raw).regions;
  const others = list(fields(propertiesOf(raw)["locations"])["regions"]).map(({ name }) => {
    const other = region(name);
    if (other === null) throw new TypeError("a region of the account has no name");
    return other;
  });
  return { regions: [...new Set([...own, ...others])], zones: null };
}

/**
 * Managed disks are always encrypted; what lies on the local disks of the nodes is only if somebody chose it.
 * https://learn.microsoft.com/azure/hdinsight/disk-encryption
 */
export function hdInsightEncryption(raw: Fields): Encryption {
  const { vaultUri, encryptionAtHost } = fields(propertiesOf(raw)["diskEncryptionProperties"]);
  const key = keyAt(vaultUri);
  const whole = inStorage(`${LEARN}/hdinsight/disk-encryption`, key);
  return key === "customer" || flag(encryptionAtHost) === true
    ? whole
    : { ...whole, enabled: null, caveat: "the nodes' local disks are not said to be encrypted" };
}

export function lakeEncryption(raw: Fields): Encryption {
  const { encryptionState, encryptionConfig } = propertiesOf(raw);
  const type = text(fields(encryptionConfig)["type"])?.toLowerCase();
  const key = type === "usermanaged" ? "customer" : type === "servicemanaged" ? "provider" : null;
  const encryption = unnamedCipher(`${LEARN}/data-lake-store/data-lake-store-encryption`, key);
  const enabled = enabledFlag(encryptionState);
  return enabled === true ? encryption : { ...encryption, enabled, caveat: null };
}

/** A firewall that is off lets every address in. */
export function lakeExposure(raw: Fields): Exposure {
  const { firewallState, firewallRules, firewallAllowAzureIps } = propertiesOf(raw);
  const on = enabledFlag(firewallState);
  if (on === null) return exposureOf({}, undefined, "");
  if (!on) return exposureOf({}, "firewallState Disabled", "");
  const azure = enabledFlag(firewallAllowAzureIps);
  const none = Array.isArray(firewallRules) && firewallRules.length === 0;
  return exposureOf({}, none && azure === false ? null : undefined, "firewallState Enabled");
}
