import type {
  DescribeNetworkAclsResult,
  DescribeNetworkInterfacesResult,
  DescribeRouteTablesResult,
  GetManagedPrefixListEntriesResult,
} from "@aws-sdk/client-ec2";
import type { Problem } from "#model/evidence.ts";
import type { Failure } from "#model/probe.ts";
import { plain } from "#model/text.ts";
import { toInboundAcl } from "./network-acl.ts";
import type { Network } from "./network-paths.ts";
import { readRegionList, type RegionList } from "./region-list.ts";
import type { PrefixLists } from "./security-group-rules.ts";
import { targetProblem, type AwsSession } from "./session.ts";

const interfaces: RegionList<
  "ec2",
  DescribeNetworkInterfacesResult,
  NonNullable<DescribeNetworkInterfacesResult["NetworkInterfaces"]>[number]
> = {
  service: "ec2",
  what: "network interfaces",
  operation: "DescribeNetworkInterfaces",
  page: (NextToken) => async (client, options) => {
    const { DescribeNetworkInterfacesCommand } = await import("@aws-sdk/client-ec2");
    return client.send(
      new DescribeNetworkInterfacesCommand({ NextToken, MaxResults: 500 }),
      options,
    );
  },
  next: ({ NextToken }) => NextToken,
  items: ({ NetworkInterfaces }) =>
    (NetworkInterfaces ?? []).map((one) => {
      const { NetworkInterfaceId, VpcId, SubnetId, Status, Groups } = one;
      const parts = [NetworkInterfaceId, VpcId, SubnetId, Status, Groups];
      if (parts.includes(undefined))
        throw new TypeError("an interface without id, place or groups");
      return one;
    }),
};

const routeTables: RegionList<
  "ec2",
  DescribeRouteTablesResult,
  NonNullable<DescribeRouteTablesResult["RouteTables"]>[number]
> = {
  service: "ec2",
  what: "route tables",
  operation: "DescribeRouteTables",
  page: (NextToken) => async (client, options) => {
    const { DescribeRouteTablesCommand } = await import("@aws-sdk/client-ec2");
    return client.send(new DescribeRouteTablesCommand({ NextToken, MaxResults: 100 }), options);
  },
  next: ({ NextToken }) => NextToken,
  items: ({ RouteTables }) =>
    (RouteTables ?? []).map((table) => {
      if (table.VpcId === undefined) throw new TypeError("a route table without network");
      return table;
    }),
};

const acls: RegionList<"ec2", DescribeNetworkAclsResult, ReturnType<typeof toInboundAcl>> = {
  service: "ec2",
  what: "network ACLs",
  operation: "DescribeNetworkAcls",
  page: (NextToken) => async (client, options) => {
    const { DescribeNetworkAclsCommand } = await import("@aws-sdk/client-ec2");
    return client.send(new DescribeNetworkAclsCommand({ NextToken, MaxResults: 500 }), options);
  },
  next: ({ NextToken }) => NextToken,
  items: ({ NetworkAcls }) => (NetworkAcls ?? []).map((acl) => toInboundAcl(acl)),
};

/** Reads what decides whether the Internet finds a way to the interfaces of a region; each list by itself. */
export async function readNetwork(
  session: AwsSession,
  region: string,
  kind: string,
): Promise<{ readonly network: Network; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const read = async <Page extends object, Item>(list: RegionList<"ec2", Page, Item>) => {
    const items = await readRegionList(session, region, list);
    if (!("reason" in items)) return items;
    problems.push(problemOf(session, region, kind, list.operation, items));
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
  const operation = "GetManagedPrefixListEntries";
  const found = await Promise.all(
    [...new Set(ids)].map(async (id) => ({ id, ranges: await readPrefixList(id) })),
  );
  const failures = found.flatMap(({ id, ranges }) => ("reason" in ranges ? [{ id, ranges }] : []));
  return {
    lists: new Map(found.map(({ id, ranges }) => [id, "reason" in ranges ? null : ranges])),
    problems: [...Map.groupBy(failures, ({ ranges }) => ranges.reason).values()].flatMap(
      ([first]) =>
        first === undefined ? [] : [problemOf(session, region, kind, operation, first.ranges)],
    ),
  };

  function readPrefixList(id: string): Promise<readonly string[] | Failure> {
    return readRegionList<"ec2", GetManagedPrefixListEntriesResult, string>(session, region, {
      service: "ec2",
      what: "entries of prefix lists",
      operation,
      page: (NextToken) => async (client, options) => {
        const { GetManagedPrefixListEntriesCommand } = await import("@aws-sdk/client-ec2");
        const input = { PrefixListId: id, NextToken, MaxResults: 100 };
        return client.send(new GetManagedPrefixListEntriesCommand(input), options);
      },
      next: ({ NextToken }) => NextToken,
      items: ({ Entries }) =>
        (Entries ?? []).map(({ Cidr }) => {
          if (Cidr === undefined) throw new TypeError("an entry without range");
          return Cidr;
        }),
    });
  }
}

function problemOf(
  session: AwsSession,
  region: string,
  kind: string,
  operation: string,
  failure: Failure,
): Problem {
  const said = { ...failure, message: `${region}: ${failure.message}` };
  const fields = { kinds: [kind], facets: ["ingress" as const] };
  return targetProblem(session, `ec2:${operation}`, `ec2:${operation}`, said, fields);
}
