import type { Known } from "#probes/common/known.ts";
import type { Fields } from "#probes/common/json.ts";
import { askArm, below, listArm, type ArmAsk, type Asking } from "./asks.ts";
import { classifyAzure } from "./errors.ts";
import type { Found } from "./listing.ts";

/** Where a question starts: a resource and the subscription that it is in. */
export type Above = Pick<Found, "subject" | "subscription">;

/** Asks for one thing that lies below a resource: `transparentDataEncryption/current`. */
export function askBelow(
  asking: Asking,
  above: Above,
  rest: string,
  apiVersion: string,
): Promise<Known<Fields>> {
  return guarded(above, rest, apiVersion, (ask) => askArm(asking, ask));
}

/** Lists what lies below a resource: `firewallRules`. */
export function listBelow(
  asking: Asking,
  above: Above,
  rest: string,
  apiVersion: string,
): Promise<Known<readonly Fields[]>> {
  return guarded(above, rest, apiVersion, (ask) => listArm(asking, ask));
}

/** An id that could lead elsewhere, or a listing without end, costs what depends on it and nothing else. */
async function guarded<Value>(
  { subject, subscription }: Above,
  rest: string,
  apiVersion: string,
  ask: (ask: ArmAsk) => Promise<Known<Value>>,
): Promise<Known<Value>> {
  try {
    return await ask({ under: subscription, path: below(subject.id, rest), apiVersion });
  } catch (error) {
    const [type = ""] = rest.split("/");
    return {
      ok: false,
      operation: `GET ${subject.kind}/{name}/${type}`,
      permission: `${subject.kind}/${type}/read`,
      failure: classifyAzure(error),
    };
  }
}
