import * as acm from "@aws-sdk/client-acm";
import * as autoscaling from "@aws-sdk/client-auto-scaling";
import * as cloudfront from "@aws-sdk/client-cloudfront";
import * as ec2 from "@aws-sdk/client-ec2";
import * as elbv2 from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ApiAnswers } from "#fixtures/estate/aws/answers.ts";
import type { Seed } from "#fixtures/estate/seeded/truth.ts";
import { given, ZONES, type Emulator } from "./seed.ts";

/** Seeds load balancers with listeners, groups of servers and distributions. */
export async function seedEdge(
  emulator: Emulator,
): Promise<{ readonly seeds: readonly Seed[]; readonly answers: ApiAnswers }> {
  const subnets = await threeSubnets(emulator);
  const distributions = await seedDistributions(emulator);
  return {
    seeds: [
      ...(await seedBalancers(emulator, subnets)),
      ...(await seedGroups(emulator, subnets)),
      ...distributions.seeds,
    ],
    answers: distributions.answers,
  };
}

/** A network of its own, in three zones. */
async function threeSubnets(emulator: Emulator): Promise<readonly string[]> {
  const client = new ec2.EC2Client(emulator);
  const { Vpc } = await client.send(new ec2.CreateVpcCommand({ CidrBlock: "10.1.0.0/16" }));
  const subnets: string[] = [];
  for (const [index, AvailabilityZone] of ZONES.entries()) {
    const { Subnet } = await client.send(
      new ec2.CreateSubnetCommand({
        VpcId: Vpc?.VpcId,
        CidrBlock: `10.1.${index}.0/24`,
        AvailabilityZone,
      }),
    );
    subnets.push(given(Subnet?.SubnetId, "subnet"));
  }
  client.destroy();
  return subnets;
}

async function seedBalancers(
  emulator: Emulator,
  subnets: readonly string[],
): Promise<readonly Seed[]> {
  const certificates = new acm.ACMClient(emulator);
  const { CertificateArn } = await certificates.send(
    new acm.RequestCertificateCommand({ DomainName: "www.kizeoforms.example" }),
  );
  certificates.destroy();
  const client = new elbv2.ElasticLoadBalancingV2Client(emulator);
  const balancer = async (name: string, zones: number) => {
    const { LoadBalancers } = await client.send(
      new elbv2.CreateLoadBalancerCommand({
        Name: name,
        Subnets: subnets.slice(0, zones),
        Scheme: "internet-facing",
      }),
    );
    return given(LoadBalancers?.[0]?.LoadBalancerArn, "load balancer");
  };
  const secure = (SslPolicy: string) => ({
    Protocol: "HTTPS" as const,
    SslPolicy,
    Certificates: [{ CertificateArn }],
    DefaultActions: [fixed],
  });
  const front = await balancer("front", 3);
  const narrow = await balancer("narrow", 2);
  const rows = [
    [front, 443, secure("ELBSecurityPolicy-TLS13-1-2-2021-06"), "pass", "pass", {}],
    [
      front,
      8443,
      secure("ELBSecurityPolicy-2016-08"),
      "fail",
      "pass",
      { violates: "a listener that takes TLS 1.0" },
    ],
    [
      front,
      80,
      { Protocol: "HTTP" as const, DefaultActions: [redirect] },
      "not-applicable",
      "pass",
      { trap: "port 80 that only redirects" },
    ],
    [
      narrow,
      80,
      { Protocol: "HTTP" as const, DefaultActions: [fixed] },
      "not-applicable",
      "fail",
      { violates: "a listener that answers in clear text" },
    ],
  ] as const;
  const seeds: Seed[] = [
    { name: "front", expected: { "zone-redundancy-3": "pass" } },
    {
      name: "narrow",
      violates: "a load balancer in two zones",
      expected: { "zone-redundancy-3": "fail" },
    },
  ];
  for (const [LoadBalancerArn, Port, fields, versions, https, note] of rows) {
    const { Listeners } = await client.send(
      new elbv2.CreateListenerCommand({
        LoadBalancerArn,
        Port,
        ...fields,
        DefaultActions: [...fields.DefaultActions],
      }),
    );
    seeds.push({
      name: given(Listeners?.[0]?.ListenerArn, "listener"),
      ...note,
      expected: {
        ...(versions === "not-applicable" ? {} : { "tls-protocol-versions": versions }),
        "https-only": https,
      },
    });
  }
  client.destroy();
  return seeds;
}

const fixed = {
  Type: "fixed-response" as const,
  FixedResponseConfig: { StatusCode: "200", ContentType: "text/plain", MessageBody: "seeded" },
};
const redirect = {
  Type: "redirect" as const,
  RedirectConfig: { Protocol: "HTTPS", Port: "443", StatusCode: "HTTP_301" as const },
};

async function seedGroups(
  emulator: Emulator,
  subnets: readonly string[],
): Promise<readonly Seed[]> {
  const client = new autoscaling.AutoScalingClient(emulator);
  await client.send(
    new autoscaling.CreateLaunchConfigurationCommand({
      LaunchConfigurationName: "seeded",
      ImageId: "ami-12c6146b",
      InstanceType: "t3.micro",
    }),
  );
  const seeds: Seed[] = [];
  const rows = [
    ["workers", 3, "pass", {}],
    ["batch", 1, "fail", { violates: "servers in one zone" }],
  ] as const;
  for (const [name, zones, outcome, note] of rows) {
    await client.send(
      new autoscaling.CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        LaunchConfigurationName: "seeded",
        MinSize: 0,
        MaxSize: 3,
        DesiredCapacity: 0,
        VPCZoneIdentifier: subnets.slice(0, zones).join(","),
      }),
    );
    seeds.push({ name, ...note, expected: { "zone-redundancy-3": outcome } });
  }
  client.destroy();
  return seeds;
}

async function seedDistributions(
  emulator: Emulator,
): Promise<{ readonly seeds: readonly Seed[]; readonly answers: ApiAnswers }> {
  const summaries: object[] = [];
  const configs = new Map<unknown, object>();
  const client = new cloudfront.CloudFrontClient({ ...emulator, region: "us-east-1" });
  const seeds: Seed[] = [];
  const rows = [
    ["redirect-to-https", "TLSv1.2_2021", "pass", "pass", {}],
    ["allow-all", "TLSv1.2_2021", "fail", "pass", { violates: "a distribution in clear text" }],
    ["https-only", "TLSv1_2016", "pass", "fail", { violates: "a distribution that takes TLS 1.0" }],
  ] as const;
  for (const [policy, minimum, https, versions, note] of rows) {
    const config: cloudfront.DistributionConfig = {
      CallerReference: policy,
      Comment: "seeded",
      Enabled: true,
      Aliases: { Quantity: 1, Items: [`${policy}.kizeoforms.example`] },
      Origins: {
        Quantity: 1,
        Items: [
          {
            Id: "origin",
            DomainName: "origin.s3.amazonaws.com",
            S3OriginConfig: { OriginAccessIdentity: "" },
          },
        ],
      },
      DefaultCacheBehavior: {
        TargetOriginId: "origin",
        ViewerProtocolPolicy: policy,
        ForwardedValues: { QueryString: false, Cookies: { Forward: "none" } },
        MinTTL: 0,
      },
      ViewerCertificate: {
        ACMCertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/seeded",
        SSLSupportMethod: "sni-only",
        MinimumProtocolVersion: minimum,
      },
    };
    const { Distribution } = await client.send(
      new cloudfront.CreateDistributionCommand({ DistributionConfig: config }),
    );
    seeds.push({
      name: given(Distribution?.Id, "distribution"),
      ...note,
      expected: { "https-only": https, "tls-protocol-versions": versions },
    });
    const { Id = "", ARN, DomainName } = given(Distribution, "distribution");
    summaries.push({ ...config, Id, ARN, DomainName, Status: "Deployed" });
    configs.set(Id, config);
  }
  client.destroy();
  return {
    seeds,
    // The emulator's listing leaves out whether a distribution is on, and its settings the certificate.
    answers: {
      "cloudfront:GetDistributionConfig": ({ input }) => ({
        DistributionConfig: configs.get(input["Id"]),
      }),
      "cloudfront:ListDistributions": {
        DistributionList: {
          Marker: "",
          MaxItems: 100,
          IsTruncated: false,
          Quantity: summaries.length,
          Items: summaries,
        },
      },
    },
  };
}
