import type {
  GetEventSelectorsResponse,
  GetTrailStatusResponse,
  Trail,
} from "@aws-sdk/client-cloudtrail";
import { defineProbe, defineRead, type Answer, type Failure } from "#model/probe.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { AuditLog } from "#model/security-facets.ts";
import { ACCOUNT_KIND, accountInventory, accountSubject } from "./account-subject.ts";
import { awsQuestion } from "./calls.ts";
import { toRecorded } from "./cloudtrail-selectors.ts";
import { classifyAws } from "./errors.ts";
import { malformed } from "./pages.ts";
import { inAccount, type AwsSession } from "./session.ts";

const FACET = "auditLogs";

/** The trails that record what is done in the account. */
export default defineProbe({
  id: "aws-cloudtrail",
  title: "AWS CloudTrail",
  provider: "aws",
  kinds: [ACCOUNT_KIND],
  provides: {
    inventory: { permissions: [] },
    [FACET]: {
      permissions: [
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
      ],
    },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      yield accountInventory(session);
      if (wanted.has(FACET)) yield* readTrails(session);
    });
  },
});

/** A trail, and a region where it may be asked for. */
interface Seen {
  readonly trail: Trail;
  readonly arn: string;
  readonly region: string;
}

async function* readTrails(session: AwsSession): AsyncGenerator<Observation | Problem> {
  const { context } = session;
  const { declared, all } = await session.regions();
  const parts = await Promise.all(
    declared.map(async (region) => ({ region, answer: await askTrails(session, region) })),
  );
  const seen = new Map<string, Seen>();
  const failures: { readonly region: string; readonly failure: Failure }[] = [];
  const hashes: string[] = [];
  for (const { region, answer } of parts) {
    if (!answer.ok) {
      failures.push({ region, failure: answer.failure });
      continue;
    }
    hashes.push(answer.sha256);
    // A trail of all regions is listed in each of them: it is one by its ARN.
    for (const { trail, arn } of answer.trails) {
      const home = trail.HomeRegion ?? region;
      if (!seen.has(arn)) seen.set(arn, { trail, arn, region: all.includes(home) ? home : region });
    }
  }
  for (const same of Map.groupBy(failures, ({ failure }) => failure.message).values()) {
    const [first] = same;
    if (first === undefined) continue;
    const where = same.map(({ region }) => region).join(", ");
    yield problemOf(session, "DescribeTrails", first.failure, where);
  }
  if (failures.length === declared.length) return;
  const read = await Promise.all([...seen.values()].map((one) => readTrail(session, one)));
  for (const { problems } of read) yield* problems;
  const unread = failures.map(({ region }) => unreadIn(region));
  const logs = [...read.map(({ log }) => log), ...unread];
  yield context.read(
    defineRead({
      service: "cloudtrail",
      operation: "cloudtrail:DescribeTrails",
      call: () => Promise.resolve({ hashes, logs }),
      subject: accountSubject(session),
      facet: FACET,
      permission: null,
      map: () => ({ logs }),
    }),
  );
}

function problemOf(
  session: AwsSession,
  operation: string,
  { reason, message }: Failure,
  where: string,
): Problem {
  return session.context.problem({
    operation: `cloudtrail:${operation}`,
    subject: accountSubject(session),
    facets: [FACET],
    reason,
    permission: reason === "denied" ? `cloudtrail:${operation}` : null,
    message: `${where}: ${message}`,
  });
}

/** What may record a region whose trails were not read. */
function unreadIn(region: string): AuditLog {
  return {
    name: `trails of ${region}`,
    active: null,
    regions: [region],
    events: null,
    omits: [],
    destination: null,
    integrity: null,
    failure: null,
  };
}

type Trails =
  | { readonly ok: false; readonly failure: Failure }
  | {
      readonly ok: true;
      readonly sha256: string;
      readonly trails: readonly { readonly trail: Trail; readonly arn: string }[];
    };

async function askTrails({ context, clients }: AwsSession, region: string): Promise<Trails> {
  const answer = await context.ask(
    awsQuestion(clients, "cloudtrail", region, "DescribeTrails", async (client, options) => {
      const { DescribeTrailsCommand } = await import("@aws-sdk/client-cloudtrail");
      return client.send(new DescribeTrailsCommand({ includeShadowTrails: true }), options);
    }),
  );
  if (!answer.ok) return answer;
  try {
    const { trailList } = answer.raw;
    if (trailList === undefined) throw new TypeError("an answer without trailList");
    const trails = trailList.map((trail) => {
      if (trail.TrailARN === undefined) throw new TypeError("a trail without ARN");
      return { trail, arn: trail.TrailARN };
    });
    return { ok: true, sha256: answer.sha256, trails };
  } catch (error) {
    return { ok: false, failure: malformed(error) };
  }
}

/** Both are asked by ARN: another account's trail of the organisation has no name here. */
async function readTrail(
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
