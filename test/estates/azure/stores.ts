import { AWAY, HOME, minutesAgo, type Place } from "#fixtures/estate/azure/kept/place.ts";
import {
  account,
  cache,
  cosmos,
  keyVault,
  localAccount,
  loggingBy,
  logged,
  workspace,
  YEARLY,
} from "#fixtures/estate/azure/kept/stores.ts";
import { service } from "#fixtures/estate/azure/kept/services.ts";
import { inside, many, passes, seeded, stored, type AzureSeed } from "./seed.ts";

export const ACCOUNT = passes(
  "data-residency",
  "encryption-at-rest",
  "public-access",
  "https-only",
  "tls-protocol-versions",
  "internet-exposure",
  "zone-redundancy",
  "geo-replication",
);
const CACHE = passes(
  "data-residency",
  "encryption-at-rest",
  "public-access",
  "https-only",
  "tls-protocol-versions",
  "zone-redundancy",
);
const COSMOS = {
  ...passes(
    "data-residency",
    "encryption-at-rest",
    "public-access",
    "tls-protocol-versions",
    "zone-redundancy",
    "geo-copies",
    "backup-frequency",
  ),
  // No setting of it refuses clear text, and none lets it in.
  "https-only": "unknown",
} as const;
const WORKSPACE = passes("data-residency", "encryption-at-rest", "public-access", "log-retention");
/** Which cipher it uses nothing states. */
const VAULT = {
  ...passes("data-residency", "public-access", "audit-logging"),
  "encryption-at-rest": "unknown",
} as const;

/** Storage accounts, caches, accounts of Cosmos DB, workspaces, vaults for keys and other stores. */
export function stores(place: Place): readonly AzureSeed[] {
  return [
    ...accounts(place),
    ...caches(place),
    ...documents(place),
    ...workspaces(place),
    ...vaults(place),
    ...others(place),
  ];
}

function accounts(place: Place): readonly AzureSeed[] {
  const stats = (fields: object) => ({
    status: "Live",
    lastSyncTime: minutesAgo(place, 4),
    canFailover: true,
    ...fields,
  });
  const open = { defaultAction: "Allow", ipRules: [], virtualNetworkRules: [] };
  return [
    ...many(24, (name) => stored(account(place, name), ACCOUNT), "stgood"),
    stored(
      account(place, "stspaced", { location: "France Central", secondary: "France South" }),
      ACCOUNT,
      { trap: "a region that is written with a space" },
    ),
    stored(account(place, "stupper", { sku: "Standard_RAGZRS" }), ACCOUNT),
    stored(
      account(place, "stkeys", {
        properties: {
          encryption: {
            services: { blob: { enabled: true }, file: { enabled: true } },
            keySource: "microsoft.KEYVAULT",
          },
        },
      }),
      ACCOUNT,
      { trap: "a source of keys in other letters" },
    ),
    stored(
      account(place, "stold", { properties: { minimumTlsVersion: "TLS1_0" } }),
      { ...ACCOUNT, "tls-protocol-versions": "fail" },
      {
        violates: "an account that is set to accept TLS 1.0",
        trap: "the platform itself refuses it, which excuses no setting",
      },
    ),
    stored(
      account(place, "stunset", { properties: { minimumTlsVersion: undefined } }),
      { ...ACCOUNT, "tls-protocol-versions": "fail" },
      { trap: "no minimum, which Azure documents as TLS 1.0" },
    ),
    stored(
      account(place, "stclear", { properties: { supportsHttpsTrafficOnly: false } }),
      { ...ACCOUNT, "https-only": "fail" },
      { violates: "an account that serves clear text" },
    ),
    stored(
      account(place, "stsilent", { properties: { supportsHttpsTrafficOnly: undefined } }),
      { ...ACCOUNT, "https-only": "unknown" },
      { trap: "a setting that is absent is not false" },
    ),
    stored(
      account(place, "stpublic", { properties: { allowBlobPublicAccess: true } }),
      { ...ACCOUNT, "public-access": "fail" },
      { violates: "blobs that anyone may read" },
    ),
    stored(
      account(place, "stopen", { properties: { networkAcls: open } }),
      // Files answer at SMB's port.
      { ...ACCOUNT, "public-access": "fail", "internet-exposure": "fail" },
      { violates: "an account whose firewall lets everyone in" },
    ),
    stored(
      account(place, "stclosed", {
        properties: { networkAcls: open, publicNetworkAccess: "Disabled" },
      }),
      ACCOUNT,
      { trap: "an open rule behind a closed door" },
    ),
    stored(
      localAccount(place, "stlocal", "Standard_LRS"),
      { ...ACCOUNT, "zone-redundancy": "fail", "geo-replication": "fail" },
      { violates: "an account in one place" },
    ),
    stored(
      localAccount(place, "stzones", "Standard_ZRS"),
      { ...ACCOUNT, "geo-replication": "fail" },
      { violates: "an account without a copy elsewhere" },
    ),
    stored(
      account(place, "stbehind", {
        geoReplicationStats: stats({ lastSyncTime: minutesAgo(place, 125) }),
      }),
      { ...ACCOUNT, "geo-replication": "fail" },
      { violates: "a copy that has fallen behind" },
    ),
    stored(
      account(place, "stfresh", {
        geoReplicationStats: stats({ status: "Bootstrap", lastSyncTime: minutesAgo(place, 1) }),
      }),
      { ...ACCOUNT, "geo-replication": "fail" },
      {
        violates: "a copy that is still being made",
        trap: "a geo-redundant SKU whose time of copying is a default",
      },
    ),
    stored(
      account(place, "stabroad", { location: "westeurope", secondary: "northeurope" }),
      { ...ACCOUNT, "data-residency": "fail", "geo-replication": "fail" },
      { violates: "an account in a region that nobody declared" },
    ),
  ];
}

function caches(place: Place): readonly AzureSeed[] {
  const properties = { publicNetworkAccess: "Disabled" };
  return [
    ...many(4, (name) => seeded(cache(place, name), CACHE), "cache-good"),
    seeded(cache(place, "cache-new", { inGraph: false }), CACHE, {
      trap: "a resource that Resource Graph does not know yet",
    }),
    seeded(
      cache(place, "cache-clear", { properties: { ...properties, enableNonSslPort: true } }),
      { ...CACHE, "https-only": "fail" },
      { violates: "a cache with a port in clear text" },
    ),
    seeded(
      cache(place, "cache-old", { properties: { minimumTlsVersion: "1.0" } }),
      { ...CACHE, "tls-protocol-versions": "fail" },
      { violates: "a cache that accepts TLS 1.0" },
    ),
    seeded(
      cache(place, "cache-lone", { zones: ["1"] }),
      { ...CACHE, "zone-redundancy": "fail" },
      { violates: "a cache in one zone" },
    ),
    seeded(
      cache(place, "cache-nozones", {
        zones: [],
        properties: { zonalAllocationPolicy: "NoZones" },
      }),
      { ...CACHE, "zone-redundancy": "fail" },
      { trap: "an empty list of zones" },
    ),
    seeded(
      service(place, "Microsoft.Cache/redisEnterprise", "cache-plain", {
        below: { databases: [{ name: "default", properties: { clientProtocol: "Plaintext" } }] },
      }),
      { ...CACHE, "https-only": "fail" },
      { violates: "a database of a cache in clear text" },
    ),
  ];
}

function documents(place: Place): readonly AzureSeed[] {
  const location = (locationName: string, failoverPriority: number, isZoneRedundant = true) => ({
    locationName,
    failoverPriority,
    isZoneRedundant,
    provisioningState: "Succeeded",
  });
  const both = [location(HOME, 0), location(AWAY, 1)];
  return [
    ...many(3, (name) => seeded(cosmos(place, name), COSMOS), "cosmos-good"),
    seeded(
      cosmos(place, "cosmos-named", {
        properties: { locations: [location("France Central", 0), location("France South", 1)] },
      }),
      COSMOS,
    ),
    seeded(
      cosmos(place, "cosmos-lone", { properties: { locations: [location(HOME, 0, false)] } }),
      { ...COSMOS, "zone-redundancy": "fail", "geo-copies": "fail" },
      { violates: "an account of Cosmos DB in one place" },
    ),
    seeded(
      cosmos(place, "cosmos-abroad", {
        properties: { locations: [...both, location("West US", 2)] },
      }),
      { ...COSMOS, "data-residency": "fail", "geo-copies": "fail" },
      { violates: "a copy in a region that nobody declared" },
    ),
    seeded(
      cosmos(place, "cosmos-old", { properties: { minimalTlsVersion: "Tls" } }),
      { ...COSMOS, "tls-protocol-versions": "fail" },
      { violates: "an account of Cosmos DB that accepts TLS 1.0" },
    ),
    seeded(
      cosmos(place, "cosmos-open", {
        properties: { publicNetworkAccess: "Enabled", isVirtualNetworkFilterEnabled: false },
      }),
      { ...COSMOS, "public-access": "fail" },
      { violates: "an account of Cosmos DB that lets everyone in" },
    ),
    seeded(
      cosmos(place, "cosmos-seldom", {
        properties: {
          backupPolicy: {
            type: "Periodic",
            periodicModeProperties: {
              backupIntervalInMinutes: 2880,
              backupRetentionIntervalInHours: 720,
              backupStorageRedundancy: "Zone",
            },
          },
        },
      }),
      { ...COSMOS, "backup-frequency": "fail" },
      { violates: "backups every other day" },
    ),
  ];
}

function workspaces(place: Place): readonly AzureSeed[] {
  const tables = (name: string, days: number) => ({
    tables: [{ name, properties: { totalRetentionInDays: days } }],
  });
  return [
    seeded(workspace(place, "security"), WORKSPACE),
    ...many(3, (name) => seeded(workspace(place, name), WORKSPACE), "logs-good"),
    seeded(
      workspace(place, "logs-short", { below: tables("Short", 7) }),
      { ...WORKSPACE, "log-retention": "fail" },
      { violates: "a table whose logs go too early", trap: "the workspace itself keeps them" },
    ),
    seeded(
      workspace(place, "logs-long", { below: tables("Archive", 730) }),
      { ...WORKSPACE, "log-retention": "fail" },
      { violates: "logs that are kept too long" },
    ),
    seeded(
      workspace(place, "logs-open", { properties: { publicNetworkAccessForQuery: "Enabled" } }),
      { ...WORKSPACE, "public-access": "fail" },
      { violates: "logs that every network may query" },
    ),
  ];
}

function vaults(place: Place): readonly AzureSeed[] {
  const lists = { defaultAction: "Allow", ipRules: [] };
  const only = (category: string) => logged(place, [{ category, enabled: true }]);
  const dead = logged(place, [
    { category: "AuditEvent", enabled: false, retentionPolicy: { enabled: true, days: 365 } },
  ]);
  return [
    seeded(
      keyVault(place, "kv-good", [
        { name: "key-good" },
        { name: "key-still", properties: { rotationPolicy: undefined } },
        { name: "key-notify", properties: { rotationPolicy: { lifetimeActions: [] } } },
        {
          name: "key-off",
          properties: { attributes: { enabled: false }, rotationPolicy: YEARLY },
        },
      ]),
      VAULT,
    ),
    inside("key-good", passes("key-rotation")),
    inside("key-still", { "key-rotation": "fail" }, { violates: "a key that never rotates" }),
    inside(
      "key-notify",
      { "key-rotation": "fail" },
      { trap: "a rotation policy that only reminds" },
    ),
    inside("key-off", { "key-rotation": "not-applicable" }, { trap: "a disabled key" }),
    ...many(3, (name) => seeded(keyVault(place, name), VAULT), "kv-more"),
    seeded(
      keyVault(place, "kv-mute", [], { below: loggingBy() }),
      { ...VAULT, "audit-logging": "fail" },
      { violates: "a vault that logs nothing" },
    ),
    seeded(
      keyVault(place, "kv-other", [], { below: loggingBy(only("AzurePolicyEvaluationDetails")) }),
      { ...VAULT, "audit-logging": "fail" },
      { violates: "a vault that logs other things", trap: "a diagnostic setting that is there" },
    ),
    seeded(
      keyVault(place, "kv-dead", [], { below: loggingBy(dead) }),
      { ...VAULT, "audit-logging": "fail" },
      { trap: "a retention policy that has no effect any more" },
    ),
    seeded(
      keyVault(place, "kv-audit", [], {
        below: loggingBy(logged(place, [{ categoryGroup: "audit", enabled: true }])),
      }),
      VAULT,
      { trap: "a group of categories in place of their names" },
    ),
    seeded(
      keyVault(place, "kv-open", [], {
        properties: { networkAcls: lists, publicNetworkAccess: "Enabled" },
      }),
      { ...VAULT, "public-access": "fail" },
      { violates: "a vault for keys that every network reaches" },
    ),
  ];
}

function others(place: Place): readonly AzureSeed[] {
  const data = passes("data-residency", "public-access");
  return [
    seeded(service(place, "Microsoft.EventHub/namespaces"), {
      ...data,
      ...passes("encryption-at-rest", "tls-protocol-versions", "zone-redundancy"),
      "https-only": "unknown",
    }),
    seeded(
      service(place, "Microsoft.ServiceBus/namespaces", "bus-old", {
        properties: { minimumTlsVersion: "1.0" },
      }),
      { ...data, "tls-protocol-versions": "fail", "https-only": "unknown" },
      { violates: "a namespace that accepts TLS 1.0" },
    ),
    seeded(
      service(place, "Microsoft.ContainerRegistry/registries", "registry-open", {
        properties: { anonymousPullEnabled: true },
      }),
      { ...data, "public-access": "fail" },
      { violates: "a registry that anyone may pull from" },
    ),
    seeded(
      service(place, "Microsoft.Search/searchServices", "search-open", {
        properties: { publicNetworkAccess: "Enabled" },
      }),
      { ...data, "public-access": "fail" },
      { violates: "a search service without rules" },
    ),
  ];
}
