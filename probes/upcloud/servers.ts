import { defineProbe } from "#model/probe.ts";
import { fields, list, type Fields } from "#probes/common/json.ts";
import { answerOf } from "#probes/common/known.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, tellListed, type Found } from "#probes/rest/listing.ts";
import { grant } from "./permissions.ts";
import { firewallIsOn, serverOf, toIngress } from "./server-facets.ts";
import { listedAs, openSession, type Session } from "./session.ts";

const KIND = "upcloud/server";
const READ = { permissions: [grant("server")] };

/** Servers, and the firewall before each. */
export default defineProbe({
  id: "upcloud-servers",
  title: "UpCloud servers and their firewalls",
  provider: "upcloud",
  kinds: [KIND],
  provides: { inventory: READ, ingress: READ },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "upcloud") return;
    const session = openSession(target, context);
    const servers = listedAs(target, KIND, await session.servers());
    yield* observeInventory(servers, target, context);
    if (!wanted.has("ingress")) return;
    yield* tellListed(
      servers,
      (one) => ({ ingress: () => tellIngress(session, one) }),
      wanted,
      context,
    );
  },
});

/** Whether the firewall is on is in the server's own answer only; its rules are asked for where they count. */
async function tellIngress({ asking }: Session, { subject }: Found) {
  const server = await askOne(asking, {
    operation: "GET /1.3/server/{uuid}",
    permission: grant("server"),
    path: path`/server/${subject.id}`,
  });
  if (!server.ok || firewallIsOn(fields(server.value["server"])) !== true) {
    return { from: server, map: () => toIngress(serverOf(answerOf(server)), null) };
  }
  const rules = await askOne(asking, {
    operation: "GET /1.3/server/{uuid}/firewall_rule",
    permission: grant("server"),
    path: path`/server/${subject.id}/firewall_rule`,
  });
  return {
    from: rules,
    map: () => toIngress(serverOf(answerOf(server)), rulesOf(answerOf(rules))),
  };
}

/** @throws TypeError where there is no list, which is no empty one */
export function rulesOf(answer: Fields): readonly Fields[] {
  const { firewall_rule: rules } = fields(answer["firewall_rules"]);
  if (!Array.isArray(rules)) throw new TypeError("a list of rules was expected");
  return list(rules);
}
