import type { DescribeSecurityGroupsResult, SecurityGroup } from "@aws-sdk/client-ec2";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe } from "#model/probe.ts";
import { classifyAws } from "./errors.ts";
import { tell } from "#probes/common/known.ts";
import { defineListing, listAll, observeListed, type Found } from "./listing.ts";
import { toIngress } from "./network-paths.ts";
import { readNetwork, readPrefixLists } from "./network-reading.ts";
import { prefixListsOf, toIngressRules } from "./security-group-rules.ts";
import { inAccount, type AwsSession } from "./session.ts";
import { tagRecord } from "./tags.ts";

const GROUP_KIND = "AWS::EC2::SecurityGroup";

/** Security groups, what they let in, and whether the Internet finds a way to what stands behind them. */
export default defineProbe({
  id: "aws-ec2-network",
  title: "Amazon VPC security groups",
  provider: "aws",
  kinds: [GROUP_KIND],
  provides: {
    inventory: { permissions: ["ec2:DescribeSecurityGroups"] },
    ingress: {
      permissions: [
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeRouteTables",
        "ec2:DescribeNetworkAcls",
        "ec2:GetManagedPrefixListEntries",
      ],
    },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listing = await listAll(groups, session);
      yield* observeListed(groups, listing, wanted, session);
      if (!wanted.has("ingress")) return;
      const regions = Map.groupBy(listing.found, ({ place }) => place.region);
      for (const [region, found] of regions) yield* readRegion(region, found, session);
    });
  },
});

const groups = defineListing({
  kinds: [GROUP_KIND],
  service: "ec2",
  operation: "DescribeSecurityGroups",
  permission: "ec2:DescribeSecurityGroups",
  reach: "declared",
  page: (NextToken) => async (client, options) => {
    const { DescribeSecurityGroupsCommand } = await import("@aws-sdk/client-ec2");
    return client.send(new DescribeSecurityGroupsCommand({ NextToken, MaxResults: 500 }), options);
  },
  next: (page: DescribeSecurityGroupsResult) => page.NextToken,
  items: (page) => page.SecurityGroups,
  subject: (group: SecurityGroup, { account, region }) => {
    const { GroupId: id, GroupName: name, OwnerId, SecurityGroupArn, Tags } = group;
    if (id === undefined) throw new TypeError("a security group without id");
    const owner = OwnerId ?? account.id;
    const arn = `arn:${account.partition}:ec2:${region}:${owner}:security-group/${id}`;
    return { id: SecurityGroupArn ?? arn, name: name ?? id, tags: tagRecord(Tags) };
  },
});

/** The facet of a region's groups: what they list, resolved and held against the network that they stand in. */
async function* readRegion(
  region: string,
  found: readonly Found<SecurityGroup>[],
  session: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const ids = found.flatMap(({ item }) => prefixListsOf(item.IpPermissions));
  const [{ network, problems }, resolved] = await Promise.all([
    readNetwork(session, region, GROUP_KIND),
    readPrefixLists(session, region, GROUP_KIND, ids),
  ]);
  yield* problems;
  yield* resolved.problems;
  for (const { subject, item, source } of found) {
    yield tell(session.context, subject, "ingress", source, () =>
      toIngress(item.GroupId ?? "", toIngressRules(item.IpPermissions, resolved.lists), network),
    );
  }
}
