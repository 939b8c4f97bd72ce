import { describe, expect, test } from "vitest";
import { derive } from "#derive/derive.ts";
import type { Facets, FacetName } from "#model/facets.ts";
import dataProtection from "#probes/azure/data-protection.ts";
import { toInstance, toRules } from "#probes/azure/data-protection-facets.ts";
import disks from "#probes/azure/disks.ts";
import recoveryServices from "#probes/azure/recovery-services.ts";
import { toBackupVaultPoint } from "#probes/azure/recovery-points.ts";
import resources from "#probes/azure/resources.ts";
import restorePoints from "#probes/azure/restore-points.ts";
import { estate } from "../../support/evidence.ts";
import { fakeSubscription, resource } from "./azure.ts";
import { FIRST } from "./fake.ts";

const VAULT = "Microsoft.DataProtection/backupVaults";
const FROM = new Date("2026-06-01T12:00:00Z");
const vault = { id: "/vault", region: "westeurope", copies: ["northeurope"] };

const backup = (intervals: readonly string[], fields: object = {}) => ({
  objectType: "AzureBackupRule",
  name: "Backup",
  dataStore: { dataStoreType: "OperationalStore" },
  trigger: { schedule: { repeatingTimeIntervals: intervals } },
  ...fields,
});
const keep = (store: string, duration: string, isDefault = true, name = "Default") => ({
  objectType: "AzureRetentionRule",
  name,
  isDefault,
  lifecycles: [
    {
      sourceDataStore: { dataStoreType: store },
      deleteAfter: { duration, objectType: "AbsoluteDeleteOption" },
    },
  ],
});
const DAILY = ["R/2026-01-01T02:00:00+00:00/P1D"];
const policy = (policyRules: readonly object[], fields: object = {}) => ({
  name: "p",
  properties: { policyRules, ...fields },
});

describe("a policy", () => {
  test.each<[why: string, rules: readonly object[], expected: readonly object[]]>([
    [
      "snapshots beside the disk",
      [backup(DAILY), keep("OperationalStore", "P7D")],
      [
        {
          name: "p: Backup",
          longestInterval: 86_400,
          window: 0,
          places: [{ region: "westeurope", vault: null, retention: "P7D" }],
        },
      ],
    ],
    [
      "in the vault and its copy, a part for longer",
      [backup(DAILY), keep("VaultStore", "P7D"), keep("VaultStore", "P12M", false, "Monthly")],
      [
        {
          places: [
            { region: "westeurope", vault: "/vault", retention: "P7D" },
            { region: "northeurope", vault: null, retention: "P7D" },
            { region: "westeurope", vault: "/vault", retention: "P12M" },
            { region: "northeurope", vault: null, retention: "P12M" },
          ],
        },
      ],
    ],
    [
      "every four hours",
      [backup(["R/2026-01-01T02:00:00Z/PT4H"]), keep("OperationalStore", "P7D")],
      [{ longestInterval: 14_400 }],
    ],
  ])("%s", (_why, rules, expected) => {
    expect(toRules(policy(rules), vault, FROM)).toMatchObject(expected);
  });

  test("blobs that are kept where they are can be taken back to any moment", () => {
    const datasourceTypes = ["Microsoft.Storage/storageAccounts/blobServices"];
    const raw = policy([keep("OperationalStore", "P30D")], { datasourceTypes });
    expect(toRules(raw, vault, FROM)).toEqual([
      {
        name: "p",
        longestInterval: 0,
        window: 0,
        places: [{ region: "westeurope", vault: null, retention: "P30D" }],
      },
    ]);
  });

  test.each<[why: string, rules: readonly object[]]>([
    ["no backup rule", [keep("OperationalStore", "P7D")]],
    ["no retention", [backup(DAILY)]],
    ["no default", [backup(DAILY), keep("OperationalStore", "P7D", false)]],
    [
      "two defaults",
      [backup(DAILY), keep("OperationalStore", "P7D"), keep("OperationalStore", "P8D")],
    ],
    ["a retention that is none", [backup(DAILY), keep("OperationalStore", "a week")]],
    ["an unknown rule", [backup(DAILY), keep("OperationalStore", "P7D"), { objectType: "Rule" }]],
    ["no interval", [backup([]), keep("OperationalStore", "P7D")]],
    ["no rules", []],
  ])("%s: it is not told", (_why, rules) => {
    expect(() => toRules(policy(rules), vault, FROM)).toThrow(TypeError);
  });
});

describe("an instance", () => {
  const policyInfo = { policyId: "/p" };
  test.each<[properties: object, active: boolean]>([
    [{ currentProtectionState: "ProtectionConfigured", policyInfo }, true],
    [{ currentProtectionState: "ProtectionError", policyInfo }, true],
    [{ currentProtectionState: "RetentionSchedulesSuspended", policyInfo }, true],
    [{ currentProtectionState: "BackupSchedulesSuspended", policyInfo }, false],
    [{ currentProtectionState: "ProtectionStopped" }, false],
    [{ currentProtectionState: "SoftDeleted" }, false],
    [{ protectionStatus: { status: "NotProtected" }, policyInfo }, false],
    [{ protectionStatus: { status: "ProtectionConfigured" }, policyInfo }, true],
  ])("%j", (properties, active) => {
    expect(toInstance({ properties })).toMatchObject({ active });
  });

  test.each([
    {},
    { currentProtectionState: "Invalid" },
    { currentProtectionState: "ProtectionConfigured" },
  ])("%j is not told", (properties) => {
    expect(() => toInstance({ properties })).toThrow("a backup instance");
  });
});

test.each<[fields: object, usable: boolean]>([
  [{ recoveryPointState: "Completed" }, true],
  [{ recoveryPointState: "Partial" }, false],
  [{ recoveryPointState: "Something" }, false],
  [{}, true],
])("a point of %j", (fields, usable) => {
  const raw = { properties: { recoveryPointTime: "2026-05-31T02:00:00Z", ...fields } };
  expect(toBackupVaultPoint(raw, null)).toMatchObject({ usable, deletedAt: null });
  expect(() => toBackupVaultPoint({ properties: fields }, null)).toThrow("without time");
});

const GROUP = `/subscriptions/${FIRST}/resourceGroups/production/providers`;
const vaultId = `${GROUP}/${VAULT}/bv`;
const diskId = `${GROUP}/Microsoft.Compute/disks/data`;
const instance = (fields: object = {}) => ({
  id: `${vaultId}/backupInstances/data`,
  name: "data-instance",
  type: `${VAULT}/backupInstances`,
  properties: {
    currentProtectionState: "ProtectionConfigured",
    dataSourceInfo: {
      resourceID: diskId.toUpperCase().replace("/SUBSCRIPTIONS/", "/subscriptions/"),
    },
    policyInfo: { policyId: `${vaultId}/backupPolicies/p` },
    ...fields,
  },
});
const point = (day: number) => ({
  id: `${vaultId}/backupInstances/data/recoveryPoints/${day}`,
  name: String(day),
  type: `${VAULT}/backupInstances/recoveryPoints`,
  properties: { recoveryPointTime: `2026-05-${day}T02:00:00Z`, recoveryPointState: "Completed" },
});
const held = (instances: readonly object[], denied: readonly string[] = []) => ({
  resources: [
    resource(VAULT, "bv", {
      properties: { storageSettings: [{ datastoreType: "VaultStore", type: "LocallyRedundant" }] },
      below: {
        backupPolicies: [
          {
            ...policy([backup(DAILY), keep("OperationalStore", "P7D")]),
            id: `${vaultId}/backupPolicies/p`,
          },
        ],
        backupInstances: instances,
        "backupInstances/data/recoveryPoints": [point(30), point(31)],
      },
    }),
    resource("Microsoft.Compute/disks", "data", { properties: {} }),
    resource("Microsoft.Compute/disks", "bare", { properties: {} }),
  ],
  denied,
});

async function joined(instances: readonly object[], denied: readonly string[] = []) {
  const { scan } = await fakeSubscription(held(instances, denied));
  const one = scan();
  const parts = [];
  for (const probe of [resources, dataProtection, recoveryServices, disks, restorePoints]) {
    parts.push(await one.gather(probe));
  }
  const found = derive(
    {
      observations: parts.flatMap(({ observations }) => observations),
      problems: parts.flatMap(({ problems }) => problems),
    },
    estate(),
  );
  return {
    of: <F extends FacetName>(name: string, facet: F) =>
      found.observations.find((seen) => seen.subject.name === name && seen.facet === facet)
        ?.value as Facets[F] | undefined,
    problem: (name: string, facet: FacetName) =>
      found.problems.find(
        ({ subject, facets }) => subject?.name === name && facets.includes(facet),
      ),
  };
}

describe("disks, joined", () => {
  test("what an instance backs up has its policy's rules and its points, and nothing else has", async () => {
    const found = await joined([instance()]);
    expect(found.of("data", "backups")?.rules).toMatchObject([
      { name: "p: Backup", longestInterval: 86_400 },
    ]);
    expect(found.of("data", "recoveryPoints")).toMatchObject({ retention: "P7D" });
    expect(found.of("data", "recoveryPoints")?.points).toHaveLength(2);
    expect(found.of("bare", "backups")?.rules).toEqual([]);
    expect(found.of("bare", "recoveryPoints")?.points).toEqual([]);
  });

  test("stopped: no rule, but the points are there", async () => {
    const found = await joined([instance({ currentProtectionState: "ProtectionStopped" })]);
    expect(found.of("data", "backups")?.rules).toEqual([]);
    expect(found.of("data", "recoveryPoints")?.points).toHaveLength(2);
  });

  test.each<[action: string, lost: readonly FacetName[]]>([
    [`${VAULT}/backupPolicies/read`, ["backups", "recoveryPoints"]],
    [`${VAULT}/backupInstances/read`, ["backups", "recoveryPoints"]],
    [`${VAULT}/backupInstances/recoveryPoints/read`, ["recoveryPoints"]],
  ])("without %s", async (action, lost) => {
    const found = await joined([instance()], [action]);
    for (const facet of ["backups", "recoveryPoints"] as const) {
      expect(found.of("bare", facet) === undefined, facet).toBe(lost.includes(facet));
      if (lost.includes(facet)) expect(found.problem("bare", facet)?.permission).toBe(action);
    }
  });

  test("a state that nobody knows leaves open what is backed up", async () => {
    const found = await joined([instance({ currentProtectionState: "Resting" })]);
    expect(found.of("bare", "backups")).toBeUndefined();
    expect(found.problem("bare", "backups")?.message).toContain("Resting");
  });
});
