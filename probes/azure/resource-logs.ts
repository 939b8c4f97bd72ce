import { defineProbe } from "#model/probe.ts";
import type { AuditLogs } from "#model/security-facets.ts";
import { chunks, cutOff } from "#probes/common/chunks.ts";
import { answerOf } from "#probes/common/known.ts";
import { tellAll } from "#probes/common/telling.ts";
import type { Fields } from "#probes/common/json.ts";
import { listBelow } from "./asks-below.ts";
import {
  logCategories,
  SETTINGS_API,
  SETTINGS_PATH,
  toLog,
  toSetting,
} from "./diagnostic-settings.ts";
import { classifyAzure } from "./errors.ts";
import { parentsOf } from "./inside.ts";
import { inSubscriptions } from "./session.ts";

/** Kinds whose own logs are evidence of who did what. */
const LOGGED = [
  "Microsoft.KeyVault/vaults",
  "Microsoft.KeyVault/managedHSMs",
  "Microsoft.Network/azureFirewalls",
];

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
  kinds: LOGGED,
  provides: { auditLogs: { permissions: [SETTINGS, CATEGORIES] } },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || !wanted.has("auditLogs")) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const { items, source } = await parentsOf(LOGGED, session);
      if (source === null) return;
      for await (const some of chunks(items, context.signal)) {
        const told = some.map((one) =>
          tellAll({ subject: one.subject, source }, wanted, session, {
            auditLogs: async () => {
              const [settings, categories] = await Promise.all([
                listBelow(session, one, SETTINGS_PATH, SETTINGS_API),
                listBelow(session, one, `${SETTINGS_PATH}Categories`, SETTINGS_API),
              ]);
              const map = () => toAuditLogs(answerOf(settings), answerOf(categories));
              return { from: settings, map };
            },
          }),
        );
        yield* (await Promise.all(told)).flat();
      }
      if (context.signal.aborted) yield cutOff(context, "GET diagnosticSettings", wanted);
    });
  },
});

/** Without a setting a resource keeps no log at all. */
export function toAuditLogs(settings: readonly Fields[], categories: readonly Fields[]): AuditLogs {
  const names = logCategories(categories);
  const audits = (category: string) => AUDITS.test(category);
  return { logs: settings.map((one) => toLog(toSetting(one), names, "all", audits)) };
}
