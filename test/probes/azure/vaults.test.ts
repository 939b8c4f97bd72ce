import { describe, expect, test } from "vitest";
import type { FacetName } from "#model/facets.ts";
import {
  backupVaultCopies,
  regionPairs,
  toEncryption,
  toImmutability,
} from "#probes/azure/vault-facets.ts";
import vaults from "#probes/azure/vaults.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";

const RECOVERY = "Microsoft.RecoveryServices/vaults";
const BACKUP = "Microsoft.DataProtection/backupVaults";
const STORAGE_CONFIG = "Microsoft.RecoveryServices/vaults/backupstorageconfig/read";
const ENCRYPTION_CONFIG = "Microsoft.RecoveryServices/vaults/backupEncryptionConfigs/read";
const LOCATIONS = "Microsoft.Resources/subscriptions/locations/read";

describe("what a vault tells", () => {
  test.each<[settings: object | undefined, mode: string | null]>([
    [{ immutabilitySettings: { state: "Locked" } }, "compliance"],
    [{ immutabilitySettings: { state: "Unlocked" } }, "governance"],
    [{ immutabilitySettings: { state: "Disabled" } }, "none"],
    // Soft delete gives deleted points back for some days; it keeps nobody from deleting them.
    [
      { immutabilitySettings: { state: "Disabled" }, softDeleteSettings: { state: "AlwaysOn" } },
      "none",
    ],
    // Absent is not off.
    [{ softDeleteSettings: { softDeleteState: "AlwaysON" } }, null],
    [{ immutabilitySettings: { state: "Bolted" } }, null],
    [undefined, null],
  ])("%j: immutability %s", (securitySettings, mode) => {
    expect(toImmutability({ properties: { securitySettings } })).toMatchObject({ mode });
  });

  test.each<[properties: object, config: object | null, keyManagement: string | null]>([
    [{ encryption: { keyVaultProperties: { keyUri: "https://k" } } }, null, "customer"],
    [{}, { encryptionAtRestType: "CustomerManaged" }, "customer"],
    [{}, { encryptionAtRestType: "MicrosoftManaged" }, "provider"],
    [{}, { encryptionAtRestType: "Invalid" }, null],
    [{}, null, null],
    [
      {
        securitySettings: {
          encryptionSettings: { state: "Enabled", keyVaultProperties: { keyUri: "https://k" } },
        },
      },
      null,
      "customer",
    ],
    [{ securitySettings: { encryptionSettings: { state: "Disabled" } } }, null, "provider"],
    [{ securitySettings: { encryptionSettings: { state: "Inconsistent" } } }, null, null],
  ])("%j with %j: key of the %s", (properties, config, keyManagement) => {
    const told = toEncryption({ properties }, config === null ? null : { properties: config });
    expect(told).toMatchObject({
      enabled: true,
      algorithm: "AES-256",
      algorithmSource: "published-design",
      keyManagement,
    });
  });

  test.each<[storageSettings: unknown, zones: number | null]>([
    [[{ datastoreType: "VaultStore", type: "LocallyRedundant" }], 1],
    [[{ dataStoreType: "VaultStore", type: "ZoneRedundant" }], 3],
    [[{ datastoreType: "OperationalStore", type: "ZoneRedundant" }], null],
    [[{ datastoreType: "VaultStore", type: "Somehow" }], null],
    [undefined, null],
  ])("of %j: %s zones", (storageSettings, zones) => {
    const told = () => backupVaultCopies({ properties: { storageSettings } });
    if (zones === null) expect(told).toThrow("a vault whose redundancy is");
    else expect(told().zones).toBe(zones);
  });

  test("pairs of regions; a region without one is none", () => {
    const pairs = regionPairs([
      { name: "francecentral", metadata: { pairedRegion: [{ name: "francesouth" }] } },
      { name: "polandcentral", metadata: { pairedRegion: [] } },
      { name: "nowhere" },
    ]);
    expect([...pairs]).toEqual([["francecentral", "francesouth"]]);
  });
});

const security = {
  immutabilitySettings: { state: "Unlocked" },
  softDeleteSettings: { softDeleteState: "Enabled", softDeleteRetentionPeriodInDays: 14 },
};
const geo = { standardTierStorageRedundancy: "GeoRedundant", crossRegionRestore: "Enabled" };
const platform = {
  "backupEncryptionConfigs/backupResourceEncryptionConfig": {
    properties: { encryptionAtRestType: "MicrosoftManaged" },
  },
};
const held = {
  resources: [
    resource(RECOVERY, "rsv-geo", {
      location: "francecentral",
      properties: { redundancySettings: geo, securitySettings: security },
      below: platform,
    }),
    resource(RECOVERY, "rsv-old", {
      properties: {},
      below: {
        ...platform,
        "backupstorageconfig/vaultstorageconfig": {
          properties: { storageModelType: "ZoneRedundant", storageTypeState: "Locked" },
        },
      },
    }),
    resource(BACKUP, "bv", {
      properties: { storageSettings: [{ datastoreType: "VaultStore", type: "LocallyRedundant" }] },
    }),
  ],
  below: {
    locations: [
      { name: "francecentral", metadata: { pairedRegion: [{ name: "francesouth" }] } },
      { name: "westeurope", metadata: { pairedRegion: [{ name: "northeurope" }] } },
    ],
  },
};

describe("from the wire", async () => {
  const { azure, scan } = await fakeSubscription(held);

  test("each vault tells where its copies are, its key and its lock", async () => {
    const found = await scan().gather(vaults);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "rsv-geo", "location")).toEqual({
      regions: ["francecentral", "francesouth"],
      zones: null,
    });
    expect(facetOf(found, "rsv-geo", "redundancy")).toMatchObject({ geoRedundant: true, zones: 1 });
    expect(facetOf(found, "rsv-geo", "encryption")).toMatchObject({ keyManagement: "provider" });
    expect(facetOf(found, "rsv-geo", "immutability")).toEqual({
      mode: "governance",
      minimumDays: null,
      detail: "immutability Unlocked, soft delete Enabled, 14 days",
    });
    expect(facetOf(found, "rsv-old", "redundancy")).toMatchObject({
      zones: 3,
      geoRedundant: false,
    });
    expect(facetOf(found, "rsv-old", "location")?.regions).toEqual(["westeurope"]);
    expect(facetOf(found, "bv", "redundancy")).toMatchObject({ zones: 1, geoRedundant: false });
    expect(facetOf(found, "bv", "encryption")).toMatchObject({ enabled: true });
  });

  test("what is not wanted is not asked", async () => {
    const before = azure.calls.length;
    await scan().gather(vaults, ["immutability"]);
    const paths = azure.calls.slice(before).map(({ path }) => path);
    expect(paths.filter((path) => /backup(?:Storage|Encryption)|locations/i.test(path))).toEqual(
      [],
    );
  });

  test.each<[denied: string, lost: readonly (readonly [string, FacetName])[]]>([
    [
      STORAGE_CONFIG,
      [
        ["rsv-old", "location"],
        ["rsv-old", "redundancy"],
      ],
    ],
    [LOCATIONS, [["rsv-geo", "location"]]],
    // That there is encryption is known all the same.
    [ENCRYPTION_CONFIG, []],
    [
      `${BACKUP}/read`,
      [
        ["bv", "location"],
        ["bv", "encryption"],
        ["bv", "redundancy"],
        ["bv", "immutability"],
      ],
    ],
  ])("without %s only what needs it is missing", async (denied, lost) => {
    const without = await fakeSubscription({ ...held, denied: [denied] });
    const whole = await scan().gather(vaults);
    const found = await without.scan().gather(vaults);
    const key = (one: (typeof found.observations)[number]) => `${one.subject.name} ${one.facet}`;
    const seen = new Set(found.observations.map(key));
    const missing = whole.observations.map(key).filter((one) => !seen.has(one));
    expect(missing.sort()).toEqual(lost.map((pair) => pair.join(" ")).sort());
    expect(new Set(found.problems.map(({ permission }) => permission))).toEqual(new Set([denied]));
  });
});
