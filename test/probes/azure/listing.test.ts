import { afterAll, describe, expect, test } from "vitest";
import type { Problem } from "#model/evidence.ts";
import { below } from "#probes/azure/asks.ts";
import redis from "#probes/azure/redis.ts";
import resources from "#probes/azure/resources.ts";
import { testScan } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";
import { CANARY, CLIENT, FIRST, HIDDEN, SECOND, startFixture, TENANT } from "./fake.ts";

const KIND = "Microsoft.Cache/Redis";
const GRAPH = /^POST \/providers\/Microsoft\.ResourceGraph/;
const properties = { enableNonSslPort: false, minimumTlsVersion: "1.2" };
const said = (problems: readonly Problem[]) =>
  problems.map(({ reason, message }) => `${reason}: ${message}`);

describe("the pages of Resource Graph", async () => {
  const many = Array.from({ length: 7 }, (_, at) => resource(KIND, `cache${at}`, { properties }));
  const { azure, scan } = await fakeSubscription({ resources: many, pageSize: 2 });
  const graphCalls = () =>
    azure.calls.filter(({ method, path }) => GRAPH.test(`${method} ${path}`));

  test("are followed to the end, each resource once, in ARM's order", async () => {
    const before = graphCalls().length;
    const { observations, problems } = await scan().gather(redis, ["transport"]);
    expect(problems).toEqual([]);
    expect(observations.map(({ subject }) => subject.name)).toEqual(many.map(({ name }) => name));
    expect(graphCalls().length - before).toBe(4);
  });

  test.each([
    ["a token that leads back", { $skipToken: "Mg" }],
    ["a token without end", { $skipToken: "x".repeat(100_000) }],
    ["no rows", { data: "none", $skipToken: null }],
  ])("%s: what is missing is asked of ARM", async (_, fields) => {
    azure.setFaults({ path: GRAPH, fault: { kind: "merge", fields } });
    const { observations, problems } = await scan().gather(redis, ["transport"]);
    expect(problems).toEqual([]);
    expect(observations).toHaveLength(many.length);
  });
});

describe("management groups", () => {
  const account = (id: string, visible = true) => ({
    id,
    name: id,
    visible,
    accounts: [],
    resources: [
      {
        ...resource(KIND, "cache"),
        id: `/subscriptions/${id}/resourceGroups/g/providers/${KIND}/c`,
      },
    ],
  });
  const fixture = startFixture({
    tenant: TENANT,
    applications: [{ clientId: CLIENT, clientSecret: CANARY }],
    subscriptions: [account(FIRST), account(SECOND), account(HIDDEN, false)],
    managementGroups: { production: [FIRST, SECOND], half: [SECOND, HIDDEN] },
  });
  afterAll(async () => (await fixture).close());
  const gather = async (fields: Readonly<Record<string, unknown>>) => {
    const { target, environment } = await fixture;
    return testScan(target(fields), { environment }).gather(resources);
  };

  test("stand for their subscriptions, each once", async () => {
    const { observations, problems } = await gather({ managementGroups: ["production"] });
    expect(problems).toEqual([]);
    expect(observations[0]?.value).toMatchObject({ complete: true });
    expect(observations[0]?.facet === "inventory" && observations[0].value.items).toHaveLength(2);
  });

  test("a subscription of one that cannot be seen leaves the listing incomplete", async () => {
    const { observations, problems } = await gather({
      subscriptions: [],
      managementGroups: ["half"],
    });
    expect(observations[0]?.value).toMatchObject({ complete: false });
    expect(said(problems)).toEqual([expect.stringMatching(/^denied: subscription 4{8}/)]);
  });

  test("one that is not there or not shown is a problem that names the permission", async () => {
    const { observations, problems } = await gather({ managementGroups: ["elsewhere"] });
    expect(observations[0]?.value).toMatchObject({ complete: false });
    expect(said(problems)).toEqual([expect.stringContaining("management group elsewhere")]);
  });

  test("neither subscriptions nor groups is refused", async () => {
    const { target } = await fixture;
    expect(() => target({ subscriptions: [] })).toThrow("managementGroups");
  });
});

describe("paths below what a server named", () => {
  test("names with spaces and signs are encoded", () => {
    expect(below("/subscriptions/s/resourceGroups/a b/providers/X/y/ü?#", "z")).toBe(
      "/subscriptions/s/resourceGroups/a%20b/providers/X/y/%C3%BC%3F%23/z",
    );
  });
  test.each(["/subscriptions/s/../t", "/subscriptions//x", "subscriptions/s", "/a/./b", ""])(
    "%j is refused",
    (id) => {
      expect(() => below(id)).toThrow("is no ARM id");
    },
  );
});
