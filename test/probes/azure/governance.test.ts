import { describe, expect, test } from "vitest";
import { changes, includesAction } from "#facts/azure-actions.ts";
import activityLog, { toAuditLogs as ofSubscription } from "#probes/azure/activity-log.ts";
import defender from "#probes/azure/defender.ts";
import { toDetection, toScanning } from "#probes/azure/defender-facets.ts";
import resourceLogs, { toAuditLogs as ofResource } from "#probes/azure/resource-logs.ts";
import { toPrivileges } from "#probes/azure/role-facets.ts";
import roles from "#probes/azure/roles.ts";
import workspaces, { toRetention } from "#probes/azure/workspaces.ts";
import { facetOf, type Gathered } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";
import { FIRST } from "./fake.ts";

const WORKSPACE = `/subscriptions/${FIRST}/resourceGroups/production/providers/Microsoft.OperationalInsights/workspaces/logs`;
const setting = (logs: readonly object[], more: object = { workspaceId: WORKSPACE }) => ({
  name: "export",
  properties: { logs, ...more },
});
const on = (category: string) => ({ category, enabled: true });
const ALL = [{ categoryGroup: "allLogs", enabled: true }];
const plan = (name: string, pricingTier: string, more: object = {}) => ({
  name,
  properties: { pricingTier, ...more },
});
const inventories = ({ observations }: Gathered) =>
  observations.flatMap((one) => (one.facet === "inventory" ? [one.value] : []));

describe("the activity log", () => {
  test("by itself it is kept nowhere, and knows no reads", () => {
    expect(ofSubscription([]).logs).toMatchObject([
      { active: true, events: "writes", destination: null },
    ]);
  });

  test.each([
    ["all groups", ALL, "writes", []],
    ["what is done, and nothing else", [on("Administrative")], "writes", ["Security", "Policy"]],
    ["everything but what is done", [on("Security"), on("Policy")], "none", ["Administrative"]],
    ["nothing", [{ category: "Administrative", enabled: false }], "none", ["Administrative"]],
  ])("%s", (_, logs, events, omits) => {
    const [log] = ofSubscription([setting(logs)]).logs;
    expect(log).toMatchObject({ events, destination: "Log Analytics workspace logs" });
    expect(log?.omits).toEqual(expect.arrayContaining([...omits]));
    if (omits.length === 0) expect(log?.omits).toEqual([]);
  });

  test.each([
    [{ workspaceId: "", storageAccountId: "" }, null],
    [{ storageAccountId: "/subscriptions/s/x/stlogs" }, "storage account stlogs"],
    [
      { eventHubAuthorizationRuleId: "/s/x/providers/y/namespaces/hub/authorizationrules/r" },
      "Event Hubs namespace hub",
    ],
  ])("is sent to %j", (more, destination) => {
    expect(ofSubscription([setting(ALL, more)]).logs).toMatchObject([{ destination }]);
  });

  test.each([
    { name: "x", properties: {} },
    { name: "x", properties: { logs: {} } },
    { name: "x", properties: { logs: [{ category: "Administrative", enabled: "true" }] } },
    { name: "x", properties: { logs: [{ enabled: true }] } },
  ])("%j is of no known shape", (raw) => {
    expect(() => ofSubscription([raw])).toThrow(TypeError);
  });
});

describe("the logs of a resource", () => {
  const categories = ["AuditEvent", "AzurePolicyEvaluationDetails"].map((name) => ({
    name,
    properties: { categoryType: "Logs" },
  }));
  const metrics = { name: "AllMetrics", properties: { categoryType: "Metrics" } };

  test.each([
    [ALL, "all", []],
    [[{ categoryGroup: "audit", enabled: true }], "all", ["AzurePolicyEvaluationDetails"]],
    [[on("AuditEvent")], "all", ["AzurePolicyEvaluationDetails"]],
    [[on("AzurePolicyEvaluationDetails")], "none", ["AuditEvent"]],
  ])("%j", (logs, events, omits) => {
    expect(ofResource([setting(logs)], [...categories, metrics]).logs).toMatchObject([
      { events, omits },
    ]);
  });

  test("without a setting there is none", () => {
    expect(ofResource([], categories)).toEqual({ logs: [] });
  });

  test("where no category is known to tell what is done, it cannot be said", () => {
    const other = [{ name: "Requests", properties: { categoryType: "Logs" } }];
    expect(ofResource([setting([on("Requests")])], other).logs).toMatchObject([{ events: null }]);
  });
});

describe("Defender for Cloud", () => {
  test.each([
    [[plan("VirtualMachines", "Standard"), plan("Arm", "Free")], true, ["VirtualMachines"]],
    [[plan("VirtualMachines", "Free")], false, []],
    // Posture only looks at settings; a plan that is gone says nothing.
    [[plan("CloudPosture", "Standard")], false, []],
    [[plan("Dns", "Standard", { deprecated: true })], false, []],
    [
      [plan("Storage", "Standard", { resourcesCoverageStatus: "PartiallyCovered" })],
      true,
      ["Storage (partly)"],
    ],
  ])("%j", (pricings, enabled, covers) => {
    expect(toDetection(pricings, []).services).toMatchObject([{ enabled, covers }]);
  });

  test("Sentinel beside it, and what cannot be told of it", () => {
    const free = [plan("Arm", "Free")];
    expect(toDetection(free, ["logs"]).services).toMatchObject([
      { enabled: false },
      { name: "Sentinel", enabled: true },
    ]);
    expect(toDetection(free, null).services).toMatchObject([{}, { enabled: null }]);
  });

  test.each([
    [[plan("SqlServers", "Standard")], true],
    [[plan("VirtualMachines", "Standard")], false],
    [
      [
        plan("VirtualMachines", "Standard", {
          extensions: [{ name: "AgentlessVmScanning", isEnabled: "True" }],
        }),
      ],
      true,
    ],
    [
      [
        plan("VirtualMachines", "Standard", {
          extensions: [{ name: "AgentlessVmScanning", isEnabled: "Perhaps" }],
        }),
      ],
      null,
    ],
    [[plan("Arm", "Standard")], false],
  ])("scans for vulnerabilities by %j: %j", (pricings, enabled) => {
    expect(toScanning(pricings).services).toMatchObject([{ enabled }]);
  });

  test.each([
    [plan("Arm", "Premium")],
    [{ properties: { pricingTier: "Free" } }],
    [{ name: "Arm" }],
  ])("%j is of no known shape", (pricing) => {
    expect(() => toDetection([pricing], [])).toThrow(TypeError);
  });
});

describe("roles", () => {
  const definition = (
    roleName: string,
    actions: readonly string[],
    notActions: readonly string[],
  ) => [{ name: "r1", properties: { roleName, permissions: [{ actions, notActions }] } }];
  const assigned = { properties: { roleDefinitionId: "/x/roleDefinitions/R1", scope: "/s" } };

  test.each([
    ["Owner", ["*"], [], true, true],
    ["Contributor", ["*"], ["Microsoft.Authorization/*/Write"], true, false],
    ["User Access Administrator", ["Microsoft.Authorization/*"], [], true, true],
    ["Reader", ["*/read"], [], false, false],
    ["Log Reader", ["*/read", "Microsoft.X/query/action"], [], null, false],
    ["Nothing", ["Microsoft.X/*"], ["Microsoft.X/*"], false, false],
    ["Tagger", ["Microsoft.Resources/tags/write"], [], true, false],
  ])("%s", (name, actions, not, writes, administers) => {
    const privileges = toPrivileges(assigned, definition(name, actions, not));
    expect(privileges).toMatchObject({ writes, administers, through: [`${name} over /s`] });
  });

  test("a condition is told, and data actions count", () => {
    const conditional = { properties: { ...assigned.properties, condition: "@Resource[x]" } };
    const data = [{ name: "r1", properties: { permissions: [{ dataActions: ["a/b/write"] }] } }];
    expect(toPrivileges(conditional, data)).toMatchObject({
      writes: true,
      through: ["r1 over /s, under a condition"],
    });
  });

  test.each([
    [{ properties: { roleDefinitionId: "/x/unknown" } }, []],
    [{ properties: {} }, []],
    [assigned, [{ name: "r1", properties: { permissions: [{ actions: "*" }] } }]],
  ])("%j cannot be told", (raw, definitions) => {
    expect(() => toPrivileges(raw, definitions)).toThrow(TypeError);
  });

  test.each([
    ["*", "a/b/read", true],
    ["*/read", "a/b/read", true],
    ["*/read", "a/b/write", false],
    ["a/*/write", "A/b/c/Write", true],
    ["a/*/write", "a/write", false],
    ["a/b", "a/b/c", false],
    ["a*a", "a", false],
  ])("%s includes %s: %j", (pattern, action, included) => {
    expect(includesAction(pattern, action)).toBe(included);
  });

  test.each([
    ["*", true],
    ["a/read", false],
    ["a/action", null],
    ["a/*", true],
    ["a/delete", true],
  ])("what %s may do", (action, expected) => {
    expect(changes(action)).toBe(expected);
  });
});

describe("the retention of a workspace", () => {
  const own = { properties: { retentionInDays: 90 } };
  const table = (name: string, totalRetentionInDays: unknown) => ({
    name,
    properties: { totalRetentionInDays },
  });

  test.each([
    [[], { after: "P90D" }],
    [[table("A", 90), table("B", 90)], { after: "P90D", longest: "P90D" }],
    [[table("A", 30), table("B", 730)], { after: "P30D", longest: "P730D" }],
  ])("%j", (tables, expected) => {
    expect(toRetention(own, tables)).toMatchObject(expected);
  });

  test.each([
    [{ properties: {} }, []],
    [own, [table("A", null)]],
    [own, [table("A", "90")]],
    [{ properties: { retentionInDays: -1 } }, []],
  ])("%j cannot be told", (raw, tables) => {
    expect(() => toRetention(raw, tables)).toThrow(TypeError);
  });
});

const DIAGNOSTICS = "providers/Microsoft.Insights/diagnosticSettings";
const VAULT = resource("Microsoft.KeyVault/vaults", "secrets", {
  properties: {},
  below: {
    [DIAGNOSTICS]: [setting(ALL)],
    [`${DIAGNOSTICS}Categories`]: [{ name: "AuditEvent", properties: { categoryType: "Logs" } }],
  },
});
const held = {
  resources: [
    VAULT,
    resource("Microsoft.OperationalInsights/workspaces", "logs", {
      properties: { retentionInDays: 30, publicNetworkAccessForQuery: "Disabled" },
      below: {
        tables: [{ name: "A", properties: { totalRetentionInDays: 30 } }],
        "providers/Microsoft.SecurityInsights/onboardingStates/default": { name: "default" },
      },
    }),
  ],
  below: {
    [DIAGNOSTICS]: [setting([on("Administrative")])],
    "providers/Microsoft.Security/pricings": [plan("Arm", "Standard")],
    "providers/Microsoft.Authorization/roleAssignments": [
      {
        id: `/subscriptions/${FIRST}/providers/Microsoft.Authorization/roleAssignments/a1`,
        properties: {
          principalId: "p1",
          principalType: "User",
          roleDefinitionId: "/x/r1",
          scope: "/s",
        },
      },
    ],
    "providers/Microsoft.Authorization/roleEligibilityScheduleInstances": [
      {
        id: `/subscriptions/${FIRST}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances/e1`,
        properties: {
          principalId: "p2",
          principalType: "Group",
          roleDefinitionId: "/x/r1",
          scope: "/s",
        },
      },
    ],
    "providers/Microsoft.Authorization/roleDefinitions": [
      { name: "r1", properties: { roleName: "Owner", permissions: [{ actions: ["*"] }] } },
    ],
  },
};

describe("from the wire", async () => {
  const { scan, azure } = await fakeSubscription(held);

  test("each probe, all that it has to tell", async () => {
    const found = await Promise.all(
      [activityLog, defender, resourceLogs, roles, workspaces].map((probe) => scan().gather(probe)),
    );
    const all = {
      observations: found.flatMap(({ observations }) => observations),
      problems: found.flatMap(({ problems }) => problems),
    };
    expect(all.problems).toEqual([]);
    expect(facetOf(all, FIRST, "auditLogs")?.logs).toHaveLength(1);
    expect(facetOf(all, FIRST, "threatDetection")?.services).toMatchObject([
      { name: "Defender for Cloud", enabled: true },
      { name: "Sentinel", covers: ["activity log in logs"] },
    ]);
    expect(facetOf(all, FIRST, "vulnerabilityScanning")?.services).toMatchObject([
      { enabled: false },
    ]);
    expect(facetOf(all, "secrets", "auditLogs")?.logs).toMatchObject([{ events: "all" }]);
    expect(facetOf(all, "p1", "privileges")).toMatchObject({ administers: true });
    expect(facetOf(all, "p2", "privileges")).toMatchObject({ administers: true });
    expect(facetOf(all, "logs", "retention")).toMatchObject({ after: "P30D" });
    expect(facetOf(all, "logs", "exposure")).toMatchObject({ openNetwork: false });
    expect(inventories(all).every(({ complete }) => complete)).toBe(true);
  });

  test("no licence for eligible roles: there are none", async () => {
    const body = JSON.stringify({ error: { code: "AadPremiumLicenseRequired", message: "" } });
    azure.setFaults({
      path: /roleEligibilityScheduleInstances/,
      fault: { kind: "status", status: 400, body },
    });
    const found = await scan().gather(roles);
    expect(found.problems).toEqual([]);
    expect(inventories(found).map(({ complete }) => complete)).toEqual([true, true]);
  });

  test("eligible roles that were refused leave only their own list open", async () => {
    azure.setFaults({ path: /roleEligibilityScheduleInstances/, fault: { kind: "denied" } });
    const found = await scan().gather(roles);
    expect(found.problems).toMatchObject([
      {
        reason: "denied",
        permission: "Microsoft.Authorization/roleEligibilityScheduleInstances/read",
        kinds: ["Microsoft.Authorization/roleEligibilityScheduleInstances"],
      },
    ]);
    expect(inventories(found).map(({ kinds }) => kinds)).toEqual([
      ["Microsoft.Authorization/roleAssignments"],
    ]);
  });

  test.each([
    [/pricings/, defender, "threatDetection", "Microsoft.Security/pricings/read"],
    [
      /onboardingStates/,
      defender,
      "threatDetection",
      "Microsoft.SecurityInsights/onboardingStates/read",
    ],
    [
      /diagnosticSettings\?/,
      activityLog,
      "auditLogs",
      "Microsoft.Insights/diagnosticSettings/read",
    ],
    [
      /SettingsCategories/,
      resourceLogs,
      "auditLogs",
      "Microsoft.Insights/diagnosticSettingsCategories/read",
    ],
    [/roleDefinitions/, roles, "privileges", "Microsoft.Authorization/roleDefinitions/read"],
    [/tables/, workspaces, "retention", "Microsoft.OperationalInsights/workspaces/tables/read"],
  ] as const)("%s denied is told by name", async (path, probe, facet, permission) => {
    azure.setFaults({ path, fault: { kind: "denied" } });
    const { problems } = await scan().gather(probe, [facet]);
    expect(problems).toContainEqual(
      expect.objectContaining({ facets: [facet], reason: "denied", permission }),
    );
  });

  test("an id that leads elsewhere costs its own facet, and a workspace that was refused is named", async () => {
    const crooked = { ...VAULT, id: `${VAULT.id}/../../y`, name: "crooked" };
    const odd = await fakeSubscription({
      ...held,
      resources: [crooked, ...held.resources],
      denied: ["Microsoft.OperationalInsights/workspaces/read"],
    });
    const logs = await odd.scan().gather(resourceLogs);
    expect(logs.problems).toMatchObject([{ subject: { name: "crooked" }, reason: "malformed" }]);
    expect(facetOf(logs, "secrets", "auditLogs")?.logs).toHaveLength(1);
    const { problems } = await odd.scan().gather(workspaces, ["retention"]);
    expect(problems).toMatchObject([
      { facets: ["retention"], permission: "Microsoft.OperationalInsights/workspaces/read" },
    ]);
  });

  test("logs that are sent to a workspace whose id leads elsewhere cost the detection alone", async () => {
    const workspaceId = `${WORKSPACE}/../../x`;
    const odd = await fakeSubscription({
      ...held,
      below: { ...held.below, [DIAGNOSTICS]: [setting(ALL, { workspaceId })] },
    });
    const found = await odd.scan().gather(defender);
    expect(found.problems).toMatchObject([{ facets: ["threatDetection"], reason: "malformed" }]);
    expect(facetOf(found, FIRST, "vulnerabilityScanning")).toBeDefined();
    expect(odd.azure.calls.some(({ path }) => path.includes("/x/"))).toBe(false);
  });

  test("a workspace without Sentinel is no problem", async () => {
    const body = JSON.stringify({ error: { code: "ResourceNotFound", message: "" } });
    azure.setFaults({ path: /onboardingStates/, fault: { kind: "status", status: 404, body } });
    const found = await scan().gather(defender, ["threatDetection"]);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, FIRST, "threatDetection")?.services).toHaveLength(1);
  });
});
