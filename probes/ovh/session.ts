import type { TargetOf } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import { once, oncePer, type Known } from "#probes/common/known.ts";
import { list, text, type Fields } from "#probes/common/json.ts";
import { perScan } from "#probes/common/per-scan.ts";
import { askOne, listAll, type Asking, type RestAsk } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import type { Part } from "#probes/rest/listing.ts";
import { openClient } from "./client.ts";
import { CURSOR, idOf, WHOLE } from "./pages.ts";

/** What all probes of a target share within a scan. */
interface Shared {
  readonly client: Asking["client"];
  readonly projects: () => Promise<Known<readonly unknown[]>>;
  readonly regions: (project: string) => Promise<Known<readonly unknown[]>>;
  readonly region: (key: string) => Promise<Known<Fields>>;
  readonly resources: () => Promise<Known<readonly unknown[]>>;
  /** Each listing once, however many probes want it. */
  readonly listings: Map<string, Promise<Known<readonly unknown[]>>>;
}

export interface OvhSession extends Omit<Shared, "client" | "listings"> {
  readonly target: TargetOf<"ovh">;
  readonly context: ProbeContext;
  readonly asking: Asking;
  /** A list of `/v1`, asked once. */
  readonly whole: (ask: RestAsk) => Promise<Known<readonly unknown[]>>;
}

export const PROJECT_ACTION = "publicCloudProject:apiovh:get";
export const REGION_ACTION = "publicCloudProject:apiovh:region/get";

const shared = perScan((target: TargetOf<"ovh">, context: ProbeContext): Shared => {
  const client = once(() => openClient(target, context));
  const asking = askingOf(context, client);
  const projects = once(async (): Promise<Known<readonly unknown[]>> => {
    const operation = "GET /cloud/project";
    if (target.projects.length === 0) {
      return listAll(
        asking,
        { operation, permission: PROJECT_ACTION, path: "/v1/cloud/project" },
        WHOLE,
      );
    }
    const declared = {
      value: target.projects,
      observedAt: context.now().toISOString(),
      sha256: "",
    };
    return { ok: true, operation, permission: PROJECT_ACTION, ...declared };
  });
  const resources = once(() =>
    listAll(
      asking,
      { operation: "GET /v2/iam/resource", permission: "", path: "/v2/iam/resource" },
      CURSOR,
    ),
  );
  return {
    client,
    projects,
    resources,
    regions: oncePer((project) =>
      listAll(
        asking,
        {
          operation: "GET /cloud/project/{serviceName}/region",
          permission: REGION_ACTION,
          path: path`/v1/cloud/project/${project}/region`,
        },
        WHOLE,
      ),
    ),
    region: oncePer((key) => {
      const [project = "", region = ""] = key.split(" ");
      return askOne(asking, {
        operation: "GET /cloud/project/{serviceName}/region/{regionName}",
        permission: REGION_ACTION,
        path: path`/v1/cloud/project/${project}/region/${region}`,
      });
    }),
    listings: new Map(),
  };
});

/** What a probe asks by. */
export function openSession(target: TargetOf<"ovh">, context: ProbeContext): OvhSession {
  const { client, listings, ...rest } = shared(target, context);
  const asking = askingOf(context, client);
  const whole: OvhSession["whole"] = (ask) => {
    const known = listings.get(ask.path) ?? listAll(asking, ask, WHOLE);
    listings.set(ask.path, known);
    return known;
  };
  return { target, context, asking, whole, ...rest };
}

function askingOf(context: ProbeContext, client: Asking["client"]): Asking {
  return { context, client, service: "ovh" };
}

/** The listings of each project; where the projects themselves are not known, that. */
export async function inProjects(
  { projects }: Pick<OvhSession, "projects">,
  ask: (project: string) => Promise<readonly Part[]>,
): Promise<readonly Part[]> {
  const known = await projects();
  if (!known.ok) return [{ place: "", known }];
  return (await Promise.all(known.value.map((entry) => ask(projectOf(entry))))).flat();
}

/**
 * A list of version 2 in each project. That version is new, and what it has not got for an account is listed by version 1
 * alone; what it refuses may be more than that.
 */
export async function listByCursor(
  { asking, projects }: Pick<OvhSession, "asking" | "projects">,
  {
    operation,
    permission,
    path: at,
  }: Omit<RestAsk, "path"> & { path: (project: string) => string },
): Promise<readonly Part[]> {
  const parts = await inProjects({ projects }, async (project) => [
    {
      place: project,
      known: await listAll(asking, { operation, permission, path: at(project) }, CURSOR),
    },
  ]);
  return parts.filter(({ known }) => known.ok || known.failure.reason !== "partial");
}

/** An entry that is no id fails where it is asked for. */
function projectOf(entry: unknown): string {
  return typeof entry === "string" ? entry : "?";
}

/** The listings of each region of a project that has the service; where that is not known, why. */
export async function inRegions(
  { regions, region }: Pick<OvhSession, "regions" | "region">,
  project: string,
  service: RegExp,
  ask: (region: string) => Promise<Known<readonly unknown[]>>,
): Promise<readonly Part[]> {
  const names = await regions(project);
  if (!names.ok) return [{ place: project, known: names }];
  const parts = names.value.map(async (entry): Promise<readonly Part[]> => {
    const name = typeof entry === "string" ? entry : "?";
    const place = `${project} ${name}`;
    const known = await region(place);
    if (!known.ok) return [{ place, known }];
    const has = hasService(known.value, service);
    if (has === false) return [];
    if (has === true) return [{ place, known: await ask(name) }];
    const message = "the region does not say which services it has";
    const failure = { reason: "malformed", message, retryable: false } as const;
    const { operation, permission } = known;
    return [{ place, known: { ok: false, operation, permission, failure } }];
  });
  return (await Promise.all(parts)).flat();
}

/** null: it does not tell. */
function hasService(region: Fields, service: RegExp): boolean | null {
  const { services } = region;
  if (!Array.isArray(services)) return null;
  const names = list(services).map(({ name }) => text(name));
  if (names.some((name) => name !== null && service.test(name))) return true;
  // Whatever has no name may be it.
  return names.includes(null) ? null : false;
}

/** Bare ids as entries, as `listed` takes them. */
export function asEntries(known: Known<readonly unknown[]>): Known<readonly unknown[]> {
  if (!known.ok) return known;
  try {
    return { ...known, value: known.value.map((entry) => ({ id: idOf(entry) })) };
  } catch (error) {
    const message = `an entry of the listing: ${error instanceof Error ? error.message : String(error)}`;
    const { operation, permission } = known;
    const failure = { reason: "malformed", message, retryable: false } as const;
    return { ok: false, operation, permission, failure };
  }
}
