import { fields, text, type Fields } from "#probes/common/json.ts";
import { together } from "#probes/common/known.ts";
import { listed, type Listed, type ListedSubject, type Part } from "#probes/rest/listing.ts";
import { path } from "#probes/rest/client.ts";
import { regionOf } from "./details.ts";
import { inProjects, inRegions, type OvhSession } from "./session.ts";

/** A listing below a project of the Public Cloud. */
export interface ProjectList {
  readonly kind: string;
  /** What comes behind `/cloud/project/{serviceName}/`, or behind the region: `volume/snapshot`. */
  readonly rest: string;
  /** The service that a region must have for the listing to exist there; left out: it is one of the whole project. */
  readonly service?: RegExp;
  /** Its entries have a name and no id. */
  readonly named?: true;
}

/** The action that OVHcloud names for the listing. */
export function actionOf({ rest, service }: ProjectList): string {
  return `publicCloudProject:apiovh:${service === undefined ? rest : `region/${rest}`}/get`;
}

/** A listing in every project, entry by entry. */
export async function partsOf(session: OvhSession, list: ProjectList): Promise<readonly Part[]> {
  const { rest, service } = list;
  const permission = actionOf(list);
  const segments = rest
    .split("/")
    .map((one) => encodeURIComponent(one))
    .join("/");
  return inProjects(session, async (project) => {
    if (service === undefined) {
      const known = await session.whole({
        operation: `GET /cloud/project/{serviceName}/${rest}`,
        permission,
        path: `${path`/v1/cloud/project/${project}/`}${segments}`,
      });
      return [{ place: project, known }];
    }
    return inRegions(session, project, service, (region) =>
      session.whole({
        operation: `GET /cloud/project/{serviceName}/region/{regionName}/${rest}`,
        permission,
        path: `${path`/v1/cloud/project/${project}/region/${region}/`}${segments}`,
      }),
    );
  });
}

/** The subjects of a listing whose entries tell their id and, but for lists of a region, where they are. */
export async function listProjects(session: OvhSession, list: ProjectList): Promise<Listed> {
  const parts = await partsOf(session, list);
  const own = list.named === true ? parts.map(byName) : parts;
  return listed(session.target, [list.kind], own, (raw, place) =>
    projectSubject(list.kind, raw, place),
  );
}

/** The listing with its entries' names as their ids. */
export function byName({ place, known }: Part): Part {
  if (!known.ok) return { place, known };
  const value = known.value.map((entry) => ({ ...fields(entry), id: fields(entry)["name"] }));
  return { place, known: { ...known, value } };
}

/**
 * A subject of a project. Its id begins with the project's, for that of a container or a key is unique in there alone.
 * @param place the project, and the region behind it where it was listed there
 * @throws where the entry has no id
 */
export function projectSubject(kind: string, raw: Fields, place: string): ListedSubject {
  const [project = "", region = null] = place.split(" ");
  const id = text(raw["id"]);
  if (id === null) throw new TypeError("an entry without id");
  return {
    kind,
    id: [project, ...(region === null ? [] : [region]), id].join("/"),
    name: text(raw["name"]) ?? id,
    region: regionOf(raw["region"]) ?? regionOf(region),
    tags: null,
  };
}

/** Several listings as one. */
export function merged(lists: readonly Listed[]): Listed {
  const [first] = lists;
  return {
    kinds: lists.flatMap(({ kinds }) => kinds),
    operation: first?.operation ?? "listing",
    source: together(lists.flatMap(({ source }) => source ?? [])),
    found: lists.flatMap(({ found }) => found),
    failed: lists.flatMap(({ failed }) => failed),
  };
}
