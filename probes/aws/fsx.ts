import type {
  DescribeBackupsResponse,
  DescribeFileSystemsResponse,
  FileSystem,
} from "@aws-sdk/client-fsx";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe } from "#model/probe.ts";
import { chunks } from "#probes/common/chunks.ts";
import { classifyAws } from "./errors.ts";
import { isBackedUpByVolume, toBackups, toEncryption } from "./fsx-facets.ts";
import { toRecoveryPoints, toRedundancy } from "./fsx-facets.ts";
import { tellEncryption } from "./key-managers.ts";
import { answerOf, oncePer, sourceOf, tell } from "#probes/common/known.ts";
import { askAll } from "./known.ts";
import { defineListing, listAll, observeListed, type Found } from "./listing.ts";
import { inAccount, type AwsSession } from "./session.ts";
import { tagRecord } from "./tags.ts";

const FILE_SYSTEM_KIND = "AWS::FSx::FileSystem";

/** FSx file systems, of all four types. */
export default defineProbe({
  id: "aws-fsx",
  title: "Amazon FSx",
  provider: "aws",
  kinds: [FILE_SYSTEM_KIND],
  provides: {
    inventory: { permissions: ["ec2:DescribeRegions", "fsx:DescribeFileSystems"] },
    encryption: { permissions: ["fsx:DescribeFileSystems", "kms:ListAliases"] },
    redundancy: { permissions: ["fsx:DescribeFileSystems"] },
    backups: { permissions: ["fsx:DescribeFileSystems"] },
    recoveryPoints: { permissions: ["fsx:DescribeBackups", "fsx:DescribeFileSystems"] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listed = await listAll(fileSystems, session);
      yield* observeListed(fileSystems, listed, wanted, session);
      if (wanted.has("encryption")) yield* tellEncryption(listed.found, toEncryption, session);
      if (wanted.has("recoveryPoints")) yield* readRecoveryPoints(listed.found, session);
    });
  },
});

const fileSystems = defineListing({
  kinds: [FILE_SYSTEM_KIND],
  service: "fsx",
  operation: "DescribeFileSystems",
  permission: "fsx:DescribeFileSystems",
  reach: "everywhere",
  page: (NextToken) => async (client, options) => {
    const { DescribeFileSystemsCommand } = await import("@aws-sdk/client-fsx");
    return client.send(new DescribeFileSystemsCommand({ NextToken }), options);
  },
  next: (page: DescribeFileSystemsResponse) => page.NextToken,
  items: (page) => page.FileSystems,
  subject: (item: FileSystem, { account, region }) => {
    const { FileSystemId, ResourceARN, Tags } = item;
    if (FileSystemId === undefined) throw new TypeError("a file system without id");
    const arn = `arn:${account.partition}:fsx:${region}:${account.id}:file-system/${FileSystemId}`;
    const tags = tagRecord(Tags);
    return { id: ResourceARN ?? arn, name: tags["Name"] || FileSystemId, tags };
  },
  facets: {
    redundancy: toRedundancy,
    backups: (item, { region }) => toBackups(item, region),
  },
});

async function* readRecoveryPoints(
  found: readonly Found<FileSystem>[],
  session: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const { context } = session;
  const backupsOf = oncePer((region) => askBackups(region, session));
  for await (const chunk of chunks(found, context.signal)) {
    for (const { subject, item, place, source } of chunk) {
      if (isBackedUpByVolume(item)) {
        yield context.problem({
          operation: "fsx:DescribeBackups",
          subject,
          facets: ["recoveryPoints"],
          reason: "unsupported",
          permission: null,
          message: "its backups are of single volumes, and none is a recovery point of all of it",
        });
        continue;
      }
      const backups = await backupsOf(place.region);
      yield tell(context, subject, "recoveryPoints", sourceOf(backups, source), () =>
        toRecoveryPoints(item, answerOf(backups)),
      );
    }
  }
}

/** All backups of a region. */
function askBackups(region: string, session: AwsSession) {
  return askAll(session, {
    service: "fsx",
    region,
    operation: "DescribeBackups",
    permission: "fsx:DescribeBackups",
    page: (NextToken) => async (client, options) => {
      const { DescribeBackupsCommand } = await import("@aws-sdk/client-fsx");
      return client.send(new DescribeBackupsCommand({ NextToken }), options);
    },
    next: (page: DescribeBackupsResponse) => page.NextToken,
    items: (page) => page.Backups,
  });
}
