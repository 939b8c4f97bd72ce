import { describe, expect, test } from "vitest";
import redis, { toExposure, toRedundancy, toTransport } from "#probes/azure/redis.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";

const KIND = "Microsoft.Cache/Redis";
const GRAPH = /^POST \/providers\/Microsoft\.ResourceGraph/;
const PERMISSION = "Microsoft.Cache/Redis/read";

describe("what a cache tells", () => {
  test.each([
    [{ enableNonSslPort: false, minimumTlsVersion: "1.2" }, true, "TLSv1.2"],
    [{ enableNonSslPort: true, minimumTlsVersion: "1.0" }, false, "TLSv1.0"],
    [{ enableNonSslPort: false }, true, null],
    [{ minimumTlsVersion: "1.2" }, null, "TLSv1.2"],
    [{ enableNonSslPort: "false", minimumTlsVersion: "1.7" }, null, null],
    [{ enableNonSslPort: false, minimumTlsVersion: 1.2 }, true, null],
  ])("transport of %j", (properties, secureOnly, minimumTls) => {
    expect(toTransport({ properties })).toMatchObject({ secureOnly, minimumTls });
  });

  test.each([
    [{ publicNetworkAccess: "Disabled" }, false],
    [{ publicNetworkAccess: "Enabled" }, null],
    [{ subnetId: "/subscriptions/s/x", publicNetworkAccess: "Enabled" }, false],
    [{}, null],
    [{ publicNetworkAccess: "SecuredByPerimeter" }, null],
  ])("exposure of %j", (properties, openNetwork) => {
    expect(toExposure({ properties })).toMatchObject({ openNetwork });
  });

  test.each([
    [{ zones: ["1", "2"], properties: {} }, 2, true],
    [{ zones: ["1"], properties: {} }, 1, false],
    [{ properties: { zonalAllocationPolicy: "NoZones" } }, null, false],
    [{ properties: { zonalAllocationPolicy: "Automatic" } }, null, null],
  ])("redundancy of %j", (raw, zones, zoneRedundant) => {
    expect(toRedundancy(raw)).toMatchObject({ zones, zoneRedundant });
  });

  test.each([{}, { properties: null }, { properties: [] }])("%j tells nothing", (raw) => {
    expect(() => toTransport(raw)).toThrow("no properties");
  });
});

describe("from the wire", async () => {
  const properties = { enableNonSslPort: false, minimumTlsVersion: "1.2" };
  const { azure, scan } = await fakeSubscription({
    resources: [
      resource(KIND, "sessions", { properties }),
      // Resource Graph is late: ARM is asked for this one.
      resource(KIND, "fresh", { properties, inGraph: false }),
    ],
  });

  test("Resource Graph and ARM tell the same", async () => {
    const found = await scan().gather(redis);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "sessions", "transport")).toEqual(facetOf(found, "fresh", "transport"));
    expect(facetOf(found, "sessions", "location")).toEqual({
      regions: ["westeurope"],
      zones: null,
    });
    const asked = azure.calls.map(({ method, path }) => `${method} ${path}`);
    expect(asked.filter((call) => GRAPH.test(call))).toHaveLength(1);
    expect(asked.filter((call) => /Redis\/\w+\?/.test(call))).toEqual([
      expect.stringContaining("/Redis/fresh?"),
    ]);
  });

  test("what the identity may not read is named, though Resource Graph is silent about it", async () => {
    const denied = await fakeSubscription({
      resources: [resource(KIND, "sessions", { properties })],
      denied: [PERMISSION],
    });
    const found = await denied.scan().gather(redis, ["transport"]);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([
      {
        subject: { name: "sessions" },
        facets: ["transport"],
        reason: "denied",
        permission: PERMISSION,
      },
    ]);
  });

  test.each([
    ["denied", { kind: "denied" }],
    ["broken", { kind: "body", body: "{}" }],
    ["without a row", { kind: "body", body: '{"data":[],"resultTruncated":"false"}' }],
    ["cut short", { kind: "body", body: '{"data":[],"resultTruncated":"true"}' }],
  ] as const)("Resource Graph %s: ARM is asked for each", async (_, fault) => {
    azure.setFaults({ path: GRAPH, fault });
    const found = await scan().gather(redis, ["transport"]);
    expect(found.problems).toEqual([]);
    expect(found.observations).toHaveLength(2);
  });
});
