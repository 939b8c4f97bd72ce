import type { Problem } from "#model/evidence.ts";
import type { Failure } from "#model/probe.ts";
import type { Subject } from "#model/subject.ts";
import { plain } from "#model/text.ts";
import { isAbsent } from "#probes/aws/calls.ts";
import { listOf, malformed } from "#probes/aws/pages.ts";
import { toTags } from "#probes/aws/s3-inventory.ts";
import { MOST_SUBJECTS } from "#probes/common/chunks.ts";
import { together, unanswered, type Known } from "#probes/common/known.ts";
import type { Found, Listed } from "#probes/rest/listing.ts";
import { askS3, askSetting, type S3Session } from "./asks.ts";
import { toRegion } from "./dialect.ts";

/** A bucket that was listed. */
export interface Bucket extends Found {
  readonly session: S3Session;
  /** Where to ask for it. */
  readonly region: string;
  /** Its own region, as it says. */
  readonly located: Known<string>;
  /** What could not be read that a listing should tell. */
  readonly problems: readonly Problem[];
}

/** All buckets of all regions, each once. */
export async function listBuckets(
  kind: string,
  sessions: readonly S3Session[],
): Promise<{ readonly listed: Listed; readonly buckets: readonly Bucket[] }> {
  const places = sessions.flatMap((session) =>
    Object.keys(session.dialect.endpoints).map((region) => ({ session, region })),
  );
  const parts = await Promise.all(
    places.map(async ({ session, region }) => ({
      session,
      region,
      known: await listRegion(session, region),
    })),
  );
  const failed: Listed["failed"][number][] = [];
  const named: Named[] = [];
  for (const { session, region, known } of parts) {
    const { operation, permission } = known;
    const place = session.place ?? region;
    if (known.ok) {
      const { owner, names } = known.value;
      const foreign = foreignProject(session, owner);
      for (const name of foreign === null ? names : [])
        named.push({ session, region, owner, name });
      if (foreign !== null) {
        failed.push({ place, operation, permission, failure: notDeclared(foreign) });
      }
    } else failed.push({ place, operation, permission, failure: known.failure });
  }
  const read = await Promise.all(named.slice(0, MOST_SUBJECTS).map(readBucket));
  if (named.length > MOST_SUBJECTS) {
    const message = `more than ${MOST_SUBJECTS} buckets are listed`;
    failed.push(unlisted(sessions, { reason: "too-large", message, retryable: false }));
  }
  const buckets = [...new Map(read.map((bucket) => [bucket.subject.id, bucket])).values()];
  return {
    buckets,
    listed: {
      kinds: [kind],
      operation: "s3:ListBuckets",
      source: together(parts.flatMap(({ known }) => (known.ok ? [known] : []))),
      found: buckets,
      failed,
    },
  };
}

/** A failure of the listing as a whole. */
export function unlisted(
  sessions: readonly S3Session[],
  failure: Failure,
): Listed["failed"][number] {
  const permission = sessions[0]?.dialect.permissions.ListBuckets ?? "";
  return { place: "", operation: "s3:ListBuckets", permission, failure };
}

async function listRegion(
  session: S3Session,
  region: string,
): Promise<Known<{ readonly owner: string; readonly names: readonly string[] }>> {
  const { ListBucketsCommand } = await import("@aws-sdk/client-s3");
  const known = await askS3(session, region, "ListBuckets", (client, options) =>
    client.send(new ListBucketsCommand({}), options),
  );
  return mapped(known, ({ Buckets, Owner, ContinuationToken }) => {
    // Nobody asked for pages, so there may be none.
    if (ContinuationToken !== undefined)
      throw new TypeError("a listing of buckets that is cut off");
    const names = listOf(Buckets).map(({ Name: name }) => {
      if (name === undefined || !/^[A-Za-z0-9._-]{3,255}$/.test(name)) {
        throw new TypeError("the listing has an entry that is no bucket name");
      }
      return name;
    });
    return { names, owner: Owner?.ID ?? "" };
  });
}

/** The project of the listed buckets, where the target declares others; null: it is declared, or nothing tells. */
function foreignProject({ target, dialect }: S3Session, owner: string): string | null {
  const project = dialect.projectOf(owner);
  const declared = "projects" in target ? target.projects : [];
  return project === null || declared.length === 0 || declared.includes(project) ? null : project;
}

function notDeclared(project: string): Failure {
  const message = `the keys are of the project ${plain(project, 60)}, which the target does not declare`;
  return { reason: "partial", message, retryable: false };
}

/** A bucket as its listing names it. */
interface Named {
  readonly session: S3Session;
  /** The region whose endpoint listed it. */
  readonly region: string;
  readonly name: string;
  readonly owner: string;
}

async function readBucket({ session, region: listedIn, name, owner }: Named): Promise<Bucket> {
  const sdk = await import("@aws-sdk/client-s3");
  const { target, dialect, context } = session;
  const askLocation = () =>
    askS3(session, listedIn, "GetBucketLocation", (client, options) =>
      client.send(new sdk.GetBucketLocationCommand({ Bucket: name }), options),
    );
  const located =
    session.located ??
    mapped(await askLocation(), ({ LocationConstraint }) => toRegion(LocationConstraint));
  const own = located.ok ? located.value : null;
  const region = own !== null && Object.hasOwn(dialect.endpoints, own) ? own : listedIn;
  const tagging = await askSetting(
    session,
    region,
    "GetBucketTagging",
    "NoSuchTagSet",
    (client, options) => client.send(new sdk.GetBucketTaggingCommand({ Bucket: name }), options),
  );
  const tags = mapped(tagging, (raw) => (isAbsent(raw) ? {} : toTags(raw)));
  const subject: Subject = {
    target: target.id,
    provider: target.provider,
    kind: dialect.kind,
    id: dialect.idOf({ target, region: own ?? listedIn, name, owner }),
    name,
    region: own,
    tags: tags.ok ? tags.value : null,
  };
  const problem = (known: Known<unknown>, facet: "location" | "inventory") =>
    known.ok ? [] : [unanswered(context, subject, facet, known)];
  const { operation } = located;
  const source = located.ok
    ? located
    : { operation, observedAt: context.now().toISOString(), sha256: "" };
  return {
    session,
    subject,
    region,
    located,
    raw: {},
    place: listedIn,
    source,
    problems: problem(tags, "inventory"),
  };
}

/** What a raw answer means; one of another shape is a failure. */
export function mapped<Raw, Value>(known: Known<Raw>, map: (raw: Raw) => Value): Known<Value> {
  if (!known.ok) return known;
  try {
    return { ...known, value: map(known.value) };
  } catch (error) {
    const { operation, permission } = known;
    return { operation, permission, ok: false, failure: malformed(error) };
  }
}
