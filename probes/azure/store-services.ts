/** Registries, vaults, caches and stores of settings. */
import type { Encryption, Exposure, Location, Redundancy, Replication } from "#model/facets.ts";
import { azurePairOf } from "#facts/azure-region-pairs.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";
import { region } from "./arm.ts";
import { inStorage, unnamedCipher, type DataService } from "./data-service.ts";
import { byDesign, exposureOf, ownLocation, propertiesOf, zonesOf } from "./facets.ts";
import { pairedLocation, perhapsPairedLocation } from "./places.ts";
import {
  keyAt,
  keyStatus,
  minimumTransport,
  openRules,
  publicAccessOnly,
  ruledExposure,
} from "./service-settings.ts";

const REGISTRY_STORAGE =
  "https://learn.microsoft.com/azure/container-registry/container-registry-storage";
/** https://learn.microsoft.com/azure/container-registry/container-registry-storage */
const REGISTRY_STAYS = ["brazilsouth", "southeastasia"];
/** https://learn.microsoft.com/azure/key-vault/general/disaster-recovery-guidance */
const VAULT_STAYS = ["brazilsouth", "westus3"];

export const STORE_SERVICES: readonly DataService[] = [
  {
    kind: "Microsoft.ContainerRegistry/registries",
    apiVersion: "2023-07-01",
    encryption: registryEncryption,
    exposure: registryExposure,
    below: {
      location: { rest: "replications", needed: isPremium, map: registryLocation },
      redundancy: { rest: "replications", needed: isPremium, map: registryRedundancy },
      replication: { rest: "replications", needed: isPremium, map: registryReplication },
    },
  },
  {
    // A copy of a registry in another region, with the registry's key.
    kind: "Microsoft.ContainerRegistry/registries/replications",
    apiVersion: "2023-07-01",
    encryption: () => inStorage(REGISTRY_STORAGE, null),
    location: (raw) => perhapsPairedLocation(raw, REGISTRY_STAYS),
  },
  {
    kind: "Microsoft.KeyVault/vaults",
    apiVersion: "2023-07-01",
    encryption: () =>
      unnamedCipher(
        "https://learn.microsoft.com/azure/key-vault/secrets/about-secrets",
        "provider",
      ),
    location: (raw) => pairedLocation(raw, VAULT_STAYS),
    exposure: ruledExposure("networkAcls"),
  },
  {
    kind: "Microsoft.KeyVault/managedHSMs",
    apiVersion: "2023-07-01",
    encryption: () =>
      unnamedCipher("https://learn.microsoft.com/azure/key-vault/managed-hsm/overview", null),
    location: hsmLocation,
    exposure: ruledExposure("networkAcls"),
  },
  {
    kind: "Microsoft.Cache/redisEnterprise",
    apiVersion: "2024-10-01",
    encryption: (raw) =>
      byDesign(
        "https://learn.microsoft.com/azure/azure-cache-for-redis/cache-how-to-encryption",
        keyAt(
          fields(fields(propertiesOf(raw)["encryption"])["customerManagedKeyEncryption"])[
            "keyEncryptionKeyUrl"
          ],
        ),
      ),
    exposure: publicAccessOnly,
    redundancy: cacheRedundancy,
    below: {
      transport: { rest: "databases", map: cacheTransport },
    },
  },
  {
    kind: "Microsoft.AppConfiguration/configurationStores",
    apiVersion: "2024-05-01",
    encryption: (raw) =>
      byDesign(
        "https://learn.microsoft.com/azure/azure-app-configuration/concept-customer-managed-keys",
        keyAt(
          fields(fields(propertiesOf(raw)["encryption"])["keyVaultProperties"])["keyIdentifier"],
        ),
      ),
    exposure: publicAccessOnly,
    below: {
      location: { rest: "replicas", needed: isNotFree, map: withReplicas },
    },
  },
];

function skuOf({ sku }: Fields): string | null {
  return text(fields(sku)["name"])?.toLowerCase() ?? null;
}

/** Only this tier has replicas; whatever tier is not known is asked. */
function isPremium(raw: Fields): boolean {
  const sku = skuOf(raw);
  return sku !== "basic" && sku !== "standard";
}

function isNotFree(raw: Fields): boolean {
  return skuOf(raw) !== "free";
}

export function registryEncryption(raw: Fields): Encryption {
  return inStorage(REGISTRY_STORAGE, keyStatus(propertiesOf(raw)["encryption"]));
}

/** Tiers below Premium have no firewall, so that every address is let in. */
export function registryExposure(raw: Fields): Exposure {
  const properties = propertiesOf(raw);
  const { defaultAction, ipRules } = fields(properties["networkRuleSet"]);
  const addresses = list(ipRules).map(({ value }) => value);
  const ruled = openRules({ name: "networkRuleSet", defaultAction, addresses });
  const open = isPremium(raw) ? ruled : `tier ${skuOf(raw) ?? ""}, which has no firewall`;
  const exposure = exposureOf(properties, open, "networkRuleSet.defaultAction Deny");
  const anonymous = flag(properties["anonymousPullEnabled"]);
  return {
    ...exposure,
    anonymousAccess: anonymous,
    through: [...exposure.through, ...(anonymous === true ? ["anonymousPullEnabled true"] : [])],
    closedBy: [
      ...exposure.closedBy,
      ...(anonymous === false ? ["anonymousPullEnabled false"] : []),
    ],
  };
}

interface Replica {
  readonly region: string;
  readonly id: string | null;
  readonly state: string | null;
}

function replicasOf(entries: readonly Fields[]): readonly Replica[] {
  return entries.map((entry) => {
    const name = region(entry["location"]);
    if (name === null) throw new TypeError("a replica names no location");
    const { provisioningState, status } = fields(entry["properties"]);
    const shown = text(fields(status)["displayStatus"]) ?? text(provisioningState);
    return { region: name, id: text(entry["id"]), state: shown?.toLowerCase() ?? null };
  });
}

/** Azure may copy what is in a region to its pair as well. */
export function registryLocation(raw: Fields, entries: readonly Fields[]): Location {
  const own = ownLocation(raw).regions;
  const regions = [...new Set([...own, ...replicasOf(entries).map((one) => one.region)])];
  const pairs = regions
    .filter((name) => !REGISTRY_STAYS.includes(name))
    .flatMap((name) => azurePairOf(name) ?? [])
    .filter((name) => !regions.includes(name));
  const possible = [...new Set(pairs)];
  return { regions, zones: null, ...(possible.length === 0 ? {} : { possible }) };
}

/**
 * `zoneRedundancy` may still say Disabled although the registry is in several zones
 * (https://learn.microsoft.com/azure/container-registry/zone-redundancy), so only Enabled says something.
 */
export function registryRedundancy(raw: Fields, entries: readonly Fields[]): Redundancy {
  const setting = text(propertiesOf(raw)["zoneRedundancy"]);
  const [own] = ownLocation(raw).regions;
  return {
    zones: null,
    zoneRedundant: setting?.toLowerCase() === "enabled" ? true : null,
    geoRedundant: replicasOf(entries).some((replica) => replica.region !== own),
    setting: `zoneRedundancy ${setting?.slice(0, 60) ?? "is not stated"}`,
  };
}

export function registryReplication(raw: Fields, entries: readonly Fields[]): Replication {
  const [own] = ownLocation(raw).regions;
  return {
    destinations: replicasOf(entries)
      .filter((replica) => replica.region !== own)
      .map(({ region: other, id, state }) => ({
        region: other,
        subject: id,
        status: state === "ready" ? ("active" as const) : ("unknown" as const),
        whole: true,
        lastSync: null,
      })),
  };
}

/** The regions of a pool that was extended to others; its keys leave no region by themselves. */
export function hsmLocation(raw: Fields): Location {
  const own = ownLocation(raw).regions;
  const others = list(propertiesOf(raw)["regions"]).map(({ name }) => {
    const other = region(name);
    if (other === null) throw new TypeError("a region of the pool has no name");
    return other;
  });
  return { regions: [...new Set([...own, ...others])], zones: null };
}

export function cacheRedundancy(raw: Fields): Redundancy {
  const zones = zonesOf(raw)?.length ?? null;
  return {
    zones,
    zoneRedundant: zones === null ? null : zones > 1,
    geoRedundant: null,
    setting: text(fields(raw["sku"])["name"])?.slice(0, 60) ?? "no SKU stated",
  };
}

/** Each database of a cache says whether it takes clear text. */
export function cacheTransport(raw: Fields, entries: readonly Fields[]) {
  const protocols = entries.map((entry) =>
    text(propertiesOf(entry)["clientProtocol"])?.toLowerCase(),
  );
  const clear = protocols.includes("plaintext");
  const all = protocols.length > 0 && protocols.every((protocol) => protocol === "encrypted");
  const transport = minimumTransport("minimumTlsVersion")(raw);
  const name = text(propertiesOf(raw)["hostName"]);
  return {
    ...transport,
    secureOnly: clear ? false : all ? true : null,
    ...(name === null ? {} : { hostNames: [name.slice(0, 253)] }),
    detail: `${transport.detail}; clientProtocol ${clear ? "Plaintext" : all ? "Encrypted" : "is not stated"}`,
  };
}

/** A store keeps its data in its own region and in those of its replicas. */
export function withReplicas(raw: Fields, entries: readonly Fields[]): Location {
  const own = ownLocation(raw).regions;
  const others = replicasOf(entries).map((replica) => replica.region);
  return { regions: [...new Set([...own, ...others])], zones: null };
}
