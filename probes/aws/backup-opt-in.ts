import type { BackupSelection } from "#model/backup-facets.ts";

/**
 * Resource types of AWS Backup that a region opts in to, by the kinds whose subjects they are.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRegionSettings.html
 */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  "AWS::S3::Bucket": ["S3"],
  "AWS::EC2::Instance": ["EC2"],
  "AWS::EC2::Volume": ["EBS"],
  "AWS::EFS::FileSystem": ["EFS"],
  "AWS::FSx::FileSystem": ["FSx"],
  "AWS::DynamoDB::Table": ["DynamoDB"],
  "AWS::RDS::DBInstance": ["RDS"],
  // The id of a cluster does not say whether it is one of Aurora's or of RDS.
  "AWS::RDS::DBCluster": ["Aurora", "RDS"],
  "AWS::DocDB::DBCluster": ["DocumentDB"],
  "AWS::Neptune::DBCluster": ["Neptune"],
  "AWS::Redshift::Cluster": ["Redshift"],
  "AWS::RedshiftServerless::Namespace": ["Redshift Serverless"],
  "AWS::Timestream::Table": ["Timestream"],
};
/** They need the opt-in even where a selection names them. */
const ALWAYS = new Set(["AWS::RDS::DBCluster", "AWS::DocDB::DBCluster", "AWS::Neptune::DBCluster"]);

/** The region's preferences; null where they were not read. */
export type OptIns = Readonly<Record<string, boolean>> | null;

/**
 * The kinds that a selection leaves out because the region has not opted in to them. What a selection names by its
 * resource type is backed up all the same, but for clusters.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
 * @param named whether the selection names resource types
 */
export function leftOut(optIns: OptIns, named: boolean): BackupSelection["leftOut"] {
  if (optIns === null) {
    return (named ? [...ALWAYS] : ["*"]).map((kind) => ({ kind, sure: false }));
  }
  return Object.entries(TYPES).flatMap(([kind, types]) => {
    if (named && !ALWAYS.has(kind)) return [];
    const states = types.map((type) => (Object.hasOwn(optIns, type) ? optIns[type] : undefined));
    if (states.every((state) => state === true)) return [];
    // Of RDS, clusters that are named need no opt-in.
    const sure = states.every((state) => state === false) && !(named && types.length > 1);
    return [{ kind, sure }];
  });
}

/** Whether a pattern of ARNs names a resource type and not just a service or everything. S3's ARNs have none. */
export function namesType(pattern: string): boolean {
  return /^arn:[^:]*:s3:::/.test(pattern) || /^(?:arn(?::[^:]*){4}:)[a-z][a-z-]*[:/]/.test(pattern);
}
