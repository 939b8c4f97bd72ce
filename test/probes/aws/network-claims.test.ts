import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import type { ApiAnswers } from "#fixtures/estate/aws/answers.ts";
import { readPolicy } from "#policy/policy.ts";
import instancesProbe from "#probes/aws/ec2-instances.ts";
import linksProbe from "#probes/aws/ec2-links.ts";
import networkProbe from "#probes/aws/ec2-network.ts";
import { estate, evidence } from "../../support/evidence.ts";
import { OPENSSH_KEYS } from "../common/openssh-keys.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const file = new URL("../../../config/policies/kizeo-forms.yaml", import.meta.url);
const { value: kizeo } = readPolicy(fileURLToPath(file), controls);
const CLAIMS = new Set(["kz-firewall", "kz-ssh-2048", "kz-link-encrypted", "kz-link-private"]);
const POLICY = {
  ...kizeo,
  claims: kizeo.claims.filter(({ id }) => CLAIMS.has(id)),
};

const rule = (CidrIp: string) => ({
  IpProtocol: "tcp",
  FromPort: 22,
  ToPort: 22,
  IpRanges: [{ CidrIp }],
});
/** A sound account: SSH from the office alone, a good key, a VPN that is up. */
const SOUND: ApiAnswers = {
  "ec2:DescribeSecurityGroups": {
    SecurityGroups: [{ GroupId: "sg-1", GroupName: "sg-1", IpPermissions: [rule("192.0.2.0/24")] }],
  },
  "ec2:DescribeNetworkInterfaces": {
    NetworkInterfaces: [
      {
        NetworkInterfaceId: "eni-1",
        VpcId: "vpc-1",
        SubnetId: "subnet-1",
        Status: "in-use",
        Groups: [{ GroupId: "sg-1" }],
        Association: { PublicIp: "198.51.100.1" },
      },
    ],
  },
  "ec2:DescribeRouteTables": {
    RouteTables: [
      {
        VpcId: "vpc-1",
        Associations: [{ Main: true }],
        Routes: [{ DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-1", State: "active" }],
      },
    ],
  },
  "ec2:DescribeNetworkAcls": {
    NetworkAcls: [
      {
        NetworkAclId: "acl-1",
        Associations: [{ SubnetId: "subnet-1" }],
        Entries: [
          {
            RuleNumber: 100,
            RuleAction: "allow",
            Protocol: "-1",
            CidrBlock: "0.0.0.0/0",
            Egress: false,
          },
        ],
      },
    ],
  },
  "ec2:DescribeInstances": { Reservations: [] },
  "ec2:DescribeKeyPairs": {
    KeyPairs: [
      { KeyPairId: "key-1", KeyName: "key", KeyType: "rsa", PublicKey: OPENSSH_KEYS[1]?.[0] },
    ],
  },
  "ec2:DescribeVpnConnections": {
    VpnConnections: [
      {
        VpnConnectionId: "vpn-1",
        State: "available",
        VgwTelemetry: [{ OutsideIpAddress: "198.51.100.9", Status: "UP" }],
        Tags: [{ Key: "to", Value: "ovh" }],
      },
    ],
  },
  "ec2:DescribeCustomerGateways": { CustomerGateways: [] },
  "directconnect:DescribeConnections": { connections: [] },
  "directconnect:DescribeVirtualInterfaces": { virtualInterfaces: [] },
};
const TARGETS = [{ id: "aws", provider: "aws", account: ACCOUNT, regions: ["eu-west-3"] }];
const ESTATE = {
  targets: TARGETS,
  labels: [{ label: "transfer", match: { tags: { to: "ovh" } } }],
  ranges: [{ name: "office", ranges: ["192.0.2.0/24"], match: { providers: ["aws"] } }],
};

async function verdicts(
  answers: ApiAnswers = {},
  fields: object = {},
  denied: readonly string[] = [],
): Promise<{
  readonly verdict: (claim: string) => string;
  /** The outcomes of the one security group, by both checks of the firewall. */
  readonly group: string;
  readonly said: string;
}> {
  const aws = await fakeAws({ answers: { ...SOUND, ...answers } });
  aws.setFaults(...denied.map((operation) => ({ operation, fault: { kind: "denied" as const } })));
  const gathered = await Promise.all(
    [networkProbe, instancesProbe, linksProbe].map((probe) => aws.scan().gather(probe)),
  );
  const report = evaluate({
    policies: [POLICY],
    estate: estate({ ...ESTATE, ...fields }),
    attestations: [],
    waivers: [],
    evidence: evidence(
      gathered.flatMap(({ observations }) => observations),
      gathered.flatMap(({ problems }) => problems),
    ),
    controls,
    readable: () => true,
    now: new Date("2026-06-01T00:00:00Z"),
    tool: { name: "probity", version: "test" },
    full: true,
  });
  const claim = (id: string) => report.claims.find((one) => one.id === id);
  // Of endpoints there are none.
  const results = (id: string) =>
    (claim(id)?.checks ?? []).flatMap(({ result }) => (result === "not-applicable" ? [] : result));
  const ofGroup = claim("kz-firewall")?.checks.flatMap(
    ({ evaluations }) => evaluations.find(({ subject }) => subject.name === "sg-1")?.outcome ?? [],
  );
  return {
    group: (ofGroup ?? []).join(" "),
    verdict: (id) => results(id).join(" "),
    said: JSON.stringify(report.claims),
  };
}

describe("promises of a network, judged as a scan judges them", () => {
  test("a sound account keeps them", async () => {
    const { verdict, group } = await verdicts();
    expect(group).toBe("pass pass");
    // RDS instances have rules of their own, which these probes do not read.
    expect(verdict("kz-firewall")).toBe("unknown unknown");
    expect(verdict("kz-ssh-2048")).toBe("pass");
    expect(verdict("kz-link-encrypted")).toBe("pass");
    expect(verdict("kz-link-private")).toBe("pass");
  });

  test("ranges that the estate does not declare are said to be missing", async () => {
    const { said } = await verdicts({}, { ranges: [] });
    expect(said).toContain(
      "no range is declared: list what may come in under ranges in the estate",
    );
    const { said: elsewhere } = await verdicts(
      {},
      { ranges: [{ name: "office", ranges: ["192.0.2.0/24"], match: { providers: ["azure"] } }] },
    );
    expect(elsewhere).toContain("no range is declared");
    expect((await verdicts()).said).not.toContain("no range is declared");
  });

  const OPEN = {
    "ec2:DescribeSecurityGroups": {
      SecurityGroups: [{ GroupId: "sg-1", GroupName: "sg-1", IpPermissions: [rule("0.0.0.0/0")] }],
    },
  };
  test("SSH open to the Internet breaks both", async () => {
    const { verdict, said } = await verdicts(OPEN);
    expect(verdict("kz-firewall")).toBe("fail fail");
    expect(said).toContain("lets the Internet in at SSH (22)");
  });

  test.each(["DescribeNetworkInterfaces", "DescribeRouteTables", "DescribeNetworkAcls"])(
    "%s denied: neither kept nor broken",
    async (operation) => {
      const { verdict, group, said } = await verdicts(OPEN, {}, [operation]);
      expect(group).toBe("unknown unknown");
      expect(verdict("kz-firewall")).toBe("unknown unknown");
      expect(said).toContain(`ec2:${operation}`);
    },
  );

  test("nothing that is denied is kept", async () => {
    const { verdict } = await verdicts({}, {}, [
      "DescribeSecurityGroups",
      "DescribeKeyPairs",
      "DescribeVpnConnections",
      "DescribeConnections",
    ]);
    for (const id of CLAIMS) expect(verdict(id)).not.toContain("pass");
    for (const id of CLAIMS) expect(verdict(id)).not.toContain("fail");
  });

  test("a VPN that is down breaks both promises of a link, and one that nobody labels keeps none", async () => {
    const down = {
      VpnConnectionId: "vpn-1",
      State: "available",
      VgwTelemetry: [{ OutsideIpAddress: "198.51.100.9", Status: "DOWN" }],
      Tags: [{ Key: "to", Value: "ovh" }],
    };
    const broken = await verdicts({ "ec2:DescribeVpnConnections": { VpnConnections: [down] } });
    expect(broken.verdict("kz-link-private")).toBe("fail");
    expect(broken.verdict("kz-link-encrypted")).toBe("fail");
    const unlabelled = await verdicts({}, { labels: [] });
    expect(unlabelled.verdict("kz-link-private")).toBe("unknown");
  });

  test("an OVH target that nobody reads leaves a broken link open, and a key too", async () => {
    const targets = [...TARGETS, { id: "ovh", provider: "ovh", labels: ["transfer"] }];
    const down = await verdicts(
      { "ec2:DescribeVpnConnections": { VpnConnections: [] } },
      { targets },
    );
    expect(down.verdict("kz-link-private")).toBe("unknown");
    const up = await verdicts({}, { targets });
    expect(up.verdict("kz-link-private")).toBe("pass");
    expect(up.verdict("kz-ssh-2048")).toBe("unknown");
  });
});
