import { describe, expect, test } from "vitest";
import { database, uuid } from "#fixtures/estate/upcloud/resources.ts";
import {
  toBackups,
  toEncryption,
  toExposure,
  toRecoveryPoints,
  toRedundancy,
} from "#probes/upcloud/database-facets.ts";
import databases from "#probes/upcloud/databases.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeUpcloud, told } from "./upcloud.ts";

const DB = uuid("09", 1);

describe("who reaches a database", () => {
  test.each<[string, object, boolean | null]>([
    ["no public access", { public_access: false, ip_filter: ["0.0.0.0/0"] }, false],
    ["public, for everybody", { public_access: true, ip_filter: ["0.0.0.0/0"] }, true],
    ["public, by halves", { public_access: true, ip_filter: ["0.0.0.0/1", "128.0.0.0/1"] }, true],
    ["public, for an office", { public_access: true, ip_filter: ["203.0.113.0/24"] }, false],
    ["public, an empty filter", { public_access: true, ip_filter: [] }, null],
    ["public, no filter", { public_access: true }, null],
    ["nothing said", { ip_filter: ["0.0.0.0/0"] }, null],
    ["said otherwise", { public_access: "false" }, null],
  ])("%s", (_, properties, openNetwork) => {
    expect(toExposure({ properties })).toMatchObject({ openNetwork, anonymousAccess: false });
  });

  test("a filter that is none is not guessed", () => {
    expect(() => toExposure({ properties: { public_access: true, ip_filter: ["all"] } })).toThrow(
      TypeError,
    );
  });
});

test.each<[string, boolean | null]>([
  ["pg", true],
  ["mysql", true],
  ["redis", true],
  ["opensearch", null],
  ["something new", null],
])("encryption of %s is known where a page says it", (type, enabled) => {
  const found = toEncryption({ type });
  expect(found.enabled).toBe(enabled);
  expect(found.algorithmSource).toBe(enabled === true ? "published-design" : null);
  expect(found.algorithmReference?.startsWith("https://upcloud.com/docs/")).toBe(
    enabled ?? undefined,
  );
});

test("all nodes are in one zone", () => {
  expect(toRedundancy(database(DB))).toEqual({
    zones: 1,
    zoneNames: ["fi-hel1"],
    zoneRedundant: false,
    geoRedundant: null,
    setting: "plan 2x2xCPU-4GB-100GB, 2 nodes",
  });
  expect(toRedundancy({ zone: "fi-hel1" }).setting).toBe("plan not stated, nodes not stated");
  expect(() => toRedundancy({})).toThrow(TypeError);
});

test("backups are made by themselves; how often is known of two engines", () => {
  expect(toBackups(database(DB)).rules).toMatchObject([
    {
      name: "automatic backups at 07:10 UTC, with a log of changes by published design",
      longestInterval: 0,
      places: [],
    },
  ]);
  expect(toBackups({ type: "opensearch" }).rules).toMatchObject([
    { name: "automatic backups", longestInterval: null },
  ]);
});

describe("recovery points", () => {
  const backups = [
    { backup_time: "2026-06-01T07:10:00Z" },
    { backup_time: "2026-05-31T07:10:00Z" },
  ];
  const points = ["2026-05-31T07:10:00.000Z", "2026-06-01T07:10:00.000Z"];

  test.each<[string, object, object]>([
    [
      "every moment between two",
      { type: "pg", backups },
      { points, continuous: { from: points[0], to: points[1] } },
    ],
    ["each alone of another engine", { type: "redis", backups }, { points }],
    [
      "one alone has nothing between",
      { type: "pg", backups: backups.slice(0, 1) },
      { points: points.slice(1) },
    ],
    ["none", { type: "pg", backups: [] }, { points: [], olderExists: false }],
  ])("%s", (_, raw, expected) => {
    const found = toRecoveryPoints({ ...raw });
    expect(found).toMatchObject(expected);
    expect("continuous" in found).toBe("continuous" in expected);
  });

  test.each<[string, unknown]>([
    ["no list", undefined],
    ["a backup without time", [{}]],
    ["a time that is none", [{ backup_time: "yesterday" }]],
  ])("are not guessed for %s", (_, list) => {
    expect(() => toRecoveryPoints({ type: "pg", backups: list })).toThrow(TypeError);
  });
});

describe("the probe", async () => {
  const upcloud = await fakeUpcloud();
  const many = Array.from({ length: 250 }, (_, at) => database(uuid("09", at)));

  test("reads every page", async () => {
    const found = await upcloud.gather(databases, { databases: many }, ["location"]);
    expect(told(found)).toEqual([]);
    expect(found.observations.filter(({ facet }) => facet === "location")).toHaveLength(250);
    expect(
      upcloud.api.calls.map(({ path }) => path).filter((path) => path.includes("database")),
    ).toEqual([0, 100, 200].map((offset) => `/1.3/database?limit=100&offset=${offset}`));
  });

  test("a page that comes again is no end of the list", async () => {
    const first = many.slice(0, 100);
    upcloud.api.setFaults({ path: /database/, fault: { kind: "change", change: () => first } });
    const found = await upcloud.gather(databases, { databases: many }, ["location"]);
    expect(told(found)).toEqual([
      "inventory malformed -: the answer does not have the documented shape: a page came twice",
    ]);
    expect(found.observations).toEqual([]);
  });

  test("its password is in nothing that it gives", async () => {
    const held = [database(DB, { backups: [{ backup_time: "2026-06-01T07:10:00Z" }] })];
    const found = await upcloud.gather(databases, { databases: held });
    expect(told(found)).toEqual([]);
    expect(JSON.stringify(found)).not.toContain("canary");
    expect(facetOf(found, DB, "recoveryPoints")).toMatchObject({
      points: ["2026-06-01T07:10:00.000Z"],
    });
    expect(facetOf(found, DB, "location")).toEqual({
      regions: ["fi-hel1"],
      zones: null,
      possible: ["unpublished-off-site"],
    });
  });

  test("what its own answer lacks is asked of nothing else", async () => {
    upcloud.api.setFaults({
      path: new RegExp(`database/${DB}`),
      fault: { kind: "status", status: 403 },
    });
    const found = await upcloud.gather(databases, { databases: [database(DB)] });
    expect(told(found)).toEqual([
      "recoveryPoints denied managed_database:*: UpCloud refused (status 403: SERVICE_ERROR: the fake was told to fail)",
    ]);
  });
});
