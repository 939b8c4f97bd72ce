import type { TargetOf } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import { fields, list, text } from "#probes/common/json.ts";
import { oncePer, type Known } from "#probes/common/known.ts";
import { perScan } from "#probes/common/per-scan.ts";
import { listAll, type Asking } from "#probes/rest/asks.ts";
import { apiAddress, restClient, type RestClient } from "#probes/rest/client.ts";
import { refused, type VendorError } from "#probes/rest/failures.ts";
import { listed, type Listed, type ListedSubject, type Part } from "#probes/rest/listing.ts";
import { openTransport } from "#probes/rest/transport.ts";
import { apiKey } from "./credentials.ts";
import { counted, linked, PAGE_SIZE } from "./pages.ts";
import { PLACES, regionOf, type Product } from "./places.ts";

/** Where all is listed that Scaleway has of one kind. */
export interface Listing {
  readonly kind: string;
  readonly product: Product;
  /** Version of the API: `v1`. */
  readonly version: string;
  /** Last part of the path, and the name of the list in the answer. */
  readonly name: string;
  /** What the list in the answer is called where it is not called as in the path. */
  readonly key?: string;
  /** More of the query. */
  readonly query?: string;
  /** The permission set. */
  readonly permission: string;
}

/** One target's API. */
export interface ScalewaySession {
  readonly target: TargetOf<"scaleway">;
  readonly context: ProbeContext;
  readonly asking: Asking;
  /** What a listing gave in each of its places; asked once in a scan. */
  readonly parts: (listing: Listing) => Promise<readonly Part[]>;
}

/** What the probes of a target share: connections and listings. */
const shared = perScan((target: TargetOf<"scaleway">, context) => {
  let made: Promise<RestClient> | undefined;
  const asking: Asking = {
    context,
    service: "scaleway",
    client: () => (made ??= openClient(target, context)),
  };
  const parts = oncePer((key: string) => {
    // What stands there was written below.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return askEverywhere(JSON.parse(key) as Listing, asking);
  });
  return { asking, parts: (listing: Listing) => parts(JSON.stringify(listing)) };
});

/** The API of a target, for one of its probes. */
export function scaleway(target: TargetOf<"scaleway">, context: ProbeContext): ScalewaySession {
  const { asking, parts } = shared(target, context);
  // Each probe's own context asks, so that what it asks is told as its own.
  return { target, context, asking: { ...asking, context }, parts };
}

async function openClient(
  target: TargetOf<"scaleway">,
  context: ProbeContext,
): Promise<RestClient> {
  const key = secretKey(target, context);
  const send = await openTransport(target, context);
  return restClient(
    {
      vendor: "Scaleway",
      base: apiAddress(target.endpoints?.["api"], "https://api.scaleway.com"),
      signIn: () => Promise.resolve({ "X-Auth-Token": key }),
      errorOf,
    },
    send,
  );
}

function secretKey(target: TargetOf<"scaleway">, context: ProbeContext): string {
  let key: string | undefined;
  try {
    key = apiKey(target, context).secretKey;
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error));
  }
  if (key === undefined) throw refused("the target's credentials name no secretKey");
  return key;
}

/** `{type, message, details: [{resource, action}]}`: https://www.scaleway.com/en/developers/api/#errors */
function errorOf(body: unknown): VendorError {
  const { type, message, details } = fields(body);
  let missing: string[] = [];
  try {
    missing = list(details).flatMap(({ action, resource }) => {
      const words = [text(action), text(resource)].filter((one) => one !== null);
      return words.length === 0 ? [] : [words.join(" ")];
    });
  } catch {
    // Details in another shape say nothing more.
  }
  return {
    code: text(type) ?? "",
    message: [text(message) ?? "", ...missing.slice(0, 5)].filter(Boolean).join(": "),
  };
}

function askEverywhere(listing: Listing, asking: Asking): Promise<readonly Part[]> {
  return Promise.all(
    PLACES[listing.product].map(async (place) => ({
      place,
      known: await askList(listing, place, asking),
    })),
  );
}

function askList(
  { product, version, name, key = name, query = "", permission }: Listing,
  place: string,
  asking: Asking,
): Promise<Known<readonly unknown[]>> {
  const isInstance = product === "instance";
  const within = place === "" ? "" : /-\d$/.test(place) ? "/zones" : "/regions";
  const size = `${isInstance ? "per_page" : "page_size"}=${PAGE_SIZE}`;
  return listAll(
    asking,
    {
      operation: `GET /${product}/${version}${within === "" ? "" : `${within}/{${within.slice(1, -1)}}`}/${name}`,
      permission,
      path: `/${product}/${version}${within}${place === "" ? "" : `/${place}`}/${name}?page=1&${size}${query}`,
    },
    isInstance ? linked(key) : counted(key),
  );
}

/** All that some listings give, as subjects of the target's projects. */
export async function listKinds(
  { target, parts }: ScalewaySession,
  listings: readonly [Listing, ...Listing[]],
): Promise<Listed> {
  const [{ kind }] = listings;
  const all = await Promise.all(listings.map((listing) => parts(listing)));
  return listed(target, [kind], all.flat(), (raw, place) => {
    const project = text(raw["project_id"]) ?? text(raw["project"]);
    // What names no project may be any project's.
    const isOther = project !== null && !target.projects.includes(project);
    if (target.projects.length > 0 && isOther) return null;
    return toSubject(kind, raw, place);
  });
}

/** @throws TypeError where an entry has no id */
function toSubject(
  kind: string,
  raw: Listed["found"][number]["raw"],
  place: string,
): ListedSubject {
  const id = text(raw["id"]);
  if (id === null || !/^[\w.-]{1,100}$/.test(id)) throw new TypeError("no id");
  const where = text(raw["zone"]) ?? text(raw["region"]) ?? place;
  if (where !== "" && !/^[a-z]{2}-[a-z]{3}(?:-\d)?$/.test(where)) {
    throw new TypeError("a place that is no region or zone");
  }
  return {
    kind,
    id,
    name: text(raw["name"]) ?? id,
    region: where === "" ? null : regionOf(where),
    tags: toTags(raw["tags"]),
  };
}

/** Scaleway's tags are texts; one with `=` is read as name and value. null where there is no list of them. */
function toTags(raw: unknown): Readonly<Record<string, string>> | null {
  if (!Array.isArray(raw)) return null;
  return Object.fromEntries(
    raw.flatMap((tag: unknown) => {
      if (typeof tag !== "string") return [];
      const at = tag.indexOf("=");
      return [at < 0 ? [tag, ""] : [tag.slice(0, at), tag.slice(at + 1)]];
    }),
  );
}
