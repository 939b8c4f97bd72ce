import type { Encryption, Exposure } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import type { Retention } from "#model/security-facets.ts";
import { answerOf } from "#probes/common/known.ts";
import { fields, flag, text, type Fields } from "#probes/common/json.ts";
import { listBelow } from "./asks-below.ts";
import { classifyAzure } from "./errors.ts";
import { byDesign, ownLocation, propertiesOf } from "./facets.ts";
import { listResources, observeResources } from "./listing.ts";
import { inSubscriptions } from "./session.ts";
import { tellResources } from "./telling-resources.ts";

const KIND = "Microsoft.OperationalInsights/workspaces";
const API_VERSION = "2022-10-01";
const READ = { permissions: [`${KIND}/read`] };
const DESIGN = "https://learn.microsoft.com/azure/azure-monitor/logs/data-security";

/** Log Analytics workspaces: how long they keep what they are sent, and who reaches them. */
export default defineProbe({
  id: "azure-log-workspaces",
  title: "Azure Log Analytics workspaces",
  provider: "azure",
  kinds: [KIND],
  provides: {
    location: READ,
    encryption: READ,
    exposure: READ,
    retention: { permissions: [`${KIND}/read`, `${KIND}/tables/read`] },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || wanted.size === 0) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const listed = await listResources({ [KIND]: API_VERSION }, session);
      const maps = { location: ownLocation, encryption: toEncryption, exposure: toExposure };
      yield* observeResources(listed, maps, wanted, session);
      if (!wanted.has("retention")) return;
      yield* tellResources(listed, new Set(["retention"]), session, (found) => ({
        retention: async () => {
          const tables = await listBelow(session, found, "tables", API_VERSION);
          return { from: tables, map: () => toRetention(found.raw, answerOf(tables)) };
        },
      }));
    });
  },
});

/** https://learn.microsoft.com/azure/azure-monitor/logs/customer-managed-keys: a dedicated cluster may bring the customer's key. */
export function toEncryption(raw: Fields): Encryption {
  const { clusterResourceId } = fields(propertiesOf(raw)["features"]);
  return text(clusterResourceId) === null
    ? byDesign(DESIGN, "provider")
    : byDesign(DESIGN, null, "the key of its dedicated cluster is not read");
}

/** Whoever has no credentials sees nothing; networks are open unless they are closed for queries. */
export function toExposure(raw: Fields): Exposure {
  const access = text(propertiesOf(raw)["publicNetworkAccessForQuery"])?.toLowerCase();
  const open = access === "enabled" ? true : access === "disabled" ? false : null;
  return {
    anonymousAccess: false,
    openNetwork: open,
    through: open === true ? ["publicNetworkAccessForQuery Enabled"] : [],
    closedBy: open === false ? ["publicNetworkAccessForQuery Disabled"] : [],
  };
}

/**
 * How long entries are kept, those that went to long-term storage included: the shortest of the tables.
 * https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure
 * @throws where a table or the workspace tells no number of days
 */
export function toRetention(raw: Fields, tables: readonly Fields[]): Retention {
  const properties = propertiesOf(raw);
  const own = days(properties["retentionInDays"]);
  const immediate = flag(fields(properties["features"])["immediatePurgeDataOn30Days"]);
  const each = tables.map((table) => {
    const { totalRetentionInDays } = propertiesOf(table);
    return { name: text(table["name"])?.slice(0, 100) ?? "", kept: days(totalRetentionInDays) };
  });
  const shortest = [...each].sort((one, other) => one.kept - other.kept)[0];
  const longest = [...each].sort((one, other) => other.kept - one.kept)[0];
  const kept = shortest === undefined ? own : shortest.kept;
  const range =
    shortest === undefined || longest === undefined || shortest.kept === longest.kept
      ? ""
      : `; tables from ${shortest.kept} (${shortest.name}) to ${longest.kept} days (${longest.name})`;
  return {
    after: `P${kept}D`,
    ...(longest === undefined ? {} : { longest: `P${longest.kept}D` }),
    whole: true,
    detail: `retentionInDays ${own}${range}${immediate === true ? ", purged at once" : ""}`,
  };
}

function days(value: unknown): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1) {
    throw new TypeError("the retention is no number of days");
  }
  return value;
}
