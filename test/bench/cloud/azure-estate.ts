import {
  armId,
  storageAccount,
  type ArmResource,
  type AzureEstate,
  type AzureSubscription,
  type Below,
} from "#fixtures/estate/azure/estate.ts";

export const TENANT = "11111111-1111-4111-8111-111111111111";
export const CLIENT = "55555555-5555-4555-8555-555555555555";
export const SECRET = "bench.client.secret.0815";

/** Resources of each kind in a subscription: 500. Half of the storage accounts tell their copy elsewhere when asked. */
const HELD = { storage: 100, vaults: 150, caches: 50, groups: 100, workspaces: 20, others: 80 };

/** Subscriptions of 500 resources each. */
export function azureEstateOf(subscriptions: number): AzureEstate {
  return {
    tenant: TENANT,
    applications: [{ clientId: CLIENT, clientSecret: SECRET }],
    subscriptions: several(subscriptions, (index) => subscriptionOf(subscriptionId(index))),
  };
}

export function subscriptionId(index: number): string {
  return `22222222-2222-4222-8222-${String(index).padStart(12, "0")}`;
}

function subscriptionOf(id: string): AzureSubscription {
  const make = (count: number, type: string, fields: (index: number) => Partial<ArmResource>) =>
    several(count, (index): ArmResource => {
      const name = `bench-${type.split("/").at(-1)?.toLowerCase()}-${index}`;
      const at = { id: armId(id, `group-${index % 10}`, type, name), name, type };
      return { ...at, location: "westeurope", ...fields(index) };
    });
  const workspace = armId(id, "group-0", WORKSPACES, "bench-workspaces-0");
  const accounts = several(HELD.storage, (index) =>
    storageAccount(`bench${index}of${id.slice(-4)}`, {
      subscription: id,
      group: `group-${index % 10}`,
      ...(index % 2 === 0 ? GEO : {}),
    }),
  );
  return {
    id,
    name: `Bench ${id.slice(-4)}`,
    accounts,
    resources: [
      ...make(HELD.vaults, "Microsoft.KeyVault/vaults", () => ({
        properties: {
          vaultUri: "https://bench.vault.azure.net/",
          enableSoftDelete: true,
          enablePurgeProtection: true,
          publicNetworkAccess: "Disabled",
        },
        below: { ...logsTo(workspace), keys: [] },
      })),
      ...make(HELD.caches, "Microsoft.Cache/Redis", (index) => ({
        zones: index % 2 === 0 ? ["1", "2"] : ["1"],
        properties: {
          sku: { name: "Premium", family: "P", capacity: 1 },
          enableNonSslPort: false,
          minimumTlsVersion: "1.2",
          publicNetworkAccess: "Disabled",
          hostName: `bench-${index}.redis.cache.windows.net`,
        },
      })),
      ...make(HELD.groups, "Microsoft.Network/networkSecurityGroups", () => ({
        properties: { securityRules: [RULE], defaultSecurityRules: [], subnets: [] },
      })),
      ...make(HELD.workspaces, WORKSPACES, () => ({
        properties: { retentionInDays: 90, publicNetworkAccessForQuery: "Enabled", features: {} },
        below: { tables: several(5, (at) => ({ name: `Table${at}`, properties: KEPT })) },
      })),
      ...make(HELD.others, "Microsoft.Network/dnszones", () => ({ location: "global" })),
    ],
    below: {
      ...logsTo(workspace),
      "providers/Microsoft.Security/pricings": [
        { name: "VirtualMachines", properties: { pricingTier: "Free" } },
      ],
      "providers/Microsoft.Authorization/roleAssignments": several(200, (index) => ({
        id: `/subscriptions/${id}/providers/${ASSIGNMENTS}/${index}`,
        name: String(index),
        type: ASSIGNMENTS,
        properties: {
          principalId: `principal-${index}`,
          principalType: "User",
          roleDefinitionId: `/subscriptions/${id}/providers/${DEFINITIONS}/reader`,
          scope: `/subscriptions/${id}`,
        },
      })),
      "providers/Microsoft.Authorization/roleEligibilityScheduleInstances": [],
      "providers/Microsoft.Authorization/roleDefinitions": [
        { name: "reader", properties: { roleName: "Reader", permissions: [READ] } },
      ],
    },
  };
}

const WORKSPACES = "Microsoft.OperationalInsights/workspaces";
const ASSIGNMENTS = "Microsoft.Authorization/roleAssignments";
const DEFINITIONS = "Microsoft.Authorization/roleDefinitions";
const READ = { actions: ["*/read"], notActions: [], dataActions: [], notDataActions: [] };
const KEPT = { totalRetentionInDays: 90 };
const RULE = {
  name: "https",
  properties: {
    protocol: "Tcp",
    sourceAddressPrefix: "Internet",
    sourcePortRange: "*",
    destinationAddressPrefix: "*",
    destinationPortRange: "443",
    access: "Allow",
    priority: 100,
    direction: "Inbound",
  },
};
const GEO = {
  sku: "Standard_RAGRS",
  secondary: "northeurope",
  geoReplicationStats: {
    status: "Live",
    lastSyncTime: "2026-11-22T08:00:00Z",
    canFailover: true,
  },
};

function logsTo(workspaceId: string): Below {
  return {
    "providers/Microsoft.Insights/diagnosticSettings": [
      {
        name: "all",
        properties: { workspaceId, logs: [{ categoryGroup: "allLogs", enabled: true }] },
      },
    ],
    "providers/Microsoft.Insights/diagnosticSettingsCategories": [
      { name: "AuditEvent", properties: { categoryType: "Logs" } },
    ],
  };
}

function several<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
