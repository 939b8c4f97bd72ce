import type { AwsService } from "#model/aws-services.ts";
import type { handlerOptions } from "./connection.ts";
import type { CredentialOptions } from "./credentials.ts";
import type { Guardable } from "./clients.ts";

/** What every client is made with. */
interface ClientOptions extends CredentialOptions {
  readonly region: string;
  readonly requestHandler: Awaited<ReturnType<typeof handlerOptions>>;
  readonly retryMode: "adaptive";
  readonly maxAttempts: number;
  /** Address in place of the provider's own. */
  readonly url: string | undefined;
}

/** How the client of each service is made. A client costs a tenth of a second and more to load, so only what is asked for is. */
export const SERVICES = {
  acm: async (options) => {
    const { ACMClient } = await import("@aws-sdk/client-acm");
    return new ACMClient(at(options));
  },
  apigateway: async (options) => {
    const { APIGatewayClient } = await import("@aws-sdk/client-api-gateway");
    return new APIGatewayClient(at(options));
  },
  apigatewayv2: async (options) => {
    const { ApiGatewayV2Client } = await import("@aws-sdk/client-apigatewayv2");
    return new ApiGatewayV2Client(at(options));
  },
  autoscaling: async (options) => {
    const { AutoScalingClient } = await import("@aws-sdk/client-auto-scaling");
    return new AutoScalingClient(at(options));
  },
  backup: async (options) => {
    const { BackupClient } = await import("@aws-sdk/client-backup");
    return new BackupClient(at(options));
  },
  cloudcontrol: async (options) => {
    const { CloudControlClient } = await import("@aws-sdk/client-cloudcontrol");
    return new CloudControlClient(at(options));
  },
  cloudfront: async (options) => {
    const { CloudFrontClient } = await import("@aws-sdk/client-cloudfront");
    return new CloudFrontClient(at(options));
  },
  cloudtrail: async (options) => {
    const { CloudTrailClient } = await import("@aws-sdk/client-cloudtrail");
    return new CloudTrailClient(at(options));
  },
  directconnect: async (options) => {
    const { DirectConnectClient } = await import("@aws-sdk/client-direct-connect");
    return new DirectConnectClient(at(options));
  },
  dynamodb: async (options) => {
    const { DynamoDBClient } = await import("@aws-sdk/client-dynamodb");
    return new DynamoDBClient(at(options));
  },
  ec2: async (options) => {
    const { EC2Client } = await import("@aws-sdk/client-ec2");
    return new EC2Client(at(options));
  },
  efs: async (options) => {
    const { EFSClient } = await import("@aws-sdk/client-efs");
    return new EFSClient(at(options));
  },
  elb: async (options) => {
    const { ElasticLoadBalancingClient } = await import("@aws-sdk/client-elastic-load-balancing");
    return new ElasticLoadBalancingClient(at(options));
  },
  elbv2: async (options) => {
    const { ElasticLoadBalancingV2Client } =
      await import("@aws-sdk/client-elastic-load-balancing-v2");
    return new ElasticLoadBalancingV2Client(at(options));
  },
  emr: async (options) => {
    const { EMRClient } = await import("@aws-sdk/client-emr");
    return new EMRClient(at(options));
  },
  fsx: async (options) => {
    const { FSxClient } = await import("@aws-sdk/client-fsx");
    return new FSxClient(at(options));
  },
  guardduty: async (options) => {
    const { GuardDutyClient } = await import("@aws-sdk/client-guardduty");
    return new GuardDutyClient(at(options));
  },
  iam: async (options) => {
    const { IAMClient } = await import("@aws-sdk/client-iam");
    return new IAMClient(at(options));
  },
  inspector2: async (options) => {
    const { Inspector2Client } = await import("@aws-sdk/client-inspector2");
    return new Inspector2Client(at(options));
  },
  kms: async (options) => {
    const { KMSClient } = await import("@aws-sdk/client-kms");
    return new KMSClient(at(options));
  },
  logs: async (options) => {
    const { CloudWatchLogsClient } = await import("@aws-sdk/client-cloudwatch-logs");
    return new CloudWatchLogsClient(at(options));
  },
  opensearch: async (options) => {
    const { OpenSearchClient } = await import("@aws-sdk/client-opensearch");
    return new OpenSearchClient(at(options));
  },
  organizations: async (options) => {
    const { OrganizationsClient } = await import("@aws-sdk/client-organizations");
    return new OrganizationsClient(at(options));
  },
  rds: async (options) => {
    const { RDSClient } = await import("@aws-sdk/client-rds");
    return new RDSClient(at(options));
  },
  s3: async (options) => {
    const { S3Client } = await import("@aws-sdk/client-s3");
    return new S3Client({ ...at(options), forcePathStyle: options.url !== undefined });
  },
  s3control: async (options) => {
    const { S3ControlClient } = await import("@aws-sdk/client-s3-control");
    const { url, ...common } = options;
    // A plain endpoint would get the account's number in front of its host name.
    const own = url === undefined ? {} : { endpointProvider: () => ({ url: new URL(url) }) };
    return new S3ControlClient({ ...common, ...own });
  },
  shield: async (options) => {
    const { ShieldClient } = await import("@aws-sdk/client-shield");
    return new ShieldClient(at(options));
  },
  sts: async (options) => {
    const { STSClient } = await import("@aws-sdk/client-sts");
    return new STSClient(at(options));
  },
  tagging: async (options) => {
    const { ResourceGroupsTaggingAPIClient } =
      await import("@aws-sdk/client-resource-groups-tagging-api");
    return new ResourceGroupsTaggingAPIClient(at(options));
  },
  wafv2: async (options) => {
    const { WAFV2Client } = await import("@aws-sdk/client-wafv2");
    return new WAFV2Client(at(options));
  },
} satisfies Readonly<Record<AwsService, (options: ClientOptions) => Promise<Guardable>>>;

/** The SDK client of a service. */
export type ClientOf<S extends AwsService> = Awaited<ReturnType<(typeof SERVICES)[S]>>;

function at({ url, ...options }: ClientOptions) {
  return url === undefined ? options : { ...options, endpoint: url };
}
