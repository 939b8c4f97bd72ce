import { defineProbe } from "#model/probe.ts";
import type { Fields } from "#probes/common/json.ts";
import { answerOf, type Known } from "#probes/common/known.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory } from "#probes/rest/listing.ts";
import { listDetailed, regionOf, tagsOf } from "./details.ts";
import { toIngress, toProtection, type EdgeFirewall } from "./edge-firewall.ts";
import { idOf } from "./pages.ts";
import { withResources } from "./resources.ts";
import { openSession, type OvhSession } from "./session.ts";
import { tellDetailed } from "./telling.ts";

const KIND = "ovh/ip";
const ACTION = "ip:apiovh:get";
const FIREWALL = "ip:apiovh:firewall/get";
const RULE = "ip:apiovh:firewall/rule/get";
const MITIGATION = "ip:apiovh:mitigation/get";

/** Blocks of addresses, the edge firewall before each address, and what holds attacks off. */
export default defineProbe({
  id: "ovh-ips",
  title: "OVHcloud addresses, edge firewall and mitigation",
  provider: "ovh",
  kinds: [KIND],
  provides: {
    inventory: { permissions: [ACTION] },
    ingress: { permissions: [ACTION, FIREWALL, RULE] },
    ddosProtection: { permissions: [ACTION, MITIGATION] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    const session = openSession(target, context);
    const own = await session.whole({ operation: "GET /ip", permission: ACTION, path: "/v1/ip" });
    const blocks = await listDetailed(session, KIND, await withResources(session, "ip", own), {
      one: (id) => ({
        operation: "GET /ip/{ip}",
        permission: ACTION,
        path: path`/v1/ip/${id}`,
      }),
      subjectOf: (id, told) => {
        const [only = null, ...more] = Array.isArray(told["regions"]) ? told["regions"] : [];
        return {
          id,
          name: id,
          region: more.length > 0 ? null : regionOf(only),
          tags: tagsOf(told),
        };
      },
    });
    yield* observeInventory(blocks, target, context);
    yield* tellDetailed(blocks, wanted, context, ({ id, detail }) => ({
      ingress: async () => {
        const addresses = await listOf(session, id, "firewall", FIREWALL);
        const firewalls = addresses.ok
          ? await Promise.all(addresses.value.map((one) => askFirewall(session, id, one)))
          : [];
        return {
          from: addresses,
          map: () => {
            answerOf(addresses);
            return toIngress(id, answerOf(detail), firewalls.map(toFirewall));
          },
        };
      },
      ddosProtection: async () => {
        const addresses = await listOf(session, id, "mitigation", MITIGATION);
        const each = addresses.ok
          ? await Promise.all(
              addresses.value.map((one) =>
                askOne(session.asking, {
                  operation: "GET /ip/{ip}/mitigation/{ipOnMitigation}",
                  permission: MITIGATION,
                  path: path`/v1/ip/${id}/mitigation/${safeId(one)}`,
                }),
              ),
            )
          : [];
        return {
          from: addresses,
          map: () => {
            answerOf(addresses);
            return toProtection(each.map(answerOf));
          },
        };
      },
    }));
  },
});

interface Asked {
  readonly address: string;
  readonly firewall: Known<Fields>;
  readonly rules: Known<readonly unknown[]>;
  readonly each: readonly Known<Fields>[];
}

/** The firewall before one address, with its rules one by one. */
async function askFirewall(session: OvhSession, block: string, entry: unknown): Promise<Asked> {
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
function toFirewall({ address, firewall, rules, each }: Asked): EdgeFirewall {
  answerOf(rules);
  return { address, settings: answerOf(firewall), rules: each.map(answerOf) };
}

function listOf(session: OvhSession, block: string, what: string, permission: string) {
  return session.whole({
    operation: `GET /ip/{ip}/${what}`,
    permission,
    path: `${path`/v1/ip/${block}/`}${what}`,
  });
}

/** What is no id is asked for as such, and refused. */
function safeId(entry: unknown): string {
  try {
    return idOf(entry);
  } catch {
    return "?";
  }
}
