import { defineProbe } from "#model/probe.ts";
import { fields, text, type Fields } from "#probes/common/json.ts";
import { answerOf } from "#probes/common/known.ts";
import { listAll } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, tellListed, type Found } from "#probes/rest/listing.ts";
import { toIngress } from "./ingress.ts";
import { linked, PAGE_SIZE } from "./pages.ts";
import { listKinds, scaleway, type Listing, type ScalewaySession } from "./session.ts";

const INSTANCE = { product: "instance", version: "v1", permission: "InstancesReadOnly" } as const;
const GROUPS: Listing = {
  ...INSTANCE,
  kind: "scaleway/security-group",
  name: "security_groups",
};
const SERVERS: Listing = { ...INSTANCE, kind: "scaleway/instance", name: "servers" };
const READ = { permissions: [INSTANCE.permission] };

/** Security groups of instances. */
export default defineProbe({
  id: "scaleway-security-groups",
  title: "Scaleway security groups",
  provider: "scaleway",
  kinds: [GROUPS.kind],
  provides: { inventory: READ, ingress: READ },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "scaleway") return;
    const session = scaleway(target, context);
    const groups = await listKinds(session, [GROUPS]);
    yield* observeInventory(groups, target, context);
    if (!wanted.has("ingress")) return;
    const telling = (one: Found) => ({ ingress: () => tellIngress(one, session) });
    yield* tellListed(groups, telling, wanted, context);
  },
});

async function tellIngress({ subject, raw, place }: Found, { asking, parts }: ScalewaySession) {
  const rules = await listAll(
    asking,
    {
      operation: "GET /instance/v1/zones/{zone}/security_groups/{security_group_id}/rules",
      permission: INSTANCE.permission,
      path: path`/instance/v1/zones/${place}/security_groups/${subject.id}/rules?page=1&per_page=${PAGE_SIZE}`,
    },
    linked("rules"),
  );
  // A group and its instances are in one zone.
  const servers = (await parts(SERVERS)).filter((part) => part.place === place);
  return {
    from: rules,
    map: () => {
      const all = servers.flatMap(({ known }) => answerOf(known)).map(fields);
      const own = all.filter((server) => groupOf(server) === subject.id);
      return toIngress(raw, answerOf(rules).map(fields), { servers: own });
    },
  };
}

/** The id of the group that a server has; null: none. @throws TypeError where it does not tell */
function groupOf({ security_group: group }: Fields): string | null {
  if (group === null) return null;
  const id = text(fields(group)["id"]);
  if (id === null) throw new TypeError("a server that does not tell its security group");
  return id;
}
