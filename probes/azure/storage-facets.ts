/** A storage account's ARM JSON as facets; pure. Each throws when the answer cannot be understood. */
import type {
  Encryption,
  Exposure,
  Location,
  Redundancy,
  Replication,
  ReplicationDestination,
  Transport,
  Versioning,
} from "#model/facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import { fields, flag, text, moment } from "#probes/common/json.ts";
import { region } from "./arm.ts";

const ENCRYPTION_DESIGN =
  "https://learn.microsoft.com/en-us/azure/storage/common/storage-service-encryption";
const TLS_FLOOR = {
  version: "TLSv1.2",
  reference:
    "https://learn.microsoft.com/en-us/azure/storage/common/transport-layer-security-configure-migrate-to-tls2",
} as const;

const TLS_SETTINGS: Readonly<Record<string, TlsVersion>> = {
  TLS1_0: "TLSv1.0",
  TLS1_1: "TLSv1.1",
  TLS1_2: "TLSv1.2",
  TLS1_3: "TLSv1.3",
};

/** Copies by the SKU's ending (https://learn.microsoft.com/en-us/azure/storage/common/storage-redundancy). */
const COPIES: Readonly<Record<string, { readonly zones: number; readonly geo: boolean }>> = {
  LRS: { zones: 1, geo: false },
  ZRS: { zones: 3, geo: false },
  GRS: { zones: 1, geo: true },
  RAGRS: { zones: 1, geo: true },
  GZRS: { zones: 3, geo: true },
  RAGZRS: { zones: 3, geo: true },
};
const SKU = /^(?:Standard|Premium|StandardV2|PremiumV2)_([A-Z]+)$/;

function copies(account: unknown) {
  const name = text(fields(fields(account)["sku"])["name"]);
  const known = COPIES[SKU.exec(name ?? "")?.[1] ?? ""];
  return { name, zones: known?.zones ?? null, geo: known?.geo ?? null };
}

/** Whether the account keeps a copy in a second region; null for a SKU that is not known. */
export function isGeoRedundant(account: unknown): boolean | null {
  return copies(account).geo;
}

/** Primary and secondary location, and the edge zone where the account lies in one. */
export function storageLocation(account: unknown): Location {
  const { location, properties, extendedLocation } = fields(account);
  const { primaryLocation, secondaryLocation } = fields(properties);
  const primary = region(primaryLocation) ?? region(location);
  const secondary = region(secondaryLocation);
  if (primary === null) throw new Error("the account names no location");
  if (secondary === null && isGeoRedundant(account) === true) {
    throw new Error("the account is geo-redundant and names no secondary location");
  }
  const edge = region(fields(extendedLocation)["name"]);
  const regions = new Set([primary, secondary, edge].filter((name) => name !== null));
  return { regions: [...regions], zones: null };
}

/** No field of ARM states the cipher: AES-256 is Microsoft's published design, and is named as that. */
export function storageEncryption(account: unknown): Encryption {
  const { services, keySource } = fields(fields(fields(account)["properties"])["encryption"]);
  const states = Object.entries(fields(services))
    .filter(([name]) => ["blob", "file", "queue", "table"].includes(name))
    .map(([name, service]) => ({ name, enabled: flag(fields(service)["enabled"]) }));
  const off = states.filter(({ enabled }) => enabled === false).map(({ name }) => name);
  const enabled = off.length > 0 ? false : states.some((state) => state.enabled === true) || null;
  const source = text(keySource)?.toLowerCase();
  const keyManagement =
    source === "microsoft.storage"
      ? "provider"
      : source === "microsoft.keyvault"
        ? "customer"
        : null;
  return {
    enabled,
    algorithm: enabled === true ? "AES-256" : null,
    algorithmSource: enabled === true ? "published-design" : null,
    algorithmReference: enabled === true ? ENCRYPTION_DESIGN : null,
    keyManagement,
    caveat: encryptionCaveat(off, enabled, keyManagement),
  };
}

function encryptionCaveat(
  off: readonly string[],
  enabled: boolean | null,
  keyManagement: Encryption["keyManagement"],
): string | null {
  if (off.length > 0) return `encryption is said to be off for ${off.join(", ")}`;
  if (enabled === null) {
    return "the answer does not state encryption; Microsoft documents that it cannot be turned off";
  }
  return keyManagement === "customer"
    ? "queues and tables use the customer's key only if they were set so when the account was made"
    : null;
}

/** An absent minimum means TLS 1.0 by the API's own reference; what the platform refuses anyway is told apart. */
export function storageTransport(account: unknown): Transport {
  const { supportsHttpsTrafficOnly, minimumTlsVersion } = fields(fields(account)["properties"]);
  const absent = minimumTlsVersion === undefined || minimumTlsVersion === null;
  const setting = text(minimumTlsVersion);
  const secureOnly = flag(supportsHttpsTrafficOnly);
  const minimum = absent
    ? "minimumTlsVersion is not set, which Azure documents as TLS 1.0"
    : `minimumTlsVersion ${setting === null ? "is of an unknown form" : setting.slice(0, 100)}`;
  return {
    secureOnly,
    minimumTls: absent ? "TLSv1.0" : (TLS_SETTINGS[setting?.toUpperCase() ?? ""] ?? null),
    minimumTlsIsDefault: absent,
    platformFloor: TLS_FLOOR,
    detail: `supportsHttpsTrafficOnly ${secureOnly ?? "is not stated"}; ${minimum}`,
  };
}

/** Anonymous access is possible where the account allows it; each container then decides for itself. */
export function storageExposure(account: unknown): Exposure {
  const properties = fields(fields(account)["properties"]);
  const { defaultAction, ipRules } = fields(properties["networkAcls"]);
  const action = text(defaultAction)?.toLowerCase();
  const network = text(properties["publicNetworkAccess"])?.toLowerCase();
  const anonymous = flag(properties["allowBlobPublicAccess"]);
  const everyAddress = Array.isArray(ipRules) && ipRules.some((rule) => isEveryAddress(rule));
  const through: string[] = [];
  const closedBy: string[] = [];

  let openNetwork: boolean | null = null;
  if (network === "disabled") {
    openNetwork = false;
    closedBy.push("publicNetworkAccess Disabled");
  } else if (network === "securedbyperimeter") {
    closedBy.push("publicNetworkAccess SecuredByPerimeter (whose rules are not read)");
  } else if (network === undefined || network === "enabled") {
    if (action === "allow") {
      openNetwork = true;
      through.push("networkAcls.defaultAction Allow");
    } else if (action === "deny" && everyAddress) {
      openNetwork = true;
      through.push("networkAcls.ipRules of every address");
    } else if (action === "deny") {
      openNetwork = false;
      closedBy.push("networkAcls.defaultAction Deny");
    }
  }
  if (anonymous === true) through.push("allowBlobPublicAccess true");
  if (anonymous === false) closedBy.push("allowBlobPublicAccess false");
  return {
    anonymousAccess: network === "disabled" ? false : anonymous,
    openNetwork,
    through,
    closedBy,
  };
}

function isEveryAddress(rule: unknown): boolean {
  const { value, action } = fields(rule);
  return (text(value)?.endsWith("/0") ?? false) && text(action)?.toLowerCase() !== "deny";
}

export function storageRedundancy(account: unknown): Redundancy {
  const { name, zones, geo } = copies(account);
  return {
    zones,
    zoneRedundant: zones === null ? null : zones > 1,
    geoRedundant: geo,
    setting: name?.slice(0, 100) ?? "no SKU stated",
  };
}

const STATUSES: ReadonlyMap<string, ReplicationDestination["status"]> = new Map([
  ["live", "active"],
  ["bootstrap", "degraded"],
  ["unavailable", "degraded"],
]);

/** Of the answer with `$expand=geoReplicationStats`; without the statistics the status is unknown. */
export function storageReplication(account: unknown): Replication {
  const geo = isGeoRedundant(account);
  if (geo === null) throw new Error("the SKU is not known, so whether it replicates is not either");
  if (!geo) return { destinations: [] };
  const { geoReplicationStats, secondaryLocation } = fields(fields(account)["properties"]);
  const { status, lastSyncTime } = fields(geoReplicationStats);
  const known = STATUSES.get(text(status)?.toLowerCase() ?? "") ?? "unknown";
  return {
    destinations: [
      {
        region: region(secondaryLocation),
        subject: null,
        status: known,
        whole: true,
        // The time may be a default value while the first copy is made or the secondary is away.
        lastSync: known === "active" ? moment(lastSyncTime) : null,
      },
    ],
  };
}

/** Whether a kind of account has a blob service to ask; premium file shares have none. */
export function hasBlobService(account: unknown): boolean {
  return text(fields(account)["kind"])?.toLowerCase() !== "filestorage";
}

/** Of `blobServices/default`; what an absent setting means is not documented. */
export function storageVersioning(blobService: unknown): Versioning {
  return { enabled: flag(fields(fields(blobService)["properties"])["isVersioningEnabled"]) };
}
