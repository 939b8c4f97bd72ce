import { describe, expect, test } from "vitest";
import { derive } from "#derive/derive.ts";
import type { Facets, FacetName } from "#model/facets.ts";
import disks from "#probes/azure/disks.ts";
import resources from "#probes/azure/resources.ts";
import recoveryServices from "#probes/azure/recovery-services.ts";
import { toItem } from "#probes/azure/recovery-policy.ts";
import { toOwnPoints, toRecoveryServicesPoint } from "#probes/azure/recovery-points.ts";
import restorePoints from "#probes/azure/restore-points.ts";
import dataProtection from "#probes/azure/data-protection.ts";
import { estate } from "../../support/evidence.ts";
import { fakeSubscription, resource } from "./azure.ts";
import { FIRST } from "./fake.ts";

const VAULT = "Microsoft.RecoveryServices/vaults";
const ITEM = `${VAULT}/backupFabrics/protectionContainers/protectedItems`;
const GROUP = `/subscriptions/${FIRST}/resourceGroups/production/providers`;
const vaultId = `${GROUP}/${VAULT}/rsv`;
const machineId = (name: string) => `${GROUP}/Microsoft.Compute/virtualMachines/${name}`;
const policyId = (name: string) => `${vaultId}/backupPolicies/${name}`;

const daily = {
  id: policyId("daily"),
  name: "daily",
  type: `${VAULT}/backupPolicies`,
  properties: {
    backupManagementType: "AzureIaasVM",
    timeZone: "UTC",
    schedulePolicy: {
      schedulePolicyType: "SimpleSchedulePolicy",
      scheduleRunFrequency: "Daily",
      scheduleRunTimes: ["2026-01-01T02:00:00Z"],
    },
    retentionPolicy: {
      retentionPolicyType: "LongTermRetentionPolicy",
      dailySchedule: { retentionDuration: { count: 7, durationType: "Days" } },
      monthlySchedule: { retentionDuration: { count: 12, durationType: "Months" } },
    },
  },
};
const item = (name: string, fields: object = {}) => {
  const container = `IaasVMContainer;iaasvmcontainerv2;production;${name}`;
  return {
    id: `${vaultId}/backupFabrics/Azure/protectionContainers/${container}/protectedItems/VM;iaasvmcontainerv2;production;${name}`,
    name: `VM;iaasvmcontainerv2;production;${name}`,
    type: ITEM,
    properties: {
      workloadType: "VM",
      protectionState: "Protected",
      lastBackupStatus: "Completed",
      lastBackupTime: "2026-06-01T02:20:00Z",
      lastRecoveryPoint: "2026-06-01T02:00:00Z",
      // Azure spells ids as it likes.
      sourceResourceId: machineId(name).toLowerCase(),
      policyId: policyId("daily").replace("/subscriptions/", "/Subscriptions/"),
      ...fields,
    },
  };
};
const points = (id: string, ...moments: readonly string[]) =>
  moments.map((at, number) => ({
    id: `${id}/recoveryPoints/${number}`,
    name: String(number),
    type: `${ITEM}/recoveryPoints`,
    properties: {
      objectType: "IaasVMRecoveryPoint",
      recoveryPointTime: at,
      recoveryPointTierDetails: [{ type: "HardenedRP", status: "Valid" }],
    },
  }));
const SEVEN = [26, 27, 28, 29, 30, 31].map((day) => `2026-05-${day}T02:00:00Z`);
const database = {
  ...item("db"),
  id: `${vaultId}/backupFabrics/Azure/protectionContainers/VMAppContainer;Compute;production;web/protectedItems/SQLDataBase;mssqlserver;orders`,
  name: "SQLDataBase;mssqlserver;orders",
};
const sql = (fields: object = {}) => ({
  ...database,
  properties: {
    workloadType: "SQLDataBase",
    protectionState: "Protected",
    lastBackupStatus: "Healthy",
    sourceResourceId: machineId("web"),
    policyId: policyId("daily"),
    ...fields,
  },
});
const below = (items: readonly { readonly id: string }[]) => ({
  backupPolicies: [daily],
  backupProtectedItems: items,
  ...Object.fromEntries(
    items.map((one) => [
      `${one.id.slice(vaultId.length + 1)}/recoveryPoints`,
      points(one.id, ...SEVEN, "2026-06-01T02:00:00Z"),
    ]),
  ),
});
const held = (items: readonly { readonly id: string }[], denied: readonly string[] = []) => ({
  resources: [
    resource(VAULT, "rsv", {
      properties: { redundancySettings: { standardTierStorageRedundancy: "GeoRedundant" } },
      below: below(items),
    }),
    resource("Microsoft.Compute/virtualMachines", "web", { properties: {} }),
    resource("Microsoft.Compute/virtualMachines", "bare", { properties: {} }),
    resource("Microsoft.Compute/disks", "web-os", {
      managedBy: machineId("web"),
      properties: { encryption: { type: "EncryptionAtRestWithPlatformKey" } },
    }),
    resource("Microsoft.Compute/disks", "loose", { properties: {} }),
  ],
  below: {
    locations: [{ name: "westeurope", metadata: { pairedRegion: [{ name: "northeurope" }] } }],
  },
  denied,
});

async function joined(items: readonly { readonly id: string }[], denied: readonly string[] = []) {
  const { scan } = await fakeSubscription(held(items, denied));
  const one = scan();
  const probes = [resources, recoveryServices, dataProtection, disks, restorePoints];
  const parts = [];
  for (const probe of probes) parts.push(await one.gather(probe));
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
    problems: parts.flatMap(({ problems }) => problems),
  };
}

const RULE = {
  name: "daily",
  longestInterval: 86_400,
  window: 7200,
  places: [
    { region: "westeurope", vault: vaultId, retention: "P7D" },
    { region: "westeurope", vault: vaultId, retention: "P12M" },
    { region: "northeurope", vault: null, retention: "P7D" },
    { region: "northeurope", vault: null, retention: "P12M" },
  ],
};

describe("machines and disks, joined", () => {
  test("what a policy protects is backed up by it, its disks with it, and nothing else is", async () => {
    const found = await joined([item("web")]);
    expect(found.problems).toEqual([]);
    expect(found.of("web", "backups")).toEqual({ rules: [RULE], partOf: [] });
    expect(found.of("web-os", "backups")).toEqual({ rules: [RULE], partOf: [machineId("web")] });
    expect(found.of("bare", "backups")).toEqual({ rules: [], partOf: [] });
    expect(found.of("loose", "backups")).toEqual({ rules: [], partOf: [] });
    // One a month is kept for longer, which makes no gap of the days that are gone by then.
    const seven = { retention: "P7D", olderExists: false };
    expect(found.of("web", "recoveryPoints")).toMatchObject(seven);
    expect(found.of("web", "recoveryPoints")?.points).toHaveLength(7);
    expect(found.of("web-os", "recoveryPoints")?.points).toHaveLength(7);
    expect(found.of("bare", "recoveryPoints")?.points).toEqual([]);
  });

  test.each(["ProtectionStopped", "ProtectionPaused", "BackupsSuspended"])(
    "%s: no rule, but the points are there",
    async (protectionState) => {
      const found = await joined([item("web", { protectionState, policyId: "" })]);
      expect(found.of("web", "backups")).toEqual({ rules: [], partOf: [] });
      expect(found.of("web", "recoveryPoints")?.points).toHaveLength(7);
    },
  );

  test("what is scheduled for deletion is no backup any more", async () => {
    const found = await joined([item("web", { isScheduledForDeferredDelete: true })]);
    expect(found.of("web", "backups")?.rules).toEqual([]);
    expect(found.of("web", "recoveryPoints")?.points).toEqual([]);
  });

  test("disks that may be left out of a machine's backup: of the machine it is known, of them it is not", async () => {
    const extendedProperties = {
      diskExclusionProperties: { diskLunList: [1], isInclusionList: false },
    };
    const found = await joined([item("web", { extendedProperties })]);
    expect(found.of("web", "backups")?.rules).toEqual([RULE]);
    expect(found.of("web-os", "backups")).toBeUndefined();
    expect(found.problem("web-os", "backups")?.message).toContain("leaves it out is not told");
    expect(found.of("loose", "backups")?.rules).toEqual([]);
  });

  test.each<[why: string, items: readonly { readonly id: string }[]]>([
    ["a state that nobody knows", [item("web", { protectionState: "Sleeping" })]],
    ["no state", [item("web", { protectionState: undefined })]],
    ["no policy", [item("web", { policyId: undefined })]],
    ["a policy that is not listed", [item("web", { policyId: policyId("gone") })]],
    [
      "an item of another vault",
      [{ ...item("web"), id: item("web").id.replace("/rsv/", "/other/") }],
    ],
  ])("%s: nothing is said of any machine's backups", async (_why, items) => {
    const found = await joined(items);
    expect(found.of("web", "backups")).toBeUndefined();
    expect(found.of("bare", "backups")).toBeUndefined();
    expect(found.problem("bare", "backups")).toBeDefined();
  });

  test.each<[action: string, lost: readonly FacetName[]]>([
    [`${VAULT}/backupPolicies/read`, ["backups", "recoveryPoints"]],
    [`${VAULT}/backupProtectedItems/read`, ["backups", "recoveryPoints"]],
    [`${ITEM}/recoveryPoints/read`, ["recoveryPoints"]],
  ])("without %s", async (action, lost) => {
    const found = await joined([item("web")], [action]);
    for (const facet of ["backups", "recoveryPoints"] as const) {
      expect(found.of("bare", facet) === undefined, facet).toBe(lost.includes(facet));
      if (lost.includes(facet)) expect(found.problem("bare", facet)?.permission).toBe(action);
    }
  });

  test("without the vault itself the region of its copies is not known, and nothing else is missing", async () => {
    const found = await joined([item("web")], [`${VAULT}/read`]);
    const places = found.of("web", "backups")?.rules[0]?.places;
    expect(places?.map(({ region }) => region)).toEqual(["westeurope", "westeurope", null, null]);
  });
});

describe("what is no resource of its own", () => {
  test("has its rules and its points", async () => {
    const found = await joined([item("web"), sql()]);
    expect(found.of(database.name, "backups")).toEqual({ rules: [RULE], partOf: [] });
    expect(found.of(database.name, "recoveryPoints")).toMatchObject({ retention: "P7D" });
    expect(found.of(database.name, "recoveryPoints")?.points).toHaveLength(7);
    // A database in it is not the machine.
    expect(found.of("bare", "backups")?.rules).toEqual([]);
  });

  test("a database's backup is none of its machine", async () => {
    const found = await joined([sql()]);
    expect(found.of("web", "backups")?.rules).toEqual([]);
    expect(found.of("web", "recoveryPoints")?.points).toEqual([]);
  });

  test("where its protection was stopped, whether it still exists is not told", async () => {
    const found = await joined([sql({ protectionState: "ProtectionStopped" })]);
    expect(found.of(database.name, "backups")).toBeUndefined();
    expect(found.of(database.name, "recoveryPoints")).toBeUndefined();
    expect(found.problem(database.name, "backups")?.message).toContain("do not go on");
  });
});

describe("an item", () => {
  test.each<[properties: object, active: boolean]>([
    [{ protectionState: "Protected", policyId: "p" }, true],
    // The first backup is to come, or the last failed: the rule is there, the points tell the rest.
    [{ protectionState: "IRPending", lastBackupStatus: "IRPending", policyId: "p" }, true],
    [{ protectionState: "ProtectionError", lastBackupStatus: "Failed", policyId: "p" }, true],
    [{ protectionState: "Protected", policyId: "p", isScheduledForDeferredDelete: true }, false],
    [{ protectionState: "ProtectionStopped" }, false],
  ])("%j", (properties, active) => {
    expect(toItem({ properties })).toMatchObject({ active });
  });

  test.each([{}, { protectionState: "Invalid" }, { protectionState: "Protected" }])(
    "%j is not told",
    (properties) => {
      expect(() => toItem({ properties })).toThrow("a protected item");
    },
  );
});

describe("a recovery point", () => {
  const at = "2026-05-31T02:00:00Z";
  test.each<[fields: object, usable: boolean]>([
    [
      {
        recoveryPointTierDetails: [
          { type: "InstantRP", status: "Deleted" },
          { type: "HardenedRP", status: "Valid" },
        ],
      },
      true,
    ],
    [{ recoveryPointTierDetails: [{ type: "ArchivedRP", status: "Rehydrated" }] }, true],
    [{ recoveryPointTierDetails: [{ type: "HardenedRP", status: "Deleted" }] }, false],
    [{ recoveryPointTierDetails: [{ type: "HardenedRP", status: "Invalid" }] }, false],
    [{ recoveryPointTierDetails: [{ type: "HardenedRP" }] }, false],
    [{ recoveryPointProperties: { isSoftDeleted: true } }, false],
    [{}, true],
  ])("%j", (fields, usable) => {
    const raw = { properties: { recoveryPointTime: at, ...fields } };
    expect(toRecoveryServicesPoint(raw, "vm")).toMatchObject({ of: "vm", usable });
  });

  test("tells when it goes, and its time or nothing", () => {
    const recoveryPointProperties = { expiryTime: "2026-06-07T02:00:00Z" };
    const raw = { properties: { recoveryPointTime: at, recoveryPointProperties } };
    expect(toRecoveryServicesPoint(raw, null).deletedAt).toBe("2026-06-07T02:00:00.000Z");
    expect(() => toRecoveryServicesPoint({ properties: {} }, null)).toThrow("without time");
    const never = { properties: { recoveryPointTime: "0001-01-01T00:00:00Z" } };
    expect(() => toRecoveryServicesPoint(never, null)).toThrow("without time");
  });

  const range = (startTime: string, endTime: string) => ({ startTime, endTime });
  test("a log that broke off covers the time after the break only", () => {
    const timeRanges = [
      range("2026-05-01T00:00:00Z", "2026-05-10T00:00:00Z"),
      range("2026-05-12T00:00:00Z", "2026-05-20T00:00:00Z"),
      range("2026-05-20T00:00:00Z", "2026-05-31T00:00:00Z"),
    ];
    expect(toOwnPoints([], [{ properties: { timeRanges } }], "P15D").continuous).toEqual({
      from: "2026-05-12T00:00:00.000Z",
      to: "2026-05-31T00:00:00.000Z",
    });
    expect(toOwnPoints([], [], null)).not.toHaveProperty("continuous");
    const broken = [{ properties: { timeRanges: [{ startTime: at }] } }];
    expect(() => toOwnPoints([], broken, null)).toThrow("a time of the log");
  });
});
