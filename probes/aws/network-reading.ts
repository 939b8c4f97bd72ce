import type {
  DescribeNetworkAclsResult,
  DescribeNetworkInterfacesResult,
  DescribeRouteTablesResult,
  GetManagedPrefixListEntriesResult,
} from "@aws-sdk/client-ec2";
import type { Problem } from "#model/evidence.ts";
import type { Failure } from "#model/probe.ts";
import { plain } from "#model/text.ts";
import { askItems, type RegionalAsk } from "./known.ts";
import { toInboundAcl } from "./network-acl.ts";
import type { Network } from "./network-paths.ts";
import type { PrefixLists } from "./security-group-rules.ts";
import { targetProblem, type AwsSession } from "./session.ts";

/** A listing that decides whether the Internet finds a way. */
interface NetworkList<Page extends object, Item> extends RegionalAsk<"ec2", Page, Item> {
  /** What is listed, for people. */
  readonly what: string;
}

const interfaces: NetworkList<
  DescribeNetworkInterfacesResult,
  NonNullable<DescribeNetworkInterfacesResult["NetworkInterfaces"]>[number]
> = {
  service: "ec2",
  what: "network interfaces",
  operation: "DescribeNetworkInterfaces",
  permission: "ec2:DescribeNetworkInterfaces",
  page: (NextToken) => async (client, options) => {
    const { DescribeNetworkInterfacesCommand } = await import("@aws-sdk/client-ec2");
    return client.send(
      new DescribeNetworkInterfacesCommand({ NextToken, MaxResults: 500 }),
      options,
    );
  },
  next: ({ NextToken }) => NextToken,
  items: ({ NetworkInterfaces }) =>
    NetworkInterfaces?.map((one) => {
      const { NetworkInterfaceId, VpcId, SubnetId, Status, Groups } = one;
      const parts = [NetworkInterfaceId, VpcId, SubnetId, Status, Groups];
      if (parts.includes(undefined))
        throw new TypeError("an interface without id, place or groups");
      return one;
    }),
};

const routeTables: NetworkList<
  DescribeRouteTablesResult,
  NonNullable<DescribeRouteTablesResult["RouteTables"]>[number]
> = {
  service: "ec2",
  what: "route tables",
  operation: "DescribeRouteTables",
  permission: "ec2:DescribeRouteTables",
  page: (NextToken) => async (client, options) => {
    const { DescribeRouteTablesCommand } = await import("@aws-sdk/client-ec2");
    return client.send(new DescribeRouteTablesCommand({ NextToken, MaxResults: 100 }), options);
  },
  next: ({ NextToken }) => NextToken,
  items: ({ RouteTables }) =>
    RouteTables?.map((table) => {
      if (table.VpcId === undefined) throw new TypeError("a route table without network");
      return table;
    }),
};

const acls: NetworkList<DescribeNetworkAclsResult, ReturnType<typeof toInboundAcl>> = {
  service: "ec2",
  what: "network ACLs",
  operation: "DescribeNetworkAcls",
  permission: "ec2:DescribeNetworkAcls",
  page: (NextToken) => async (client, options) => {
    const { DescribeNetworkAclsCommand } = await import("@aws-sdk/client-ec2");
    return client.send(new DescribeNetworkAclsCommand({ NextToken, MaxResults: 500 }), options);
  },
  next: ({ NextToken }) => NextToken,
  items: ({ NetworkAcls }) => NetworkAcls?.map((acl) => toInboundAcl(acl)),
};

/** Reads what decides whether the Internet finds a way to the interfaces of a region; each list by itself. */
export async function readNetwork(
  session: AwsSession,
  region: string,
  kind: string,
): Promise<{ readonly network: Network; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const read = async <Page extends object, Item>(list: NetworkList<Page, Item>) => {
    const items = await askItems(session, { ...list, region });
    if (!("reason" in items)) return items;
    problems.push(problemOf(session, region, kind, list.permission, items));
    return `the ${list.what} were not read (ec2:${list.operation}: ${plain(items.message)})`;
  };
  const [foundInterfaces, foundTables, foundAcls] = await Promise.all([
    read(interfaces),
    read(routeTables),
    read(acls),
  ]);
  const network = { interfaces: foundInterfaces, routeTables: foundTables, acls: foundAcls };
  return { network, problems };
}

/** Reads what prefix lists stand for, those of AWS and the customer's own. */
export async function readPrefixLists(
  session: AwsSession,
  region: string,
  kind: string,
  ids: readonly string[],
): Promise<{ readonly lists: PrefixLists; readonly problems: readonly Problem[] }> {
  const found = await Promise.all(
    [...new Set(ids)].map(async (id) => ({ id, ranges: await askPrefixList(id, region, session) })),
  );
  const failures = found.flatMap(({ ranges }) => ("reason" in ranges ? [ranges] : []));
  return {
    lists: new Map(found.map(({ id, ranges }) => [id, "reason" in ranges ? null : ranges])),
    problems: [...Map.groupBy(failures, ({ reason }) => reason).values()].flatMap(([first]) =>
      first === undefined
        ? []
        : [problemOf(session, region, kind, "ec2:GetManagedPrefixListEntries", first)],
    ),
  };
}

function askPrefixList(PrefixListId: string, region: string, session: AwsSession) {
  return askItems(session, {
    service: "ec2",
    region,
    operation: "GetManagedPrefixListEntries",
    page: (NextToken) => async (client, options) => {
      const { GetManagedPrefixListEntriesCommand } = await import("@aws-sdk/client-ec2");
      const input = { PrefixListId, NextToken, MaxResults: 100 };
      return client.send(new GetManagedPrefixListEntriesCommand(input), options);
    },
    next: ({ NextToken }: GetManagedPrefixListEntriesResult) => NextToken,
    items: ({ Entries }) =>
      Entries?.map(({ Cidr }) => {
        if (Cidr === undefined) throw new TypeError("an entry without range");
        return Cidr;
      }),
  });
}

function problemOf(
  session: AwsSession,
  region: string,
  kind: string,
  permission: string,
  failure: Failure,
): Problem {
  const said = { ...failure, message: `${region}: ${failure.message}` };
  const fields = { kinds: [kind], facets: ["ingress" as const] };
  // Operation and permission have one name in EC2.
  return targetProblem(session, permission, permission, said, fields);
}
