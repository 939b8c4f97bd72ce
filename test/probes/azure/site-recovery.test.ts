import { describe, expect, test } from "vitest";
import siteRecovery from "#probes/azure/site-recovery.ts";
import { toDestination, toItemTest, toPlanTest } from "#probes/azure/site-recovery-facets.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";
import { FIRST } from "./fake.ts";

const VAULT = "Microsoft.RecoveryServices/vaults";
const ITEM = `${VAULT}/replicationFabrics/replicationProtectionContainers/replicationProtectedItems`;
const GROUP = `/subscriptions/${FIRST}/resourceGroups/production/providers`;
const vaultId = `${GROUP}/${VAULT}/rsv`;

const details = {
  instanceType: "A2A",
  fabricObjectId: `${GROUP}/Microsoft.Compute/virtualMachines/WEB`,
  recoveryFabricLocation: "France South",
  rpoInSeconds: 300,
  lastRpoCalculatedTime: "2026-06-01T11:58:00Z",
  unprotectedDisks: [],
};
const running = {
  protectionState: "Protected",
  activeLocation: "Primary",
  replicationHealth: "Normal",
};
const item = (properties: object = {}, specific: object = {}, name = "one") => ({
  id: `${vaultId}/replicationFabrics/f/replicationProtectionContainers/c/replicationProtectedItems/${name}`,
  name,
  type: ITEM,
  properties: {
    ...running,
    providerSpecificDetails: { ...details, ...specific },
    ...properties,
  },
});

describe("where a machine is replicated to", () => {
  const whole = {
    region: "francesouth",
    subject: null,
    status: "active",
    whole: true,
    lastSync: "2026-06-01T11:53:00.000Z",
  };
  test.each<[properties: object, specific: object, expected: object]>([
    [{}, {}, {}],
    [{ replicationHealth: "Warning" }, {}, {}],
    [{ replicationHealth: "Critical" }, {}, { status: "degraded" }],
    [{ replicationHealth: "None" }, {}, { status: "unknown" }],
    [{ replicationHealth: undefined }, {}, { status: "unknown" }],
    [{ protectionState: "InitialReplicationInProgress" }, {}, { status: "unknown" }],
    [{ activeLocation: "Recovery" }, {}, { status: "unknown" }],
    // The lag may be null, and then nothing is known of it: it is not zero.
    [{}, { rpoInSeconds: null }, { lastSync: null }],
    [{}, { rpoInSeconds: 0 }, { lastSync: "2026-06-01T11:58:00.000Z" }],
    [{}, { rpoInSeconds: -5 }, { lastSync: null }],
    [{}, { lastRpoCalculatedTime: null }, { lastSync: null }],
    [{}, { lastRpoCalculatedTime: "0001-01-01T00:00:00Z" }, { lastSync: null }],
    [{}, { unprotectedDisks: [{ diskLunId: 1 }] }, { whole: false }],
    [{}, { unprotectedDisks: null }, { whole: null }],
    [{}, { recoveryFabricLocation: undefined }, { region: null }],
  ])("%j %j", (properties, specific, expected) => {
    expect(toDestination(item(properties, specific))).toEqual({ ...whole, ...expected });
  });
});

describe("when a failover was tested", () => {
  test.each<[properties: object, lastSuccess: string | null]>([
    [{ lastSuccessfulTestFailoverTime: "2026-03-01T10:00:00Z" }, "2026-03-01T10:00:00.000Z"],
    [{ lastSuccessfulTestFailoverTime: "1601-01-01T00:00:00Z" }, null],
    [{ lastSuccessfulTestFailoverTime: "0001-01-01T00:00:00Z" }, null],
    [{ lastSuccessfulTestFailoverTime: null }, null],
    [{}, null],
  ])("%j", (properties, lastSuccess) => {
    expect(toItemTest({ properties })).toEqual({
      lastSuccess,
      lastAttempt: lastSuccess,
      lastOutcome: lastSuccess === null ? null : "Succeeded",
      since: null,
    });
  });

  test.each(["yesterday", 7, "2026-03-01"])("%j is no moment", (lastSuccessfulTestFailoverTime) => {
    expect(() => toItemTest({ properties: { lastSuccessfulTestFailoverTime } })).toThrow(TypeError);
  });

  test("one that goes on is an attempt", () => {
    const properties = {
      testFailoverStateDescription: "Waiting for user input",
      currentScenario: { scenarioName: "TestFailover", startTime: "2026-05-01T00:00:00Z" },
    };
    expect(toItemTest({ properties })).toMatchObject({
      lastSuccess: null,
      lastAttempt: "2026-05-01T00:00:00.000Z",
      lastOutcome: "Waiting for user input",
    });
  });

  const tested = (lastSuccess: string | null) => ({
    lastSuccess,
    lastAttempt: lastSuccess,
    lastOutcome: null,
    since: null,
  });
  const [MARCH, MAY] = ["2026-03-01T00:00:00.000Z", "2026-05-01T00:00:00.000Z"];
  test.each<
    [
      attempt: string | null,
      items: readonly (string | null)[],
      success: string | null,
      since: string | null,
    ]
  >([
    [MAY, [MAY, MARCH], MARCH, null],
    [null, [MAY], MAY, null],
    // It was tried, and how that ended nobody tells.
    [MAY, [MAY, null], null, MAY],
    [MAY, [], null, MAY],
    // Never.
    [null, [null], null, null],
    ["1601-01-01T00:00:00Z", [], null, null],
  ])(
    "a plan tried %s whose items were tested %j",
    (lastTestFailoverTime, items, success, since) => {
      const found = toPlanTest({ properties: { lastTestFailoverTime } }, items.map(tested));
      expect(found).toMatchObject({ lastSuccess: success, since });
    },
  );
});

const plan = (items: readonly { readonly id: string }[], properties: object = {}) => ({
  id: `${vaultId}/replicationRecoveryPlans/all`,
  name: "all",
  type: `${VAULT}/replicationRecoveryPlans`,
  properties: {
    groups: [{ groupType: "Boot", replicationProtectedItems: items.map(({ id }) => ({ id })) }],
    ...properties,
  },
});
const held = (items: readonly { readonly id: string }[], plans: readonly object[] = []) => ({
  resources: [
    resource(VAULT, "rsv", {
      below: { replicationProtectedItems: items, replicationRecoveryPlans: plans },
    }),
    resource("Microsoft.Compute/virtualMachines", "web"),
    resource("Microsoft.Compute/virtualMachines", "bare"),
  ],
});

describe("from the wire", () => {
  const tested = item({ lastSuccessfulTestFailoverTime: "2026-03-01T10:00:00Z" });

  test("machines tell their copies, items and plans their tests", async () => {
    const { scan } = await fakeSubscription(held([tested], [plan([tested])]));
    const found = await scan().gather(siteRecovery);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "web", "replication")?.destinations).toMatchObject([
      { region: "francesouth", status: "active", whole: true },
    ]);
    expect(facetOf(found, "bare", "replication")).toEqual({ destinations: [] });
    expect(facetOf(found, "one", "recoveryTest")?.lastSuccess).toBe("2026-03-01T10:00:00.000Z");
    expect(facetOf(found, "all", "recoveryTest")?.lastSuccess).toBe("2026-03-01T10:00:00.000Z");
    const inventories = found.observations.flatMap((seen) =>
      seen.facet === "inventory" ? [seen.value] : [],
    );
    expect(inventories.map(({ complete, items }) => [complete, items.length])).toEqual([
      [true, 1],
      [true, 1],
    ]);
  });

  test("a target without vaults has no copies and no tests, and that is known", async () => {
    const { scan } = await fakeSubscription({
      resources: [resource("Microsoft.Compute/virtualMachines", "web")],
    });
    const found = await scan().gather(siteRecovery);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "web", "replication")).toEqual({ destinations: [] });
    expect(found.observations.filter(({ facet }) => facet === "inventory")).toMatchObject([
      { value: { complete: true, items: [] } },
      { value: { complete: true, items: [] } },
    ]);
  });

  test.each<[action: string, replication: boolean, tests: readonly string[]]>([
    [`${VAULT}/replicationProtectedItems/read`, false, []],
    [`${VAULT}/replicationRecoveryPlans/read`, true, ["one"]],
  ])("without %s", async (action, replication, tests) => {
    const { scan } = await fakeSubscription({
      ...held([tested], [plan([tested])]),
      denied: [action],
    });
    const found = await scan().gather(siteRecovery);
    expect(facetOf(found, "web", "replication") !== undefined).toBe(replication);
    expect(facetOf(found, "bare", "replication") !== undefined).toBe(replication);
    const named = found.observations.filter(({ facet }) => facet === "recoveryTest");
    expect(named.map(({ subject }) => subject.name)).toEqual(tests);
    expect(new Set(found.problems.map(({ permission }) => permission))).toEqual(new Set([action]));
  });

  test("an item that says nothing leaves open what is replicated", async () => {
    const { scan } = await fakeSubscription(
      held([tested, { ...item({}, {}, "odd"), properties: null } as never]),
    );
    const found = await scan().gather(siteRecovery);
    expect(facetOf(found, "bare", "replication")).toBeUndefined();
    expect(facetOf(found, "odd", "recoveryTest")).toBeUndefined();
    expect(facetOf(found, "one", "recoveryTest")).toBeDefined();
  });

  test("a plan with an item that is not there is not told", async () => {
    const { scan } = await fakeSubscription(held([tested], [plan([{ id: `${vaultId}/gone` }])]));
    const found = await scan().gather(siteRecovery, ["recoveryTest"]);
    expect(facetOf(found, "all", "recoveryTest")).toBeUndefined();
    expect(found.problems).toMatchObject([{ subject: { name: "all" }, reason: "malformed" }]);
  });
});
