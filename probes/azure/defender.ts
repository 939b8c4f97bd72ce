import { defineProbe } from "#model/probe.ts";
import { answerOf, oncePer, type Known } from "#probes/common/known.ts";
import { toDetection, toScanning } from "./defender-facets.ts";
import { askOptional, below, listArm } from "./asks.ts";
import { askSettings, toSetting } from "./diagnostic-settings.ts";
import { classifyAzure } from "./errors.ts";
import { inSubscriptions, type AzureSession } from "./session.ts";
import { observeSubscriptions, SUBSCRIPTION_KIND } from "./subscription-subject.ts";

const PRICINGS = "Microsoft.Security/pricings/read";
const SETTINGS = "Microsoft.Insights/diagnosticSettings/read";
const SENTINEL = "Microsoft.SecurityInsights/onboardingStates/read";
const WORKSPACE = "microsoft.operationalinsights/workspaces";

/** Microsoft Defender for Cloud and Microsoft Sentinel over each subscription. */
export default defineProbe({
  id: "azure-defender",
  title: "Microsoft Defender for Cloud and Sentinel",
  provider: "azure",
  kinds: [SUBSCRIPTION_KIND],
  provides: {
    inventory: { permissions: ["Microsoft.Resources/subscriptions/read"] },
    threatDetection: { permissions: [PRICINGS, SETTINGS, SENTINEL] },
    vulnerabilityScanning: { permissions: [PRICINGS] },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure") return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const plans = oncePer((id) =>
        listArm(session, {
          under: id,
          path: `/subscriptions/${id}/providers/Microsoft.Security/pricings`,
          apiVersion: "2024-01-01",
        }),
      );
      yield* observeSubscriptions(session, wanted, (id) => ({
        threatDetection: async () => {
          const [from, sentinel] = await Promise.all([plans(id), askSentinel(session, id)]);
          return {
            from,
            map: () => toDetection(answerOf(from), sentinel.watching),
            parts: sentinel.unread,
          };
        },
        vulnerabilityScanning: async () => {
          const from = await plans(id);
          return { from, map: () => toScanning(answerOf(from)) };
        },
      }));
    });
  },
});

/**
 * Sentinel watches over a subscription where its activity log goes to a workspace that has it. What a workspace is
 * sent otherwise cannot be seen, so a subscription is never said to be watched by less.
 */
async function askSentinel(
  session: AzureSession,
  id: string,
): Promise<{ watching: readonly string[] | null; unread: readonly Known<unknown>[] }> {
  const settings = await askSettings(session, id);
  if (!settings.ok) return { watching: null, unread: [settings] };
  let workspaces: readonly string[];
  try {
    workspaces = [...new Set(settings.value.flatMap((one) => toSetting(one).workspaces))];
  } catch {
    return { watching: null, unread: [] };
  }
  const watching: string[] = [];
  const unread: Known<unknown>[] = [];
  let unknown = false;
  for (const workspace of workspaces) {
    const parts = workspace.split("/");
    if (parts[1] !== "subscriptions" || !workspace.includes(`/${WORKSPACE}/`)) {
      unknown = true;
      continue;
    }
    const state = await askOptional(session, {
      under: parts[2] ?? id,
      path: below(workspace, "providers/Microsoft.SecurityInsights/onboardingStates/default"),
      apiVersion: "2024-03-01",
    });
    if (!state.ok) unread.push(state);
    else if (state.value !== null) watching.push(parts.at(-1) ?? workspace);
  }
  const told = watching.length > 0 || (unread.length === 0 && !unknown);
  return { watching: told ? watching : null, unread };
}
