import { defineProbe } from "#model/probe.ts";
import type { AuditLogs } from "#model/security-facets.ts";
import { chunks } from "#probes/common/chunks.ts";
import { answerOf } from "#probes/common/known.ts";
import { tellAll } from "#probes/common/telling.ts";
import type { Fields } from "./arm.ts";
import { below } from "./asks.ts";
import {
  askCategories,
  askSettings,
  logCategories,
  toLog,
  toSetting,
} from "./diagnostic-settings.ts";
import { classifyAzure } from "./errors.ts";
import { listResources, observeResources } from "./listing.ts";
import { inSubscriptions } from "./session.ts";

/** Kinds whose own logs are evidence of who did what, by the API version of their listing. */
const LOGGED = {
  "Microsoft.KeyVault/vaults": "2023-07-01",
  "Microsoft.KeyVault/managedHSMs": "2023-07-01",
  "Microsoft.Network/azureFirewalls": "2024-03-01",
} as const;

/** Categories that record what is done, in these kinds. */
const AUDITS =
  /^(?:AuditEvent|AZFW(?:NetworkRule|ApplicationRule|NatRule|ThreatIntel)|AzureFirewall(?:Network|Application)Rule)$/i;

const SETTINGS = "Microsoft.Insights/diagnosticSettings/read";
const CATEGORIES = "Microsoft.Insights/diagnosticSettingsCategories/read";

/** Logs that single resources write by their diagnostic settings. */
export default defineProbe({
  id: "azure-resource-logs",
  title: "Azure diagnostic settings of resources",
  provider: "azure",
  kinds: Object.keys(LOGGED),
  provides: { auditLogs: { permissions: [SETTINGS, CATEGORIES] } },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || !wanted.has("auditLogs")) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const listed = await listResources(LOGGED, session);
      yield* observeResources({ found: [], unread: listed.unread }, {}, wanted, session);
      for await (const some of chunks(listed.found, context.signal)) {
        const told = some.map(async (found) => {
          const { subject, subscription } = found;
          return tellAll(found, wanted, session, {
            auditLogs: async () => {
              const at = below(subject.id);
              const [settings, categories] = await Promise.all([
                askSettings(session, subscription, at),
                askCategories(session, subscription, at),
              ]);
              const map = () => toAuditLogs(answerOf(settings), answerOf(categories));
              return { from: settings, map };
            },
          });
        });
        yield* (await Promise.all(told)).flat();
      }
    });
  },
});

/** Without a setting a resource keeps no log at all. */
export function toAuditLogs(settings: readonly Fields[], categories: readonly Fields[]): AuditLogs {
  const names = logCategories(categories);
  const audits = (category: string) => AUDITS.test(category);
  return { logs: settings.map((one) => toLog(toSetting(one), names, "all", audits)) };
}
