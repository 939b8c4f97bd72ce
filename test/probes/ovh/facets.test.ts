import { describe, expect, test } from "vitest";
import type { Fields } from "#probes/common/json.ts";
import type { Known } from "#probes/common/known.ts";
import { toLocation as ofSpace } from "#probes/ovh/backup-spaces.ts";
import {
  toCopyEncryption,
  toEncryption,
  toInstancePoint,
  toRecoveryPoints,
  toVolumePoint,
} from "#probes/ovh/block-storage-facets.ts";
import { toAccessPolicy } from "#probes/ovh/bucket-access-facets.ts";
import * as bucket from "#probes/ovh/bucket-facets.ts";
import * as database from "#probes/ovh/database-facets.ts";
import { toLocation as ofServer } from "#probes/ovh/dedicated-servers.ts";
import { toExposure as ofCloud } from "#probes/ovh/private-cloud.ts";
import { toExposure as ofContainer } from "#probes/ovh/swift.ts";
import { toLocation as ofVps } from "#probes/ovh/vps.ts";
import { toLink } from "#probes/ovh/vrack-facets.ts";

describe("a bucket", () => {
  const v1 = (raw: Fields) => bucket.settingsOf(raw);
  const v2 = (currentState: unknown, targetSpec: unknown = null) =>
    bucket.settingsOf({ resourceStatus: "READY", currentState, targetSpec });

  test.each<[string, bucket.Settings, boolean | null]>([
    ["version 1, AES", v1({ encryption: { sseAlgorithm: "AES256" } }), true],
    ["version 1, none", v1({ encryption: { sseAlgorithm: "plaintext" } }), false],
    ["version 1, silent", v1({ name: "a" }), null],
    ["version 1, null", v1({ encryption: null }), null],
    ["version 1, a new word", v1({ encryption: { sseAlgorithm: "SM4" } }), null],
    ["version 2, AES", v2({ encryption: { algorithm: "AES256" } }), true],
    ["version 2, none", v2({ encryption: { algorithm: "PLAINTEXT" } }), false],
    [
      "version 2: what is to be is no state",
      v2(null, { encryption: { algorithm: "AES256" } }),
      null,
    ],
    ["version 2, without state", v2(undefined), null],
  ])("encryption: %s", (_, settings, enabled) => {
    expect(bucket.toEncryption(settings)).toMatchObject({
      enabled,
      algorithm: enabled === true ? "AES-256" : null,
      algorithmSource: enabled === true ? "setting" : null,
    });
  });

  test.each<[unknown, boolean | null]>([
    ["enabled", true],
    ["ENABLED", true],
    ["suspended", false],
    ["DISABLED", false],
    ["paused", null],
    [null, null],
  ])("versioning %j", (status, enabled) => {
    expect(bucket.toVersioning(v1({ versioning: { status } }))).toEqual({ enabled });
  });

  test.each<[unknown, string | null, number | null]>([
    [undefined, null, null],
    [{}, null, null],
    [{ status: "disabled" }, "none", null],
    [{ status: "enabled" }, "none", null],
    [{ status: "enabled", rule: { mode: "compliance", period: "P30D" } }, "compliance", 30],
    [{ status: "enabled", rule: { mode: "governance", period: "P1W" } }, "governance", 7],
    [{ status: "enabled", rule: { mode: "compliance", period: "P1M" } }, "compliance", 28],
    [{ status: "enabled", rule: { mode: "compliance", period: "soon" } }, "compliance", null],
    [{ status: "enabled", rule: { mode: "strict", period: "P1D" } }, null, 1],
    [{ status: "enabled", rule: null }, "none", null],
    [{ status: "enabled", rule: { period: "P30D" } }, null, 30],
    [{ status: "enabled", rule: "compliance" }, null, null],
    [{ mode: "COMPLIANCE", retentionDays: 30 }, "compliance", 30],
    [{ mode: "GOVERNANCE", retentionDays: 0, retentionYears: 1 }, "governance", 365],
    [{ retentionDays: 30 }, null, 30],
  ])("objectLock %j", (objectLock, mode, minimumDays) => {
    expect(bucket.toImmutability(v1({ objectLock }))).toMatchObject({ mode, minimumDays });
  });

  test("replication", () => {
    const destination = { name: "other", region: "SBG" };
    const rules = [
      { status: "enabled", filter: {}, destination },
      {
        status: "disabled",
        filter: { prefix: "logs/" },
        destination: { name: "gone", region: null },
      },
      { status: "odd", filter: { tags: { a: "b" } }, destination },
    ];
    expect(bucket.toReplication({ replication: { rules } }).destinations).toEqual([
      { region: "sbg", subject: "other", status: "active", whole: true, lastSync: null },
      { region: null, subject: "gone", status: "disabled", whole: false, lastSync: null },
      { region: "sbg", subject: "other", status: "unknown", whole: false, lastSync: null },
    ]);
    expect(bucket.toReplication({ replication: { rules: [] } }).destinations).toEqual([]);
    for (const raw of [
      {},
      { replication: null },
      { replication: {} },
      { replication: { rules: 1 } },
      { replication: { rules: null } },
    ]) {
      expect(() => bucket.toReplication(raw)).toThrow(TypeError);
    }
  });
});

describe("who may reach a bucket", () => {
  const user = (id: string, statement: object | string | null) => ({
    id,
    name: `user-${id}`,
    policy:
      statement === null
        ? null
        : {
            policy:
              typeof statement === "string"
                ? statement
                : JSON.stringify({ Statement: [statement] }),
          },
  });
  const allow = (Resource: unknown, more: object = {}) => ({
    Effect: "Allow",
    Action: ["s3:GetObject"],
    Resource,
    ...more,
  });
  const others = (...users: ReturnType<typeof user>[]) =>
    toAccessPolicy("cold", { ownerId: 1 }, [user("1", ""), ...users])
      .grants.slice(1)
      .map(({ principal, actions }) => `${principal}: ${actions.join()}`);

  test("the owner always, and what is not seen is said", () => {
    const { grants, unseen } = toAccessPolicy("cold", { ownerId: 1 }, [user("1", null)]);
    expect(grants).toMatchObject([{ principal: "user-1", actions: ["owner"] }]);
    expect(unseen.length).toBeGreaterThan(0);
    expect(toAccessPolicy("cold", { ownerId: 9 }, []).grants[0]?.principal).toBe("user 9");
  });

  test.each<[string, object | string | null, readonly string[]]>([
    ["no policy", null, []],
    ["an empty one", "", []],
    ["of another bucket", allow("arn:aws:s3:::warm/*"), []],
    ["of one whose name begins alike", allow("arn:aws:s3:::colder"), []],
    ["of it", allow("arn:aws:s3:::cold"), ["user-2: s3:GetObject"]],
    [
      "of its objects",
      allow(["arn:aws:s3:::warm", "arn:aws:s3:::cold/*"]),
      ["user-2: s3:GetObject"],
    ],
    ["of all", allow("*"), ["user-2: s3:GetObject"]],
    ["of some names", allow("arn:aws:s3:::co?d*/*"), ["user-2: s3:GetObject"]],
    ["of all but others", allow(undefined, { NotResource: "x" }), ["user-2: s3:GetObject"]],
    [
      "all but some",
      allow("*", { NotAction: "s3:DeleteObject" }),
      ["user-2: all but s3:DeleteObject"],
    ],
    ["a denial", { Effect: "Deny", Action: "*", Resource: "*" }, []],
  ])("%s", (_, statement, expected) => {
    expect(others(user("2", statement))).toEqual(expected);
  });

  test.each<[string, object | string]>([
    ["no JSON", "{"],
    ["no effect", { Action: "*", Resource: "*" }],
    ["no resource", { Effect: "Allow", Action: "*" }],
    ["actions that are none", { Effect: "Allow", Action: [1], Resource: "*" }],
  ])("a policy that cannot be read is no clean one: %s", (_, statement) => {
    expect(() => others(user("2", statement))).toThrow(Error);
  });

  test.each<[string, Fields]>([
    ["says nothing", {}],
    ["says none", { policy: null }],
    ["is no text", { policy: { Statement: [] } }],
  ])("an answer that %s is no empty policy", (_, policy) => {
    const users = [{ id: "1", name: "user-1", policy }];
    expect(() => toAccessPolicy("cold", { ownerId: 1 }, users)).toThrow(TypeError);
  });

  test("nobody says who owns it", () => {
    expect(() => toAccessPolicy("cold", {}, [])).toThrow(TypeError);
  });
});

describe("volumes and their copies", () => {
  test.each<[unknown, boolean | null]>([
    ["classic", false],
    ["high-speed-gen2", false],
    ["high-speed-gen2-luks", true],
    ["classic-luks", true],
    ["ultra-speed", null],
    ["luks", null],
    [undefined, null],
  ])("a volume of type %j", (type, enabled) => {
    expect(toEncryption({ type })).toMatchObject({ enabled, algorithm: null });
    expect(toCopyEncryption({ type })).toMatchObject({ enabled });
  });

  test("a copy of what is gone", () => {
    expect(toCopyEncryption(null)).toMatchObject({ enabled: null });
  });

  const copy = { volumeId: "v", creationDate: "2026-05-01T10:00:00+02:00", status: "available" };
  test("is a recovery point once it is finished", () => {
    const point = { of: "p/v", at: "2026-05-01T08:00:00.000Z", usable: true };
    expect(toVolumePoint(copy, "p")).toMatchObject(point);
    expect(toVolumePoint({ ...copy, status: "creating" }, "p")).toMatchObject({ usable: false });
    expect(toVolumePoint({ ...copy, status: "error" }, "p")).toMatchObject({ usable: false });
    expect(toInstancePoint({ ...copy, status: "active" })).toMatchObject({
      of: null,
      usable: true,
    });
    expect(toInstancePoint({ ...copy, status: "queued" })).toMatchObject({ usable: false });
  });

  test.each([
    { creationDate: "yesterday" },
    { creationDate: null },
    { status: null },
    { status: "of tomorrow" },
  ])("%j is not told", (more) => {
    expect(() => toVolumePoint({ ...copy, ...more }, "p")).toThrow(TypeError);
  });
});

describe("where it is", () => {
  test.each<
    [string, (raw: Fields) => { regions: readonly string[] }, Fields, readonly string[] | null]
  >([
    ["a server", ofServer, { region: "eu-west-rbx", datacenter: "rbx8" }, ["eu-west-rbx"]],
    ["an older server", ofServer, { datacenter: "SBG3" }, ["sbg3"]],
    ["a server of a new region", ofServer, { region: "eu-new-xyz" }, ["eu-new-xyz"]],
    ["a server that tells nothing", ofServer, { name: "ns1" }, null],
    ["a VPS", ofVps, { name: "Region OpenStack: os-sbg5" }, ["sbg5"]],
    ["a VPS in short", ofVps, { name: "os-gra1" }, ["gra1"]],
    ["a VPS in words of its own", ofVps, { name: "Somewhere" }, ["somewhere"]],
    ["a VPS that tells nothing", ofVps, {}, null],
    ["a backup storage", ofSpace, { ftpBackupName: "ftpback-rbx2-109.ovh.net" }, ["rbx2"]],
    ["a backup storage of another name", ofSpace, { ftpBackupName: "storage.example" }, null],
    ["a backup storage without name", ofSpace, {}, null],
    [
      "a database",
      database.toLocation,
      { region: "RBX-A", backups: { regions: ["SBG"] } },
      ["rbx-a", "sbg"],
    ],
    [
      "a database by its nodes",
      database.toLocation,
      { nodes: [{ region: "GRA" }, { region: "GRA" }], backups: { regions: [] } },
      ["gra"],
    ],
    ["a database whose backups are anywhere", database.toLocation, { region: "GRA" }, null],
    [
      "a database with a node that tells nothing",
      database.toLocation,
      { region: "GRA", nodes: [{ region: "GRA" }, {}], backups: { regions: ["GRA"] } },
      null,
    ],
    ["a database that tells nothing", database.toLocation, { backups: { regions: [] } }, null],
    [
      "backups in a region without name",
      database.toLocation,
      { region: "GRA", backups: { regions: [1] } },
      null,
    ],
  ])("%s", (_, map, raw, expected) => {
    if (expected === null) expect(() => map(raw)).toThrow(TypeError);
    else expect(map(raw).regions).toEqual(expected);
  });
});

describe("a database", () => {
  const endpoint = { component: "postgresql", domain: "db.example", ssl: true, sslMode: "require" };
  test.each<[string, unknown, boolean | null]>([
    ["TLS is needed", [endpoint], true],
    ["TLS is preferred", [{ ...endpoint, sslMode: "prefer" }], null],
    ["no mode", [{ ...endpoint, sslMode: undefined }], null],
    ["no TLS", [endpoint, { ...endpoint, ssl: false }], false],
    ["no word", [{ component: "x" }], null],
    ["no endpoint", [], null],
    ["absent", undefined, null],
  ])("%s", (_, endpoints, secureOnly) => {
    expect(database.toTransport({ endpoints })).toMatchObject({ secureOnly });
  });

  test("its addresses hold a password, and are left out", () => {
    const told = database.toTransport({
      endpoints: [
        { ...endpoint, uri: "postgresql://u:canary-uri@db.example/x", path: "canary-path" },
      ],
    });
    expect(JSON.stringify(told)).not.toContain("canary");
  });

  test.each<[string, Fields, boolean | null]>([
    ["private", { networkType: "private" }, false],
    [
      "public with ranges",
      { networkType: "public", ipRestrictions: [{ ip: "198.51.100.0/24" }] },
      false,
    ],
    ["public without ranges lets nobody in", { networkType: "public", ipRestrictions: [] }, false],
    [
      "open to all in two halves",
      { networkType: "public", ipRestrictions: [{ ip: "0.0.0.0/1" }, { ip: "128.0.0.0/1" }] },
      true,
    ],
    ["open to all", { networkType: "public", ipRestrictions: [{ ip: "0.0.0.0/0" }] }, true],
    ["public, ranges absent", { networkType: "public" }, null],
    ["a new type", { networkType: "mesh", ipRestrictions: [] }, null],
  ])("%s", (_, raw, openNetwork) => {
    expect(database.toExposure(raw)).toMatchObject({ openNetwork });
  });

  test.each<[Fields, boolean | null]>([
    [{ nodeNumber: 1 }, false],
    [{ nodeNumber: 3 }, null],
    [{ nodes: [{}] }, false],
    [{}, null],
  ])("nodes %j", (raw, zoneRedundant) => {
    expect(database.toRedundancy(raw)).toMatchObject({ zones: null, zoneRedundant });
  });
});

describe("who is let in", () => {
  test.each<[unknown, boolean | null]>([
    ["open", true],
    ["filtered", false],
    ["vpn", null],
    [undefined, null],
  ])("a private cloud: %j", (userAccessPolicy, openNetwork) => {
    expect(ofCloud({ userAccessPolicy })).toMatchObject({ openNetwork });
  });

  test("a container", () => {
    expect(ofContainer({ public: true })).toMatchObject({ anonymousAccess: true });
    expect(ofContainer({ public: false })).toMatchObject({ anonymousAccess: false });
    expect(() => ofContainer({ containerType: "private" })).toThrow(TypeError);
  });
});

describe("a vRack", () => {
  const SERVER = "dedicatedServerInterfaceDetails";
  const answered = (value: unknown): Known<unknown> => ({
    ok: true,
    value,
    observedAt: "2026-06-01T12:00:00.000Z",
    sha256: "",
    operation: "GET",
    permission: "",
  });
  const failed: Known<unknown> = {
    ok: false,
    failure: { reason: "denied", message: "no", retryable: false },
    operation: "GET",
    permission: "p",
  };
  const on = { mode: "vrack", enabled: true, vrack: "pn-1" };
  const server = (name: string, value: unknown) => ({ kind: SERVER, name, known: answered(value) });
  const ups = (...members: Parameters<typeof toLink>[1][number][]) =>
    toLink("pn-1", members, true).tunnels.map(({ up }) => up);

  test("is private and never encrypted", () => {
    expect(toLink("pn-1", [server("a", on), server("b", on)], true)).toMatchObject({
      kind: "private-network",
      encrypted: false,
      peer: "a, b",
    });
  });

  test.each<[string, unknown, boolean | null]>([
    ["on", on, true],
    ["aggregated", { ...on, mode: "vrack_aggregation" }, true],
    ["switched off", { ...on, enabled: false }, false],
    ["in public mode", { ...on, mode: "public" }, false],
    ["in another vRack", { ...on, vrack: "pn-2" }, false],
    ["in a mode that is new", { ...on, mode: "mesh" }, null],
    ["not saying whether it is on", { mode: "vrack", vrack: "pn-1" }, null],
    ["not saying in which it is", { ...on, vrack: null }, null],
  ])("a server's interface: %s", (_, value, up) => {
    expect(ups(server("a", value), server("b", on))).toEqual([up, true]);
  });

  test("what was not answered is not up, and not down", () => {
    expect(ups({ kind: SERVER, name: "a", known: failed }, server("b", on))).toEqual([null, true]);
    expect(ups({ kind: "dedicatedCloud", name: "pcc", known: null }, server("b", on))).toEqual([
      null,
      true,
    ]);
  });

  test("two interfaces of one server connect nothing", () => {
    expect(ups(server("a", on), server("a", on))).toEqual([false, false]);
    expect(toLink("pn-1", [server("a", on)], false).tunnels.map(({ up }) => up)).toEqual([null]);
    expect(toLink("pn-1", [], true).tunnels).toEqual([]);
  });

  test.each<[string, unknown, readonly (boolean | null)[]]>([
    ["with a network", [{ name: "n", regions: [{ region: "SBG5", status: "ACTIVE" }] }], [true]],
    ["with a network of which no regions are told", [{ name: "n" }], [null]],
    [
      "with one that is being built",
      [{ name: "n", regions: [{ region: "SBG5", status: "BUILDING" }] }],
      [false],
    ],
    [
      "with one of another state",
      [{ name: "n", regions: [{ region: "SBG5", status: "ODD" }] }],
      [null],
    ],
    ["without any", [], [false]],
    ["that does not tell", "?", [null]],
  ])("a project %s", (_, value, expected) => {
    const project = { kind: "cloudProject", name: "p", known: answered(value) };
    expect(ups(project, server("b", on)).slice(0, -1)).toEqual(expected);
  });
});

describe("the copies of a volume", () => {
  const copy = { volumeId: "v", creationDate: "2026-05-30T00:00:00Z", status: "available" };
  const older = { ...copy, creationDate: "2026-05-01T00:00:00Z" };
  test.each<[string, readonly Fields[], readonly string[] | null]>([
    ["none", [], []],
    ["in their order", [copy, older], ["2026-05-01T00:00:00.000Z", "2026-05-30T00:00:00.000Z"]],
    ["of another volume", [{ ...copy, volumeId: "w" }], []],
    ["one that is being made", [{ ...copy, status: "creating" }], []],
    ["one that failed", [{ ...copy, status: "error" }], []],
    ["one without date", [{ ...copy, creationDate: null }], null],
    ["one without state", [{ ...copy, status: undefined }], null],
    ["one that names no volume", [copy, { ...copy, volumeId: null }], null],
  ])("%s", (_, copies, points) => {
    const told = () => toRecoveryPoints({ id: "v" }, copies);
    if (points === null) expect(told).toThrow(TypeError);
    else expect(told()).toMatchObject({ points, olderExists: false, retention: null });
  });
});
