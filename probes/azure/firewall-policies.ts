import { answerOf, oncePer, type Known } from "#probes/common/known.ts";
import type { Fields } from "#probes/common/json.ts";
import { askArm, below } from "./asks.ts";
import { classifyAzure, malformed, plain } from "./errors.ts";
import { toPolicy, type PolicyReading } from "./firewall-policy-facets.ts";
import type { AzureSession } from "./session.ts";

/** API version of each kind of policy. */
const VERSIONS: Readonly<Record<string, string>> = {
  "Microsoft.Network/frontDoorWebApplicationFirewallPolicies": "2024-02-01",
  "Microsoft.Network/applicationGatewayWebApplicationFirewallPolicies": "2024-03-01",
  "Microsoft.Cdn/cdnWebApplicationFirewallPolicies": "2024-02-01",
};
const ID =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+\/[^/]+)\/([^/]+)$/i;

/** Asks for policies by their ids, each once: one may stand before many doors. */
export interface PolicyReader {
  readonly ask: (ids: readonly string[]) => Promise<ReadonlyMap<string, Known<Fields>>>;
}

/** Makes the reader of a session. */
export function policyReader(session: AzureSession): PolicyReader {
  const askOnce = oncePer((id) => askPolicy(id, session));
  return {
    ask: async (ids) => {
      const keys = [...new Set(ids.map((id) => id.toLowerCase()))];
      return new Map(await Promise.all(keys.map(async (id) => [id, await askOnce(id)] as const)));
    },
  };
}

/** The policy with this id, as it was asked for. @throws Unanswered where it was not answered */
export function policyOf(id: string, asked: ReadonlyMap<string, Known<Fields>>): PolicyReading {
  const known = asked.get(id.toLowerCase());
  if (known === undefined) throw new TypeError("a firewall policy that was not asked for");
  return toPolicy(answerOf(known));
}

/** It may lie in another subscription than what it protects. */
async function askPolicy(id: string, session: AzureSession): Promise<Known<Fields>> {
  const [, under = "", group = "", type = "", name = ""] = ID.exec(id) ?? [];
  const kind = Object.keys(VERSIONS).find((one) => one.toLowerCase() === type.toLowerCase());
  const operation = `GET ${kind ?? "Microsoft.Network"}/{name}`;
  try {
    if (kind === undefined) throw malformed(`${plain(id)} is no firewall policy`);
    const path = below(`/subscriptions/${under}/resourceGroups/${group}/providers/${kind}/${name}`);
    return await askArm(session, { under, path, apiVersion: VERSIONS[kind] ?? "" });
  } catch (error) {
    return {
      ok: false,
      operation,
      permission: `${kind ?? type}/read`,
      failure: classifyAzure(error),
    };
  }
}
