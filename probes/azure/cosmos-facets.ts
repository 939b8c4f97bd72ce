/** An account of Azure Cosmos DB as facets; pure. Each throws when the answer cannot be understood. */
import { azurePairOf } from "#facts/azure-region-pairs.ts";
import type { BackupPlace, Backups } from "#model/backup-facets.ts";
import type {
  Encryption,
  Exposure,
  Location,
  Redundancy,
  Replication,
  ReplicationDestination,
  Transport,
} from "#model/facets.ts";
import type { Subject } from "#model/subject.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";
import { letInEveryone } from "./address-rules.ts";
import { region } from "./arm.ts";
import { byDesign, exposureOf, propertiesOf } from "./facets.ts";
import { httpsHosts } from "./host-names.ts";
import { tlsVersion } from "./tls-setting.ts";

const DESIGN = "https://learn.microsoft.com/azure/cosmos-db/database-encryption-at-rest";

interface Place {
  readonly region: string;
  readonly zoneRedundant: boolean | null;
  readonly state: string | null;
  readonly priority: number;
}

/** Where the account is, the region that writes first. @throws when it names no region */
function placesOf(properties: Fields): readonly [Place, ...Place[]] {
  const places = list(properties["locations"]).map((entry): Place => {
    const { locationName, isZoneRedundant, provisioningState, failoverPriority } = entry;
    const name = region(locationName);
    if (name === null) throw new TypeError("a location of the account has no name");
    if (typeof failoverPriority !== "number") {
      throw new TypeError(`the location ${name} has no priority`);
    }
    return {
      region: name,
      zoneRedundant: flag(isZoneRedundant),
      state: text(provisioningState)?.toLowerCase() ?? null,
      priority: failoverPriority,
    };
  });
  const [first, ...rest] = places.sort((one, other) => one.priority - other.priority);
  if (first === undefined) throw new TypeError("the account names no location");
  return [first, ...rest];
}

/** The region that the copies of geo-redundant backups go to. @throws where none is known */
function pairOf(own: string): string {
  const pair = azurePairOf(own);
  if (pair === null) {
    throw new TypeError(`its backups are geo-redundant, and no paired region of ${own} is known`);
  }
  return pair;
}

/**
 * Every region of the account, and the one that its geo-redundant backups are copied to.
 * https://learn.microsoft.com/azure/cosmos-db/online-backup-and-restore: an account without a setting has them.
 */
export function toLocation(raw: Fields): Location {
  const properties = propertiesOf(raw);
  const places = placesOf(properties);
  const regions = places.map((place) => place.region);
  const own = { regions: [...new Set(regions)], zones: null };
  const { type, periodicModeProperties } = fields(properties["backupPolicy"]);
  if (text(type)?.toLowerCase() === "continuous") return own;
  const redundancy = text(fields(periodicModeProperties)["backupStorageRedundancy"]);
  if (redundancy?.toLowerCase() === "geo") {
    return { regions: [...new Set([...regions, pairOf(places[0].region)])], zones: null };
  }
  if (redundancy !== null) return own;
  const pair = azurePairOf(places[0].region);
  return pair === null ? own : { ...own, possible: [pair] };
}

/** Nobody can turn it off; a customer's key is a second layer. */
export function toEncryption(raw: Fields): Encryption {
  const { keyVaultKeyUri } = propertiesOf(raw);
  return byDesign(DESIGN, text(keyVaultKeyUri) === null ? "provider" : "customer");
}

/**
 * The default of an account without a minimum is TLS 1.2 by the reference of the API (2024-08-15). `Tls` alone is 1.0.
 * There is no setting that lets clear text in, and none that refuses it.
 */
export function toTransport(raw: Fields): Transport {
  const { minimalTlsVersion, documentEndpoint } = propertiesOf(raw);
  const absent = minimalTlsVersion === undefined || minimalTlsVersion === null;
  const setting = text(minimalTlsVersion);
  const minimum =
    setting?.toLowerCase() === "tls" ? ("TLSv1.0" as const) : tlsVersion(minimalTlsVersion);
  return {
    secureOnly: null,
    minimumTls: absent ? "TLSv1.2" : minimum,
    minimumTlsIsDefault: absent,
    platformFloor: null,
    ...httpsHosts(documentEndpoint),
    detail: absent
      ? "minimalTlsVersion is not set, which Azure documents as TLS 1.2"
      : `minimalTlsVersion ${setting?.slice(0, 60) ?? "is of an unknown form"}`,
  };
}

/** Without rules of addresses and of networks every address is let in; 0.0.0.0 stands for all that runs in Azure. */
export function toExposure(raw: Fields): Exposure {
  const properties = propertiesOf(raw);
  const { ipRules, isVirtualNetworkFilterEnabled } = properties;
  const filtered = flag(isVirtualNetworkFilterEnabled);
  const addresses = Array.isArray(ipRules)
    ? ipRules.map((rule) => fields(rule)["ipAddressOrRange"])
    : [null];
  const everyone = letInEveryone(addresses);
  if (everyone === true) return exposureOf(properties, "ipRules of every address", "");
  if (everyone === null || addresses.includes("0.0.0.0")) {
    return exposureOf(properties, undefined, "");
  }
  if (addresses.length > 0) return exposureOf(properties, null, "ipRules");
  if (filtered === null) return exposureOf(properties, undefined, "");
  return filtered
    ? exposureOf(properties, null, "isVirtualNetworkFilterEnabled true")
    : exposureOf(properties, "no ipRules and no virtual network filter", "");
}

export function toRedundancy(raw: Fields): Redundancy {
  const places = placesOf(propertiesOf(raw));
  const zones = new Set(places.map(({ zoneRedundant }) => zoneRedundant));
  return {
    zones: null,
    zoneRedundant: zones.has(false) ? false : zones.has(null) ? null : true,
    geoRedundant: new Set(places.map((place) => place.region)).size > 1,
    setting: places
      .slice(0, 20)
      .map((place) => `${place.region} isZoneRedundant ${place.zoneRedundant ?? "not stated"}`)
      .join(", "),
  };
}

/** What ARM says of a region of the account; whatever is not here is not known. */
const STATES: Readonly<Record<string, ReplicationDestination["status"]>> = {
  succeeded: "active",
  creating: "degraded",
  updating: "degraded",
  failed: "degraded",
  offline: "degraded",
  deleting: "disabled",
};

/** Every region holds the whole account. ARM tells no lag. After a failover another region than the account's own writes. */
export function toReplication(raw: Fields, subject: Pick<Subject, "region">): Replication {
  const places = placesOf(propertiesOf(raw));
  const own = places.find((place) => place.region === subject.region) ?? places[0];
  const destinations = places
    .filter((place) => place.region !== own.region)
    .map(({ region: other, state }) => ({
      region: other,
      subject: null,
      status: STATES[state ?? ""] ?? ("unknown" as const),
      whole: true,
      lastSync: null,
    }));
  return { destinations };
}

/** https://learn.microsoft.com/azure/cosmos-db/continuous-backup-restore-introduction */
const CONTINUOUS_SECONDS = 100;
const TIERS: Readonly<Record<string, string>> = {
  continuous7days: "P7D",
  continuous30days: "P30D",
};

/**
 * Periodic backups are made where the account writes and copied to the paired region if they are geo-redundant;
 * continuous ones are made in every region of the account, for 30 days where no tier is set.
 * @throws where the policy is not told, or is of an unknown type
 */
export function toBackups(raw: Fields): Backups {
  const properties = propertiesOf(raw);
  const places = placesOf(properties);
  const { type, periodicModeProperties, continuousModeProperties } = fields(
    properties["backupPolicy"],
  );
  const at = (where: string | null, retention: string): BackupPlace => ({
    region: where,
    vault: null,
    retention,
  });
  switch (text(type)?.toLowerCase() ?? "") {
    case "continuous": {
      const { tier } = fields(continuousModeProperties);
      const absent = tier === undefined || tier === null;
      const kept = absent ? "P30D" : TIERS[text(tier)?.toLowerCase() ?? ""];
      if (kept === undefined) throw new TypeError("the tier of its continuous backup is not known");
      const name = `continuous backup${absent ? " (30 days, which is the default)" : ""}`;
      return {
        rules: [
          {
            name,
            longestInterval: 0,
            window: CONTINUOUS_SECONDS,
            places: places.map((place) => at(place.region, kept)),
          },
        ],
        partOf: [],
      };
    }
    case "periodic": {
      const periodic = fields(periodicModeProperties);
      const { backupIntervalInMinutes, backupRetentionIntervalInHours } = periodic;
      const minutes = positive(backupIntervalInMinutes, "backupIntervalInMinutes");
      const hours = positive(backupRetentionIntervalInHours, "backupRetentionIntervalInHours");
      const redundancy = text(periodic["backupStorageRedundancy"])?.toLowerCase() ?? null;
      const [{ region: own }] = places;
      const kept = `PT${hours}H`;
      const elsewhere =
        redundancy === "geo"
          ? [at(pairOf(own), kept)]
          : redundancy === "zone" || redundancy === "local"
            ? []
            : [at(null, kept)];
      return {
        rules: [
          {
            name: `periodic backup every ${minutes} minutes`,
            longestInterval: minutes * 60,
            window: 0,
            places: [at(own, kept), ...elsewhere],
          },
        ],
        partOf: [],
      };
    }
    default:
      throw new TypeError("the account tells no backup policy of a known type");
  }
}

function positive(value: unknown, name: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1) {
    throw new TypeError(`${name} is no positive number`);
  }
  return value;
}
