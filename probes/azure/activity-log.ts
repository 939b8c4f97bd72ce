import { defineProbe } from "#model/probe.ts";
import type { AuditLogs } from "#model/security-facets.ts";
import { answerOf } from "#probes/common/known.ts";
import type { Fields } from "#probes/common/json.ts";
import { askSettings, toLog, toSetting } from "./diagnostic-settings.ts";
import { classifyAzure } from "./errors.ts";
import { inSubscriptions } from "./session.ts";
import { observeSubscriptions, SUBSCRIPTION_KIND } from "./subscription-subject.ts";

/** https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema */
const CATEGORIES = [
  "Administrative",
  "Security",
  "ServiceHealth",
  "Alert",
  "Recommendation",
  "Policy",
  "Autoscale",
  "ResourceHealth",
];

/** The activity log of each subscription, and where it is exported to. */
export default defineProbe({
  id: "azure-activity-log",
  title: "Azure activity log",
  provider: "azure",
  kinds: [SUBSCRIPTION_KIND],
  provides: {
    inventory: { permissions: ["Microsoft.Resources/subscriptions/read"] },
    auditLogs: { permissions: ["Microsoft.Insights/diagnosticSettings/read"] },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure") return;
    yield* inSubscriptions(target, context, async function* act(session) {
      yield* observeSubscriptions(session, wanted, (id) => ({
        auditLogs: async () => {
          const from = await askSettings(session, id);
          return { from, map: () => toAuditLogs(answerOf(from)) };
        },
      }));
    });
  },
});

/**
 * Azure keeps the log itself for 90 days and writes down changes, never reads; what is exported is kept beyond that.
 * https://learn.microsoft.com/azure/azure-monitor/platform/activity-log
 */
export function toAuditLogs(settings: readonly Fields[]): AuditLogs {
  const exported = settings.map((setting) =>
    toLog(toSetting(setting), CATEGORIES, "writes", (category) => category === "Administrative"),
  );
  const own = {
    name: "activity log",
    active: true,
    regions: "all",
    events: "writes",
    omits: [],
    destination: null,
    integrity: null,
    failure: null,
  } as const;
  return { logs: exported.length === 0 ? [own] : exported };
}
