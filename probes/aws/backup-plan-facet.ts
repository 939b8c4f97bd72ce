import type {
  BackupRule as AwsRule,
  BackupSelection as AwsSelection,
  Conditions,
  Lifecycle,
} from "@aws-sdk/client-backup";
import type {
  BackupPlace,
  BackupRule,
  BackupSelection,
  TagCondition,
} from "#model/backup-facets.ts";
import type { Place } from "./listing.ts";
import { leftOut, namesType, type OptIns } from "./backup-opt-in.ts";
import { longestInterval } from "./cron.ts";

/** AWS's own schedule where a rule has none: every day at 5 (https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html). */
const DEFAULT_SCHEDULE = "cron(0 5 ? * * *)";
/**
 * Minutes that a job may take to start and then to end, where a rule does not say it.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
 */
const DEFAULT_START = 8 * 60;
const DEFAULT_COMPLETION = 7 * 24 * 60;

/**
 * A rule of a plan.
 * @throws when a number of minutes or days is none, or a vault's ARN names no region
 */
export function toRule(
  planName: string,
  rule: Partial<AwsRule>,
  { account, region }: Place,
  from: Date,
): BackupRule {
  const { RuleName: name, TargetBackupVaultName: vaultName } = rule;
  if (name === undefined || vaultName === undefined) throw new TypeError("a rule without vault");
  const start = minutes(rule.StartWindowMinutes, DEFAULT_START);
  const completion = minutes(rule.CompletionWindowMinutes, DEFAULT_COMPLETION);
  const schedule = rule.ScheduleExpression ?? "";
  const own = toRetention(rule.Lifecycle);
  const vault = `arn:${account.partition}:backup:${region}:${account.id}:backup-vault:${vaultName}`;
  const airGapped = rule.TargetLogicallyAirGappedBackupVaultArn;
  return {
    name: `${planName}: ${name}`,
    longestInterval: longestInterval(
      schedule === "" ? DEFAULT_SCHEDULE : schedule,
      rule.ScheduleExpressionTimezone,
      from,
    ),
    ...(rule.EnableContinuousBackup === true ? { continuous: true } : {}),
    window: (start + completion) * 60,
    places: [
      { region, vault, retention: own },
      ...(airGapped === undefined ? [] : [copy(airGapped, rule.Lifecycle)]),
      ...(rule.CopyActions ?? []).map(({ DestinationBackupVaultArn: arn, Lifecycle: kept }) =>
        copy(arn, kept),
      ),
    ],
  };
}

function copy(arn: string | undefined, lifecycle: Lifecycle | undefined): BackupPlace {
  const region = /^arn:[^:]*:backup:([a-z0-9-]+):/.exec(arn ?? "")?.[1];
  if (arn === undefined || region === undefined) throw new TypeError("a copy without vault");
  const { DeleteAfterEvent: _event, ...kept } = lifecycle ?? {};
  return { region, vault: arn, retention: toRetention(kept) };
}

/** How long recovery points are kept; null: until somebody deletes them. @throws when the days are no number of days */
export function toRetention(lifecycle: Lifecycle | undefined): string | null {
  // One that goes as soon as it is copied is kept nowhere but at the copy's place.
  if (lifecycle?.DeleteAfterEvent !== undefined) return "PT0S";
  const days = lifecycle?.DeleteAfterDays;
  if (days === undefined || days === -1) return null;
  if (!Number.isInteger(days) || days < 1)
    throw new TypeError("DeleteAfterDays is no number of days");
  return `P${days}D`;
}

function minutes(value: number | undefined, otherwise: number): number {
  const found = value ?? otherwise;
  if (!Number.isInteger(found) || found < 0)
    throw new TypeError("a window that is no number of minutes");
  return found;
}

/**
 * A selection of a plan. `Resources` and `ListOfTags` each select, `Conditions` narrow both, `NotResources` take out of
 * both; where neither of the first two is given, everything is selected. What names its resource type needs no opt-in,
 * so a selection that names some and not others comes apart in two.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources-json.html
 * @throws when none of the four is in the answer, or a condition lacks its key or is of a type that is not documented
 */
export function toSelections(
  selection: Partial<AwsSelection>,
  optIns: OptIns,
): readonly BackupSelection[] {
  const name = selection.SelectionName;
  if (name === undefined) throw new TypeError("a selection without name");
  const { Resources, NotResources, ListOfTags, Conditions: conditions } = selection;
  // Of nothing in particular is all; of nothing at all, that is not told.
  if ([Resources, NotResources, ListOfTags, conditions].every((part) => part === undefined)) {
    throw new TypeError("a selection that does not say what it selects");
  }
  const resources = Resources ?? [];
  const anyTag = (ListOfTags ?? []).map((condition) => {
    if (condition.ConditionType !== "STRINGEQUALS") {
      throw new TypeError("ListOfTags with a condition other than STRINGEQUALS");
    }
    return toCondition(condition, "equals");
  });
  const common = {
    name,
    exclude: NotResources ?? [],
    allTags: toConditions(conditions),
  };
  const everything = resources.length === 0 && anyTag.length === 0;
  const named = resources.filter(namesType);
  const general = everything ? ["*"] : resources.filter((pattern) => !namesType(pattern));
  return [
    ...(named.length === 0
      ? []
      : [{ ...common, include: named, anyTag: [], leftOut: leftOut(optIns, true) }]),
    ...(general.length === 0 && anyTag.length === 0
      ? []
      : [{ ...common, include: general, anyTag, leftOut: leftOut(optIns, false) }]),
  ];
}

function toConditions(conditions: Conditions | undefined): readonly TagCondition[] {
  const { StringEquals, StringNotEquals, StringLike, StringNotLike } = conditions ?? {};
  return [
    ...(StringEquals ?? []).map((one) => toCondition(one, "equals")),
    ...(StringNotEquals ?? []).map((one) => toCondition(one, "not-equals")),
    ...(StringLike ?? []).map((one) => toCondition(one, "like")),
    ...(StringNotLike ?? []).map((one) => toCondition(one, "not-like")),
  ];
}

/** A key is written bare or as `aws:ResourceTag/key`. */
function toCondition(
  raw: { readonly ConditionKey?: string | undefined; readonly ConditionValue?: string | undefined },
  operator: TagCondition["operator"],
): TagCondition {
  const { ConditionKey: key, ConditionValue: value } = raw;
  if (key === undefined || value === undefined) throw new TypeError("a condition without key");
  return { key: key.replace(/^aws:ResourceTag\//i, ""), operator, value };
}
