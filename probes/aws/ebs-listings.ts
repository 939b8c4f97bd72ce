import type {
  DescribeImagesResult,
  DescribeSnapshotsResult,
  DescribeVolumesResult,
  Image,
  Snapshot,
  Volume,
} from "@aws-sdk/client-ec2";
import { toImageExposure, toRecoveryPoint } from "./ebs-facets.ts";
import { defineListing } from "./listing.ts";
import { tagRecord } from "./tags.ts";

export const VOLUME_KIND = "AWS::EC2::Volume";
export const SNAPSHOT_KIND = "AWS::EC2::Snapshot";
export const IMAGE_KIND = "AWS::EC2::Image";

/** EBS volumes. */
export const volumes = defineListing({
  kinds: [VOLUME_KIND],
  service: "ec2",
  operation: "DescribeVolumes",
  permission: "ec2:DescribeVolumes",
  reach: "everywhere",
  page: (NextToken) => async (client, options) => {
    const { DescribeVolumesCommand } = await import("@aws-sdk/client-ec2");
    return client.send(new DescribeVolumesCommand({ MaxResults: 500, NextToken }), options);
  },
  next: (page: DescribeVolumesResult) => page.NextToken,
  items: (page) => page.Volumes,
  subject: ({ VolumeId, Tags }: Volume, { account, region }) => {
    if (VolumeId === undefined) throw new TypeError("a volume without id");
    const id = `arn:${account.partition}:ec2:${region}:${account.id}:volume/${VolumeId}`;
    return { id, name: VolumeId, tags: tagRecord(Tags) };
  },
});

/**
 * EBS snapshots that the account owns. They and images have no account in their ARN:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
export const snapshots = defineListing({
  kinds: [SNAPSHOT_KIND],
  service: "ec2",
  operation: "DescribeSnapshots",
  permission: "ec2:DescribeSnapshots",
  reach: "everywhere",
  page: (NextToken) => async (client, options) => {
    const { DescribeSnapshotsCommand } = await import("@aws-sdk/client-ec2");
    const command = new DescribeSnapshotsCommand({
      OwnerIds: ["self"],
      MaxResults: 1000,
      NextToken,
    });
    return client.send(command, options);
  },
  next: (page: DescribeSnapshotsResult) => page.NextToken,
  items: (page) => page.Snapshots,
  subject: ({ SnapshotId, Tags }: Snapshot, { account, region }) => {
    if (SnapshotId === undefined) throw new TypeError("a snapshot without id");
    const id = `arn:${account.partition}:ec2:${region}::snapshot/${SnapshotId}`;
    return { id, name: SnapshotId, tags: tagRecord(Tags) };
  },
  facets: { recoveryPoint: toRecoveryPoint },
});

/** Machine images that the account owns. */
export const images = defineListing({
  kinds: [IMAGE_KIND],
  service: "ec2",
  operation: "DescribeImages",
  permission: "ec2:DescribeImages",
  reach: "everywhere",
  page: (NextToken) => async (client, options) => {
    const { DescribeImagesCommand } = await import("@aws-sdk/client-ec2");
    const command = new DescribeImagesCommand({
      Owners: ["self"],
      IncludeDeprecated: true,
      IncludeDisabled: true,
      MaxResults: 1000,
      NextToken,
    });
    return client.send(command, options);
  },
  next: (page: DescribeImagesResult) => page.NextToken,
  items: (page) => page.Images,
  subject: ({ ImageId, Tags }: Image, { account, region }) => {
    if (ImageId === undefined) throw new TypeError("an image without id");
    const id = `arn:${account.partition}:ec2:${region}::image/${ImageId}`;
    return { id, name: ImageId, tags: tagRecord(Tags) };
  },
  facets: { exposure: toImageExposure },
});
