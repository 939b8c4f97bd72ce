import * as ec2 from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import instancesProbe from "#probes/aws/ec2-instances.ts";
import linksProbe from "#probes/aws/ec2-links.ts";
import networkProbe from "#probes/aws/ec2-network.ts";
import { startMoto, type Moto } from "../../support/moto.ts";
import { facetOf, testScan } from "../../support/probe-context.ts";
import { has } from "../../support/requirements.ts";
import { OPENSSH_KEYS } from "../common/openssh-keys.ts";
import { awsTarget, ENVIRONMENT } from "./support.ts";

const REGION = "eu-west-3";
const WORLD = [{ CidrIp: "0.0.0.0/0" }];
const port = (at: number, fields: object = {}) => ({
  IpProtocol: "tcp",
  FromPort: at,
  ToPort: at,
  ...fields,
});

/** What must be there after something was made. */
function made(text: string | undefined): string {
  if (text === undefined) throw new Error("moto made it without id");
  return text;
}

/** A network with a public and a private subnet, five groups, and an interface for each but the last. */
async function seedNetwork(client: ec2.EC2Client): Promise<void> {
  const vpc = await client.send(new ec2.CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const VpcId = made(vpc.Vpc?.VpcId);
  const subnet = async (CidrBlock: string) => {
    const answer = await client.send(new ec2.CreateSubnetCommand({ VpcId, CidrBlock }));
    return made(answer.Subnet?.SubnetId);
  };
  const [open, filtered, closed] = [
    await subnet("10.0.1.0/24"),
    await subnet("10.0.2.0/24"),
    await subnet("10.0.3.0/24"),
  ];
  const gateway = await client.send(new ec2.CreateInternetGatewayCommand({}));
  const GatewayId = made(gateway.InternetGateway?.InternetGatewayId);
  await client.send(new ec2.AttachInternetGatewayCommand({ VpcId, InternetGatewayId: GatewayId }));
  const table = await client.send(new ec2.CreateRouteTableCommand({ VpcId }));
  const RouteTableId = made(table.RouteTable?.RouteTableId);
  const DestinationCidrBlock = "0.0.0.0/0";
  await client.send(new ec2.CreateRouteCommand({ RouteTableId, DestinationCidrBlock, GatewayId }));
  for (const SubnetId of [open, filtered]) {
    await client.send(new ec2.AssociateRouteTableCommand({ RouteTableId, SubnetId }));
  }
  await denySsh(client, VpcId, filtered);
  const list = await client.send(
    new ec2.CreateManagedPrefixListCommand({
      PrefixListName: "halves",
      AddressFamily: "IPv4",
      MaxEntries: 5,
      Entries: [{ Cidr: "0.0.0.0/1" }, { Cidr: "128.0.0.0/1" }],
    }),
  );
  const lists = [{ PrefixListId: made(list.PrefixList?.PrefixListId) }];
  const group = async (
    GroupName: string,
    IpPermissions: ec2.IpPermission[],
    SubnetId: string | null,
    isPublic = false,
  ) => {
    const answer = await client.send(
      new ec2.CreateSecurityGroupCommand({ VpcId, GroupName, Description: GroupName }),
    );
    const GroupId = made(answer.GroupId);
    await client.send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    if (SubnetId === null) return;
    const run = await client.send(
      new ec2.RunInstancesCommand({
        ImageId: "ami-12345678",
        MinCount: 1,
        MaxCount: 1,
        NetworkInterfaces: [
          { DeviceIndex: 0, SubnetId, Groups: [GroupId], AssociatePublicIpAddress: isPublic },
        ],
      }),
    );
    expect(run.Instances).toHaveLength(1);
  };
  await group("open", [port(22, { IpRanges: WORLD })], open, true);
  await group("listed", [port(22, { PrefixListIds: lists })], open, true);
  await group("private", [{ IpProtocol: "-1", IpRanges: WORLD }], closed);
  await group(
    "filtered",
    [port(22, { IpRanges: WORLD }), port(443, { IpRanges: WORLD })],
    filtered,
    true,
  );
  await group("idle", [port(3389, { Ipv6Ranges: [{ CidrIpv6: "::/0" }] })], null);
}

/** A network ACL of its own for the subnet: port 22 denied, all else allowed. */
async function denySsh(client: ec2.EC2Client, VpcId: string, subnet: string): Promise<void> {
  const before = await client.send(
    new ec2.DescribeNetworkAclsCommand({
      Filters: [{ Name: "association.subnet-id", Values: [subnet] }],
    }),
  );
  const AssociationId = made(
    before.NetworkAcls?.flatMap(({ Associations }) => Associations ?? []).find(
      ({ SubnetId }) => SubnetId === subnet,
    )?.NetworkAclAssociationId,
  );
  const acl = await client.send(new ec2.CreateNetworkAclCommand({ VpcId }));
  const NetworkAclId = made(acl.NetworkAcl?.NetworkAclId);
  const entry = { NetworkAclId, Egress: false, CidrBlock: "0.0.0.0/0" };
  const ssh = { Protocol: "6", PortRange: { From: 22, To: 22 } };
  await client.send(
    new ec2.CreateNetworkAclEntryCommand({ ...entry, ...ssh, RuleNumber: 90, RuleAction: "deny" }),
  );
  await client.send(
    new ec2.CreateNetworkAclEntryCommand({
      ...entry,
      Protocol: "-1",
      RuleNumber: 100,
      RuleAction: "allow",
    }),
  );
  await client.send(new ec2.ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
}

describe.skipIf(!has("moto"))("the network of AWS in moto, another's emulator", () => {
  let moto: Moto;
  let client: ec2.EC2Client;
  const scan = () =>
    testScan(awsTarget(moto.url, { account: moto.account, regions: [REGION] }), {
      environment: ENVIRONMENT,
      now: () => new Date(),
    });
  const options = () => ({
    endpoint: moto.url,
    region: REGION,
    credentials: { accessKeyId: "seed", secretAccessKey: "seed" },
  });
  beforeAll(async () => {
    moto = await startMoto();
    client = new ec2.EC2Client(options());
    await seedNetwork(client);
    // It starts slowly and answers some 150 requests a second at best.
  }, 180_000);
  afterAll(async () => {
    client.destroy();
    await moto.close();
  });

  test("what each group lets in, and whether it can be reached", async () => {
    const found = await scan().gather(networkProbe);
    expect(found.problems).toEqual([]);
    const seen = (name: string) => {
      const { allowed = [], reachable } = facetOf(found, name, "ingress") ?? {};
      return [reachable, allowed.map(({ protocol, ports, ranges }) => [protocol, ports, ranges])];
    };
    const world = ["0.0.0.0/0"];
    expect(seen("open")).toEqual([true, [["tcp", [22, 22], world]]]);
    expect(seen("listed")).toEqual([true, [["tcp", [22, 22], ["0.0.0.0/1", "128.0.0.0/1"]]]]);
    expect(seen("private")).toEqual([false, [["all", null, world]]]);
    expect(seen("filtered")).toEqual([true, [["tcp", [443, 443], world]]]);
    expect(seen("idle")).toEqual([false, [["tcp", [3389, 3389], ["::/0"]]]]);
    expect(facetOf(found, "idle", "ingress")?.idle).toBe(true);
  });

  test("machines by zone, without those that are gone", async () => {
    const { Reservations = [] } = await client.send(new ec2.DescribeInstancesCommand({}));
    const [first] = Reservations.flatMap(({ Instances }) => Instances ?? []);
    const gone = made(first?.InstanceId);
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [gone] }));
    const found = await scan().gather(instancesProbe, ["redundancy"]);
    expect(found.problems).toEqual([]);
    const zones = found.observations.flatMap((one) =>
      one.facet === "redundancy" ? [[one.value.zones, one.value.zoneNames?.[0]]] : [],
    );
    expect(zones).toHaveLength(3);
    for (const [count, zone] of zones) {
      expect(count).toBe(1);
      expect(zone).toMatch(/^eu-west-3[abc]$/);
    }
  });

  test("key pairs by their public halves", async () => {
    for (const [line, algorithm, bits] of OPENSSH_KEYS) {
      if (algorithm !== "rsa" && algorithm !== "ed25519") continue;
      if (line.startsWith("ssh-rsa-cert")) continue;
      const PublicKeyMaterial = Buffer.from(line);
      const KeyName = `${algorithm}-${bits}`;
      await client.send(new ec2.ImportKeyPairCommand({ KeyName, PublicKeyMaterial }));
    }
    await client.send(new ec2.CreateKeyPairCommand({ KeyName: "made", KeyType: "rsa" }));
    const found = await scan().gather(instancesProbe, ["sshKeys"]);
    expect(found.problems).toEqual([]);
    const key = (name: string) => facetOf(found, name, "sshKeys")?.keys[0];
    expect(key("rsa-1024")).toMatchObject({ algorithm: "rsa", bits: 1024 });
    expect(key("rsa-2048")).toMatchObject({ algorithm: "rsa", bits: 2048 });
    expect(key("ed25519-256")).toMatchObject({ algorithm: "ed25519", bits: 256 });
    expect(key("made")).toMatchObject({ algorithm: "rsa", bits: 2048 });
  });

  test("a VPN and its other side", async () => {
    const customer = await client.send(
      new ec2.CreateCustomerGatewayCommand({
        Type: "ipsec.1",
        PublicIp: "192.0.2.1",
        BgpAsn: 65_000,
      }),
    );
    const gateway = await client.send(new ec2.CreateVpnGatewayCommand({ Type: "ipsec.1" }));
    const connection = await client.send(
      new ec2.CreateVpnConnectionCommand({
        Type: "ipsec.1",
        CustomerGatewayId: made(customer.CustomerGateway?.CustomerGatewayId),
        VpnGatewayId: made(gateway.VpnGateway?.VpnGatewayId),
      }),
    );
    const found = await scan().gather(linksProbe);
    const vpn = facetOf(found, made(connection.VpnConnection?.VpnConnectionId), "link");
    expect(vpn).toMatchObject({ kind: "vpn", encrypted: true, peer: "192.0.2.1" });
    // moto writes the dates of Direct Connect so that no SDK reads them: an account without a line is all that it shows.
    expect(found.problems).toEqual([]);
    const kinds = found.observations.flatMap((one) =>
      one.facet === "inventory" ? one.value.kinds : [],
    );
    expect(kinds).toEqual(["AWS::EC2::VPNConnection", "AWS::DirectConnect::Connection"]);
  });
});
