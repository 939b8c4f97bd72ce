import type { ClusterSummary, ListClustersOutput } from "@aws-sdk/client-emr";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe } from "#model/probe.ts";
import { chunks } from "#probes/common/chunks.ts";
import { localDisks, toEncryption } from "./emr-facets.ts";
import { classifyAws } from "./errors.ts";
import { keyManagers, PROVIDER_KEY } from "./key-managers.ts";
import { answerOf, oncePer, sourceOf, tell } from "#probes/common/known.ts";
import { askOnce } from "./known.ts";
import { defineListing, listAll, observeListed, type Found } from "./listing.ts";
import { inAccount, type AwsSession } from "./session.ts";

const CLUSTER_KIND = "AWS::EMR::Cluster";

/** EMR clusters that hold something: the disks of a terminated one are gone. */
export default defineProbe({
  id: "aws-emr",
  title: "Amazon EMR",
  provider: "aws",
  kinds: [CLUSTER_KIND],
  provides: {
    inventory: {
      permissions: ["ec2:DescribeRegions", "elasticmapreduce:ListClusters", "tag:GetResources"],
    },
    encryption: {
      permissions: [
        "elasticmapreduce:DescribeCluster",
        "elasticmapreduce:DescribeSecurityConfiguration",
        "kms:ListAliases",
      ],
    },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listed = await listAll(clusters, session);
      yield* observeListed(clusters, listed, wanted, session);
      if (!wanted.has("encryption")) return;
      const read = encryptionReader(session);
      for await (const chunk of chunks(listed.found, context.signal)) {
        yield* await Promise.all(chunk.map(read));
      }
    });
  },
});

const clusters = defineListing({
  kinds: [CLUSTER_KIND],
  service: "emr",
  operation: "ListClusters",
  permission: "elasticmapreduce:ListClusters",
  reach: "everywhere",
  page: (Marker) => async (client, options) => {
    const { ListClustersCommand } = await import("@aws-sdk/client-emr");
    const command = new ListClustersCommand({
      ClusterStates: ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "TERMINATING"],
      Marker,
    });
    return client.send(command, options);
  },
  next: (page: ListClustersOutput) => page.Marker,
  items: (page) => page.Clusters,
  subject: ({ Id, Name, ClusterArn }: ClusterSummary, { account, region }) => {
    if (Id === undefined) throw new TypeError("a cluster without id");
    const arn = `arn:${account.partition}:elasticmapreduce:${region}:${account.id}:cluster/${Id}`;
    return { id: ClusterArn ?? arn, name: Name || Id, tags: "elsewhere" };
  },
});

/** Clusters that are made alike share a security configuration, which is asked for once. */
function encryptionReader(
  session: AwsSession,
): (cluster: Found<ClusterSummary>) => Promise<Observation | Problem> {
  const managerOf = keyManagers(session);
  const configurationOf = oncePer((key) => {
    const [region = "", ...name] = key.split(" ");
    return askConfiguration(region, name.join(" "), session);
  });
  return async ({ subject, item, place: { region }, source }) => {
    const cluster = await askOnce(session, {
      service: "emr",
      region,
      operation: "DescribeCluster",
      permission: "elasticmapreduce:DescribeCluster",
      send: async (client, options) => {
        const { DescribeClusterCommand } = await import("@aws-sdk/client-emr");
        return client.send(new DescribeClusterCommand({ ClusterId: item.Id }), options);
      },
    });
    const name = cluster.ok ? cluster.value.Cluster?.SecurityConfiguration : undefined;
    const given = name === undefined || name === "" ? null : name;
    const configuration = given === null ? null : await configurationOf(`${region} ${given}`);
    const from = sourceOf(configuration ?? cluster, source);
    const key = configuration?.ok === true ? keyIn(configuration.value) : undefined;
    const manager = key === undefined ? PROVIDER_KEY : await managerOf(region, key);
    return tell(session.context, subject, "encryption", from, () => {
      if (answerOf(cluster).Cluster === undefined) throw new TypeError("no Cluster in the answer");
      const disks = configuration === null ? null : localDisks(answerOf(configuration));
      return toEncryption(disks, manager);
    });
  };
}

/** The key that a configuration names; what it cannot be read for is said when it is mapped. */
function keyIn(raw: Parameters<typeof localDisks>[0]): string | undefined {
  try {
    return localDisks(raw)?.key;
  } catch {
    return undefined;
  }
}

function askConfiguration(region: string, Name: string, session: AwsSession) {
  return askOnce(session, {
    service: "emr",
    region,
    operation: "DescribeSecurityConfiguration",
    permission: "elasticmapreduce:DescribeSecurityConfiguration",
    send: async (client, options) => {
      const { DescribeSecurityConfigurationCommand } = await import("@aws-sdk/client-emr");
      return client.send(new DescribeSecurityConfigurationCommand({ Name }), options);
    },
  });
}
