/** Policies and protected items of Recovery Services vaults; pure. */
import type { BackupPlace, BackupRule } from "#model/backup-facets.ts";
import { parseDuration, shortestSeconds } from "#model/duration.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";
import {
  clockOf,
  logInterval,
  longestBetween,
  retentionsOf,
  weeklyStarts,
} from "./backup-schedules.ts";
import { propertiesOf } from "./facets.ts";

/** Jobs begin within two hours of their time: https://learn.microsoft.com/azure/backup/backup-azure-vm-backup-faq */
const START_WINDOW = 2 * 3600;

/** Where the vault of a policy keeps recovery points. */
export interface VaultPlace {
  readonly id: string;
  readonly region: string | null;
  /** Regions of copies elsewhere; null in it: whether there is one, or where, was not read. */
  readonly copies: readonly (string | null)[];
}

/**
 * The places of a rule: those of all recovery points first, then those in which a part is kept for longer.
 * @param retentions the first is that of all of them
 */
export function placesOf(
  vault: VaultPlace,
  [first, ...rest]: readonly [string, ...string[]],
): readonly BackupPlace[] {
  const longer = rest.filter((one) => shortestSeconds(one) > shortestSeconds(first));
  const kept = [first, ...longer];
  const { id, region, copies } = vault;
  return [
    ...kept.map((retention) => ({ region, vault: id, retention })),
    ...copies.flatMap((copy) =>
      kept.map((retention) => ({ region: copy, vault: null, retention })),
    ),
  ];
}

/**
 * What a policy makes, and for how long it keeps it. The backups of a database (full, differential, incremental) are
 * one rule, as each of them can be recovered from; those of its log are another.
 * @throws when a schedule or a retention is of a kind that is not documented
 */
export function toRules(policy: Fields, vault: VaultPlace, from: Date): readonly BackupRule[] {
  const properties = propertiesOf(policy);
  const name = text(policy["name"])?.slice(0, 100) ?? "policy";
  const { subProtectionPolicy, settings } = properties;
  const clock = clockOf(properties["timeZone"] ?? fields(settings)["timeZone"]);
  const rule = (title: string, longestInterval: number | null, places: readonly BackupPlace[]) => ({
    name: title,
    longestInterval,
    window: START_WINDOW,
    places,
  });
  if (subProtectionPolicy === undefined || subProtectionPolicy === null) {
    const { schedulePolicy, retentionPolicy, vaultRetentionPolicy } = properties;
    const retention = retentionPolicy ?? fields(vaultRetentionPolicy)["vaultRetention"];
    const interval = longestBetween(weeklyStarts(schedulePolicy), clock, from);
    return [rule(name, interval, placesOf(vault, retentionsOf(retention)))];
  }
  const parts = list(subProtectionPolicy).map((part) => ({ part, type: text(part["policyType"]) }));
  if (parts.length === 0) throw new TypeError("a policy without parts");
  const logs = parts.filter(({ type }) => type === "Log");
  const data = parts.filter(({ type }) => DATA.has(type ?? ""));
  if (logs.length + data.length < parts.length) {
    throw new TypeError("a policy with a part of a type that is not known");
  }
  const kept = data
    .map(({ part }) => retentionsOf(part["retentionPolicy"]))
    .sort(([a], [b]) => shortestSeconds(a) - shortestSeconds(b));
  const [least, ...others] = kept.flat();
  return [
    ...(least === undefined
      ? []
      : [
          rule(
            `${name}: ${data.map(({ type }) => type).join(", ")}`,
            longestBetween(
              data.flatMap(({ part }) => weeklyStarts(part["schedulePolicy"])),
              clock,
              from,
            ),
            placesOf(vault, [least, ...others]),
          ),
        ]),
    ...logs.map(({ part }) =>
      rule(
        `${name}: Log`,
        logInterval(part["schedulePolicy"]),
        placesOf(vault, retentionsOf(part["retentionPolicy"])),
      ),
    ),
  ];
}

/** Types of backup that data can be recovered from. */
const DATA: ReadonlySet<string> = new Set([
  "Full",
  "Differential",
  "Incremental",
  "CopyOnlyFull",
  "SnapshotFull",
  "SnapshotCopyOnlyFull",
]);

/** How long the points of a policy are kept of which there are all; null where no rule tells. */
export function keptFor(rules: readonly BackupRule[]): string | null {
  const retention = rules[0]?.places[0]?.retention ?? null;
  return retention === null || parseDuration(retention) === null ? null : retention;
}

/** Something that a vault protects. */
export interface ProtectedItem {
  /** ARM id of the machine or account that it is, or that it lies in; null where it is none of Azure. */
  readonly source: string | null;
  /** A whole virtual machine, rather than something inside one. */
  readonly machine: boolean;
  /** A database, which may have backups of its log. */
  readonly database: boolean;
  readonly policy: string | null;
  /** Whether its policy is at work: false where backups were stopped, paused, suspended or deleted. */
  readonly active: boolean;
  /** Azure's words for that. */
  readonly state: string;
  /** Some disks of the machine are left out. */
  readonly selective: boolean;
  readonly deleted: boolean;
}

/** https://learn.microsoft.com/rest/api/backup/backup-protected-items/list#protectionstate */
const AT_WORK: Readonly<Record<string, boolean>> = {
  irpending: true,
  protected: true,
  protectionerror: true,
  protectionstopped: false,
  protectionpaused: false,
  backupssuspended: false,
};

/**
 * What became of its last job is not asked here: `lastBackupStatus` may say Completed of a job that made no point one can
 * recover from, and `lastBackupTime` is that of a failed one too. The recovery points are what counts.
 * @throws when its state is not one that Azure documents, or it is at work by no policy
 */
export function toItem(raw: Fields): ProtectedItem {
  const properties = propertiesOf(raw);
  const state = text(properties["protectionState"]);
  const deleted = flag(properties["isScheduledForDeferredDelete"]) === true;
  const working = AT_WORK[state?.toLowerCase() ?? ""];
  if (working === undefined && !deleted) {
    throw new TypeError(`a protected item whose state is ${state?.slice(0, 60) ?? "not stated"}`);
  }
  const active = working === true && !deleted;
  const policy = text(properties["policyId"]);
  if (active && policy === null) throw new TypeError("a protected item without policy");
  const workload = text(properties["workloadType"]) ?? "";
  const exclusion = fields(fields(properties["extendedProperties"])["diskExclusionProperties"]);
  const luns = exclusion["diskLunList"];
  const included = flag(exclusion["isInclusionList"]) === true;
  return {
    source: text(properties["sourceResourceId"]) ?? text(properties["virtualMachineId"]),
    machine: workload === "VM",
    database: /^(?:SQL|SAP)/i.test(workload),
    policy,
    active,
    state: [
      state ?? "no state",
      ...(deleted ? ["scheduled for deletion"] : []),
      ...(text(properties["lastBackupStatus"]) === null
        ? []
        : [`last backup ${text(properties["lastBackupStatus"])}`]),
    ]
      .join(", ")
      .slice(0, 100),
    selective: included || (Array.isArray(luns) && luns.length > 0),
    deleted,
  };
}
