import {
  backupVault,
  policyIn,
  protectedDatabase,
  protectedMachine,
  recoveryPlan,
  replicated,
  vault,
} from "#fixtures/estate/azure/kept/backup.ts";
import {
  disk,
  machine,
  MACHINE as MACHINE_TYPE,
  sshKey,
  STRONG_KEY,
  WEAK_KEY,
} from "#fixtures/estate/azure/kept/machines.ts";
import { daysAgo, idIn, type Place } from "#fixtures/estate/azure/kept/place.ts";
import { inside, many, passes, seeded, type AzureSeed } from "./seed.ts";

const MACHINE = passes(
  "geo-replication",
  "backup-frequency",
  "backup-retention",
  "recovery-point-age",
  "ssh-key-strength",
);
const VAULT = passes(
  "data-residency",
  "encryption-at-rest",
  "zone-redundancy",
  "backup-immutability",
);
const TEST = passes("recovery-test-age");

const WEEKLY = {
  schedulePolicy: {
    schedulePolicyType: "SimpleSchedulePolicyV2",
    scheduleRunFrequency: "Weekly",
    weeklySchedule: {
      scheduleRunDays: ["Sunday"],
      scheduleRunTimes: ["2026-01-01T02:00:00Z"],
    },
  },
};
const BRIEF = {
  retentionPolicy: {
    retentionPolicyType: "LongTermRetentionPolicy",
    dailySchedule: { retentionDuration: { count: 7, durationType: "Days" } },
  },
};

/** Machines, their disks, and the vaults that back them up. */
export function backups(place: Place): readonly AzureSeed[] {
  const good = many(6, (name) => name, "vm-good");
  const copied = [
    ...good,
    "vm-upper",
    "vm-weekly",
    "vm-brief",
    "vm-gap",
    "vm-stopped",
    "vm-deleted",
    "vm-weak",
  ];
  const gap = daysAgo(place, 32).filter((_, day) => day !== 4 && day !== 5);
  const item = (name: string, settings = {}) => protectedMachine(place, "rsv", name, settings);
  const items = [
    ...good.map((name) => item(name)),
    item("vm-weak"),
    item("vm-upper", {
      properties: { sourceResourceId: idIn(place, MACHINE_TYPE, "vm-upper").toUpperCase() },
    }),
    item("vm-weekly", {
      policy: "weekly",
      moments: daysAgo(place, 32).filter((_, day) => day % 7 === 0),
    }),
    item("vm-brief", { policy: "brief" }),
    item("vm-gap", { moments: gap }),
    item("vm-stopped", {
      properties: { protectionState: "ProtectionStopped" },
      moments: daysAgo(place, 3, 40),
    }),
    item("vm-deleted", { properties: { isScheduledForDeferredDelete: true } }),
    protectedDatabase(place, "rsv", "db-good"),
    protectedDatabase(place, "rsv", "db-gap", { moments: gap }),
  ];
  const behind = replicated(place, "rsv", "vm-behind", { details: { rpoInSeconds: 7200 } });
  const copies = copied.map((name) => replicated(place, "rsv", name));
  const never = replicated(place, "rsv", "vm-never", {
    properties: { lastSuccessfulTestFailoverTime: "1601-01-01T00:00:00Z" },
  });
  const long = replicated(place, "rsv", "vm-long", {
    properties: { lastSuccessfulTestFailoverTime: daysAgo(place, 1, 500)[0] },
  });
  const [first] = copies;
  const database = (name: string) => `SQLDataBase;mssqlserver;${name}`;
  // Nothing is kept, so there is no time for which it is.
  const unprotected = {
    ...MACHINE,
    "backup-frequency": "fail",
    "backup-retention": "unknown",
    "recovery-point-age": "fail",
  } as const;
  return [
    seeded(
      vault(place, "rsv", {
        policies: [
          policyIn(place, "rsv", "daily"),
          policyIn(place, "rsv", "weekly", WEEKLY),
          policyIn(place, "rsv", "brief", BRIEF),
        ],
        items,
        replicated: [...copies, behind, never, long],
        plans: [
          recoveryPlan(place, "rsv", "plan-tested", first === undefined ? [] : [first]),
          recoveryPlan(place, "rsv", "plan-never", [never], { lastTestFailoverTime: undefined }),
        ],
      }),
      VAULT,
    ),
    seeded(
      vault(
        place,
        "rsv-local",
        { policies: [] },
        {
          properties: {
            redundancySettings: { standardTierStorageRedundancy: "LocallyRedundant" },
            securitySettings: { immutabilitySettings: { state: "Unlocked" } },
          },
        },
      ),
      { ...VAULT, "zone-redundancy": "fail", "backup-immutability": "fail" },
      { violates: "a vault in one place", trap: "immutability that can still be switched off" },
    ),
    seeded(
      backupVault(
        place,
        "bv-loose",
        { policies: [] },
        {
          properties: { securitySettings: { immutabilitySettings: { state: "Disabled" } } },
        },
      ),
      { ...VAULT, "backup-immutability": "fail" },
      { violates: "a vault whose points anyone may delete" },
    ),
    ...good.map((name) => seeded(machine(place, name), MACHINE)),
    seeded(machine(place, "vm-upper"), MACHINE, { trap: "an id in other letters" }),
    ...good.map((name) =>
      seeded(disk(place, `${name}-os`, name), {
        ...passes("data-residency", "encryption-at-rest", "zone-redundancy", "backup-frequency"),
      }),
    ),
    seeded(
      machine(place, "vm-weak", WEAK_KEY),
      { ...MACHINE, "ssh-key-strength": "fail" },
      {
        violates: "a key for SSH that is too short",
      },
    ),
    seeded(
      machine(place, "vm-weekly"),
      { ...MACHINE, "backup-frequency": "fail", "recovery-point-age": "fail" },
      {
        violates: "a machine that is backed up once a week",
      },
    ),
    seeded(
      machine(place, "vm-brief"),
      { ...MACHINE, "backup-retention": "fail" },
      {
        violates: "a machine whose backups go too early",
      },
    ),
    seeded(
      machine(place, "vm-gap"),
      { ...MACHINE, "recovery-point-age": "fail" },
      {
        violates: "days without a recovery point",
        trap: "the last backup is Completed, and of today",
      },
    ),
    seeded(machine(place, "vm-stopped"), unprotected, {
      violates: "a machine whose backups were stopped",
    }),
    seeded(machine(place, "vm-deleted"), unprotected, {
      trap: "a protected item that waits for its deletion",
    }),
    seeded(
      machine(place, "vm-bare"),
      { ...unprotected, "geo-replication": "fail" },
      {
        violates: "a machine that nothing backs up or copies",
      },
    ),
    seeded(
      machine(place, "vm-behind"),
      { ...unprotected, "geo-replication": "fail" },
      {
        violates: "a machine whose copy is two hours behind",
      },
    ),
    seeded(
      disk(place, "disk-lone", null, { sku: { name: "Premium_LRS" } }),
      { "encryption-at-rest": "pass", "zone-redundancy": "fail", "backup-frequency": "fail" },
      { violates: "a disk in one zone that nothing backs up" },
    ),
    inside(database("db-good"), passes("backup-frequency", "recovery-point-age")),
    inside(
      database("db-gap"),
      { "backup-frequency": "pass", "recovery-point-age": "fail" },
      { violates: "days without a backup of a database" },
    ),
    ...good.map((name) => inside(`${name}-copy`, TEST)),
    inside(
      "vm-never-copy",
      { "recovery-test-age": "fail" },
      {
        violates: "a copy that was never tested",
        trap: "the year 1601",
      },
    ),
    inside(
      "vm-long-copy",
      { "recovery-test-age": "fail" },
      {
        violates: "a copy that was last tested long ago",
      },
    ),
    inside("plan-tested", TEST),
    inside(
      "plan-never",
      { "recovery-test-age": "fail" },
      {
        violates: "a plan that was never tested",
      },
    ),
    seeded(sshKey(place, "ssh-good", STRONG_KEY), passes("ssh-key-strength")),
    seeded(sshKey(place, "ssh-weak", WEAK_KEY), { "ssh-key-strength": "fail" }),
  ];
}
