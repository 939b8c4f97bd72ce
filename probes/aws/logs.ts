import type { DescribeLogGroupsResponse, LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import type { Encryption } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import type { Retention } from "#model/security-facets.ts";
import { classifyAws } from "./errors.ts";
import { defineListing, listAll, observeListed } from "./listing.ts";
import { inAccount } from "./session.ts";

const LOG_GROUP_KIND = "AWS::Logs::LogGroup";

/** Log groups and how long they keep what they are told. */
export default defineProbe({
  id: "aws-logs",
  title: "Amazon CloudWatch Logs",
  provider: "aws",
  kinds: [LOG_GROUP_KIND],
  provides: {
    inventory: {
      permissions: ["ec2:DescribeRegions", "logs:DescribeLogGroups", "tag:GetResources"],
    },
    encryption: { permissions: ["logs:DescribeLogGroups"] },
    retention: { permissions: ["logs:DescribeLogGroups"] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      yield* observeListed(logGroups, await listAll(logGroups, session), wanted, session);
    });
  },
});

const logGroups = defineListing({
  kinds: [LOG_GROUP_KIND],
  service: "logs",
  operation: "DescribeLogGroups",
  permission: "logs:DescribeLogGroups",
  reach: "everywhere",
  page: (nextToken) => async (client, options) => {
    const { DescribeLogGroupsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
    return client.send(new DescribeLogGroupsCommand({ nextToken }), options);
  },
  next: (page: DescribeLogGroupsResponse) => page.nextToken,
  items: (page) => page.logGroups,
  subject: (group: LogGroup) => {
    const { logGroupArn, arn, logGroupName: name } = group;
    // The older of the two ends in `:*`, which stands for the streams.
    const id = logGroupArn ?? arn?.replace(/:\*$/, "");
    if (id === undefined || name === undefined) throw new TypeError("a log group without name");
    return { id, name, tags: "elsewhere" };
  },
  facets: { encryption: toEncryption, retention: toRetention },
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/data-protection.html */
export function toEncryption({ kmsKeyId }: LogGroup): Encryption {
  return {
    enabled: true,
    algorithm: "AES-256-GCM",
    algorithmSource: "published-design",
    algorithmReference:
      "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/data-protection.html",
    keyManagement: kmsKeyId === undefined ? "provider" : "customer",
    caveat: null,
  };
}

/** Without retention a group keeps everything for ever. @throws when the number of days is none */
export function toRetention({ retentionInDays }: LogGroup): Retention {
  if (retentionInDays === undefined) {
    return { after: null, whole: true, detail: "no retention is set: events never expire" };
  }
  if (!Number.isInteger(retentionInDays) || retentionInDays < 1) {
    throw new TypeError("retentionInDays is no number of days");
  }
  return {
    after: `P${retentionInDays}D`,
    whole: true,
    detail: `retentionInDays ${retentionInDays}`,
  };
}
