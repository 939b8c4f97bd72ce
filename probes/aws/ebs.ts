import { defineProbe } from "#model/probe.ts";
import {
  IMAGE_KIND,
  images,
  SNAPSHOT_KIND,
  snapshots,
  VOLUME_KIND,
  volumes,
} from "./ebs-listings.ts";
import { readBackups, readEncryption, readExposure } from "./ebs-reads.ts";
import { classifyAws } from "./errors.ts";
import { listAll, observeListed } from "./listing.ts";
import { inAccount } from "./session.ts";

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
      permissions: [
        "ec2:DescribeRegions",
        "ec2:DescribeVolumes",
        "ec2:DescribeSnapshots",
        "ec2:DescribeImages",
      ],
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
        "ec2:DescribeSnapshotAttribute",
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
