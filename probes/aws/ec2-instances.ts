import type {
  DescribeInstancesResult,
  DescribeKeyPairsResult,
  Instance,
  KeyPairInfo,
} from "@aws-sdk/client-ec2";
import type { Redundancy } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import type { SshKeys } from "#model/security-facets.ts";
import { parseSshPublicKey } from "#probes/common/ssh-public-key.ts";
import { classifyAws } from "./errors.ts";
import { defineListing, listAll, observeListed } from "./listing.ts";
import { inAccount } from "./session.ts";
import { tagRecord } from "./tags.ts";
import { listOf } from "./pages.ts";

const INSTANCE_KIND = "AWS::EC2::Instance";
const KEY_PAIR_KIND = "AWS::EC2::KeyPair";

/** Machines with the zone that each is in, and the keys that let into them. */
export default defineProbe({
  id: "aws-ec2-instances",
  title: "Amazon EC2 instances and key pairs",
  provider: "aws",
  kinds: [INSTANCE_KIND, KEY_PAIR_KIND],
  provides: {
    inventory: {
      permissions: ["ec2:DescribeRegions", "ec2:DescribeInstances", "ec2:DescribeKeyPairs"],
    },
    redundancy: { permissions: ["ec2:DescribeInstances"] },
    sshKeys: { permissions: ["ec2:DescribeKeyPairs"] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const machines = listAll(instances, session);
      const keys = listAll(keyPairs, session);
      yield* observeListed(instances, await machines, wanted, session);
      yield* observeListed(keyPairs, await keys, wanted, session);
    });
  },
});

/** A machine in one of these states is gone, or will be in a moment. */
const GONE: ReadonlySet<string> = new Set(["terminated", "shutting-down"]);

const instances = defineListing({
  kinds: [INSTANCE_KIND],
  service: "ec2",
  operation: "DescribeInstances",
  permission: "ec2:DescribeInstances",
  reach: "declared",
  page: (NextToken) => async (client, options) => {
    const { DescribeInstancesCommand } = await import("@aws-sdk/client-ec2");
    return client.send(new DescribeInstancesCommand({ NextToken, MaxResults: 500 }), options);
  },
  next: (page: DescribeInstancesResult) => page.NextToken,
  items: (page) => page.Reservations?.flatMap(({ Instances }) => listOf(Instances)),
  subject: ({ InstanceId: id, State, Tags }: Instance, { account, region }) => {
    if (id === undefined) throw new TypeError("an instance without id");
    if (State?.Name === undefined) throw new TypeError("an instance without state");
    if (GONE.has(State.Name)) return null;
    const tags = tagRecord(Tags);
    const arn = `arn:${account.partition}:ec2:${region}:${account.id}:instance/${id}`;
    return { id: arn, name: tags["Name"] ?? id, tags };
  },
  facets: { redundancy: toRedundancy },
});

/** A machine is in one zone, and nowhere else. @throws TypeError when it does not say in which */
export function toRedundancy({ Placement, InstanceType }: Instance): Redundancy {
  const zone = Placement?.AvailabilityZone;
  if (zone === undefined || zone === "") throw new TypeError("an instance without zone");
  return {
    zones: 1,
    zoneNames: [zone],
    zoneRedundant: false,
    geoRedundant: false,
    setting: InstanceType ?? "instance",
  };
}

const keyPairs = defineListing({
  kinds: [KEY_PAIR_KIND],
  service: "ec2",
  operation: "DescribeKeyPairs",
  permission: "ec2:DescribeKeyPairs",
  // A weak key is one wherever it lies: machines of any region are made with it.
  reach: "everywhere",
  page: () => async (client, options) => {
    const { DescribeKeyPairsCommand } = await import("@aws-sdk/client-ec2");
    return client.send(new DescribeKeyPairsCommand({ IncludePublicKey: true }), options);
  },
  // It is not paged.
  next: (): undefined => undefined,
  items: (page: DescribeKeyPairsResult) => page.KeyPairs,
  subject: ({ KeyPairId: id, KeyName: name, Tags }: KeyPairInfo, { account, region }) => {
    if (id === undefined) throw new TypeError("a key pair without id");
    const arn = `arn:${account.partition}:ec2:${region}:${account.id}:key-pair/${id}`;
    return { id: arn, name: name ?? id, tags: tagRecord(Tags) };
  },
  facets: { sshKeys: toSshKeys },
});

/**
 * The key of a pair. Without its public half only the type is known, which for Ed25519 is all there is to know.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_KeyPairInfo.html
 * @throws TypeError when the public key is broken, or is of another type than AWS says
 */
export function toSshKeys({ KeyName, KeyPairId, KeyType, PublicKey }: KeyPairInfo): SshKeys {
  const name = KeyName ?? KeyPairId ?? "";
  if (PublicKey === undefined || PublicKey.trim() === "") {
    if (KeyType === undefined) throw new TypeError("a key pair without type");
    return { keys: [{ name, algorithm: KeyType, bits: KeyType === "ed25519" ? 256 : null }] };
  }
  const key = parseSshPublicKey(PublicKey);
  if (KeyType !== undefined && KeyType !== key.algorithm) {
    throw new TypeError("a public key of another type than that of its pair");
  }
  return { keys: [{ name, ...key }] };
}
