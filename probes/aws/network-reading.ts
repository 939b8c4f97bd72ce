import type {
  DescribeNetworkAclsResult,
  DescribeNetworkInterfacesResult,
  DescribeRouteTablesResult,
  GetManagedPrefixListEntriesResult,
} from "@aws-sdk/client-ec2";
import type { Problem } from "#model/evidence.ts";
import type { Failure } from "#model/probe.ts";
import { plain } from "#model/text.ts";
import { awsQuestion, type Send } from "./calls.ts";
import { toInboundAcl } from "./network-acl.ts";
import type { Network } from "./network-paths.ts";
import { malformed, pages } from "./pages.ts";
import type { PrefixLists } from "./security-group-rules.ts";
import { targetProblem, type AwsSession } from "./session.ts";

/** One listing of a region, page after page. */
interface RegionList<Page extends object, Item> {
  /** What is listed, for people. */
  readonly what: string;
  readonly operation: string;
  readonly page: (token: string | undefined) => Send<"ec2", Page>;
  readonly next: (page: Page) => string | undefined;
  /** Throws where the answer has not the documented shape. */
  readonly items: (page: Page) => readonly Item[];
}

const interfaces: RegionList<
  DescribeNetworkInterfacesResult,
  NonNullable<DescribeNetworkInterfacesResult["NetworkInterfaces"]>[number]
> = {
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
  DescribeRouteTablesResult,
  NonNullable<DescribeRouteTablesResult["RouteTables"]>[number]
> = {
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

const acls: RegionList<DescribeNetworkAclsResult, ReturnType<typeof toInboundAcl>> = {
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
  const read = async <Page extends object, Item>(list: RegionList<Page, Item>) => {
    const items = await readList(session, region, list);
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
    return readList<GetManagedPrefixListEntriesResult, string>(session, region, {
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

async function readList<Page extends object, Item>(
  { context, clients }: AwsSession,
  region: string,
  { operation, page, next, items }: RegionList<Page, Item>,
): Promise<readonly Item[] | Failure> {
  const found: Item[] = [];
  const all = pages(
    context,
    (token) => awsQuestion(clients, "ec2", region, operation, page(token)),
    next,
  );
  for await (const answer of all) {
    if (!answer.ok) return answer.failure;
    try {
      found.push(...items(answer.raw));
    } catch (error) {
      return malformed(error);
    }
  }
  return found;
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
