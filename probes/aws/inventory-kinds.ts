import type { Place } from "./listing.ts";
import type { Properties } from "./cloud-control.ts";

/** A kind that Cloud Control lists. */
export interface ListedKind {
  readonly kind: string;
  /**
   * What listing it needs beside cloudformation:ListResources, by the type's published schema
   * (https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html#schema-properties-handlers);
   * the first is the one that lists.
   */
  readonly permissions: readonly [string, ...string[]];
  /**
   * ARN of the resource by its identifier, in the form of the service authorization reference; null where the
   * identifier is not enough for it.
   */
  readonly arn: (identifier: string, place: Place) => string | null;
  /** The property that holds the ARN, in case the listing tells it. */
  readonly property?: string;
  /** Whether its tags are told by the Resource Groups Tagging API; true when left out. */
  readonly tagged?: boolean;
  /** `declared`: it holds no data, so that it only matters in declared regions; everywhere when left out. */
  readonly reach?: "declared";
}

const itself = (identifier: string) => (identifier.startsWith("arn:") ? identifier : null);
const unknown = () => null;

/** `arn:aws:<service>:<region>:<account>:<what><identifier>`; the parts of an identifier are joined by `between`. */
function arnOf(service: string, what: string, between = "|") {
  return (identifier: string, { account, region }: Place) =>
    `arn:${account.partition}:${service}:${region}:${account.id}:${what}${identifier.split("|").join(between)}`;
}

/** `https://sqs.eu-west-3.amazonaws.com/111122223333/name` */
function queueArn(url: string, { account, region }: Place): string | null {
  const name = url.split("/").at(-1) ?? "";
  return name === "" ? null : `arn:${account.partition}:sqs:${region}:${account.id}:${name}`;
}

/** A hierarchical name begins with a slash already. */
function parameterArn(name: string, place: Place): string {
  return arnOf("ssm", "parameter/")(name.replace(/^\//, ""), place);
}

/** Every kind that is listed through Cloud Control, and how. */
export const LISTED_KINDS: readonly ListedKind[] = [
  {
    kind: "AWS::S3Express::DirectoryBucket",
    permissions: ["s3express:ListAllMyDirectoryBuckets"],
    arn: arnOf("s3express", "bucket/"),
    tagged: false,
  },
  {
    kind: "AWS::ElastiCache::ReplicationGroup",
    permissions: ["elasticache:DescribeReplicationGroups"],
    arn: arnOf("elasticache", "replicationgroup:"),
  },
  {
    kind: "AWS::ElastiCache::ServerlessCache",
    permissions: ["elasticache:DescribeServerlessCaches", "elasticache:ListTagsForResource"],
    arn: arnOf("elasticache", "serverlesscache:"),
  },
  {
    kind: "AWS::ElastiCache::CacheCluster",
    permissions: ["elasticache:DescribeCacheClusters"],
    arn: arnOf("elasticache", "cluster:"),
  },
  {
    kind: "AWS::MemoryDB::Cluster",
    permissions: ["memorydb:DescribeClusters"],
    arn: arnOf("memorydb", "cluster/"),
  },
  {
    kind: "AWS::Redshift::Cluster",
    permissions: ["redshift:DescribeClusters", "redshift:DescribeTags"],
    arn: arnOf("redshift", "cluster:"),
  },
  {
    kind: "AWS::RedshiftServerless::Namespace",
    // The schema names iam:PassRole too, which lets do more than read and which no listing uses.
    permissions: ["redshift-serverless:ListNamespaces"],
    arn: unknown,
  },
  {
    kind: "AWS::OpenSearchServerless::Collection",
    permissions: ["aoss:ListCollections"],
    arn: arnOf("aoss", "collection/"),
  },
  {
    kind: "AWS::Cassandra::Table",
    permissions: ["cassandra:Select", "cassandra:SelectMultiRegionResource"],
    arn: (identifier, place) => {
      const [keyspace, table] = identifier.split("|");
      return table === undefined
        ? null
        : arnOf("cassandra", "")(`/keyspace/${keyspace}/table/${table}`, place);
    },
  },
  {
    kind: "AWS::Timestream::Table",
    permissions: ["timestream:ListTables", "timestream:DescribeEndpoints"],
    arn: arnOf("timestream", "database/", "/table/"),
  },
  { kind: "AWS::MSK::Cluster", permissions: ["kafka:ListClusters"], arn: itself },
  { kind: "AWS::MSK::ServerlessCluster", permissions: ["kafka:ListClustersV2"], arn: itself },
  {
    kind: "AWS::Kinesis::Stream",
    permissions: ["kinesis:ListStreams"],
    arn: arnOf("kinesis", "stream/"),
  },
  {
    kind: "AWS::KinesisFirehose::DeliveryStream",
    permissions: ["firehose:ListDeliveryStreams"],
    arn: arnOf("firehose", "deliverystream/"),
  },
  { kind: "AWS::SQS::Queue", permissions: ["sqs:ListQueues"], arn: queueArn },
  {
    kind: "AWS::AmazonMQ::Broker",
    permissions: ["mq:ListBrokers"],
    // The ARN holds the name beside the id.
    arn: unknown,
    property: "Arn",
  },
  {
    kind: "AWS::ECR::Repository",
    permissions: ["ecr:DescribeRepositories"],
    arn: arnOf("ecr", "repository/"),
  },
  {
    kind: "AWS::SecretsManager::Secret",
    permissions: ["secretsmanager:ListSecrets"],
    arn: itself,
  },
  { kind: "AWS::SSM::Parameter", permissions: ["ssm:DescribeParameters"], arn: parameterArn },
  {
    kind: "AWS::SageMaker::NotebookInstance",
    permissions: ["sagemaker:ListNotebookInstances"],
    arn: itself,
  },
  {
    kind: "AWS::WorkSpaces::Workspace",
    permissions: ["workspaces:DescribeWorkspaces", "workspaces:DescribeTags"],
    arn: arnOf("workspaces", "workspace/"),
  },
  // ARNs of Lightsail hold an id of which the identifier, a name, says nothing.
  {
    kind: "AWS::Lightsail::Database",
    permissions: ["lightsail:GetRelationalDatabases"],
    arn: unknown,
    property: "DatabaseArn",
    tagged: false,
  },
  {
    kind: "AWS::Lightsail::Disk",
    permissions: ["lightsail:GetDisks"],
    arn: unknown,
    property: "DiskArn",
    tagged: false,
  },
  {
    kind: "AWS::Lightsail::Instance",
    permissions: ["lightsail:GetInstances"],
    arn: unknown,
    property: "InstanceArn",
    tagged: false,
  },
  {
    kind: "AWS::Lightsail::Bucket",
    permissions: ["lightsail:GetBuckets"],
    arn: unknown,
    property: "BucketArn",
    tagged: false,
  },
  {
    kind: "AWS::Cognito::UserPool",
    permissions: ["cognito-idp:ListUserPools"],
    arn: arnOf("cognito-idp", "userpool/"),
  },
  // Without data, but promises on zones, firewalls and clear text are about them: none of them is known only by a listing.
  {
    kind: "AWS::AppSync::DomainName",
    permissions: ["appsync:ListDomainNames"],
    arn: arnOf("appsync", "/domainnames/"),
    reach: "declared",
  },
  {
    kind: "AWS::AppSync::GraphQLApi",
    permissions: ["appsync:ListGraphqlApis"],
    arn: arnOf("appsync", "apis/"),
    reach: "declared",
  },
  {
    kind: "AWS::EKS::Cluster",
    permissions: ["eks:ListClusters"],
    arn: arnOf("eks", "cluster/"),
    reach: "declared",
  },
  {
    kind: "AWS::ECS::Service",
    permissions: ["ecs:ListServices", "ecs:ListClusters", "ecs:DescribeServices"],
    // The ARN of the service, then its cluster.
    arn: (identifier) => itself(identifier.split("|")[0] ?? ""),
    reach: "declared",
  },
];

/** The ARN of a resource: as the listing tells it, else built; null where neither gives one. */
export function arnIn(
  { arn, property }: ListedKind,
  identifier: string,
  properties: Properties,
  place: Place,
): string | null {
  const told = property === undefined ? undefined : properties[property];
  if (typeof told === "string" && told.startsWith("arn:")) return told;
  return arn(identifier, place);
}
