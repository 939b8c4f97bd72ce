import type {
  GetEventSelectorsResponse,
  GetTrailStatusResponse,
  Trail,
} from "@aws-sdk/client-cloudtrail";
import type { Problem } from "#model/evidence.ts";
import type { Answer, Failure } from "#model/probe.ts";
import type { AuditLog } from "#model/security-facets.ts";
import { accountSubject } from "./account-subject.ts";
import { awsQuestion } from "./calls.ts";
import { toRecorded } from "./cloudtrail-selectors.ts";
import { unanswered } from "#probes/common/known.ts";
import { malformed } from "./pages.ts";
import type { AwsSession } from "./session.ts";

/** A trail, and a region where it may be asked for. */
export interface Seen {
  readonly trail: Trail;
  readonly arn: string;
  readonly region: string;
}

/** Both are asked by ARN: another account's trail of the organisation has no name here. */
export async function readTrail(
  session: AwsSession,
  { trail, arn, region }: Seen,
): Promise<{ readonly log: AuditLog; readonly problems: readonly Problem[] }> {
  const { context, clients } = session;
  const [status, selectors] = await Promise.all([
    context.ask(
      awsQuestion(clients, "cloudtrail", region, "GetTrailStatus", async (client, options) => {
        const { GetTrailStatusCommand } = await import("@aws-sdk/client-cloudtrail");
        return client.send(new GetTrailStatusCommand({ Name: arn }), options);
      }),
    ),
    context.ask(
      awsQuestion(clients, "cloudtrail", region, "GetEventSelectors", async (client, options) => {
        const { GetEventSelectorsCommand } = await import("@aws-sdk/client-cloudtrail");
        return client.send(new GetEventSelectorsCommand({ TrailName: arn }), options);
      }),
    ),
  ]);
  const problems: Problem[] = [];
  const part = <Raw, T>(operation: string, answer: Answer<Raw>, map: (raw: Raw) => T): T | null => {
    try {
      if (answer.ok) return map(answer.raw);
      problems.push(problemOf(session, operation, answer.failure, arn));
    } catch (error) {
      problems.push(problemOf(session, operation, malformed(error), arn));
    }
    return null;
  };
  const now = part("GetTrailStatus", status, toStatus);
  const recorded = part("GetEventSelectors", selectors, (raw: GetEventSelectorsResponse) =>
    toRecorded(raw),
  );
  const log: AuditLog = {
    ...toTrail(trail, arn, region),
    active: now?.active ?? null,
    failure: now?.failure ?? null,
    events: recorded?.events ?? null,
    omits: recorded?.omits ?? [],
  };
  return { log, problems };
}

/** Whether it records now, and the last error of delivery. @throws TypeError without IsLogging */
export function toStatus({
  IsLogging,
  LatestDeliveryError,
}: Pick<GetTrailStatusResponse, "IsLogging" | "LatestDeliveryError">): Pick<
  AuditLog,
  "active" | "failure"
> {
  if (IsLogging === undefined) throw new TypeError("a status without IsLogging");
  return { active: IsLogging, failure: LatestDeliveryError || null };
}

/** What the listing tells of a trail. */
export function toTrail(
  trail: Trail,
  arn: string,
  region: string,
): Pick<AuditLog, "name" | "regions" | "destination" | "integrity"> {
  const { Name, S3BucketName, CloudWatchLogsLogGroupArn, IsMultiRegionTrail, IsOrganizationTrail } =
    trail;
  const places = [
    ...(S3BucketName ? [`S3 bucket ${S3BucketName}`] : []),
    ...(CloudWatchLogsLogGroupArn ? [`log group ${CloudWatchLogsLogGroupArn}`] : []),
  ];
  return {
    name: `${Name ?? arn}${IsOrganizationTrail === true ? " (of the organisation)" : ""}`,
    regions: IsMultiRegionTrail === true ? "all" : [trail.HomeRegion ?? region],
    destination: places.length === 0 ? null : places.join(", "),
    integrity: trail.LogFileValidationEnabled ?? null,
  };
}

/** The problem of the account's logs that a failed call is. */
export function problemOf(
  session: AwsSession,
  operation: string,
  { reason, message }: Failure,
  where: string,
): Problem {
  return unanswered(session.context, accountSubject(session), "auditLogs", {
    operation: `cloudtrail:${operation}`,
    permission: `cloudtrail:${operation}`,
    failure: { reason, message: `${where}: ${message}` },
  });
}
