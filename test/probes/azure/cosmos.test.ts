import { describe, expect, test } from "vitest";
import {
  toBackups,
  toEncryption,
  toExposure,
  toLocation,
  toRedundancy,
  toReplication,
  toTransport,
} from "#probes/azure/cosmos-facets.ts";
import cosmos from "#probes/azure/cosmos.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";

const KIND = "Microsoft.DocumentDB/databaseAccounts";
const place = (locationName: string, failoverPriority: number, more: object = {}) => ({
  locationName,
  failoverPriority,
  provisioningState: "Succeeded",
  ...more,
});
const WEST = place("West Europe", 0);
const FRANCE = place("France Central", 1);
const periodic = (more: object = {}) => ({
  type: "Periodic",
  periodicModeProperties: {
    backupIntervalInMinutes: 240,
    backupRetentionIntervalInHours: 720,
    backupStorageRedundancy: "Local",
    ...more,
  },
});
const continuous = (tier?: unknown) => ({
  type: "Continuous",
  ...(tier === undefined ? {} : { continuousModeProperties: { tier } }),
});
const account = (properties: object) => ({ properties: { locations: [WEST], ...properties } });

describe("where the data of an account rests", () => {
  test.each([
    [{ backupPolicy: periodic() }, ["westeurope"], undefined],
    // Geo-redundant backups are a copy in the paired region, wherever the account itself is.
    [
      { backupPolicy: periodic({ backupStorageRedundancy: "Geo" }) },
      ["westeurope", "northeurope"],
      undefined,
    ],
    [{ backupPolicy: periodic({ backupStorageRedundancy: "Zone" }) }, ["westeurope"], undefined],
    [
      { backupPolicy: continuous(), locations: [FRANCE, WEST] },
      ["westeurope", "francecentral"],
      undefined,
    ],
    // Nobody says what becomes of the backups.
    [{}, ["westeurope"], ["northeurope"]],
    [{ backupPolicy: { type: "Periodic" } }, ["westeurope"], ["northeurope"]],
    [{ locations: [place("Poland Central", 0)] }, ["polandcentral"], undefined],
  ])("%j", (properties, regions, possible) => {
    const location = toLocation(account(properties));
    expect(location.regions).toEqual(regions);
    expect(location.possible).toEqual(possible);
  });

  test.each([
    [{}, "no properties"],
    [{ properties: {} }, "names no location"],
    [{ properties: { locations: "West Europe" } }, "a list was expected"],
    [{ properties: { locations: [{ failoverPriority: 0 }] } }, "has no name"],
    [{ properties: { locations: [{ locationName: "West Europe" }] } }, "has no priority"],
    [
      account({
        locations: [place("Poland Central", 0)],
        backupPolicy: periodic({ backupStorageRedundancy: "Geo" }),
      }),
      "no paired region of polandcentral",
    ],
  ])("%j tells nothing", (raw, why) => {
    expect(() => toLocation(raw)).toThrow(why);
  });
});

describe("what an account tells", () => {
  test.each([
    [{ keyVaultKeyUri: "https://v.vault.azure.net/keys/k" }, "customer"],
    [{ keyVaultKeyUri: "" }, "provider"],
    [{}, "provider"],
  ])("encryption of %j", (properties, keyManagement) => {
    expect(toEncryption(account(properties))).toMatchObject({
      enabled: true,
      algorithm: "AES-256",
      algorithmSource: "published-design",
      keyManagement,
    });
  });

  test.each([
    ["Tls", "TLSv1.0", false],
    ["Tls11", "TLSv1.1", false],
    ["Tls12", "TLSv1.2", false],
    [undefined, "TLSv1.2", true],
    [null, "TLSv1.2", true],
    ["Tls14", null, false],
    [12, null, false],
  ])("minimalTlsVersion %j", (minimalTlsVersion, minimumTls, minimumTlsIsDefault) => {
    expect(
      toTransport(
        account({ minimalTlsVersion, documentEndpoint: "https://a.documents.azure.com:443/" }),
      ),
    ).toMatchObject({
      secureOnly: null,
      minimumTls,
      minimumTlsIsDefault,
      hostNames: ["a.documents.azure.com"],
    });
  });

  test.each([
    ["https://a.documents.azure.com.\u0000/"],
    ["http://a.documents.azure.com/"],
    [{ toString: "x" }],
    [undefined],
  ])("the address %j names no host", (documentEndpoint) => {
    expect(toTransport(account({ documentEndpoint }))).not.toHaveProperty("hostNames");
  });

  const rules = (...addresses: unknown[]) =>
    addresses.map((ipAddressOrRange) => ({ ipAddressOrRange }));
  test.each([
    [{ publicNetworkAccess: "Disabled", ipRules: [] }, false],
    [{ publicNetworkAccess: "SecuredByPerimeter", ipRules: [] }, null],
    [{ ipRules: [], isVirtualNetworkFilterEnabled: false }, true],
    [{ publicNetworkAccess: "Enabled", ipRules: [], isVirtualNetworkFilterEnabled: true }, false],
    [{ ipRules: rules("93.184.216.34"), isVirtualNetworkFilterEnabled: false }, false],
    [{ ipRules: rules("0.0.0.0/0") }, true],
    [{ ipRules: rules("0.0.0.0/1", "128.0.0.0/1") }, true],
    // All of Azure, other customers included.
    [{ ipRules: rules("0.0.0.0") }, null],
    [{ ipRules: rules("somewhere") }, null],
    [{ ipRules: [] }, null],
    [{ isVirtualNetworkFilterEnabled: false }, null],
  ])("exposure of %j", (properties, openNetwork) => {
    expect(toExposure(account(properties))).toMatchObject({ anonymousAccess: false, openNetwork });
  });

  test.each([
    [[place("West Europe", 0, { isZoneRedundant: true })], true, false],
    [[place("West Europe", 0, { isZoneRedundant: false })], false, false],
    [[place("West Europe", 0, { isZoneRedundant: true }), FRANCE], null, true],
    [[WEST], null, false],
    [[place("West Europe", 0, { isZoneRedundant: "true" })], null, false],
  ])("redundancy of %j", (locations, zoneRedundant, geoRedundant) => {
    expect(toRedundancy(account({ locations }))).toMatchObject({ zoneRedundant, geoRedundant });
  });

  test.each([
    ["westeurope", [WEST], []],
    ["westeurope", [WEST, FRANCE], [["francecentral", "active"]]],
    // After a failover the other one writes: the copy is still that in the other region.
    ["francecentral", [WEST, FRANCE], [["westeurope", "active"]]],
    ["westus", [WEST, FRANCE], [["francecentral", "active"]]],
    [
      "westeurope",
      [WEST, place("France Central", 1, { provisioningState: "Creating" })],
      [["francecentral", "degraded"]],
    ],
    [
      "westeurope",
      [WEST, place("France Central", 1, { provisioningState: "Dreaming" })],
      [["francecentral", "unknown"]],
    ],
  ])("replication of an account in %s: %j", (region, locations, expected) => {
    const { destinations } = toReplication(account({ locations }), { region });
    expect(destinations.map((copy) => [copy.region, copy.status])).toEqual(expected);
    for (const copy of destinations) expect(copy).toMatchObject({ whole: true, lastSync: null });
  });
});

describe("the backups of an account", () => {
  test.each([
    [periodic(), 14_400, [["westeurope", "PT720H"]]],
    [
      periodic({ backupStorageRedundancy: "Geo" }),
      14_400,
      [
        ["westeurope", "PT720H"],
        ["northeurope", "PT720H"],
      ],
    ],
    // Where else it is kept is not told.
    [
      periodic({ backupStorageRedundancy: "Planet" }),
      14_400,
      [
        ["westeurope", "PT720H"],
        [null, "PT720H"],
      ],
    ],
    [
      continuous("Continuous7Days"),
      0,
      [
        ["westeurope", "P7D"],
        ["francecentral", "P7D"],
      ],
    ],
    [
      continuous(),
      0,
      [
        ["westeurope", "P30D"],
        ["francecentral", "P30D"],
      ],
    ],
  ])("%j", (backupPolicy, longestInterval, places) => {
    const { rules } = toBackups(account({ backupPolicy, locations: [WEST, FRANCE] }));
    expect(rules).toMatchObject([{ longestInterval }]);
    expect(rules[0]?.places.map((one) => [one.region, one.retention])).toEqual(places);
  });

  test.each([
    [undefined],
    [{ type: "Sometimes" }],
    [continuous("Continuous1000Days")],
    [periodic({ backupIntervalInMinutes: 0 })],
    [periodic({ backupIntervalInMinutes: "240" })],
    [periodic({ backupRetentionIntervalInHours: undefined })],
  ])("%j is not understood", (backupPolicy) => {
    expect(() => toBackups(account({ backupPolicy }))).toThrow(TypeError);
  });
});

describe("from the wire", async () => {
  const properties = { locations: [WEST], backupPolicy: periodic(), minimalTlsVersion: "Tls12" };
  const resources = [resource(KIND, "orders", { properties })];
  const { scan } = await fakeSubscription({ resources });

  test("every facet is told by one answer", async () => {
    const found = await scan().gather(cosmos);
    expect(found.problems).toEqual([]);
    expect(new Set(found.observations.map(({ facet }) => facet))).toEqual(
      new Set(Object.keys(cosmos.provides)),
    );
    expect(facetOf(found, "orders", "location")).toEqual({ regions: ["westeurope"], zones: null });
  });

  test("what the identity may not read is named", async () => {
    const denied = await fakeSubscription({ resources, denied: [`${KIND}/read`] });
    const found = await denied.scan().gather(cosmos, ["backups", "location"]);
    expect(found.observations).toEqual([]);
    expect(found.problems.map(({ facets, permission }) => [facets, permission])).toEqual([
      [["location"], `${KIND}/read`],
      [["backups"], `${KIND}/read`],
    ]);
  });

  test("one facet that cannot be understood costs no other", async () => {
    const odd = await fakeSubscription({
      resources: [resource(KIND, "odd", { properties: { locations: [WEST] } })],
    });
    const found = await odd.scan().gather(cosmos, ["backups", "encryption"]);
    expect(found.observations.map(({ facet }) => facet)).toEqual(["encryption"]);
    expect(found.problems).toMatchObject([{ facets: ["backups"], reason: "malformed" }]);
  });
});
