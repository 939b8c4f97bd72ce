/** Pingflow's promises of backups and recovery, judged over what the probes read of a fake Azure. */
import { describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import type { Check } from "#model/policy.ts";
import dataProtection from "#probes/azure/data-protection.ts";
import disks from "#probes/azure/disks.ts";
import recoveryServices from "#probes/azure/recovery-services.ts";
import resources from "#probes/azure/resources.ts";
import restorePoints from "#probes/azure/restore-points.ts";
import siteRecovery from "#probes/azure/site-recovery.ts";
import vaults from "#probes/azure/vaults.ts";
import { estate, evidence, policy } from "../../support/evidence.ts";
import { fakeSubscription, resource } from "./azure.ts";
import { FIRST, TENANT } from "./fake.ts";

const VAULT = "Microsoft.RecoveryServices/vaults";
const ITEM = `${VAULT}/backupFabrics/protectionContainers/protectedItems`;
const MACHINES = "Microsoft.Compute/virtualMachines";
const GROUP = `/subscriptions/${FIRST}/resourceGroups/production/providers`;
const vaultId = `${GROUP}/${VAULT}/rsv`;
const web = `${GROUP}/${MACHINES}/web`;
const itemPath = "backupFabrics/Azure/protectionContainers/c/protectedItems/web";

interface Estate {
  /** Days of May on which the machine was backed up. */
  readonly days?: readonly number[];
  readonly frequency?: "Daily" | "Weekly";
  readonly state?: string;
  readonly machines?: readonly string[];
  readonly disk?: string;
  readonly immutability?: string;
  readonly replicated?: object | null;
  readonly tested?: string | null;
  readonly denied?: string;
}
const WEEK = [26, 27, 28, 29, 30, 31];

function held(given: Estate) {
  const { days = WEEK, frequency = "Daily", state = "Protected", machines = ["web"] } = given;
  const replicated = {
    id: `${vaultId}/replicationFabrics/f/replicationProtectionContainers/c/replicationProtectedItems/web`,
    name: "web-copy",
    properties: {
      protectionState: "Protected",
      activeLocation: "Primary",
      replicationHealth: "Normal",
      lastSuccessfulTestFailoverTime:
        given.tested === undefined ? "2026-03-01T00:00:00Z" : given.tested,
      providerSpecificDetails: {
        fabricObjectId: web,
        recoveryFabricLocation: "francesouth",
        rpoInSeconds: 60,
        lastRpoCalculatedTime: "2026-06-01T11:58:00Z",
        unprotectedDisks: [],
        ...given.replicated,
      },
    },
  };
  return {
    resources: [
      ...machines.map((name) => resource(MACHINES, name, { location: "francecentral" })),
      resource("Microsoft.Compute/disks", "web-os", {
        location: "francecentral",
        managedBy: web,
        sku: { name: given.disk ?? "Premium_ZRS" },
        properties: { encryption: { type: "EncryptionAtRestWithPlatformKey" } },
      }),
      resource(VAULT, "rsv", {
        location: "francecentral",
        properties: {
          redundancySettings: { standardTierStorageRedundancy: "ZoneRedundant" },
          securitySettings: { immutabilitySettings: { state: given.immutability ?? "Locked" } },
        },
        below: {
          backupPolicies: [
            {
              id: `${vaultId}/backupPolicies/p`,
              name: "p",
              properties: {
                schedulePolicy: {
                  schedulePolicyType: "SimpleSchedulePolicy",
                  scheduleRunFrequency: frequency,
                  scheduleRunDays: ["Sunday"],
                  scheduleRunTimes: ["2026-01-01T02:00:00Z"],
                },
                retentionPolicy: {
                  retentionPolicyType: "LongTermRetentionPolicy",
                  dailySchedule: { retentionDuration: { count: 7, durationType: "Days" } },
                },
              },
            },
          ],
          backupProtectedItems: [
            {
              id: `${vaultId}/${itemPath}`,
              name: "web-item",
              properties: {
                workloadType: "VM",
                protectionState: state,
                sourceResourceId: web,
                policyId: `${vaultId}/backupPolicies/p`,
              },
            },
          ],
          [`${itemPath}/recoveryPoints`]: [
            ...days.map((day) => `2026-05-${day}T02:00:00Z`),
            "2026-05-25T02:00:00Z",
            "2026-06-01T02:00:00Z",
          ].map((recoveryPointTime, at) => ({
            id: `${vaultId}/${itemPath}/recoveryPoints/${at}`,
            name: String(at),
            properties: { recoveryPointTime },
          })),
          replicationProtectedItems: given.replicated === null ? [] : [replicated],
          replicationRecoveryPlans: [],
        },
      }),
    ],
    denied: given.denied === undefined ? [] : [given.denied],
  };
}

async function verdict(check: Partial<Check>, given: Estate): Promise<string | undefined> {
  const { scan } = await fakeSubscription(held(given));
  const one = scan();
  const parts = [];
  for (const probe of [
    resources,
    vaults,
    recoveryServices,
    dataProtection,
    disks,
    restorePoints,
    siteRecovery,
  ]) {
    parts.push(await one.gather(probe));
  }
  const now = new Date("2026-06-01T12:00:00Z");
  const target = { id: "production", provider: "azure", tenant: TENANT, subscriptions: [FIRST] };
  const report = evaluate({
    policies: [policy([{ checks: [check] }])],
    estate: estate({ targets: [target] }),
    attestations: [],
    waivers: [],
    evidence: {
      ...evidence(
        parts.flatMap(({ observations }) => observations),
        parts.flatMap(({ problems }) => problems),
      ),
      finishedAt: now.toISOString(),
    },
    controls,
    readable: () => true,
    now,
    tool: { name: "probity", version: "0" },
  });
  return report.claims[0]?.verdict;
}

const both = { kinds: [MACHINES, "Microsoft.Compute/disks"] };
const CLAIMS = {
  "pf-backup-daily, as it is set": {
    control: "backup-frequency",
    expect: { maxInterval: "P1D" },
    scope: both,
  },
  "pf-backup-daily, as it happened": {
    control: "recovery-point-age",
    expect: { maxGap: "P1D", tolerance: "PT4H", window: "P30D" },
    scope: both,
  },
  "pf-dr-tested": { control: "recovery-test-age", expect: { maxAge: "P1Y" }, scope: {} },
  "pf-replica-region": {
    control: "geo-replication",
    expect: { regions: ["francesouth"], maxLag: "PT15M", minimumDestinations: 1 },
    scope: { kinds: [MACHINES] },
  },
  "pf-rest-aes256": {
    control: "encryption-at-rest",
    expect: { algorithms: ["AES-256"] },
    scope: { kinds: ["Microsoft.Compute/*", VAULT] },
  },
  "pf-redundancy": {
    control: "zone-redundancy",
    expect: { minimumZones: 2, geoRedundantCounts: true },
    scope: { kinds: ["Microsoft.Compute/disks", VAULT] },
  },
  immutability: { control: "backup-immutability", expect: { mode: "compliance" }, scope: {} },
} satisfies Readonly<Record<string, Partial<Check>>>;

const POINTS_READ = `${ITEM}/recoveryPoints/read`;

describe.each<
  [
    claim: keyof typeof CLAIMS,
    cases: readonly (readonly [why: string, given: Estate, verdict: string])[],
  ]
>([
  [
    "pf-backup-daily, as it is set",
    [
      ["every machine by a daily policy", {}, "upheld"],
      ["a weekly policy", { frequency: "Weekly" }, "violated"],
      ["a machine that nothing backs up", { machines: ["web", "bare"] }, "violated"],
      ["backups that were stopped", { state: "ProtectionStopped" }, "violated"],
      ["a state that nobody knows", { state: "Sleeping" }, "unverified"],
      ["policies that may not be read", { denied: `${VAULT}/backupPolicies/read` }, "unverified"],
      [
        "items that may not be read",
        { denied: `${VAULT}/backupProtectedItems/read` },
        "unverified",
      ],
      ["disks that may not be read", { denied: "Microsoft.Compute/disks/read" }, "unverified"],
      ["points that may not be read", { denied: POINTS_READ }, "upheld"],
    ],
  ],
  [
    "pf-backup-daily, as it happened",
    [
      ["a point every day", {}, "upheld"],
      ["a day that was left out", { days: WEEK.filter((day) => day !== 29) }, "violated"],
      ["points that may not be read", { denied: POINTS_READ }, "unverified"],
      ["policies that may not be read", { denied: `${VAULT}/backupPolicies/read` }, "unverified"],
    ],
  ],
  [
    "pf-dr-tested",
    [
      ["tested in March", {}, "upheld"],
      ["tested two years ago", { tested: "2024-03-01T00:00:00Z" }, "violated"],
      ["never, by the calendar of Windows", { tested: "1601-01-01T00:00:00Z" }, "violated"],
      ["never", { tested: null }, "violated"],
      ["nothing to test", { replicated: null }, "violated"],
      ["no moment", { tested: "in spring" }, "unverified"],
      [
        "items that may not be read",
        { denied: `${VAULT}/replicationProtectedItems/read` },
        "unverified",
      ],
      [
        "plans that may not be read",
        { denied: `${VAULT}/replicationRecoveryPlans/read` },
        "unverified",
      ],
    ],
  ],
  [
    "pf-replica-region",
    [
      ["two minutes behind", {}, "upheld"],
      ["an hour behind", { replicated: { rpoInSeconds: 3600 } }, "violated"],
      ["a lag that is not told", { replicated: { rpoInSeconds: null } }, "unverified"],
      ["another region", { replicated: { recoveryFabricLocation: "eastus" } }, "violated"],
      ["some disks only", { replicated: { unprotectedDisks: [{}] } }, "violated"],
      ["no copy", { replicated: null }, "violated"],
      [
        "items that may not be read",
        { denied: `${VAULT}/replicationProtectedItems/read` },
        "unverified",
      ],
    ],
  ],
  [
    "pf-rest-aes256",
    [
      ["by the published design", {}, "upheld"],
      ["disks that may not be read", { denied: "Microsoft.Compute/disks/read" }, "unverified"],
      [
        "restore points that may not be read, where there are none",
        { denied: "Microsoft.Compute/restorePointCollections/read" },
        "upheld",
      ],
    ],
  ],
  [
    "pf-redundancy",
    [
      ["in three zones", {}, "upheld"],
      ["a disk in one", { disk: "Premium_LRS" }, "violated"],
      ["a disk of a SKU that nobody knows", { disk: "Premium_Many" }, "unverified"],
      ["vaults that may not be read", { denied: `${VAULT}/read` }, "unverified"],
    ],
  ],
  [
    "immutability",
    [
      ["locked", {}, "upheld"],
      ["not locked yet", { immutability: "Unlocked" }, "violated"],
      ["off", { immutability: "Disabled" }, "violated"],
      ["a word that nobody knows", { immutability: "Bolted" }, "unverified"],
    ],
  ],
])("%s", (claim, cases) => {
  test.each(cases)("%s", async (_why, given, expected) => {
    expect(await verdict(CLAIMS[claim], given)).toBe(expected);
  });
});
