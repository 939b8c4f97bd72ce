import type { ResourceDescription } from "@aws-sdk/client-cloudcontrol";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe, isProblem } from "#model/probe.ts";
import { besideEachOther } from "./beside-each-other.ts";
import { classifyCloudControl } from "./cloud-control.ts";
import { LISTED_KINDS } from "./inventory-kinds.ts";
import { listKind } from "./inventory-listing.ts";
import type { Found } from "./listing.ts";
import { inAccount, type AwsSession } from "./session.ts";
import { TAGS_PERMISSION } from "./tags.ts";
import { FIREWALL_PERMISSIONS, firewallReader, type FirewallReader } from "./web-acl-reads.ts";

const API_KIND = "AWS::AppSync::GraphQLApi";
const APIS = LISTED_KINDS.filter(({ kind }) => kind === API_KIND);

/** What stands before the GraphQL APIs of AppSync; the inventory lists them. */
export default defineProbe({
  id: "aws-appsync",
  title: "AWS AppSync APIs",
  provider: "aws",
  kinds: [API_KIND],
  provides: {
    webFirewall: {
      permissions: [
        "cloudformation:ListResources",
        TAGS_PERMISSION,
        ...APIS.flatMap(({ permissions }) => permissions),
        ...FIREWALL_PERMISSIONS,
      ],
    },
  },
  classify: classifyCloudControl,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws" || !wanted.has("webFirewall")) return;
    yield* inAccount(target, context, async function* act(session) {
      const reader = firewallReader(session);
      for (const kind of APIS) {
        // What could not be listed is told by the probe that lists.
        const { found } = await listKind(kind, session);
        yield* besideEachOther(found, context.signal, (api) => firewall(api, reader, session));
      }
    });
  },
});

/**
 * An API without a web ACL may be one that only a VPC reaches. Its settings tell, and with them the environment of its
 * resolvers, which may hold secrets: so they are not read, and it is left open.
 */
async function* firewall(
  { subject, place }: Found<ResourceDescription>,
  reader: FirewallReader,
  { context }: AwsSession,
): AsyncGenerator<Observation | Problem> {
  for await (const item of reader.ofResource(subject, subject.id, place.region)) {
    const isBare = !isProblem(item) && item.facet === "webFirewall" && item.value.policy === null;
    yield isBare
      ? context.problem({
          operation: item.source.operation,
          subject,
          facets: ["webFirewall"],
          reason: "unsupported",
          permission: null,
          message:
            "no web ACL stands before it, and whether it is open to the Internet or to a VPC alone is not read",
        })
      : item;
  }
}
