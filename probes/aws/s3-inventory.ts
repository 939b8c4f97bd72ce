import type { ListBucketsOutput, Tag } from "@aws-sdk/client-s3";
import type { TargetOf } from "#model/estate.ts";
import type { Problem } from "#model/evidence.ts";
import type { Failure, ProbeContext } from "#model/probe.ts";
import { targetSubject, type Subject } from "#model/subject.ts";
import { homeRegion, type Account } from "./account.ts";
import { chunks, MOST_SUBJECTS } from "#probes/common/chunks.ts";
import { isAbsent, type Absent } from "./calls.ts";
import type { AwsClients } from "./clients.ts";
import { unanswered } from "#probes/common/known.ts";
import { listOf, malformed, pages } from "./pages.ts";
import { orNotFound, s3Question, toRegion } from "./s3-calls.ts";

export const BUCKET_KIND = "AWS::S3::Bucket";

/** A bucket of the account, with what listing it brought. */
export interface Bucket {
  readonly subject: Subject;
  /** Where to ask for it: its region, or the account's home region where its own is not known. */
  readonly region: string;
  /** What told its region. */
  readonly source: Source;
}

/** All buckets that could be listed, in every region, and what could not be read of them. */
export interface BucketList {
  readonly buckets: readonly Bucket[];
  readonly complete: boolean;
  readonly problems: readonly Problem[];
  /** Hashes of the listing's pages. */
  readonly pages: readonly string[];
}

interface Source {
  readonly operation: string;
  readonly observedAt: string;
  readonly sha256: string;
}
interface Listed {
  readonly name: string;
  readonly region: string | null;
  readonly source: Source;
}

const PAGE_SIZE = 1000;

/**
 * Lists the account's buckets with their regions and tags; once the signal aborts, those that were read by then.
 * @param most beyond which the account is too large
 */
export async function listBuckets(
  target: TargetOf<"aws">,
  account: Account,
  clients: AwsClients,
  context: ProbeContext,
  most = MOST_SUBJECTS,
): Promise<BucketList> {
  const { ListBucketsCommand } = await import("@aws-sdk/client-s3");
  const hashes: string[] = [];
  const listed: Listed[] = [];
  let failure: Failure | null = null;

  const listing = pages(
    context,
    (token) =>
      s3Question(clients, homeRegion(target), "ListBuckets", (client, options) => {
        const from = token === undefined ? {} : { ContinuationToken: token };
        return client.send(new ListBucketsCommand({ MaxBuckets: PAGE_SIZE, ...from }), options);
      }),
    (raw) => raw.ContinuationToken,
  );
  for await (const page of listing) {
    failure = page.ok ? null : page.failure;
    if (!page.ok) break;
    try {
      const { observedAt, sha256 } = page;
      const source = { operation: "s3:ListBuckets", observedAt, sha256 };
      for (const { name, region } of toListed(page.raw)) listed.push({ name, region, source });
      hashes.push(page.sha256);
      if (listed.length > most) {
        listed.length = most;
        failure = {
          reason: "too-large",
          message: `the account lists more than ${most} buckets`,
          retryable: false,
        };
        break;
      }
    } catch (error) {
      failure = malformed(error);
      break;
    }
  }
  const read: Awaited<ReturnType<typeof readBucket>>[] = [];
  for await (const some of chunks(listed, context.signal)) {
    const reading = some.map((bucket) => readBucket(bucket, target, account, clients, context));
    read.push(...(await Promise.all(reading)));
  }
  return {
    buckets: read.map(({ bucket }) => bucket),
    complete: failure === null && read.length === listed.length,
    problems: [
      ...(failure === null ? [] : [listingProblem(failure, listed.length, target, context)]),
      ...read.flatMap(({ problems }) => problems),
    ],
    pages: hashes,
  };
}

/** Where nothing was listed the whole target is missing; else only what came after. */
function listingProblem(
  { reason, message }: Failure,
  before: number,
  target: TargetOf<"aws">,
  context: ProbeContext,
): Problem {
  return context.problem({
    operation: "s3:ListBuckets",
    subject: before === 0 ? null : targetSubject(target),
    facets: before === 0 ? [] : ["inventory"],
    reason,
    permission: reason === "denied" ? "s3:ListAllMyBuckets" : null,
    message: before === 0 ? message : `after ${before} buckets: ${message}`,
  });
}

/** Reads what a listing does not tell of a bucket: its tags, and its region where that was left out. */
async function readBucket(
  listed: Listed,
  target: TargetOf<"aws">,
  { partition }: Account,
  clients: AwsClients,
  context: ProbeContext,
): Promise<{ readonly bucket: Bucket; readonly problems: readonly Problem[] }> {
  const { GetBucketTaggingCommand } = await import("@aws-sdk/client-s3");
  const { name } = listed;
  const home = homeRegion(target);
  const located =
    listed.region === null
      ? await readRegion(name, home, clients, context)
      : { region: listed.region, source: listed.source };
  const known = "region" in located ? located : { region: null, source: listed.source };
  const region = known.region ?? home;

  const answer = await context.ask(
    s3Question(
      clients,
      region,
      "GetBucketTagging",
      orNotFound("NoSuchTagSet", (client, options) =>
        client.send(new GetBucketTaggingCommand({ Bucket: name }), options),
      ),
    ),
  );
  const tags = answer.ok ? readTags(answer.raw) : answer.failure;
  const subject: Subject = {
    target: target.id,
    provider: "aws",
    kind: BUCKET_KIND,
    id: `arn:${partition}:s3:::${name}`,
    name,
    region: known.region,
    tags: "tags" in tags ? tags.tags : null,
  };
  const problem = (operation: string, facet: "location" | "inventory", failure: Failure) =>
    unanswered(context, subject, facet, { operation, permission: operation, failure });
  return {
    bucket: { subject, region, source: known.source },
    problems: [
      ...("region" in located ? [] : [problem("s3:GetBucketLocation", "location", located)]),
      ...("tags" in tags ? [] : [problem("s3:GetBucketTagging", "inventory", tags)]),
    ],
  };
}

/** Asks for the region of one bucket. */
export async function readRegion(
  bucket: string,
  home: string,
  clients: AwsClients,
  context: ProbeContext,
): Promise<{ readonly region: string; readonly source: Source } | Failure> {
  const { GetBucketLocationCommand } = await import("@aws-sdk/client-s3");
  const operation = "s3:GetBucketLocation";
  const answer = await context.ask(
    s3Question(clients, home, "GetBucketLocation", (client, options) =>
      client.send(new GetBucketLocationCommand({ Bucket: bucket }), options),
    ),
  );
  if (!answer.ok) return answer.failure;
  try {
    const { observedAt, sha256, raw } = answer;
    return {
      region: toRegion(raw.LocationConstraint),
      source: { operation, observedAt, sha256 },
    };
  } catch (error) {
    return malformed(error);
  }
}

/**
 * The buckets of one page; the region is null where the answer leaves it out.
 * @throws when an entry is no bucket
 */
export function toListed(raw: ListBucketsOutput): readonly Omit<Listed, "source">[] {
  return listOf(raw.Buckets).map(({ Name: name, BucketRegion: region }) => {
    if (name === undefined || !/^[A-Za-z0-9._-]{3,255}$/.test(name)) {
      throw new TypeError("the listing has an entry that is no bucket name");
    }
    return { name, region: region === undefined || region === "" ? null : toRegion(region) };
  });
}

type Tagging = { readonly TagSet?: readonly Tag[] | undefined } | Absent;

function readTags(raw: Tagging): { readonly tags: ReturnType<typeof toTags> } | Failure {
  try {
    return { tags: toTags(raw) };
  } catch (error) {
    return malformed(error);
  }
}

/** Tags by key; none where S3 says that the bucket has none. @throws where the answer holds no tag set */
export function toTags(raw: Tagging): Readonly<Record<string, string>> {
  if (isAbsent(raw)) return {};
  return Object.fromEntries(
    listOf(raw.TagSet).map(({ Key, Value }) => [Key ?? "", Value ?? ""] as const),
  );
}
