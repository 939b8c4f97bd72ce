/** A storage account's settings, one at a time. */
import { describe, expect, test } from "vitest";
import * as map from "#probes/azure/storage-facets.ts";

const account = (properties: object, more: object = {}) => ({
  location: "westeurope",
  sku: { name: "Standard_LRS" },
  properties,
  ...more,
});

/** What hostile or odd JSON may put where an object, a text or a boolean belongs. */
const ODD: readonly unknown[] = [null, undefined, 0, 1, "true", "", [], [null], {}, { x: [] }];

describe("redundancy", () => {
  test.each([
    ["Standard_LRS", 1, false, false],
    ["Standard_ZRS", 3, true, false],
    ["Standard_GRS", 1, false, true],
    ["Standard_RAGRS", 1, false, true],
    ["Standard_GZRS", 3, true, true],
    ["Standard_RAGZRS", 3, true, true],
    ["Premium_LRS", 1, false, false],
    ["Premium_ZRS", 3, true, false],
    ["StandardV2_LRS", 1, false, false],
    ["StandardV2_GRS", 1, false, true],
    ["StandardV2_ZRS", 3, true, false],
    ["StandardV2_GZRS", 3, true, true],
    ["PremiumV2_LRS", 1, false, false],
    ["PremiumV2_ZRS", 3, true, false],
    ["Standard_XRS", null, null, null],
    ["Ultra_ZRS", null, null, null],
    ["constructor", null, null, null],
    ["Standard_constructor", null, null, null],
  ])("%s", (name, zones, zoneRedundant, geoRedundant) => {
    expect(map.storageRedundancy({ sku: { name } })).toEqual({
      zones,
      zoneRedundant,
      geoRedundant,
      setting: name,
    });
  });

  test("no SKU", () => {
    expect(map.storageRedundancy({})).toMatchObject({ zones: null, setting: "no SKU stated" });
  });
});

describe("transport", () => {
  test.each([
    ["TLS1_0", "TLSv1.0", false],
    ["TLS1_1", "TLSv1.1", false],
    ["TLS1_2", "TLSv1.2", false],
    ["tls1_2", "TLSv1.2", false],
    ["TLS1_3", "TLSv1.3", false],
    ["TLS1_4", null, false],
    ["", null, false],
    [12, null, false],
    [undefined, "TLSv1.0", true],
    [null, "TLSv1.0", true],
  ])("minimumTlsVersion %s", (minimumTlsVersion, minimumTls, minimumTlsIsDefault) => {
    expect(map.storageTransport(account({ minimumTlsVersion }))).toMatchObject({
      minimumTls,
      minimumTlsIsDefault,
      platformFloor: {
        version: "TLSv1.2",
        reference: expect.stringMatching(/^https:\/\/learn\.microsoft\.com\//),
      },
    });
  });

  test.each([
    [true, true],
    [false, false],
    [undefined, null],
    [null, null],
    ["true", null],
  ])("supportsHttpsTrafficOnly %s", (supportsHttpsTrafficOnly, secureOnly) => {
    const transport = map.storageTransport(account({ supportsHttpsTrafficOnly }));
    expect(transport.secureOnly).toBe(secureOnly);
    expect(transport.detail).toContain(secureOnly === null ? "not stated" : `${secureOnly}`);
  });
});

describe("encryption", () => {
  const on = { enabled: true };
  const off = { enabled: false };
  test.each([
    ["blob and file on", { services: { blob: on, file: on } }, true],
    ["one off", { services: { blob: on, file: off } }, false],
    ["queue off", { services: { blob: on, queue: off } }, false],
    ["no service", { services: {}, keySource: "Microsoft.Storage" }, null],
    ["no services", { keySource: "Microsoft.Storage" }, null],
    ["enabled not said", { services: { blob: {} } }, null],
    ["enabled in words", { services: { blob: { enabled: "false" } } }, null],
    ["another service", { services: { tape: on } }, null],
    ["absent", undefined, null],
  ])("%s", (_name, encryption, enabled) => {
    const read = map.storageEncryption(account({ encryption }));
    expect(read.enabled).toBe(enabled);
    // The cipher is never claimed where encryption is not seen to be on, and never as observed.
    expect([read.algorithm, read.algorithmSource]).toEqual(
      enabled === true ? ["AES-256", "published-design"] : [null, null],
    );
    expect(read.algorithmReference === null).toBe(enabled !== true);
    expect(read.caveat === null).toBe(enabled === true);
  });

  test.each([
    ["Microsoft.Storage", "provider"],
    ["microsoft.storage", "provider"],
    ["Microsoft.Keyvault", "customer"],
    ["Microsoft.KeyVault", "customer"],
    ["Contoso.Vault", null],
    [undefined, null],
  ])("keySource %s", (keySource, keyManagement) => {
    const encryption = { services: { blob: on }, keySource };
    expect(map.storageEncryption(account({ encryption })).keyManagement).toBe(keyManagement);
  });
});

const rules = (defaultAction: string, ipRules: unknown[] = []) => ({
  networkAcls: { defaultAction, ipRules },
});

describe("exposure", () => {
  const enabled = { publicNetworkAccess: "Enabled" };
  test.each([
    ["allow", { ...enabled, ...rules("Allow") }, true, ["networkAcls.defaultAction Allow"], []],
    ["allow, access not said", rules("Allow"), true, ["networkAcls.defaultAction Allow"], []],
    ["deny", { ...enabled, ...rules("Deny") }, false, [], ["networkAcls.defaultAction Deny"]],
    [
      "deny but everyone",
      { ...enabled, ...rules("Deny", [{ value: "0.0.0.0/0", action: "Allow" }]) },
      true,
      ["networkAcls.ipRules of every address"],
      [],
    ],
    [
      "deny but one network",
      { ...enabled, ...rules("Deny", [{ value: "203.0.113.0/24", action: "Allow" }]) },
      false,
      [],
      ["networkAcls.defaultAction Deny"],
    ],
    ["no rules", enabled, null, [], []],
    ["unknown action", { ...enabled, ...rules("Perhaps") }, null, [], []],
    ["unknown access", { publicNetworkAccess: "Perhaps", ...rules("Allow") }, null, [], []],
    [
      "disabled, whatever the rules",
      { publicNetworkAccess: "Disabled", ...rules("Allow") },
      false,
      [],
      ["publicNetworkAccess Disabled"],
    ],
    [
      "a perimeter that is not read",
      { publicNetworkAccess: "SecuredByPerimeter", ...rules("Allow") },
      null,
      [],
      ["publicNetworkAccess SecuredByPerimeter (whose rules are not read)"],
    ],
    ["nothing", {}, null, [], []],
  ])("network: %s", (_name, properties, openNetwork, through, closedBy) => {
    const exposure = map.storageExposure(account(properties));
    expect(exposure).toMatchObject({ openNetwork, through, closedBy });
  });

  test.each([
    [true, "Enabled", true],
    [false, "Enabled", false],
    [undefined, "Enabled", null],
    [null, "Enabled", null],
    [true, "Disabled", false],
    [undefined, "Disabled", false],
  ])(
    "allowBlobPublicAccess %s, network %s",
    (allowBlobPublicAccess, publicNetworkAccess, anonymousAccess) => {
      const exposure = map.storageExposure(account({ allowBlobPublicAccess, publicNetworkAccess }));
      expect(exposure.anonymousAccess).toBe(anonymousAccess);
    },
  );
});

describe("location", () => {
  test("primary and secondary, in the spelling of ids", () => {
    const regions = { primaryLocation: "West US", secondaryLocation: "East US" };
    expect(map.storageLocation(account(regions)).regions).toEqual(["westus", "eastus"]);
  });
  test("the resource's location where no primary is said", () => {
    expect(map.storageLocation(account({})).regions).toEqual(["westeurope"]);
  });
  test("a geo-redundant account without secondary is not understood", () => {
    const alone = account({}, { sku: { name: "Standard_GRS" } });
    expect(() => map.storageLocation(alone)).toThrow("names no secondary location");
  });
  test("no location at all", () => {
    expect(() => map.storageLocation({ properties: {} })).toThrow("names no location");
  });
});

const geo = (geoReplicationStats: unknown) =>
  account(
    { secondaryLocation: "North Europe", geoReplicationStats },
    { sku: { name: "Standard_GZRS" } },
  );

describe("replication", () => {
  const lastSyncTime = "2026-06-01T11:58:30Z";
  test.each([
    [{ status: "Live", lastSyncTime }, "active", "2026-06-01T11:58:30.000Z"],
    [{ status: "Live" }, "active", null],
    [{ status: "Live", lastSyncTime: "0001-01-01T00:00:00Z" }, "active", null],
    [{ status: "Live", lastSyncTime: "1601-01-01T00:00:00Z" }, "active", null],
    [{ status: "Live", lastSyncTime: "June 1, 2026" }, "active", null],
    [
      { status: "Live", lastSyncTime: "2026-06-01T13:58:30+02:00" },
      "active",
      "2026-06-01T11:58:30.000Z",
    ],
    [{ status: "Bootstrap", lastSyncTime }, "degraded", null],
    [{ status: "Unavailable", lastSyncTime }, "degraded", null],
    [{ status: "Dreaming", lastSyncTime }, "unknown", null],
    [{ status: "constructor", lastSyncTime }, "unknown", null],
    [undefined, "unknown", null],
  ])("%j", (stats, status, lastSync) => {
    expect(map.storageReplication(geo(stats)).destinations).toEqual([
      { region: "northeurope", subject: null, status, whole: true, lastSync },
    ]);
  });
  test("an account that keeps no copy elsewhere", () => {
    expect(map.storageReplication(account({}))).toEqual({ destinations: [] });
  });
  test("a SKU that is not known", () => {
    expect(() => map.storageReplication(account({}, { sku: { name: "Standard_X" } }))).toThrow(
      "SKU is not known",
    );
  });
});

describe("versioning", () => {
  test.each([
    [true, true],
    [false, false],
    [undefined, null],
    ["true", null],
  ])("isVersioningEnabled %s", (isVersioningEnabled, enabled) => {
    expect(map.storageVersioning({ properties: { isVersioningEnabled } })).toEqual({ enabled });
  });
  test.each([
    ["FileStorage", false],
    ["StorageV2", true],
    ["BlockBlobStorage", true],
    [undefined, true],
  ])("kind %s has a blob service: %s", (kind, has) => {
    expect(map.hasBlobService({ kind })).toBe(has);
  });
});

test("odd JSON never passes for a good setting and never crashes otherwise than by an Error", () => {
  for (const odd of ODD) {
    const keys = ["encryption", "networkAcls", "sku", "geoReplicationStats", "publicNetworkAccess"];
    const accounts = [odd, { properties: odd }, { sku: odd, properties: {} }].concat(
      keys.map((key) => account({ [key]: odd }, { [key]: odd })),
    );
    for (const raw of accounts) {
      expect(map.storageEncryption(raw).enabled).toBeNull();
      expect(map.storageTransport(raw).secureOnly).toBeNull();
      expect(map.storageExposure(raw).anonymousAccess).toBeNull();
      expect(map.storageExposure(raw).openNetwork).toBeNull();
      expect(map.storageVersioning(raw).enabled).toBeNull();
      expect(() => map.storageRedundancy(raw)).not.toThrow();
    }
  }
});
