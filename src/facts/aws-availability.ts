/**
 * Regions in which AWS offers no service behind a kind. Made on 2026-11-22 from the endpoints that AWS publishes
 * (https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html, the table of botocore 1.43.11), and only
 * where the registry of CloudFormation lacks the type in these regions too. A region that is not named here is not
 * concluded from: the service may have come there since.
 */
const NOWHERE_IN: Readonly<Record<string, string>> = {
  "AWS::Cassandra::Table":
    "ap-east-2 ap-northeast-3 ap-south-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 " +
    "ca-west-1 eu-central-2 eu-south-1 eu-south-2 il-central-1 mx-central-1",
  "AWS::MemoryDB::Cluster":
    "af-south-1 ap-east-2 ap-northeast-3 ap-south-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 " +
    "ap-southeast-7 ca-west-1 eu-central-2 il-central-1 me-central-1 me-south-1 mx-central-1",
  "AWS::OpenSearchServerless::Collection":
    "af-south-1 ap-east-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-west-1 " +
    "il-central-1 me-central-1 me-south-1 mx-central-1",
  "AWS::RedshiftServerless::Namespace": "me-south-1",
  // Of directory buckets AWS publishes the zones: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-Endpoints.html
  "AWS::S3Express::DirectoryBucket":
    "af-south-1 ap-east-1 ap-east-2 ap-northeast-2 ap-northeast-3 ap-south-2 ap-southeast-2 ap-southeast-3 " +
    "ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 eu-central-2 eu-south-1 " +
    "eu-south-2 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-west-1",
  "AWS::Timestream::Table":
    "af-south-1 ap-east-1 ap-east-2 ap-northeast-2 ap-northeast-3 ap-south-2 ap-southeast-1 ap-southeast-3 " +
    "ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 eu-central-2 eu-north-1 " +
    "eu-south-1 eu-south-2 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-west-1",
  "AWS::WorkSpaces::Workspace":
    "ap-east-1 ap-east-2 ap-northeast-3 ap-south-2 ap-southeast-3 ap-southeast-4 ap-southeast-6 ap-southeast-7 " +
    "ca-west-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 me-central-1 me-south-1 mx-central-1 us-west-1",
};
const LIGHTSAIL =
  "af-south-1 ap-east-1 ap-east-2 ap-northeast-3 ap-south-2 ap-southeast-4 ap-southeast-6 ap-southeast-7 ca-west-1 " +
  "eu-central-2 eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-west-1";

/** Whether AWS is known to have no service for this kind in the region; false where nothing is known. */
export function isNotOffered(kind: string, region: string): boolean {
  const regions = kind.startsWith("AWS::Lightsail::") ? LIGHTSAIL : NOWHERE_IN[kind];
  return regions?.split(" ").includes(region) === true;
}
