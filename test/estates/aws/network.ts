import * as ec2 from "@aws-sdk/client-ec2";
import { OFFICE } from "#fixtures/estate/aws-recorded/organization.ts";
import type { Seed } from "#fixtures/estate/seeded/truth.ts";
import { given, ZONES, type Emulator } from "./seed.ts";

const EVERYONE = { IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
const tcp = (from: number, to = from, source: object = EVERYONE): ec2.IpPermission => ({
  IpProtocol: "tcp",
  FromPort: from,
  ToPort: to,
  ...source,
});
const office = { IpRanges: [{ CidrIp: OFFICE }] };

type Where = "public" | "private" | "guarded" | "unguarded" | "nowhere";
type Row = readonly [
  name: string,
  where: Where,
  rules: readonly ec2.IpPermission[],
  exposure: "pass" | "fail",
  access: "pass" | "fail",
  note: { readonly violates?: string; readonly trap?: string },
];

/** Security groups: what stands behind them, what they let in, and what that comes to. */
const GROUPS: readonly Row[] = [
  ["ssh-open", "public", [tcp(22)], "fail", "fail", { violates: "SSH open to the world" }],
  ["rdp-open", "public", [tcp(3389)], "fail", "fail", { violates: "RDP open to the world" }],
  [
    "everything-open",
    "public",
    [{ IpProtocol: "-1", ...EVERYONE }],
    "fail",
    "fail",
    { violates: "every protocol open, which has no ports" },
  ],
  [
    "all-ports",
    "public",
    [tcp(0, 65_535)],
    "fail",
    "fail",
    { violates: "all ports open as a range" },
  ],
  ["postgres-open", "public", [tcp(5432)], "fail", "pass", { violates: "a database port open" }],
  [
    "halves",
    "public",
    [tcp(3306, 3306, { IpRanges: [{ CidrIp: "0.0.0.0/1" }, { CidrIp: "128.0.0.0/1" }] })],
    "fail",
    "pass",
    { violates: "the world in two halves" },
  ],
  [
    "range-over-redis",
    "public",
    [tcp(6300, 6400)],
    "fail",
    "pass",
    { violates: "a range of ports that holds a database's" },
  ],
  [
    "nacl-too-late",
    "unguarded",
    [tcp(22)],
    "fail",
    "fail",
    { violates: "a network ACL that denies after it has allowed" },
  ],
  [
    "partner-ssh",
    "public",
    [tcp(22, 22, { IpRanges: [{ CidrIp: "203.0.113.0/24" }] })],
    "pass",
    "fail",
    { violates: "administration from a range that is not declared" },
  ],
  [
    "web",
    "public",
    [tcp(443), tcp(80)],
    "pass",
    "pass",
    { trap: "a web server is meant to be open" },
  ],
  ["office-ssh", "public", [tcp(22, 22, office)], "pass", "pass", {}],
  ["internal", "private", [tcp(22)], "pass", "fail", { trap: "open, but no address leads to it" }],
  ["unused", "nowhere", [tcp(22)], "pass", "pass", { trap: "open, but nothing uses it" }],
  [
    "behind-acl",
    "guarded",
    [tcp(22)],
    "pass",
    "pass",
    { trap: "open, but the network ACL denies the port" },
  ],
  [
    "ping",
    "public",
    [{ IpProtocol: "icmp", FromPort: -1, ToPort: -1, ...EVERYONE }],
    "pass",
    "pass",
    { trap: "ICMP has types, not ports" },
  ],
  [
    "wireguard",
    "public",
    [{ IpProtocol: "udp", FromPort: 51_820, ToPort: 51_820, ...EVERYONE }],
    "pass",
    "pass",
    {},
  ],
  ["closed", "public", [], "pass", "pass", { trap: "open to the outside only" }],
];

/** Seeds networks with their groups and servers, and key pairs. */
export async function seedNetwork(emulator: Emulator): Promise<readonly Seed[]> {
  const client = new ec2.EC2Client(emulator);
  try {
    const subnets = await seedSubnets(client);
    const seeds: Seed[] = [];
    for (const [name, where, rules, exposure, access, note] of GROUPS) {
      const { GroupId } = await client.send(
        new ec2.CreateSecurityGroupCommand({
          VpcId: subnets.vpc,
          GroupName: name,
          Description: name,
        }),
      );
      if (rules.length > 0) {
        await client.send(
          new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [...rules] }),
        );
      }
      if (where !== "nowhere") await run(client, subnets[where], given(GroupId, "group"));
      const expected = { "internet-exposure": exposure, "access-restriction": access };
      seeds.push({ name, ...note, expected });
    }
    for (const zone of ["second", "third"] as const) {
      await run(client, subnets[zone], subnets.fallback);
    }
    return [...seeds, ...(await seedKeys(client))];
  } finally {
    client.destroy();
  }
}

async function run(client: ec2.EC2Client, subnet: string, group: string): Promise<void> {
  await client.send(
    new ec2.RunInstancesCommand({
      ImageId: "ami-12c6146b",
      MinCount: 1,
      MaxCount: 1,
      SubnetId: subnet,
      SecurityGroupIds: [group],
      BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { VolumeSize: 8, Encrypted: true } }],
    }),
  );
}

async function seedSubnets(client: ec2.EC2Client) {
  const { Vpc } = await client.send(new ec2.CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const vpc = given(Vpc?.VpcId, "network");
  const { InternetGateway } = await client.send(new ec2.CreateInternetGatewayCommand({}));
  const gateway = given(InternetGateway?.InternetGatewayId, "gateway");
  await client.send(
    new ec2.AttachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: gateway }),
  );
  const { RouteTable } = await client.send(new ec2.CreateRouteTableCommand({ VpcId: vpc }));
  const routes = given(RouteTable?.RouteTableId, "route table");
  await client.send(
    new ec2.CreateRouteCommand({
      RouteTableId: routes,
      DestinationCidrBlock: "0.0.0.0/0",
      GatewayId: gateway,
    }),
  );
  const subnet = async (part: number, zone: string, isPublic: boolean) => {
    const { Subnet } = await client.send(
      new ec2.CreateSubnetCommand({
        VpcId: vpc,
        CidrBlock: `10.0.${part}.0/24`,
        AvailabilityZone: zone,
      }),
    );
    const id = given(Subnet?.SubnetId, "subnet");
    if (isPublic) {
      await client.send(
        new ec2.ModifySubnetAttributeCommand({
          SubnetId: id,
          MapPublicIpOnLaunch: { Value: true },
        }),
      );
      await client.send(new ec2.AssociateRouteTableCommand({ RouteTableId: routes, SubnetId: id }));
    }
    return id;
  };
  const acl = async (id: string, allow: number, deny: number) => {
    const { NetworkAcl } = await client.send(new ec2.CreateNetworkAclCommand({ VpcId: vpc }));
    const NetworkAclId = given(NetworkAcl?.NetworkAclId, "network ACL");
    const entry = (RuleNumber: number, RuleAction: "allow" | "deny", ports: object) =>
      client.send(
        new ec2.CreateNetworkAclEntryCommand({
          NetworkAclId,
          RuleNumber,
          RuleAction,
          Egress: false,
          CidrBlock: "0.0.0.0/0",
          ...ports,
          Protocol: "PortRange" in ports ? "6" : "-1",
        }),
      );
    await entry(allow, "allow", {});
    await entry(deny, "deny", { PortRange: { From: 22, To: 22 } });
    const { NetworkAcls } = await client.send(new ec2.DescribeNetworkAclsCommand({}));
    const associations = (NetworkAcls ?? []).flatMap(({ Associations }) => Associations ?? []);
    const AssociationId = associations.find(
      ({ SubnetId }) => SubnetId === id,
    )?.NetworkAclAssociationId;
    await client.send(new ec2.ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
  };
  const guarded = await subnet(4, ZONES[0], true);
  const unguarded = await subnet(5, ZONES[0], true);
  await acl(guarded, 100, 50);
  await acl(unguarded, 50, 100);
  const { SecurityGroups } = await client.send(new ec2.DescribeSecurityGroupsCommand({}));
  const fallback = (SecurityGroups ?? []).find(
    (group) => group.VpcId === vpc && group.GroupName === "default",
  );
  return {
    vpc,
    guarded,
    unguarded,
    public: await subnet(1, ZONES[0], true),
    private: await subnet(2, ZONES[0], false),
    second: await subnet(6, ZONES[1], false),
    third: await subnet(7, ZONES[2], false),
    fallback: given(fallback?.GroupId, "default group"),
  };
}

async function seedKeys(client: ec2.EC2Client): Promise<readonly Seed[]> {
  const rows = [
    ["rsa-1024", rsa(1024), "fail", { violates: "an SSH key of 1024 bits" }],
    ["rsa-2048", rsa(2048), "pass", {}],
    ["rsa-4096", rsa(4096), "pass", {}],
    ["ed25519", ed25519(), "pass", { trap: "256 bits of another kind are stronger" }],
  ] as const;
  const seeds: Seed[] = [];
  for (const [name, key, outcome, note] of rows) {
    await client.send(
      new ec2.ImportKeyPairCommand({ KeyName: name, PublicKeyMaterial: Buffer.from(key) }),
    );
    seeds.push({ name, ...note, expected: { "ssh-key-strength": outcome } });
  }
  return seeds;
}

/** A public key as OpenSSH writes it (RFC 4253 6.6), the same each time: nobody has the private half. */
function rsa(bits: number): string {
  const exponent = Buffer.from([1, 0, 1]);
  // A number is signed there: a leading zero keeps it positive.
  const modulus = Buffer.concat([Buffer.from([0]), Buffer.alloc(bits / 8, 0xc5)]);
  return line("ssh-rsa", [exponent, modulus]);
}

function ed25519(): string {
  return line("ssh-ed25519", [Buffer.alloc(32, 0x17)]);
}

function line(type: string, parts: readonly Buffer[]): string {
  const fields = [Buffer.from(type), ...parts].flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return `${type} ${Buffer.concat(fields).toString("base64")} seeded`;
}
