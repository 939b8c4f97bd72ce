import type { DescribeSnapshotsResult, Image, Snapshot, Volume } from "@aws-sdk/client-ec2";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { chunks } from "#probes/common/chunks.ts";
import {
  lifecyclePolicies,
  toBackups,
  toImageEncryption,
  toSnapshotExposure,
  toEncryption,
} from "./ebs-facets.ts";
import { classifyAws } from "./errors.ts";
import { keyManagers, type KeyManager } from "./key-managers.ts";
import { answerOf, askAll, askOnce, knownIn, oncePer, sourceOf, tell } from "./known.ts";
import {
  images,
  IMAGE_KIND,
  snapshots,
  SNAPSHOT_KIND,
  volumes,
  VOLUME_KIND,
} from "./ebs-listings.ts";
import { listAll, observeListed, type Found, type Listed } from "./listing.ts";
import { inAccount, type AwsSession } from "./session.ts";

type Told = AsyncGenerator<Observation | Problem>;

/**
 * EBS volumes, their snapshots and the machine images of the account. Whether new volumes are encrypted by default is
 * not read: it says nothing of those that exist, and each of them is read.
 */
export default defineProbe({
  id: "aws-ebs",
  title: "Amazon EBS volumes, snapshots and machine images",
  provider: "aws",
  kinds: [VOLUME_KIND, SNAPSHOT_KIND, IMAGE_KIND],
  provides: {
    inventory: {
      permissions: ["ec2:DescribeVolumes", "ec2:DescribeSnapshots", "ec2:DescribeImages"],
    },
    encryption: {
      permissions: [
        "ec2:DescribeVolumes",
        "ec2:DescribeSnapshots",
        "ec2:DescribeImages",
        "kms:ListAliases",
      ],
    },
    backups: { permissions: ["ec2:DescribeVolumes", "ec2:DescribeSnapshots"] },
    recoveryPoint: { permissions: ["ec2:DescribeSnapshots"] },
    exposure: {
      permissions: [
        "ec2:DescribeSnapshots",
        "ec2:GetSnapshotBlockPublicAccessState",
        "ec2:DescribeImages",
      ],
    },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const [allVolumes, allSnapshots, allImages] = await Promise.all([
        listAll(volumes, session),
        listAll(snapshots, session),
        listAll(images, session),
      ]);
      yield* observeListed(volumes, allVolumes, wanted, session);
      yield* observeListed(snapshots, allSnapshots, wanted, session);
      yield* observeListed(images, allImages, wanted, session);
      yield* readEncryption(allVolumes, allSnapshots, allImages, wanted, session);
      yield* readBackups(allVolumes.found, allSnapshots, wanted, session);
      yield* readExposure(allSnapshots.found, wanted, session);
    });
  },
});

async function* readEncryption(
  allVolumes: Listed<Volume>,
  allSnapshots: Listed<Snapshot>,
  allImages: Listed<Image>,
  wanted: ReadonlySet<FacetName>,
  session: AwsSession,
): Told {
  if (!wanted.has("encryption")) return;
  const { context } = session;
  const managerOf = keyManagers(session);
  const managers = new Map<string, KeyManager>();
  const both: readonly Found<Volume | Snapshot>[] = [...allVolumes.found, ...allSnapshots.found];
  for await (const chunk of chunks(both, context.signal)) {
    for (const { subject, item, place, source } of chunk) {
      const manager = await managerOf(place.region, item.KmsKeyId);
      managers.set(`${place.region} ${subject.name}`, manager);
      yield tell(context, subject, "encryption", source, () => toEncryption(item, manager));
    }
  }
  for await (const chunk of chunks(allImages.found, context.signal)) {
    for (const { subject, item, place, source } of chunk) {
      const managerOfSnapshot = (id: string) => managers.get(`${place.region} ${id}`);
      yield tell(context, subject, "encryption", source, () =>
        toImageEncryption(item, managerOfSnapshot),
      );
    }
  }
}

/**
 * Who backs a volume up. Policies of Data Lifecycle Manager are not read, but they mark the snapshots that they make:
 * where there are such, what the policy is set to do is not known. One that never made a snapshot backs nothing up.
 */
async function* readBackups(
  found: readonly Found<Volume>[],
  allSnapshots: Listed<Snapshot>,
  wanted: ReadonlySet<FacetName>,
  session: AwsSession,
): Told {
  if (!wanted.has("backups")) return;
  const { context } = session;
  const policies = lifecyclePolicies(allSnapshots.found);
  const knownOf = oncePer((region) =>
    Promise.resolve(knownIn(snapshots, allSnapshots, region, context.now())),
  );
  for await (const chunk of chunks(found, context.signal)) {
    for (const { subject, item, place, source } of chunk) {
      const known = await knownOf(place.region);
      const policy = policies.get(subject.id);
      if (policy !== undefined) {
        yield context.problem({
          operation: "ec2:DescribeSnapshots",
          subject,
          facets: ["backups"],
          reason: "unsupported",
          permission: null,
          message: `Data Lifecycle Manager backs it up (${policy}, as its snapshots are marked): how often and for how long is not read`,
        });
        continue;
      }
      yield tell(context, subject, "backups", source, () => {
        answerOf(known);
        return toBackups(item, place);
      });
    }
  }
}

/** Thousands of snapshots are told apart by one listing a region: those that everyone may restore. */
async function* readExposure(
  found: readonly Found<Snapshot>[],
  wanted: ReadonlySet<FacetName>,
  session: AwsSession,
): Told {
  if (!wanted.has("exposure")) return;
  const { context } = session;
  for (const [region, all] of Map.groupBy(found, ({ place }) => place.region)) {
    const open = await askPublicSnapshots(region, session);
    const isOpen = open.ok && open.value.length > 0;
    const block = isOpen ? await askSnapshotBlock(region, session) : null;
    const ids = new Set(open.ok ? open.value.map(({ SnapshotId }) => SnapshotId) : []);
    for (const { subject, source } of all) {
      yield tell(context, subject, "exposure", sourceOf(open, source), () => {
        answerOf(open);
        if (!ids.has(subject.name)) return toSnapshotExposure(false, null);
        return toSnapshotExposure(true, block === null ? null : (answerOf(block).State ?? null));
      });
    }
  }
}

function askPublicSnapshots(region: string, session: AwsSession) {
  return askAll(session, {
    service: "ec2",
    region,
    operation: "DescribeSnapshots",
    permission: "ec2:DescribeSnapshots",
    page: (NextToken) => async (client, options) => {
      const { DescribeSnapshotsCommand } = await import("@aws-sdk/client-ec2");
      const command = new DescribeSnapshotsCommand({
        OwnerIds: ["self"],
        RestorableByUserIds: ["all"],
        MaxResults: 1000,
        NextToken,
      });
      return client.send(command, options);
    },
    next: (page: DescribeSnapshotsResult) => page.NextToken,
    items: (page) => page.Snapshots ?? [],
  });
}

/** The account's own setting may close what a snapshot's permission opens. */
function askSnapshotBlock(region: string, session: AwsSession) {
  return askOnce(session, {
    service: "ec2",
    region,
    operation: "GetSnapshotBlockPublicAccessState",
    permission: "ec2:GetSnapshotBlockPublicAccessState",
    send: async (client, options) => {
      const { GetSnapshotBlockPublicAccessStateCommand } = await import("@aws-sdk/client-ec2");
      return client.send(new GetSnapshotBlockPublicAccessStateCommand({}), options);
    },
  });
}
