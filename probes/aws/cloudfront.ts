import type {
  DistributionSummary,
  ListDistributionsCommandOutput,
} from "@aws-sdk/client-cloudfront";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe, defineRead } from "#model/probe.ts";
import { besideEachOther } from "./beside-each-other.ts";
import { toTransport } from "./cloudfront-transport.ts";
import { classifyAws } from "./errors.ts";
import { defineListing, listAll, observeListed, type Found } from "./listing.ts";
import { inAccount, type AwsSession } from "./session.ts";
import { firewallReader, FIREWALL_PERMISSIONS, type FirewallReader } from "./web-acl-reads.ts";
import { classicFirewall, NO_FIREWALL } from "./web-acl.ts";
import { tokenAfter } from "./pages.ts";

const KIND = "AWS::CloudFront::Distribution";
const PERMISSION = "cloudfront:ListDistributions";
/** CloudFront, its certificates and its web ACLs are asked for here. */
const REGION = "us-east-1";

/** CloudFront distributions that are switched on; the others serve nothing. */
export default defineProbe({
  id: "aws-cloudfront",
  title: "Amazon CloudFront",
  provider: "aws",
  kinds: [KIND],
  provides: {
    inventory: { permissions: [PERMISSION, "tag:GetResources"] },
    transport: { permissions: [PERMISSION] },
    webFirewall: { permissions: [PERMISSION, ...FIREWALL_PERMISSIONS.slice(1)] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listed = await listAll(distributions, session);
      yield* observeListed(distributions, listed, wanted, session);
      if (!wanted.has("webFirewall")) return;
      const reader = firewallReader(session);
      yield* besideEachOther(listed.found, context.signal, (found) =>
        firewall(found, reader, session),
      );
    });
  },
});

const distributions = defineListing({
  kinds: [KIND],
  service: "cloudfront",
  operation: "ListDistributions",
  permission: PERMISSION,
  reach: "account",
  accountRegion: REGION,
  page: (Marker) => async (client, options) => {
    const { ListDistributionsCommand } = await import("@aws-sdk/client-cloudfront");
    return client.send(new ListDistributionsCommand({ Marker }), options);
  },
  next: ({ DistributionList: list }: ListDistributionsCommandOutput) =>
    tokenAfter(list?.IsTruncated, list?.NextMarker),
  // Without any there is no list, and their number is 0.
  items: ({ DistributionList: list }) => {
    const items = list?.Items ?? [];
    if (list?.Quantity !== items.length) throw new TypeError("a list of another length than told");
    return items;
  },
  subject: ({ ARN: id, Id: name, Enabled }: DistributionSummary) => {
    if (id === undefined || name === undefined || Enabled === undefined) {
      throw new TypeError("a distribution without id or state");
    }
    return Enabled ? { id, name, tags: "elsewhere", region: null } : null;
  },
  facets: { transport: toTransport },
});

/** What stands before a distribution; the listing names it by ARN, by the id of a classic one, or not at all. */
async function* firewall(
  { subject, item, source }: Found<DistributionSummary>,
  reader: FirewallReader,
  { context }: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const acl = item.WebACLId ?? "";
  if (acl.startsWith("arn:")) yield* reader.byArn(subject, acl, REGION, "CLOUDFRONT");
  else if (acl === "") {
    yield context.read(
      defineRead({
        service: "cloudfront",
        operation: source.operation,
        call: () => Promise.resolve(item),
        subject,
        facet: "webFirewall",
        permission: PERMISSION,
        map: () => NO_FIREWALL,
      }),
    );
  } else yield context.problem({ subject, operation: source.operation, ...classicFirewall(acl) });
}
