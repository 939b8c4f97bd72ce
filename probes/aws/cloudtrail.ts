import type { Trail } from "@aws-sdk/client-cloudtrail";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe, defineRead, type Failure } from "#model/probe.ts";
import type { AuditLog } from "#model/security-facets.ts";
import { ACCOUNT_KIND, accountInventory, accountSubject } from "./account-subject.ts";
import { awsQuestion } from "./calls.ts";
import { problemOf, readTrail, type Seen } from "./cloudtrail-trail.ts";
import { classifyAws } from "./errors.ts";
import { failedAlike } from "./failed-alike.ts";
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
  for (const { failure, same } of failedAlike(failures)) {
    const where = same.map(({ region }) => region).join(", ");
    yield problemOf(session, "DescribeTrails", failure, where);
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
