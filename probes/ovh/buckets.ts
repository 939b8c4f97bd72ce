import { fields, text, type Fields } from "#probes/common/json.ts";
import { oncePer, type Known } from "#probes/common/known.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { listed, type Found, type Listed, type Part } from "#probes/rest/listing.ts";
import { actionOf, partsOf, projectSubject, type ProjectList } from "./project-lists.ts";
import { listByCursor, type OvhSession } from "./session.ts";

export const BUCKET = "ovh/bucket";
const V1: ProjectList = {
  kind: BUCKET,
  rest: "storage",
  service: /^storage-s3-(?:standard|high-perf)$/,
};
const V1_ACTION = actionOf(V1);
export const V2_ACTION = "publicCloudProject:apiovh:storage/object/bucket/get";
export const ACTIONS = [
  "publicCloudProject:apiovh:get",
  "publicCloudProject:apiovh:region/get",
  V1_ACTION,
];

/**
 * What the two versions of the interface tell of one bucket; the second is null where it does not list the bucket, and
 * why not where its list was not read.
 */
export interface BucketAnswers {
  readonly first: () => Promise<Known<Fields>>;
  readonly second: () => Promise<Known<Fields> | null>;
}

/** All buckets: those that version 1 lists in each region, and those that version 2 lists beside them. */
export async function listBuckets(
  session: OvhSession,
): Promise<{ buckets: Listed; answersOf: (found: Found) => BucketAnswers }> {
  const [first, second] = await Promise.all([partsOf(session, V1), listSecond(session)]);
  const buckets = listed(session.target, [BUCKET], [...first, ...second], (raw, place) =>
    subjectOf(raw, place),
  );
  const ids = new Map(
    second.flatMap(({ place, known }) =>
      known.ok
        ? known.value.flatMap((entry) => {
            const raw = fields(entry);
            const id = text(raw["id"]);
            return id === null ? [] : [[subjectOf(raw, place).id, { project: place, id }] as const];
          })
        : [],
    ),
  );
  const byFirst = oncePer((id: string) => {
    const [project = "", region = "", name = ""] = id.split("/");
    return askOne(session.asking, {
      operation: "GET /cloud/project/{serviceName}/region/{regionName}/storage/{name}",
      permission: V1_ACTION,
      // It lists objects too, of which none is wanted.
      path: path`/v1/cloud/project/${project}/region/${region}/storage/${name}?limit=${1}`,
    });
  });
  const unlisted = new Map(
    second.flatMap(({ place, known }) => (known.ok ? [] : [[place, known] as const])),
  );
  const bySecond = oncePer(async (key: string) => {
    const found = ids.get(key);
    if (found === undefined) return unlisted.get(key.split("/")[0] ?? "") ?? null;
    return askOne(session.asking, {
      operation: "GET /v2/publicCloud/project/{projectId}/storage/object/bucket/{bucketName}",
      permission: V2_ACTION,
      path: path`/v2/publicCloud/project/${found.project}/storage/object/bucket/${found.id}`,
    });
  });
  return {
    buckets,
    answersOf: ({ subject }) => ({
      first: () => byFirst(subject.id),
      second: () => bySecond(subject.id),
    }),
  };
}

/** The project, the region as the interface writes it, and the name. @throws where one is missing */
function subjectOf(raw: Fields, place: string) {
  if (!("resourceStatus" in raw)) return projectSubject(BUCKET, { ...raw, id: raw["name"] }, place);
  const spec = fields(raw["currentState"] ?? raw["targetSpec"]);
  const region = text(fields(spec["location"])["region"]);
  const name = text(spec["name"]);
  if (region === null || name === null) throw new TypeError("a bucket without name or region");
  return projectSubject(BUCKET, { id: name, name, region }, `${place} ${region}`);
}

/** What version 2 lists in each project. */
function listSecond(session: OvhSession): Promise<readonly Part[]> {
  return listByCursor(session, {
    operation: "GET /v2/publicCloud/project/{projectId}/storage/object/bucket",
    permission: V2_ACTION,
    path: (project) => path`/v2/publicCloud/project/${project}/storage/object/bucket`,
  });
}
