/** Microsoft's own example answers on logs, Defender, roles and workspaces, against facts that a person read off each file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { toAuditLogs as ofSubscription } from "#probes/azure/activity-log.ts";
import { toDetection, toScanning } from "#probes/azure/defender-facets.ts";
import { logCategories, toSetting } from "#probes/azure/diagnostic-settings.ts";
import { toExposure, toRedundancy, toTransport } from "#probes/azure/redis.ts";
import { toPrivileges, toSubject } from "#probes/azure/role-facets.ts";
import { toRetention } from "#probes/azure/workspaces.ts";
import { has, sharedFolder } from "../../support/requirements.ts";
import { fields, type Fields } from "#probes/common/json.ts";

const folder = join(sharedFolder, "payloads/azure");

function entries(file: string): readonly Fields[] {
  const example: unknown = JSON.parse(readFileSync(join(folder, `${file}.json`), "utf8"));
  const body = fields(fields(fields(fields(example)["responses"])["200"])["body"]);
  return Array.isArray(body["value"]) ? body["value"].map(fields) : [body];
}

/** Files whose operation no probe asks, and why. */
const NOT_ASKED: Readonly<Record<string, string>> = {
  "Microsoft.Authorization/GetAllDenyAssignments": "a denial only takes away what a role gives",
  "Microsoft.Insights/GetActivityLogsFiltered":
    "what was done is not judged, only that it is written down",
  "Microsoft.Insights/listLogProfile": "log profiles were retired for diagnostic settings",
  "Microsoft.OperationalInsights/DataExportListByWorkspace": "an export is no retention",
  "Microsoft.PolicyInsights/PolicyStates_SummarizeSubscriptionScope":
    "benchmarks, which are no promises",
  "Microsoft.ResourceGraph/ResourcesFirstPageQuery": "of another projection than ours",
  "Microsoft.ResourceGraph/ResourcesPropertiesQuery": "of another projection than ours",
  "Microsoft.ResourceGraph/ResourcesSummarizeQuery": "of another projection than ours",
  "Microsoft.ResourceGraph/ResourcesTenantBasicQuery": "of another projection than ours",
  "Microsoft.Security/GetAssessment_example": "findings, which are no promises",
  "Microsoft.Security/ListAssessments_example": "findings, which are no promises",
  "Microsoft.Storage/BlobContainersGet": "the account decides whether a container may be public",
  "Microsoft.Storage/NetworkSecurityPerimeterConfigurationList":
    "an account within a perimeter is told as one whose rules are not read",
  "Microsoft.Storage/StorageAccountListObjectReplicationPolicies":
    "replication between accounts is not read",
};

describe.runIf(has("shared"))("Microsoft's examples", () => {
  test("the activity log of a subscription is exported whole, to four places", () => {
    const { logs } = ofSubscription(
      entries("Microsoft.Insights/listSubscriptionDiagnosticSettings"),
    );
    expect(logs).toMatchObject([
      {
        name: "ds4",
        events: "writes",
        omits: [],
        destination:
          "Log Analytics workspace test1, storage account appteststorage1, Event Hubs namespace mynamespace, partner dd1",
      },
    ]);
  });

  test("a setting without a workspace, whose retention is dead", () => {
    const [setting = {}] = entries("Microsoft.Insights/getDiagnosticSetting");
    expect(toSetting(setting)).toMatchObject({ name: "mysetting", sent: "all", workspaces: [] });
  });

  test("categories of logs; metrics are none", () => {
    expect(logCategories(entries("Microsoft.Insights/listDiagnosticSettingsCategories"))).toEqual([
      "WorkflowRuntime",
    ]);
  });

  test("Defender's plans: on, off, partly on, and gone", () => {
    const pricings = entries("Microsoft.Security/ListPricings_example");
    expect(toDetection(pricings, []).services).toEqual([
      {
        name: "Defender for Cloud",
        region: null,
        enabled: true,
        covers: [
          "VirtualMachines (partly)",
          "SqlServers",
          "StorageAccounts",
          "SqlServerVirtualMachines",
          "KeyVaults",
          "Arm",
          "OpenSourceRelationalDatabases",
          "Containers",
          "Api",
        ],
        omits: ["AppServices"],
      },
    ]);
    expect(toScanning(pricings).services[0]?.covers).toEqual([
      "VirtualMachines (partly)",
      "Containers",
      "SqlServers",
      "SqlServerVirtualMachines",
    ]);
  });

  test.each([
    ["GetPricingByNameStorageAccounts_example", ["StorageAccounts"], []],
    [
      "ListPricingsWithPlanFilter_example",
      ["VirtualMachines (partly)", "KeyVaults"],
      ["VirtualMachines (partly)"],
    ],
  ])("%s", (file, covers, scans) => {
    const pricings = entries(`Microsoft.Security/${file}`);
    expect(toDetection(pricings, []).services[0]?.covers).toEqual(covers);
    expect(toScanning(pricings).services[0]?.covers).toEqual(scans);
  });

  test.each([
    ["RoleAssignments_ListForSubscription", "ce2ce14e-85d7-4629-bdbc-454d0519d987"],
    ["RoleAssignments_ListForScope", "ce2ce14e-85d7-4629-bdbc-454d0519d987"],
    ["GetRoleEligibilityScheduleInstancesByScope", "a3bb8764-cb92-4276-9d2a-ca1e895e55ea"],
  ])("%s names who", (file, principal) => {
    const [raw = {}] = entries(`Microsoft.Authorization/${file}`);
    expect(toSubject(raw, "kind", "azure")).toMatchObject({
      name: principal,
      tags: { principalId: principal, principalType: "User" },
    });
    // The role is not among those of the other example.
    const definitions = entries("Microsoft.Authorization/GetRoleDefinitionAtScope");
    expect(() => toPrivileges(raw, definitions)).toThrow("is not defined here");
  });

  test("a role whose actions are placeholders changes something, as its data action may", () => {
    const definitions = entries("Microsoft.Authorization/GetRoleDefinitionAtScope");
    const raw = { properties: { roleDefinitionId: "/x/roleDefinitionId", scope: "/s" } };
    expect(toPrivileges(raw, definitions)).toMatchObject({
      writes: true,
      administers: false,
      through: ["Role name over /s"],
    });
  });

  test("a workspace keeps entries for 30 to 70 days, by its tables", () => {
    const [workspace = {}] = entries("Microsoft.OperationalInsights/WorkspacesSubscriptionList");
    const tables = entries("Microsoft.OperationalInsights/TablesList");
    expect(toRetention(workspace, tables)).toMatchObject({ after: "P30D", longest: "P70D" });
  });

  test("a cache that answers in clear text and names no version", () => {
    const [cache = {}] = entries("Microsoft.Cache/RedisCacheGet");
    expect(toTransport(cache)).toMatchObject({
      secureOnly: false,
      minimumTls: null,
      hostNames: ["cache1.redis.cache.windows.net"],
    });
    expect(toExposure(cache)).toMatchObject({ openNetwork: null });
    expect(toRedundancy(cache)).toMatchObject({ zoneRedundant: null, geoRedundant: true });
  });

  test("every file of the folder is looked at by some test, or set aside with a reason", () => {
    const tests = readdirSync(import.meta.dirname)
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"))
      .join("\n");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".json") && file !== "manifest.json",
    );
    const forgotten = files.filter(
      (file) =>
        !tests.includes(
          file
            .split("/")
            .at(-1)
            ?.replace(/\.json$/, "") ?? file,
        ),
    );
    expect(forgotten).toEqual([]);
    for (const file of Object.keys(NOT_ASKED)) expect(files).toContain(`${file}.json`);
  });
});
