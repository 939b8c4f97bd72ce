import { describe, expect, test } from "vitest";
import instances, {
  toExposure,
  toRedundancy,
  toReplication,
} from "#probes/azure/sql-managed-instances.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";

const KIND = "Microsoft.Sql/managedInstances";
const GROUPS = "Microsoft.Sql/locations/instanceFailoverGroups/read";
const MAIN = resource(KIND, "main");
const SECOND = resource(KIND, "second");
const group = (fields: object = {}) => ({
  name: "group",
  properties: {
    replicationRole: "Primary",
    replicationState: "CATCH_UP",
    partnerRegions: [{ location: "North Europe", replicationRole: "Secondary" }],
    managedInstancePairs: [
      { primaryManagedInstanceId: MAIN.id.toUpperCase(), partnerManagedInstanceId: SECOND.id },
    ],
    ...fields,
  },
});

test.each([
  [false, false, "publicDataEndpointEnabled false"],
  [true, null, undefined],
  [undefined, null, undefined],
  ["false", null, undefined],
])("publicDataEndpointEnabled %j", (publicDataEndpointEnabled, openNetwork, closedBy) => {
  const exposure = toExposure({ properties: { publicDataEndpointEnabled } });
  expect(exposure).toMatchObject({ anonymousAccess: false, openNetwork });
  expect(exposure.closedBy[0]).toBe(closedBy);
});

describe("failover groups", () => {
  const raw = { id: MAIN.id, location: "westeurope", properties: { zoneRedundant: false } };

  test.each([
    [group(), "active"],
    [group({ replicationState: "SEEDING" }), "degraded"],
    [group({ replicationState: "Perhaps" }), "unknown"],
    [group({ replicationState: undefined }), "unknown"],
  ])("of the instance: %j", (one, status) => {
    expect(toReplication(raw, [one])).toEqual({
      destinations: [
        { region: "northeurope", subject: SECOND.id, status, whole: true, lastSync: null },
      ],
    });
  });

  test("the secondary is a copy, and groups of others are none of its own", () => {
    const far = { ...raw, id: SECOND.id };
    expect(toReplication(far, [group({ replicationRole: "Secondary" })]).copyOf).toBe(
      MAIN.id.toUpperCase(),
    );
    expect(toReplication({ ...raw, id: "/other" }, [group()])).toEqual({ destinations: [] });
    expect(() => toReplication(raw, [{}])).toThrow("no properties");
  });

  test.each([
    [[group()], true],
    [[], false],
    [[group({ partnerRegions: [{ location: "westeurope" }] })], false],
    [[group({ partnerRegions: [{}] })], null],
    [[group({ replicationState: "SEEDING" })], false],
    [[group({ replicationState: "Perhaps" })], null],
    [null, null],
  ])("a copy elsewhere by %j: %j", (groups, geoRedundant) => {
    const replication = groups === null ? null : toReplication(raw, groups);
    expect(toRedundancy(raw, replication)).toMatchObject({
      zones: 1,
      zoneRedundant: false,
      geoRedundant,
    });
  });
});

describe("from the wire", async () => {
  const properties = {
    minimalTlsVersion: "None",
    publicDataEndpointEnabled: false,
    zoneRedundant: true,
  };
  const at =
    "resourceGroups/production/providers/Microsoft.Sql/locations/westeurope/instanceFailoverGroups";
  const estate = { resources: [{ ...MAIN, properties }], below: { [at]: [group()] } };
  const { scan } = await fakeSubscription(estate);

  test("an instance and its failover group", async () => {
    const found = await scan().gather(instances);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "main", "transport")).toMatchObject({
      secureOnly: false,
      minimumTls: "TLSv1.0",
    });
    expect(facetOf(found, "main", "replication")).toMatchObject({
      destinations: [{ status: "active" }],
    });
    expect(facetOf(found, "main", "redundancy")).toMatchObject({
      zoneRedundant: true,
      geoRedundant: true,
    });
  });

  test("denied failover groups leave the zones", async () => {
    const denied = await fakeSubscription({ ...estate, denied: [GROUPS] });
    const found = await denied.scan().gather(instances);
    expect(found.problems).toMatchObject([
      { facets: ["redundancy"], permission: GROUPS },
      { facets: ["replication"], permission: GROUPS },
    ]);
    expect(facetOf(found, "main", "redundancy")).toMatchObject({
      zoneRedundant: true,
      geoRedundant: null,
    });
    expect(facetOf(found, "main", "replication")).toBeUndefined();
  });
});
