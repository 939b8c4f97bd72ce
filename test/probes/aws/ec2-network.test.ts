import { describe, expect, test } from "vitest";
import type { ApiAnswers } from "#fixtures/estate/aws/answers.ts";
import probe from "#probes/aws/ec2-network.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const WORLD = [{ CidrIp: "0.0.0.0/0" }];
const ssh = (fields: object = {}) => ({
  IpProtocol: "tcp",
  FromPort: 22,
  ToPort: 22,
  IpRanges: WORLD,
  ...fields,
});
const group = (id: string, fields: object = {}) => ({
  GroupId: id,
  GroupName: id,
  OwnerId: ACCOUNT,
  VpcId: "vpc-1",
  IpPermissions: [ssh()],
  ...fields,
});
const card = (group: string, fields: object = {}) => ({
  NetworkInterfaceId: `eni-${group}`,
  VpcId: "vpc-1",
  SubnetId: "subnet-public",
  Status: "in-use",
  InterfaceType: "interface",
  Groups: [{ GroupId: group }],
  ...fields,
});
const PUBLIC = { Association: { PublicIp: "198.51.100.1" } };
const LOCAL = { DestinationCidrBlock: "10.0.0.0/16", GatewayId: "local", State: "active" };
const out = (fields: object) => ({
  DestinationCidrBlock: "0.0.0.0/0",
  State: "active",
  ...fields,
});
const table = (associations: object[], ...routes: object[]) => ({
  RouteTableId: "rtb-1",
  VpcId: "vpc-1",
  Associations: associations,
  Routes: [LOCAL, ...routes],
});
const TABLES = [
  table([{ Main: true }], out({ NatGatewayId: "nat-1" })),
  table([{ Main: false, SubnetId: "subnet-public" }], out({ GatewayId: "igw-1" })),
];
const acl = (subnets: string[], ...entries: object[]) => ({
  NetworkAclId: `acl-${subnets.join()}`,
  Associations: subnets.map((SubnetId) => ({ SubnetId })),
  Entries: entries,
});
const ALLOW = {
  RuleNumber: 100,
  RuleAction: "allow",
  Egress: false,
  Protocol: "-1",
  CidrBlock: "0.0.0.0/0",
};
const ACLS = [acl(["subnet-public", "subnet-main"], ALLOW)];

const answers = (fields: ApiAnswers = {}): ApiAnswers => ({
  "ec2:DescribeSecurityGroups": { SecurityGroups: [group("sg-1")] },
  "ec2:DescribeNetworkInterfaces": { NetworkInterfaces: [card("sg-1", PUBLIC)] },
  "ec2:DescribeRouteTables": { RouteTables: TABLES },
  "ec2:DescribeNetworkAcls": { NetworkAcls: ACLS },
  ...fields,
});
const see = async (fields: ApiAnswers = {}) => {
  const aws = await fakeAws({ answers: answers(fields) });
  const found = await aws.scan().gather(probe);
  return { found, ingress: facetOf(found, "sg-1", "ingress"), aws };
};
const cards = (...NetworkInterfaces: object[]) => ({
  "ec2:DescribeNetworkInterfaces": { NetworkInterfaces },
});

describe("security groups", () => {
  test("with a public interface before an Internet gateway", async () => {
    const { found, ingress } = await see();
    expect(found.problems).toEqual([]);
    expect(ingress).toEqual({
      allowed: [
        {
          protocol: "tcp",
          ports: [22, 22],
          ranges: ["0.0.0.0/0"],
          others: [],
          rule: "tcp 22 from 0.0.0.0/0",
        },
      ],
      reachable: true,
      detail: "1 network interface, 1 of which the Internet can address (eni-sg-1)",
      firewall: true,
    });
    expect(facetOf(found, "aws", "inventory")).toMatchObject({
      kinds: ["AWS::EC2::SecurityGroup"],
      complete: true,
      items: [{ id: `arn:aws:ec2:eu-west-3:${ACCOUNT}:security-group/sg-1`, tags: {} }],
    });
  });

  test("all pages of every declared region, and of no other", async () => {
    const aws = await fakeAws({
      regions: ["eu-west-3", "eu-west-1", "us-east-1"],
      answers: answers({
        "ec2:DescribeSecurityGroups": ({ input, region }) => {
          if (region !== "eu-west-3") return { SecurityGroups: [group(`sg-${region}`)] };
          return input["NextToken"] === "2"
            ? { SecurityGroups: [group("sg-2", { Tags: [{ Key: "a", Value: "b" }] })] }
            : { SecurityGroups: [group("sg-1")], NextToken: "2" };
        },
        "ec2:DescribeNetworkInterfaces": ({ input, region }) => {
          if (region !== "eu-west-3") return { NetworkInterfaces: [] };
          return input["NextToken"] === "2"
            ? { NetworkInterfaces: [card("sg-2", PUBLIC)] }
            : { NetworkInterfaces: [card("sg-1")], NextToken: "2" };
        },
      }),
    });
    const found = await aws.scan({ regions: ["eu-west-3", "eu-west-1"] }).gather(probe);
    expect(found.problems).toEqual([]);
    const items = facetOf(found, "aws", "inventory")?.items ?? [];
    expect(items.map(({ name, region, tags }) => [name, region, tags])).toEqual([
      ["sg-1", "eu-west-3", {}],
      ["sg-2", "eu-west-3", { a: "b" }],
      ["sg-eu-west-1", "eu-west-1", {}],
    ]);
    const reachable = ["sg-1", "sg-2", "sg-eu-west-1"].map(
      (name) => facetOf(found, name, "ingress")?.reachable,
    );
    expect(reachable).toEqual([false, true, false]);
    expect(facetOf(found, "sg-1", "ingress")?.idle).toBeUndefined();
    expect(facetOf(found, "sg-eu-west-1", "ingress")?.idle).toBe(true);
  });

  test.each([
    ["no interface", cards(card("sg-other", PUBLIC)), false, "no network interface is attached"],
    [
      "one that is attached to nothing",
      cards(card("sg-1", { ...PUBLIC, Status: "available" })),
      false,
      "no network",
    ],
    ["a private one", cards(card("sg-1")), false, "none of which the Internet can address"],
    [
      "a public one behind the main table, which has no gateway",
      cards(card("sg-1", { ...PUBLIC, SubnetId: "subnet-main" })),
      false,
      "none",
    ],
    [
      "a second address that is public",
      cards(card("sg-1", { PrivateIpAddresses: [{}, PUBLIC] })),
      true,
      "1 of which",
    ],
    [
      "an internet-facing load balancer",
      cards(card("sg-1", { ...PUBLIC, Description: "ELB app/a/1", RequesterId: "amazon-elb" })),
      true,
      "1 of which",
    ],
    [
      "a public one beside a private one",
      cards(card("sg-1"), card("sg-1", PUBLIC)),
      true,
      "2 network interfaces, 1 of which",
    ],
    [
      "an IPv6 address where only IPv4 has a gateway",
      cards(card("sg-1", { Ipv6Addresses: [{ Ipv6Address: "2001:db8::1" }] })),
      false,
      "none",
    ],
    [
      "a private network behind a public network load balancer",
      cards(card("sg-1"), card("sg-nlb", { ...PUBLIC, InterfaceType: "network_load_balancer" })),
      null,
      "may pass on to it",
    ],
    [
      "the same in another network",
      cards(
        card("sg-1"),
        card("sg-nlb", { ...PUBLIC, VpcId: "vpc-2", InterfaceType: "network_load_balancer" }),
      ),
      false,
      "none",
    ],
    [
      "an internal network load balancer",
      cards(card("sg-1"), card("sg-nlb", { InterfaceType: "network_load_balancer" })),
      false,
      "none",
    ],
    [
      "Global Accelerator",
      cards(card("sg-1"), card("sg-ga", { InterfaceType: "global_accelerator_managed" })),
      null,
      "accelerator",
    ],
    [
      "traffic of gateways that is dropped",
      cards(card("sg-1", { ...PUBLIC, DenyAllIgwTraffic: true })),
      false,
      "none",
    ],
  ] as const)("%s", async (_, fields, reachable, detail) => {
    const { found, ingress } = await see(fields);
    expect(found.problems).toEqual([]);
    expect(ingress?.reachable).toBe(reachable);
    expect(ingress?.detail).toContain(detail);
  });

  const SIX = cards(card("sg-1", { Ipv6Addresses: [{ Ipv6Address: "2001:db8::1" }] }));
  const routes = (...list: object[]) => ({
    "ec2:DescribeRouteTables": { RouteTables: [table([{ Main: true }], ...list)] },
  });
  test.each([
    [
      "IPv6 to an Internet gateway",
      { ...SIX, ...routes({ DestinationIpv6CidrBlock: "::/0", GatewayId: "igw-1" }) },
      true,
    ],
    [
      "IPv6 out only",
      {
        ...SIX,
        ...routes({ DestinationIpv6CidrBlock: "::/0", EgressOnlyInternetGatewayId: "eigw-1" }),
      },
      false,
    ],
    [
      "a private IPv6 address",
      {
        ...cards(card("sg-1", { Ipv6Addresses: [{ Ipv6Address: "fd00::1" }] })),
        ...routes({ DestinationIpv6CidrBlock: "::/0", GatewayId: "igw-1" }),
      },
      false,
    ],
    [
      "IPv6 prefixes of an interface",
      {
        ...cards(card("sg-1", { Ipv6Prefixes: [{ Ipv6Prefix: "2001:db8::/80" }] })),
        ...routes({ DestinationIpv6CidrBlock: "::/0", GatewayId: "igw-1" }),
      },
      true,
    ],
    ["the main table, where none is associated", routes(out({ GatewayId: "igw-1" })), true],
    ["a gateway that is gone", routes(out({ GatewayId: "igw-1", State: "blackhole" })), false],
    [
      "a list of prefixes to a gateway",
      routes({ DestinationPrefixListId: "pl-1", GatewayId: "igw-1" }),
      true,
    ],
    [
      "a gateway endpoint for S3",
      routes({ DestinationPrefixListId: "pl-1", GatewayId: "vpce-1" }),
      false,
    ],
    ["a firewall's endpoint", routes(out({ GatewayId: "vpce-1" })), null],
    ["an appliance", routes(out({ NetworkInterfaceId: "eni-9" })), null],
    ["no table that is known", { "ec2:DescribeRouteTables": { RouteTables: [] } }, null],
    ["no ACL that is known", { "ec2:DescribeNetworkAcls": { NetworkAcls: [] } }, null],
  ] as const)("by %s", async (_, fields, reachable) => {
    const { found, ingress } = await see(fields);
    expect(found.problems).toEqual([]);
    expect(ingress?.reachable).toBe(reachable);
  });

  test("what the network ACL before the public interface denies is not let in", async () => {
    const deny = { ...ALLOW, RuleNumber: 90, RuleAction: "deny", Protocol: "6" };
    const denied = acl(["subnet-public"], { ...deny, PortRange: { From: 0, To: 1023 } }, ALLOW);
    const fields = { "ec2:DescribeNetworkAcls": { NetworkAcls: [denied] } };
    const { ingress } = await see(fields);
    expect(ingress).toMatchObject({ reachable: true, allowed: [] });
    expect(ingress?.detail).toContain("network ACLs deny a part");
    const both = cards(
      card("sg-1", PUBLIC),
      card("sg-1", { SubnetId: "subnet-2" }),
      card("sg-ga", { InterfaceType: "global_accelerator_managed" }),
    );
    const { ingress: unclear } = await see({ ...fields, ...both });
    expect(unclear).toMatchObject({ reachable: null, allowed: [{ ports: [22, 22] }] });
  });

  test.each([
    ["DescribeNetworkInterfaces", "network interfaces"],
    ["DescribeRouteTables", "route tables"],
    ["DescribeNetworkAcls", "network ACLs"],
  ])(
    "without %s nobody knows what is reachable, and the rules are still there",
    async (operation, what) => {
      const { aws } = await see();
      aws.setFaults({ operation, fault: { kind: "denied" } });
      const found = await aws.scan().gather(probe);
      expect(found.problems).toMatchObject([
        { reason: "denied", permission: `ec2:${operation}`, facets: ["ingress"] },
      ]);
      const ingress = facetOf(found, "sg-1", "ingress");
      expect(ingress).toMatchObject({ reachable: null, allowed: [{ ranges: ["0.0.0.0/0"] }] });
      expect(ingress?.detail).toContain(`the ${what} were not read`);
      expect(ingress?.detail).toContain(`ec2:${operation}`);
    },
  );

  test("a denied listing is no empty one", async () => {
    const { aws } = await see();
    aws.setFaults({ operation: "DescribeSecurityGroups", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([
      { reason: "denied", permission: "ec2:DescribeSecurityGroups" },
    ]);
  });

  const listed = group("sg-1", {
    IpPermissions: [ssh({ IpRanges: [], PrefixListIds: [{ PrefixListId: "pl-1" }] })],
  });
  test("prefix lists are resolved, page by page", async () => {
    const { found, ingress } = await see({
      "ec2:DescribeSecurityGroups": { SecurityGroups: [listed] },
      "ec2:GetManagedPrefixListEntries": ({ input }) =>
        input["NextToken"] === "2"
          ? { Entries: [{ Cidr: "128.0.0.0/1" }] }
          : { Entries: [{ Cidr: "0.0.0.0/1" }], NextToken: "2" },
    });
    expect(found.problems).toEqual([]);
    expect(ingress?.allowed).toMatchObject([{ ranges: ["0.0.0.0/1", "128.0.0.0/1"] }]);
  });

  test("one that cannot be read may be anything", async () => {
    const { aws } = await see({
      "ec2:DescribeSecurityGroups": { SecurityGroups: [listed] },
      "ec2:GetManagedPrefixListEntries": { Entries: [] },
    });
    aws.setFaults({ operation: "GetManagedPrefixListEntries", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.problems).toMatchObject([
      { reason: "denied", permission: "ec2:GetManagedPrefixListEntries" },
    ]);
    expect(facetOf(found, "sg-1", "ingress")?.allowed).toMatchObject([
      { ranges: [], unresolved: ["pl-1"] },
    ]);
  });

  test("rules of another shape cost the facet of their group alone", async () => {
    const odd = group("sg-odd", { IpPermissions: [{ IpProtocol: "tcp", IpRanges: WORLD }] });
    const { found, ingress } = await see({
      "ec2:DescribeSecurityGroups": { SecurityGroups: [odd, group("sg-1")] },
    });
    expect(found.problems).toMatchObject([
      { reason: "malformed", facets: ["ingress"], subject: { name: "sg-odd" } },
    ]);
    expect(ingress).toBeDefined();
  });

  test.each([
    [
      "an interface without status",
      {
        "ec2:DescribeNetworkInterfaces": {
          NetworkInterfaces: [card("sg-1", { Status: undefined })],
        },
      },
    ],
    ["a table without network", { "ec2:DescribeRouteTables": { RouteTables: [{}] } }],
    [
      "an ACL whose rule has no action",
      {
        "ec2:DescribeNetworkAcls": { NetworkAcls: [acl([], { ...ALLOW, RuleAction: undefined })] },
      },
    ],
  ])("%s makes the list malformed, not empty", async (_, fields) => {
    const { found, ingress } = await see(fields);
    expect(found.problems).toMatchObject([{ reason: "malformed" }]);
    expect(ingress?.reachable).toBeNull();
  });
});
