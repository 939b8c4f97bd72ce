/** Policies and instances of Backup vaults; pure. Each throws when the answer cannot be understood. */
import type { BackupPlace, BackupRule } from "#model/backup-facets.ts";
import { parseDuration, shortestSeconds } from "#model/duration.ts";
import { fields, text, type Fields, list } from "#probes/common/json.ts";
import { longestBetween, rulesOfType, triggerOf } from "./backup-schedules.ts";
import { propertiesOf } from "./facets.ts";
import type { VaultPlace } from "./recovery-policy.ts";

/** How long something is kept in a store of a vault. */
interface Kept {
  readonly store: string;
  readonly retention: string;
}

/**
 * What a policy makes, and for how long it keeps it. Blobs that are kept where they are have no schedule: every change
 * can be undone. https://learn.microsoft.com/azure/backup/blob-backup-overview
 * @throws when a schedule or a retention is of a kind that is not documented
 */
export function toRules(policy: Fields, vault: VaultPlace, from: Date): readonly BackupRule[] {
  const properties = propertiesOf(policy);
  const name = text(policy["name"])?.slice(0, 100) ?? "policy";
  const rules = rulesOfType(properties, "AzureBackupRule");
  const retentions = rulesOfType(properties, "AzureRetentionRule");
  if (rules.length + retentions.length < list(properties["policyRules"]).length) {
    throw new TypeError("a policy with a rule of a type that is not known");
  }
  const places = placesOf(vault, retentions);
  const stores = new Set(keptBy(retentions).map(({ store }) => store));
  if (rules.length === 0) {
    const types = Array.isArray(properties["datasourceTypes"]) ? properties["datasourceTypes"] : [];
    const blobs = types.some((type: unknown) => /\/blobServices$/i.test(text(type) ?? ""));
    if (!blobs || [...stores].join() !== "OperationalStore") {
      throw new TypeError("a policy without a backup rule");
    }
    return [{ name, longestInterval: 0, window: 0, places }];
  }
  return rules.map((rule) => {
    const { starts, clock } = triggerOf(rule);
    const title = text(rule["name"])?.slice(0, 100);
    return {
      name: title === undefined ? name : `${name}: ${title}`,
      longestInterval: longestBetween(starts, clock, from),
      window: 0,
      places,
    };
  });
}

/** What the default rule keeps comes first: others keep a part of the points for longer. */
function keptBy(retentions: readonly Fields[]): readonly Kept[] {
  const defaults = retentions.filter(({ isDefault }) => isDefault === true);
  if (defaults.length !== 1) throw new TypeError("a policy without one default retention");
  const others = retentions.filter((rule) => !defaults.includes(rule));
  return [...defaults, ...others].flatMap(({ lifecycles }) =>
    list(lifecycles).map(({ sourceDataStore, deleteAfter }) => {
      const store = text(fields(sourceDataStore)["dataStoreType"]);
      const retention = text(fields(deleteAfter)["duration"]);
      if (store === null || retention === null || parseDuration(retention) === null) {
        throw new TypeError("a retention that is no duration");
      }
      return { store, retention };
    }),
  );
}

/** Snapshots of the operational store stay beside what they were made of, which is in the vault's region. */
function placesOf(vault: VaultPlace, retentions: readonly Fields[]): readonly BackupPlace[] {
  const least = new Map<string, string>();
  const kept = keptBy(retentions).filter(({ store, retention }) => {
    const first = least.get(store);
    if (first === undefined) least.set(store, retention);
    return first === undefined || shortestSeconds(retention) > shortestSeconds(first);
  });
  if (kept.length === 0) throw new TypeError("a policy that keeps nothing");
  return kept.flatMap(({ store, retention }) => [
    { region: vault.region, vault: store === "OperationalStore" ? null : vault.id, retention },
    ...(store === "VaultStore"
      ? vault.copies.map((region) => ({ region, vault: null, retention }))
      : []),
  ]);
}

/** Something that a Backup vault protects. */
export interface BackupInstance {
  /** ARM id of what is backed up. */
  readonly source: string | null;
  readonly policy: string | null;
  readonly active: boolean;
  readonly state: string;
  /** Only some of its containers are backed up. */
  readonly partly: boolean;
}

/** https://learn.microsoft.com/rest/api/dataprotection/backup-instances/list#currentprotectionstate */
const AT_WORK: Readonly<Record<string, boolean>> = {
  protectionconfigured: true,
  protectionerror: true,
  updatingprotection: true,
  // Backups go on, but nothing is deleted.
  retentionschedulessuspended: true,
  notprotected: false,
  configuringprotection: false,
  configuringprotectionfailed: false,
  backupschedulessuspended: false,
  backupssuspended: false,
  protectionstopped: false,
  softdeleting: false,
  softdeleted: false,
};

/** @throws when its state is not one that Azure documents, or it is at work by no policy */
export function toInstance(raw: Fields): BackupInstance {
  const properties = propertiesOf(raw);
  const { dataSourceInfo, policyInfo, currentProtectionState, protectionStatus } = properties;
  const state = text(currentProtectionState) ?? text(fields(protectionStatus)["status"]);
  const active = AT_WORK[state?.toLowerCase() ?? ""];
  if (active === undefined) {
    throw new TypeError(`a backup instance whose state is ${state?.slice(0, 60) ?? "not stated"}`);
  }
  const { policyId, policyParameters } = fields(policyInfo);
  const policy = text(policyId);
  if (active && policy === null) throw new TypeError("a backup instance without policy");
  const parameters = list(fields(policyParameters)["backupDatasourceParametersList"]);
  return {
    source: text(fields(dataSourceInfo)["resourceID"]),
    policy,
    active,
    state: (state ?? "").slice(0, 60),
    partly: parameters.some(({ containersList }) => Array.isArray(containersList)),
  };
}
