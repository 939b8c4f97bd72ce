/** Where Azure Monitor sends the logs of a resource or of a subscription; pure but for the asking. */
import type { Known } from "#probes/common/known.ts";
import type { AuditLog } from "#model/security-facets.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";
import { listArm, type Asking } from "./asks.ts";

export const SETTINGS_API = "2021-05-01-preview";
export const SETTINGS_PATH = "providers/Microsoft.Insights/diagnosticSettings";

/** The settings of a subscription itself. @param id GUID */
export function askSettings(asking: Asking, id: string): Promise<Known<readonly Fields[]>> {
  const path = `/subscriptions/${id}/${SETTINGS_PATH}`;
  return listArm(asking, { under: id, path, apiVersion: SETTINGS_API });
}

/** The names of the categories of logs. @throws where the answer has another shape */
export function logCategories(categories: readonly Fields[]): readonly string[] {
  return categories.flatMap(({ name, properties }) => {
    const type = text(fields(properties)["categoryType"]);
    const named = text(name);
    if (type === null || named === null) throw new TypeError("a category without name or type");
    return type === "Logs" ? [named.slice(0, 100)] : [];
  });
}

/** What one setting sends, and where to. Its `retentionPolicy` is dead since 2025-09-30 and says nothing. */
export interface Setting {
  readonly name: string;
  /** Categories that are sent, in lower case; `all`: every one. */
  readonly sent: ReadonlySet<string> | "all";
  /** Groups of categories that are sent, in lower case. */
  readonly groups: ReadonlySet<string>;
  readonly destinations: readonly string[];
  /** Ids of the workspaces among them, in lower case. */
  readonly workspaces: readonly string[];
}

const DESTINATIONS = [
  ["workspaceId", "Log Analytics workspace"],
  ["storageAccountId", "storage account"],
  ["eventHubAuthorizationRuleId", "Event Hubs namespace"],
  ["marketplacePartnerId", "partner"],
] as const;

/** Reads a diagnostic setting. @throws where it has another shape than Azure documents */
export function toSetting({ name, properties }: Fields): Setting {
  const settings = fields(properties);
  if (!Array.isArray(settings["logs"])) throw new TypeError("a diagnostic setting without logs");
  const on = list(settings["logs"]).filter(({ enabled, category, categoryGroup }) => {
    if (flag(enabled) === null || (text(category) === null && text(categoryGroup) === null)) {
      throw new TypeError("a log without category or state");
    }
    return enabled === true;
  });
  const groups = new Set(on.flatMap((log) => text(log["categoryGroup"])?.toLowerCase() ?? []));
  const sent = new Set(on.flatMap((log) => text(log["category"])?.toLowerCase() ?? []));
  const destinations = DESTINATIONS.flatMap(([field, what]) => {
    const id = text(settings[field]);
    return id === null ? [] : [`${what} ${nameIn(field, id)}`];
  });
  const workspace = text(settings["workspaceId"])?.toLowerCase();
  return {
    name: text(name)?.slice(0, 100) ?? "a diagnostic setting",
    sent: groups.has("alllogs") ? "all" : sent,
    groups,
    destinations,
    workspaces: workspace === undefined ? [] : [workspace],
  };
}

function nameIn(field: string, id: string): string {
  const parts = id.split("/");
  // An Event Hubs rule is named below its namespace.
  const name = field === "eventHubAuthorizationRuleId" ? parts.at(-3) : parts.at(-1);
  return (name ?? id).slice(0, 100);
}

/**
 * A setting as a log: what it records of what there is to record.
 * @param audits whether a category records what is done, so that the others may be left out
 */
export function toLog(
  { name, sent, groups, destinations }: Setting,
  categories: readonly string[],
  recorded: AuditLog["events"],
  audits: (category: string) => boolean,
): AuditLog {
  const isSent = (category: string) =>
    sent === "all" || sent.has(category.toLowerCase()) || (groups.has("audit") && audits(category));
  const some = categories.filter((category) => isSent(category));
  const auditing = categories.filter((category) => audits(category));
  const events =
    categories.length > 0 && some.length === 0
      ? "none"
      : sent === "all" || (auditing.length > 0 && auditing.every((category) => isSent(category)))
        ? recorded
        : auditing.length > 0
          ? "none"
          : null;
  return {
    name,
    active: sent === "all" || some.length > 0 || sent.size + groups.size > 0,
    regions: "all",
    events,
    omits: categories.filter((category) => !isSent(category)),
    destination: destinations.length === 0 ? null : destinations.join(", "),
    integrity: null,
    failure: null,
  };
}
