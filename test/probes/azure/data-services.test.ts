import { describe, expect, test } from "vitest";
import { ANALYTICS_SERVICES } from "#probes/azure/analytics-services.ts";
import appInsights from "#probes/azure/app-insights.ts";
import type { DataService } from "#probes/azure/data-service.ts";
import dataServices from "#probes/azure/data-services.ts";
import { MESSAGING_SERVICES } from "#probes/azure/messaging-services.ts";
import { OTHER_DATA_SERVICES } from "#probes/azure/other-data-services.ts";
import { STORE_SERVICES } from "#probes/azure/store-services.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fields } from "#probes/common/json.ts";
import { fakeSubscription, resource } from "./azure.ts";
import { FIRST } from "./fake.ts";

const SERVICES = [
  ...MESSAGING_SERVICES,
  ...STORE_SERVICES,
  ...ANALYTICS_SERVICES,
  ...OTHER_DATA_SERVICES,
];

function service(kind: string): DataService {
  const found = SERVICES.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`no row for ${kind}`);
  return found;
}

type Facet = "location" | "transport" | "exposure" | "redundancy" | "replication" | "encryption";

/** What a row tells of a facet, with what lies below the resource. */
function told(kind: string, facet: Facet, given: object, below: readonly object[] = []): unknown {
  const row = service(kind);
  const raw = { location: "West Europe", properties: {}, ...given };
  const subject = {
    target: "azure",
    provider: "azure" as const,
    kind,
    id: "/subscriptions/s/x",
    name: "x",
    region: "westeurope",
    tags: {},
  };
  const source = { operation: "", observedAt: "", sha256: "" };
  const found = { subject, raw, source, subscription: "s" };
  const own = row.below?.[facet];
  if (own !== undefined) return own.map(raw, below.map(fields), found);
  return row[facet]?.(raw, found);
}

const properties = (values: object) => ({ properties: values });
const closed = { publicNetworkAccess: "Disabled" };
const perimeter = { publicNetworkAccess: "SecuredByPerimeter" };
const acls = (defaultAction: unknown, ...values: string[]) => ({
  networkAcls: { defaultAction, ipRules: values.map((value) => ({ value })) },
});

describe("where the data rests", () => {
  const secondary = { locationName: "francecentral", roleType: "Secondary" };
  const primary = { locationName: "westeurope", roleType: "Primary" };
  const geo = (...locations: object[]) => properties({ geoDataReplication: { locations } });
  const EVENTS = "Microsoft.EventHub/namespaces";
  const REGISTRY = "Microsoft.ContainerRegistry/registries";
  const VAULT = "Microsoft.KeyVault/vaults";
  const HUB = "Microsoft.Devices/IotHubs";
  const STORE = "Microsoft.AppConfiguration/configurationStores";
  const POOL = "Microsoft.Synapse/workspaces/sqlPools";

  test.each<[string, object, object[], string[], string[] | undefined]>([
    [EVENTS, {}, [], ["westeurope"], undefined],
    [EVENTS, geo(primary, secondary), [], ["westeurope", "francecentral"], undefined],
    [REGISTRY, {}, [], ["westeurope"], ["northeurope"]],
    [
      REGISTRY,
      {},
      [{ location: "West Europe" }, { location: "North Europe" }],
      ["westeurope", "northeurope"],
      undefined,
    ],
    [REGISTRY, { location: "brazilsouth" }, [], ["brazilsouth"], undefined],
    // A vault is always copied to the pair, but where Microsoft says that it is not.
    [VAULT, {}, [], ["westeurope", "northeurope"], undefined],
    [VAULT, { location: "Poland Central" }, [], ["polandcentral"], undefined],
    [VAULT, { location: "brazilsouth" }, [], ["brazilsouth"], undefined],
    [VAULT, { location: "westus3" }, [], ["westus3"], undefined],
    [
      "Microsoft.KeyVault/managedHSMs",
      properties({ regions: [{ name: "westeurope" }, { name: "France Central" }] }),
      [],
      ["westeurope", "francecentral"],
      undefined,
    ],
    [STORE, {}, [], ["westeurope"], undefined],
    [STORE, {}, [{ location: "eastus" }], ["westeurope", "eastus"], undefined],
    [HUB, {}, [], ["westeurope"], ["northeurope"]],
    [HUB, properties({ enableDataResidency: true }), [], ["westeurope"], undefined],
    [
      HUB,
      properties({ locations: [{ location: "West Europe" }, { location: "North Europe" }] }),
      [],
      ["westeurope", "northeurope"],
      undefined,
    ],
    [POOL, {}, [properties({ state: "Enabled" })], ["westeurope", "northeurope"], undefined],
    [POOL, {}, [properties({ state: "Disabled" })], ["westeurope"], undefined],
    [POOL, {}, [properties({ state: "Perhaps" })], ["westeurope"], ["northeurope"]],
    ["Microsoft.DataFactory/factories", {}, [], ["westeurope", "northeurope"], undefined],
    [
      "Microsoft.Automation/automationAccounts",
      { location: "southeastasia" },
      [],
      ["southeastasia"],
      undefined,
    ],
    [
      "Microsoft.CognitiveServices/accounts",
      properties({ locations: { regions: [{ name: "eastus" }] } }),
      [],
      ["westeurope", "eastus"],
      undefined,
    ],
  ])("%s %j %j", (kind, given, below, regions, possible) => {
    expect(told(kind, "location", given, below)).toMatchObject({ regions });
    expect(fields(told(kind, "location", given, below))["possible"]).toEqual(possible);
  });

  test.each<[string, object, object[]]>([
    [EVENTS, { location: undefined }, []],
    [EVENTS, geo({ locationName: "eastus" }), []],
    [EVENTS, geo({ locationName: "eastus", roleType: "Bystander" }), []],
    [EVENTS, properties({ geoDataReplication: { locations: "all" } }), []],
    [REGISTRY, {}, [{}]],
    ["Microsoft.KeyVault/managedHSMs", properties({ regions: [{}] }), []],
    [HUB, properties({ locations: [{}] }), []],
    [POOL, {}, []],
  ])("%s %j %j tells nothing", (kind, given, below) => {
    expect(() => told(kind, "location", given, below)).toThrow(Error);
  });
});

describe("by what and by whose key it is encrypted", () => {
  const AES = { enabled: true, algorithm: "AES-256", algorithmSource: "published-design" };
  const UNNAMED = { enabled: true, algorithm: null, algorithmSource: null };
  const byVault = properties({ encryption: { keySource: "Microsoft.KeyVault" } });
  const odd = properties({ encryption: { keySource: "Somewhere" } });
  const group = (encryption: string) => properties({ encryption });
  const disk = (id: string | null) => (id === null ? {} : { diskEncryptionSet: { id } });

  test.each<[string, object, object[], object]>([
    ["Microsoft.EventHub/namespaces", {}, [], { ...AES, keyManagement: "provider" }],
    ["Microsoft.EventHub/namespaces", byVault, [], { ...AES, keyManagement: "customer" }],
    ["Microsoft.ServiceBus/namespaces", odd, [], { ...AES, keyManagement: null }],
    [
      "Microsoft.ContainerRegistry/registries",
      properties({ encryption: { status: "enabled" } }),
      [],
      { ...AES, keyManagement: "customer" },
    ],
    [
      "Microsoft.ContainerRegistry/registries",
      properties({ encryption: { status: 1 } }),
      [],
      { ...AES, keyManagement: null },
    ],
    [
      "Microsoft.ContainerRegistry/registries/replications",
      {},
      [],
      { ...AES, keyManagement: null },
    ],
    ["Microsoft.KeyVault/vaults", {}, [], UNNAMED],
    ["Microsoft.Cache/redisEnterprise", {}, [], { ...AES, keyManagement: "provider" }],
    [
      "Microsoft.AppConfiguration/configurationStores",
      properties({ encryption: { keyVaultProperties: { keyIdentifier: "https://v/k" } } }),
      [],
      { ...AES, keyManagement: "customer" },
    ],
    ["Microsoft.Kusto/clusters", properties({ enableDiskEncryption: true }), [], AES],
    // The disks of the hot cache are only encrypted if somebody chose it.
    [
      "Microsoft.Kusto/clusters",
      properties({ enableDiskEncryption: false }),
      [],
      { enabled: null },
    ],
    ["Microsoft.Kusto/clusters", {}, [], { enabled: null }],
    ["Microsoft.HDInsight/clusters", {}, [], { enabled: null }],
    [
      "Microsoft.HDInsight/clusters",
      properties({ diskEncryptionProperties: { encryptionAtHost: true } }),
      [],
      { ...AES, keyManagement: "provider" },
    ],
    [
      "Microsoft.HDInsight/clusters",
      properties({ diskEncryptionProperties: { vaultUri: "https://v" } }),
      [],
      { ...AES, keyManagement: "customer" },
    ],
    [
      "Microsoft.Synapse/workspaces",
      properties({ encryption: { cmk: { key: { keyVaultUrl: "https://v/keys/k" } } } }),
      [],
      { ...AES, keyManagement: "customer" },
    ],
    ["Microsoft.Search/searchServices", {}, [], { ...AES, keyManagement: null }],
    ["Microsoft.CognitiveServices/accounts", { kind: "OpenAI" }, [], AES],
    ["Microsoft.CognitiveServices/accounts", { kind: "Bing" }, [], UNNAMED],
    [
      "Microsoft.DataLakeStore/accounts",
      properties({ encryptionState: "Disabled" }),
      [],
      { enabled: false },
    ],
    ["Microsoft.DataLakeStore/accounts", {}, [], { enabled: null }],
    [
      "Microsoft.ElasticSan/elasticSans",
      {},
      [group("EncryptionAtRestWithCustomerManagedKey"), group("EncryptionAtRestWithPlatformKey")],
      { ...AES, keyManagement: "provider" },
    ],
    [
      "Microsoft.ElasticSan/elasticSans",
      {},
      [group("EncryptionAtRestWithCustomerManagedKey")],
      { ...AES, keyManagement: "customer" },
    ],
    ["Microsoft.ElasticSan/elasticSans", {}, [group("New")], { ...AES, keyManagement: null }],
    [
      "Microsoft.NetApp/netAppAccounts/capacityPools/volumes",
      properties({ encryptionKeySource: "Microsoft.KeyVault" }),
      [],
      { ...AES, keyManagement: "customer" },
    ],
    [
      "Microsoft.Compute/images",
      properties({ storageProfile: { osDisk: disk("/x"), dataDisks: [disk(null)] } }),
      [],
      { ...AES, keyManagement: "provider" },
    ],
    [
      "Microsoft.Compute/images",
      properties({ storageProfile: { osDisk: disk("/x"), dataDisks: [disk("/x")] } }),
      [],
      { ...AES, keyManagement: "customer" },
    ],
  ])("%s %j %j", (kind, given, below, expected) => {
    expect(told(kind, "encryption", given, below)).toMatchObject(expected);
  });

  test("every row names the page that it rests on", () => {
    for (const { kind } of SERVICES) {
      const { algorithmReference, caveat, enabled } = fields(
        told(kind, "encryption", properties({ enableDiskEncryption: true })),
      );
      const page = `${String(algorithmReference)} ${String(caveat)}`;
      if (enabled === true) expect(page, kind).toContain("https://learn.microsoft.com/azure/");
    }
  });
});

describe("who is let in", () => {
  const NAMESPACE = "Microsoft.ServiceBus/namespaces";
  const REGISTRY = "Microsoft.ContainerRegistry/registries";
  const rules = (defaultAction: string, ...masks: string[]) =>
    properties({ defaultAction, ipRules: masks.map((ipMask) => ({ ipMask })) });
  const premium = (values: object) => ({ sku: { name: "Premium" }, ...properties(values) });
  const ruleSet = (defaultAction: string) => ({ networkRuleSet: { defaultAction } });
  const range = (startIpAddress: string, endIpAddress: string) => ({
    name: "rule",
    ...properties({ startIpAddress, endIpAddress }),
  });

  test.each<[string, object, object[], boolean | null]>([
    [NAMESPACE, properties(closed), [], false],
    [NAMESPACE, {}, [rules("Allow")], true],
    [NAMESPACE, {}, [rules("Deny", "93.184.216.0/24")], false],
    [NAMESPACE, {}, [rules("Deny", "0.0.0.0/1", "128.0.0.0/1")], true],
    [NAMESPACE, {}, [rules("Deny", "somewhere")], null],
    [NAMESPACE, {}, [rules("Perhaps")], null],
    [NAMESPACE, {}, [properties({ ...closed, defaultAction: "Allow" })], false],
    [NAMESPACE, properties(perimeter), [rules("Allow")], null],
    ["Microsoft.KeyVault/vaults", properties(acls("Deny")), [], false],
    ["Microsoft.KeyVault/vaults", properties(acls("Allow")), [], true],
    ["Microsoft.KeyVault/vaults", properties(acls("Deny", "0.0.0.0/0")), [], true],
    // Nobody says what a vault without rules does.
    ["Microsoft.KeyVault/vaults", {}, [], null],
    ["Microsoft.KeyVault/vaults", properties({ ...acls("Allow"), ...closed }), [], false],
    [REGISTRY, premium(ruleSet("Deny")), [], false],
    [REGISTRY, premium(ruleSet("Allow")), [], true],
    [REGISTRY, premium({}), [], null],
    [REGISTRY, { sku: { name: "Basic" } }, [], true],
    ["Microsoft.Cache/redisEnterprise", {}, [], null],
    ["Microsoft.Cache/redisEnterprise", properties({ publicNetworkAccess: "Enabled" }), [], true],
    ["Microsoft.Kusto/clusters", properties({ allowedIpRangeList: [] }), [], true],
    ["Microsoft.Kusto/clusters", properties({ allowedIpRangeList: ["10.0.0.0/8"] }), [], false],
    ["Microsoft.Kusto/clusters", properties({ allowedIpRangeList: ["AzureCloud"] }), [], null],
    ["Microsoft.Kusto/clusters", properties(closed), [], false],
    ["Microsoft.Search/searchServices", {}, [], true],
    [
      "Microsoft.Search/searchServices",
      properties({ networkRuleSet: { ipRules: [{ value: "93.184.216.34" }] } }),
      [],
      false,
    ],
    ["Microsoft.Databricks/workspaces", properties({ publicNetworkAccess: "Enabled" }), [], null],
    ["Microsoft.Databricks/workspaces", properties(closed), [], false],
    ["Microsoft.MachineLearningServices/workspaces", {}, [], null],
    [
      "Microsoft.Synapse/workspaces",
      properties({ publicNetworkAccess: "Enabled" }),
      [range("0.0.0.0", "255.255.255.255")],
      true,
    ],
    ["Microsoft.Synapse/workspaces", properties({ publicNetworkAccess: "Enabled" }), [], false],
    [
      "Microsoft.DBforPostgreSQL/serverGroupsv2",
      properties({ coordinatorEnablePublicIpAccess: false, nodeEnablePublicIpAccess: false }),
      [],
      false,
    ],
    [
      "Microsoft.DBforPostgreSQL/serverGroupsv2",
      properties({ coordinatorEnablePublicIpAccess: false, nodeEnablePublicIpAccess: true }),
      [range("0.0.0.0", "255.255.255.255")],
      true,
    ],
    // Nobody says whether the nodes have public addresses.
    [
      "Microsoft.DBforPostgreSQL/serverGroupsv2",
      properties({ coordinatorEnablePublicIpAccess: false }),
      [range("0.0.0.0", "255.255.255.255")],
      null,
    ],
    [
      "Microsoft.DocumentDB/mongoClusters",
      properties({ publicNetworkAccess: "Enabled" }),
      [range("0.0.0.0", "0.0.0.0")],
      null,
    ],
    ["Microsoft.Devices/IotHubs", {}, [], null],
    ["Microsoft.Devices/IotHubs", properties({ ipFilterRules: [] }), [], true],
    [
      "Microsoft.Devices/IotHubs",
      properties({ networkRuleSets: { defaultAction: "Deny" } }),
      [],
      false,
    ],
    ["Microsoft.DataLakeStore/accounts", properties({ firewallState: "Disabled" }), [], true],
    ["Microsoft.DataLakeStore/accounts", properties({ firewallState: "Enabled" }), [], null],
    ["Microsoft.DataLakeStore/accounts", {}, [], null],
  ])("%s %j %j", (kind, given, below, openNetwork) => {
    expect(told(kind, "exposure", given, below)).toMatchObject({ openNetwork });
  });

  test.each([
    [true, true],
    [false, false],
    [undefined, null],
    ["true", null],
  ])("anonymous pulls %j", (anonymousPullEnabled, anonymousAccess) => {
    expect(told(REGISTRY, "exposure", premium({ anonymousPullEnabled }))).toMatchObject({
      anonymousAccess,
    });
  });
});

describe("TLS, zones and copies", () => {
  const CACHE = "Microsoft.Cache/redisEnterprise";
  const database = (clientProtocol: unknown) => properties({ clientProtocol });

  test.each<[string, object, object[], object]>([
    [
      "Microsoft.EventHub/namespaces",
      properties({ minimumTlsVersion: "1.2" }),
      [],
      { minimumTls: "TLSv1.2" },
    ],
    ["Microsoft.EventHub/namespaces", {}, [], { minimumTls: null, minimumTlsIsDefault: false }],
    [
      "Microsoft.ServiceBus/namespaces",
      properties({ minimumTlsVersion: "1.9" }),
      [],
      { minimumTls: null },
    ],
    [
      "Microsoft.Devices/IotHubs",
      properties({ minTlsVersion: "1.2" }),
      [],
      { minimumTls: "TLSv1.2" },
    ],
    [
      "Microsoft.Synapse/workspaces",
      {},
      [properties({ minimalTlsVersion: "1.0" })],
      { minimumTls: "TLSv1.0" },
    ],
    [
      CACHE,
      properties({ minimumTlsVersion: "1.2" }),
      [database("Encrypted")],
      { secureOnly: true, minimumTls: "TLSv1.2" },
    ],
    [CACHE, {}, [database("Encrypted"), database("Plaintext")], { secureOnly: false }],
    [CACHE, {}, [database(undefined)], { secureOnly: null }],
    [CACHE, {}, [], { secureOnly: null }],
  ])("transport of %s %j %j", (kind, given, below, expected) => {
    expect(told(kind, "transport", given, below)).toMatchObject(expected);
  });

  test.each<[string, object, object[], boolean | null, boolean | null]>([
    // The setting may be out of date: only true says something.
    ["Microsoft.EventHub/namespaces", properties({ zoneRedundant: true }), [], true, false],
    ["Microsoft.EventHub/namespaces", properties({ zoneRedundant: false }), [], null, false],
    ["Microsoft.EventHub/namespaces", {}, [], null, false],
    [
      "Microsoft.ContainerRegistry/registries",
      properties({ zoneRedundancy: "Enabled" }),
      [],
      true,
      false,
    ],
    [
      "Microsoft.ContainerRegistry/registries",
      properties({ zoneRedundancy: "Disabled" }),
      [{ location: "eastus" }],
      null,
      true,
    ],
    [CACHE, { zones: ["1", "2", "3"] }, [], true, null],
    [CACHE, {}, [], null, null],
    [
      "Microsoft.ElasticSan/elasticSans",
      properties({ sku: { name: "Premium_ZRS" } }),
      [],
      true,
      false,
    ],
    [
      "Microsoft.ElasticSan/elasticSans",
      properties({ sku: { name: "Premium_LRS" } }),
      [],
      false,
      false,
    ],
    ["Microsoft.ElasticSan/elasticSans", {}, [], null, null],
  ])("redundancy of %s %j %j", (kind, given, below, zoneRedundant, geoRedundant) => {
    expect(told(kind, "redundancy", given, below)).toMatchObject({ zoneRedundant, geoRedundant });
  });

  const replication = (value: object) => properties({ dataProtection: { replication: value } });
  const VOLUME = "Microsoft.NetApp/netAppAccounts/capacityPools/volumes";
  test.each<[string, object, object[], unknown[]]>([
    [
      "Microsoft.ContainerRegistry/registries",
      {},
      [
        { location: "westeurope" },
        { location: "eastus", properties: { status: { displayStatus: "Ready" } } },
        { location: "westus", properties: { status: { displayStatus: "Syncing" } } },
      ],
      [
        ["eastus", "active"],
        ["westus", "unknown"],
      ],
    ],
    [VOLUME, {}, [], []],
    [
      VOLUME,
      replication({ endpointType: "src", remoteVolumeRegion: "eastus" }),
      [],
      [["eastus", "unknown"]],
    ],
    [VOLUME, replication({ endpointType: "dst", remoteVolumeResourceId: "/x" }), [], []],
  ])("replication of %s %j %j", (kind, given, below, expected) => {
    const { destinations } = fields(told(kind, "replication", given, below));
    const copies = Array.isArray(destinations) ? destinations.map(fields) : [];
    expect(copies.map((copy) => [copy["region"], copy["status"]])).toEqual(expected);
  });

  test("a replication whose end is not known tells nothing", () => {
    expect(() => told(VOLUME, "replication", replication({}))).toThrow("no known end");
  });
});

describe("from the wire", async () => {
  const BUS = "Microsoft.ServiceBus/namespaces";
  const below = {
    "networkRuleSets/default": { properties: { defaultAction: "Deny", ipRules: [] } },
  };
  const resources = [
    resource(BUS, "orders", { properties: {}, below }),
    resource("Microsoft.Logic/workflows", "flow", { properties: {} }),
    resource("Microsoft.ContainerRegistry/registries", "images", {
      sku: { name: "Premium" },
      properties: {},
      below: { replications: [{ location: "eastus" }] },
    }),
  ];
  const { scan, azure } = await fakeSubscription({ resources });

  test("all are read, and what lies below is asked for once", async () => {
    const found = await scan().gather(dataServices);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "orders", "exposure")).toMatchObject({ openNetwork: false });
    expect(facetOf(found, "images", "location")?.regions).toEqual(["westeurope", "eastus"]);
    expect(facetOf(found, "flow", "encryption")).toMatchObject({ algorithm: "AES-256" });
    expect(azure.calls.filter(({ path }) => path.includes("/replications?"))).toHaveLength(1);
  });

  test("what a premium namespace replicates is asked of ARM itself, which another tier cannot do", async () => {
    const named = (name: string, tier: string) =>
      resource(BUS, name, { sku: { name: tier }, properties: {} });
    const premium = await fakeSubscription({
      resources: [named("premium", "Premium"), named("standard", "Standard")],
    });
    const found = await premium.scan().gather(dataServices, ["location", "replication"]);
    expect(found.problems).toEqual([]);
    const asked = premium.azure.calls.filter(({ path }) => /namespaces\/\w+\?/.test(path));
    expect(asked.map(({ path }) => /namespaces\/(\w+)/.exec(path)?.[1])).toEqual(["premium"]);
  });

  test.each([
    [`${BUS}/read`, "orders", ["encryption", "exposure"]],
    [`${BUS}/networkRuleSets/read`, "orders", ["exposure"]],
    ["Microsoft.ContainerRegistry/registries/replications/read", "images", ["location"]],
  ])("without %s only %s loses %j", async (permission, name, facets) => {
    const denied = await fakeSubscription({ resources, denied: [permission] });
    const found = await denied.scan().gather(dataServices, ["location", "encryption", "exposure"]);
    const lost = found.problems.map((problem) => {
      expect(problem).toMatchObject({ reason: "denied", permission, subject: { name } });
      return problem.facets[0];
    });
    expect(lost).toEqual(expect.arrayContaining(facets));
    expect(found.observations.length).toBeGreaterThan(3);
  });
});

describe("Application Insights", async () => {
  const workspace = `/subscriptions/${FIRST}/resourceGroups/production/providers/Microsoft.OperationalInsights/workspaces/logs`;
  const component = (name: string, WorkspaceResourceId?: string) =>
    resource("Microsoft.Insights/components", name, {
      properties: WorkspaceResourceId === undefined ? {} : { WorkspaceResourceId },
    });
  const resources = [
    component("shop", workspace),
    component("classic"),
    component("odd", "/subscriptions/../elsewhere"),
    resource("Microsoft.OperationalInsights/workspaces", "logs", {
      location: "francecentral",
      properties: {},
    }),
  ];

  test("rests where its workspace is", async () => {
    const { scan } = await fakeSubscription({ resources });
    const found = await scan().gather(appInsights);
    expect(facetOf(found, "shop", "location")?.regions).toEqual(["francecentral"]);
    expect(facetOf(found, "shop", "encryption")).toMatchObject({ keyManagement: null });
    expect(facetOf(found, "classic", "location")?.regions).toEqual(["westeurope"]);
    expect(found.problems).toMatchObject([
      { subject: { name: "odd" }, facets: ["location"], reason: "malformed" },
    ]);
  });

  test("without the workspace it is not known where", async () => {
    const permission = "Microsoft.OperationalInsights/workspaces/read";
    const { scan } = await fakeSubscription({ resources, denied: [permission] });
    const found = await scan().gather(appInsights, ["location"]);
    expect(found.problems).toMatchObject([
      { subject: { name: "shop" }, reason: "denied", permission },
      { subject: { name: "odd" } },
    ]);
  });
});
