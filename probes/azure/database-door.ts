import type { Telling } from "#probes/common/telling.ts";
import { answerOf, type Known } from "#probes/common/known.ts";
import type { Fields } from "#probes/common/json.ts";
import { listBelow } from "./asks-below.ts";
import { firewallExposure, firewallIngress, isShut, type Door } from "./database-firewall.ts";
import { propertiesOf } from "./facets.ts";
import type { Found } from "./listing.ts";
import type { AzureSession } from "./session.ts";

/** Exposure and ingress of a database server; its firewall rules are only asked for where they decide. */
export function doorTelling(
  found: Found,
  door: Door,
  apiVersion: string,
  session: AzureSession,
): Required<Pick<Telling, "exposure" | "ingress">> {
  let rules: Promise<Known<readonly Fields[]>> | null = null;
  const byRules = async <Value>(map: (door: Door, entries: readonly Fields[]) => Value) => {
    if (isShut(door)) return { from: null, map: () => map(door, []) };
    rules ??= listBelow(session, found, "firewallRules", apiVersion);
    const known = await rules;
    return {
      from: known,
      map: () => {
        propertiesOf(found.raw);
        return map(door, answerOf(known));
      },
    };
  };
  return {
    exposure: () => byRules(firewallExposure),
    ingress: () => byRules(firewallIngress),
  };
}
