/** Microsoft's own example answers of backups, recovery and compute, against facts that a person read off each file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { toInstance, toRules as toBackupVaultRules } from "#probes/azure/data-protection-facets.ts";
import * as disk from "#probes/azure/disk-facets.ts";
import { ownLocation } from "#probes/azure/facets.ts";
import { machineKeys } from "#probes/azure/machine-facets.ts";
import { toRecoveryServicesPoint } from "#probes/azure/recovery-points.ts";
import { toItem, toRules } from "#probes/azure/recovery-policy.ts";
import * as asr from "#probes/azure/site-recovery-facets.ts";
import * as vault from "#probes/azure/vault-facets.ts";
import { has, sharedFolder } from "../../support/requirements.ts";
import { fields, type Fields, list } from "#probes/common/json.ts";

const folder = join(sharedFolder, "payloads/azure");
const FROM = new Date("2026-06-01T12:00:00Z");
const PLACE = { id: "vault", region: "westus", copies: [] };

/** The entries of a listing; else the answer itself. */
function entries(file: string): readonly Fields[] {
  const example: unknown = JSON.parse(readFileSync(join(folder, `${file}.json`), "utf8"));
  const body = fields(fields(fields(fields(example)["responses"])["200"])["body"]);
  return Array.isArray(body["value"]) ? list(body["value"]) : [body];
}

/** What a mapping says, or that it finds nothing to say. */
function told(map: () => unknown): unknown {
  try {
    return map();
  } catch (error) {
    return error instanceof TypeError ? "not told" : error;
  }
}

type Reader = (raw: Fields) => unknown;
const vaultFacts: Reader = (raw) => ({
  location: ownLocation(raw).regions,
  encryption: vault.toEncryption(raw, null).keyManagement,
  copies: told(() => vault.recoveryVaultCopies(raw)),
  immutability: vault.toImmutability(raw),
});
const backupVaultFacts: Reader = (raw) => ({
  location: ownLocation(raw).regions,
  copies: vault.backupVaultCopies(raw),
  immutability: vault.toImmutability(raw),
});
const rules: Reader = (raw) => toRules(raw, PLACE, FROM);
const backupVaultRules: Reader = (raw) => toBackupVaultRules(raw, PLACE, FROM);
const diskFacts: Reader = (raw) => ({
  location: ownLocation(raw).regions,
  encryption: disk.toEncryption(raw).keyManagement,
  redundancy: disk.toRedundancy(raw).setting,
  partOf: disk.toBackups(raw).partOf,
});
const replicated: Reader = (raw) => ({
  machine: asr.machineOf(raw),
  destination: asr.toDestination(raw),
  test: asr.toItemTest(raw),
});

const SILENT = "immutability is not stated, soft delete is not stated";
const plainVault = {
  location: ["westus"],
  // Whose key it is, and how many copies there are, this answer leaves to others.
  encryption: null,
  copies: "not told",
  immutability: { mode: null, minimumDays: null, detail: SILENT },
};
const rule = (name: string, hours: number, ...retentions: readonly string[]) => ({
  name,
  longestInterval: hours * 3600,
  places: retentions.map((retention) => ({ region: "westus", vault: "vault", retention })),
});
const local = { setting: "LocallyRedundant", zones: 1, geo: false };
const backupVault = {
  location: ["westus"],
  copies: local,
  immutability: {
    mode: null,
    minimumDays: null,
    detail: "immutability is not stated, soft delete Enabled, 14 days",
  },
};
/** The week's points are kept for a week, one of them for twelve. */
const weekly = [rule("OSSDBPolicy: BackupWeekly", 168, "P1W", "P12W")];
/** Hyper-V on the company's own ground: no machine of Azure, no region that the answer names. */
const ownGround = {
  machine: null,
  destination: { region: null, subject: null, status: "active", whole: null, lastSync: null },
  test: { lastSuccess: null, lastAttempt: null, lastOutcome: null, since: null },
};
const platformDisk = { location: ["westus"], encryption: "provider" };
const machine =
  "/subscriptions/123caaa-123v-v211-a49f-f88ccac5bf88/resourceGroups/ResourceGroupName/providers/Microsoft.Compute/virtualMachines/TestVM414689371c88843d65ec";
const point = (at: string, state: string) => ({
  of: "vm",
  at,
  usable: true,
  deletedAt: null,
  state,
});

const TABLE: readonly (readonly [file: string, read: Reader, expected: readonly unknown[]])[] = [
  [
    "Microsoft.RecoveryServices/GETVault",
    vaultFacts,
    [
      {
        location: ["westus"],
        copies: { setting: "GeoRedundant", geo: true, zones: 1 },
        immutability: {
          mode: "none",
          detail: "immutability Disabled, soft delete Enabled, 14 days",
        },
      },
    ],
  ],
  [
    "Microsoft.RecoveryServices/ListBySubscriptionIds",
    vaultFacts,
    [plainVault, plainVault, plainVault],
  ],
  [
    "Microsoft.RecoveryServices.backup/AzureIaasVm_BackupPolicies_List",
    rules,
    // The second is in Pacific time, which has one day of 25 hours a year.
    [[rule("DefaultPolicy", 24, "P30D")], [rule("testPolicy1", 25, "P1D")]],
  ],
  [
    "Microsoft.RecoveryServices.backup/AzureIaasVm_ProtectionPolicies_Get",
    rules,
    [[rule("testPolicy1", 25, "P1D")]],
  ],
  [
    "Microsoft.RecoveryServices.backup/v2-Get-Policy",
    rules,
    [[rule("v2-daily-sample", 25, "P1D")]],
  ],
  [
    "Microsoft.RecoveryServices.backup/AzureIaasVm_BackupProtectedItems_List",
    toItem,
    [
      {
        source:
          "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/providers/Microsoft.ClassicCompute/virtualMachines/iaasvm-1",
        machine: true,
        active: true,
        selective: false,
        // Its last job was Completed two months after its last recovery point: the points count.
        state: "Protected, last backup Completed",
      },
    ],
  ],
  [
    "Microsoft.RecoveryServices.backup/AzureIaasVm_RecoveryPoints_List",
    (raw) => toRecoveryServicesPoint(raw, "vm"),
    [
      point("2017-12-21T22:48:25.435Z", "InstantRP Deleted, HardenedRP Valid"),
      point(
        "2017-12-20T22:49:44.331Z",
        "InstantRP Deleted, HardenedRP Deleted, ArchivedRP Rehydrated",
      ),
      point("2023-09-22T20:02:00.122Z", "InstantRP Valid, HardenedRP Valid"),
    ],
  ],
  [
    "Microsoft.RecoveryServices.backup/BackupStorageConfig_Get",
    vault.storageConfigCopies,
    [{ setting: "GeoRedundant", geo: true, zones: 1 }],
  ],
  [
    "Microsoft.RecoveryServices.backup/BackupResourceEncryptionConfig_Get",
    (config) => vault.toEncryption({ properties: {} }, config),
    [{ enabled: true, algorithm: "AES-256", keyManagement: "customer" }],
  ],
  [
    "Microsoft.RecoveryServices.siterecovery/ReplicationProtectedItems_List",
    replicated,
    [ownGround],
  ],
  [
    "Microsoft.RecoveryServices.siterecovery/ReplicationProtectedItems_Get",
    replicated,
    [ownGround],
  ],
  [
    "Microsoft.RecoveryServices.siterecovery/ReplicationProtectedItems_SwitchProvider",
    replicated,
    [
      {
        ...ownGround,
        // It runs at the other side, and is not committed.
        destination: { ...ownGround.destination, status: "unknown" },
        test: {
          lastSuccess: "2017-04-25T09:57:57.035Z",
          lastAttempt: "2017-04-25T09:57:57.035Z",
          lastOutcome: "Succeeded",
        },
      },
    ],
  ],
  [
    "Microsoft.RecoveryServices.siterecovery/ReplicationProtectedItems_TestFailover",
    replicated,
    [
      {
        ...ownGround,
        // One that goes on has not succeeded.
        test: {
          lastSuccess: null,
          lastAttempt: "2017-04-25T09:57:57.035Z",
          lastOutcome: "Waiting for user input",
        },
      },
    ],
  ],
  [
    "Microsoft.RecoveryServices.siterecovery/ReplicationRecoveryPlans_Get",
    (raw) => [asr.itemsOfPlan(raw).length, asr.toPlanTest(raw, []).lastSuccess],
    [[2, null]],
  ],
  [
    "Microsoft.RecoveryServices.siterecovery/ReplicationRecoveryPlans_List",
    (raw) => [asr.itemsOfPlan(raw).length, asr.toPlanTest(raw, []).lastAttempt],
    [[0, null]],
  ],
  [
    "Microsoft.RecoveryServices.siterecovery/ReplicationProtectionClusters_List",
    asr.toDestination,
    // The lag of a cluster is null, which is not zero.
    [{ region: "centraluseuap", status: "active", whole: null, lastSync: null }],
  ],
  ["Microsoft.DataProtection/GetBackupVault", backupVaultFacts, [backupVault]],
  [
    "Microsoft.DataProtection/GetBackupVaultsInSubscription",
    backupVaultFacts,
    [backupVault, backupVault],
  ],
  ["Microsoft.DataProtection/GetBackupPolicy", backupVaultRules, [weekly]],
  ["Microsoft.DataProtection/ListBackupPolicy", backupVaultRules, [weekly]],
  [
    "Microsoft.DataProtection/GetBackupInstance",
    toInstance,
    [
      {
        source:
          "/subscriptions/f75d8d8b-6735-4697-82e1-1a7a3ff0d5d4/resourceGroups/viveksipgtest/providers/Microsoft.DBforPostgreSQL/servers/viveksipgtest/databases/testdb",
        active: false,
        state: "NotProtected",
      },
    ],
  ],
  [
    "Microsoft.Compute/Disk_Get",
    diskFacts,
    [{ ...platformDisk, redundancy: "Standard_LRS", partOf: [machine] }],
  ],
  [
    "Microsoft.Compute/Disk_ListBySubscription",
    diskFacts,
    Array.from({ length: 3 }, () => ({
      ...platformDisk,
      redundancy: "no SKU stated",
      partOf: [],
    })),
  ],
  ["Microsoft.Compute/VirtualMachine_Get", machineKeys, [{ keys: [] }]],
  [
    "Microsoft.Compute/VirtualMachine_ListBySubscription_ByLocation",
    machineKeys,
    [{ keys: [] }, { keys: [] }],
  ],
];

/** Answers of calls that Probity does not make, and why it does not need them. */
const NOT_ASKED: Readonly<Record<string, string>> = {
  "Microsoft.RecoveryServices/ListReplicationUsages": "counts only: the items are listed",
  "Microsoft.RecoveryServices.backup/ListJobs": "a job is no recovery point: those are listed",
  "Microsoft.RecoveryServices.backup/BackupProtectedItem_UsageSummary_Get": "counts only",
  "Microsoft.RecoveryServices.backup/BackupResourceVaultConfigs_Get":
    "soft delete is told by the vault itself",
  "Microsoft.RecoveryServices.siterecovery/ReplicationJobs_List":
    "the items tell when a test last succeeded",
  "Microsoft.RecoveryServices.siterecovery/ReplicationVaultHealth_Get":
    "a summary: the items tell their health",
  "Microsoft.DataProtection/ListJobs": "a job is no recovery point: those are listed",
  "Microsoft.Compute/DiskEncryptionSet_Get": "the disk itself tells whose key it is",
};

describe.skipIf(!has("shared"))("Microsoft's examples", () => {
  test.each(TABLE)("%s", (file, read, expected) => {
    const found = entries(file).map((raw) => read(raw));
    expect(found).toHaveLength(expected.length);
    expect(found).toMatchObject(expected);
  });

  test("none of the files is left out", () => {
    const folders = [
      "Microsoft.RecoveryServices",
      "Microsoft.RecoveryServices.backup",
      "Microsoft.RecoveryServices.siterecovery",
      "Microsoft.DataProtection",
      "Microsoft.Compute",
    ];
    const files = folders.flatMap((name) =>
      readdirSync(join(folder, name)).map((file) => `${name}/${file.replace(/\.json$/, "")}`),
    );
    const known = [...TABLE.map(([file]) => file), ...Object.keys(NOT_ASKED)];
    expect(files.sort()).toEqual(known.sort());
  });
});
