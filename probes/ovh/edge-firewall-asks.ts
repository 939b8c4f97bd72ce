import type { Fields } from "#probes/common/json.ts";
import { answerOf, type Known } from "#probes/common/known.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import type { EdgeFirewall } from "./edge-firewall.ts";
import { idOf } from "./pages.ts";
import type { OvhSession } from "./session.ts";

export const FIREWALL = "ip:apiovh:firewall/get";
export const RULE = "ip:apiovh:firewall/rule/get";

/** What was asked of the firewall before one address. */
interface Asked {
  readonly address: string;
  readonly firewall: Known<Fields>;
  readonly rules: Known<readonly unknown[]>;
  readonly each: readonly Known<Fields>[];
}

/** The firewall before one address, with its rules one by one. */
export async function askFirewall(
  session: OvhSession,
  block: string,
  entry: unknown,
): Promise<Asked> {
  const address = safeId(entry);
  const at = path`/v1/ip/${block}/firewall/${address}`;
  const [firewall, rules] = await Promise.all([
    askOne(session.asking, {
      operation: "GET /ip/{ip}/firewall/{ipOnFirewall}",
      permission: FIREWALL,
      path: at,
    }),
    session.whole({
      operation: "GET /ip/{ip}/firewall/{ipOnFirewall}/rule",
      permission: RULE,
      path: `${at}/rule`,
    }),
  ]);
  const each = rules.ok
    ? await Promise.all(
        rules.value.map((sequence) =>
          askOne(session.asking, {
            operation: "GET /ip/{ip}/firewall/{ipOnFirewall}/rule/{sequence}",
            permission: RULE,
            path: `${at}${path`/rule/${safeId(sequence)}`}`,
          }),
        ),
      )
    : [];
  return { address, firewall, rules, each };
}

/** @throws Unanswered where something of it was not answered */
export function toFirewall({ address, firewall, rules, each }: Asked): EdgeFirewall {
  answerOf(rules);
  return { address, settings: answerOf(firewall), rules: each.map(answerOf) };
}

/** A list of addresses of a block. */
export function listOf(session: OvhSession, block: string, what: string, permission: string) {
  return session.whole({
    operation: `GET /ip/{ip}/${what}`,
    permission,
    path: `${path`/v1/ip/${block}/`}${what}`,
  });
}

/** What is no id is asked for as such, and refused. */
export function safeId(entry: unknown): string {
  try {
    return idOf(entry);
  } catch {
    return "?";
  }
}
