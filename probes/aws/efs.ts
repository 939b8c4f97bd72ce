import type {
  DescribeFileSystemsResponse,
  DescribeReplicationConfigurationsResponse,
  FileSystemDescription,
} from "@aws-sdk/client-efs";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { defineProbe, defineRead } from "#model/probe.ts";
import { chunks } from "#probes/common/chunks.ts";
import { awsQuestion, isAbsent, orAbsent, type Absent } from "./calls.ts";
import { toEncryption, toRedundancy, toReplication, toTransport } from "./efs-facets.ts";
import { classifyAws } from "./errors.ts";
import { tellEncryption } from "./key-managers.ts";
import { answerOf, oncePer, sourceOf, tell } from "#probes/common/known.ts";
import { askAll } from "./known.ts";
import { defineListing, listAll, observeListed, type Found } from "./listing.ts";
import { inAccount, type AwsSession } from "./session.ts";
import { tagRecord } from "./tags.ts";

const FILE_SYSTEM_KIND = "AWS::EFS::FileSystem";

/** EFS file systems. */
export default defineProbe({
  id: "aws-efs",
  title: "Amazon Elastic File System",
  provider: "aws",
  kinds: [FILE_SYSTEM_KIND],
  provides: {
    inventory: { permissions: ["ec2:DescribeRegions", "elasticfilesystem:DescribeFileSystems"] },
    encryption: { permissions: ["elasticfilesystem:DescribeFileSystems", "kms:ListAliases"] },
    redundancy: { permissions: ["elasticfilesystem:DescribeFileSystems"] },
    transport: { permissions: ["elasticfilesystem:DescribeFileSystemPolicy"] },
    replication: { permissions: ["elasticfilesystem:DescribeReplicationConfigurations"] },
    backups: { permissions: ["elasticfilesystem:DescribeFileSystems"] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listed = await listAll(fileSystems, session);
      yield* observeListed(fileSystems, listed, wanted, session);
      yield* readPolicies(listed.found, wanted, session);
      if (wanted.has("encryption")) yield* tellEncryption(listed.found, toEncryption, session);
      if (wanted.has("replication")) yield* readReplication(listed.found, session);
    });
  },
});

const fileSystems = defineListing({
  kinds: [FILE_SYSTEM_KIND],
  service: "efs",
  operation: "DescribeFileSystems",
  permission: "elasticfilesystem:DescribeFileSystems",
  reach: "everywhere",
  page: (Marker) => async (client, options) => {
    const { DescribeFileSystemsCommand } = await import("@aws-sdk/client-efs");
    return client.send(new DescribeFileSystemsCommand({ MaxItems: 100, Marker }), options);
  },
  next: (page: DescribeFileSystemsResponse) => page.NextMarker,
  items: (page) => page.FileSystems,
  subject: (item: FileSystemDescription, { account, region }) => {
    const { FileSystemId, FileSystemArn, Name, Tags } = item;
    if (FileSystemId === undefined) throw new TypeError("a file system without id");
    const arn = `arn:${account.partition}:elasticfilesystem:${region}:${account.id}:file-system/${FileSystemId}`;
    const named = Name === undefined || Name === "" ? FileSystemId : Name;
    return { id: FileSystemArn ?? arn, name: named, tags: tagRecord(Tags) };
  },
  facets: {
    redundancy: toRedundancy,
    // EFS has no backups of its own: what it calls automatic backups is a plan of AWS Backup.
    // https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html
    backups: () => ({ rules: [], partOf: [] }),
  },
});

async function* readPolicies(
  found: readonly Found<FileSystemDescription>[],
  wanted: ReadonlySet<FacetName>,
  { clients, context }: AwsSession,
): AsyncGenerator<Observation | Problem> {
  if (!wanted.has("transport") || found.length === 0) return;
  const { DescribeFileSystemPolicyCommand } = await import("@aws-sdk/client-efs");
  const reads = found.map(({ subject, item, place }) =>
    defineRead({
      ...awsQuestion(
        clients,
        "efs",
        place.region,
        "DescribeFileSystemPolicy",
        orAbsent(["PolicyNotFound"], (client, options) => {
          const { FileSystemId } = item;
          return client.send(new DescribeFileSystemPolicyCommand({ FileSystemId }), options);
        }),
      ),
      subject,
      facet: "transport",
      permission: "elasticfilesystem:DescribeFileSystemPolicy",
      map: (raw) => toTransport(raw, subject.id),
    }),
  );
  yield* context.readAll(reads);
}

async function* readReplication(
  found: readonly Found<FileSystemDescription>[],
  session: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const { context } = session;
  const replicationsOf = oncePer((region) => askReplications(region, session));
  for await (const chunk of chunks(found, context.signal)) {
    for (const { subject, item, place, source } of chunk) {
      const all = await replicationsOf(place.region);
      yield tell(context, subject, "replication", sourceOf(all, source), () =>
        toReplication(answerOf(all), item, place.account),
      );
    }
  }
}

/** Both the file systems that are copied and those that are copies are in the answer. */
function askReplications(region: string, session: AwsSession) {
  return askAll(session, {
    service: "efs",
    region,
    operation: "DescribeReplicationConfigurations",
    permission: "elasticfilesystem:DescribeReplicationConfigurations",
    page: (NextToken) =>
      orAbsent(["ReplicationNotFound"], async (client, options) => {
        const { DescribeReplicationConfigurationsCommand } = await import("@aws-sdk/client-efs");
        const command = new DescribeReplicationConfigurationsCommand({ NextToken });
        return client.send(command, options);
      }),
    next: (page: DescribeReplicationConfigurationsResponse | Absent) =>
      isAbsent(page) ? undefined : page.NextToken,
    items: (page) => (isAbsent(page) ? [] : page.Replications),
  });
}
