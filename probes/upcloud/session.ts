import type { TargetOf } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import { count, fields, list, text, type Fields } from "#probes/common/json.ts";
import type { Known } from "#probes/common/known.ts";
import { perScan } from "#probes/common/per-scan.ts";
import { listAll, type Asking, type RestAsk } from "#probes/rest/asks.ts";
import { listed, type Listed, type ListedSubject, type Part } from "#probes/rest/listing.ts";
import { openClient } from "./client.ts";
import { byOffset, wrapped } from "./pages.ts";
import { grant, type TargetType } from "./permissions.ts";
import { sightOf } from "./sight.ts";

type Target = TargetOf<"upcloud">;

/** One account in one scan, shared by all probes. */
export interface Session {
  readonly asking: Asking;
  readonly sight: ReturnType<typeof sightOf>;
  /** All servers; storages need them too, for what backs them up. */
  readonly servers: () => Promise<readonly Part[]>;
}

export const openSession = perScan((target: Target, context: ProbeContext): Session => {
  let client: ReturnType<typeof openClient> | null = null;
  const asking: Asking = {
    context,
    client: () => (client ??= openClient(target, context)),
    service: "upcloud",
  };
  const sight = sightOf(asking);
  let servers: Promise<readonly Part[]> | null = null;
  const list = async () => {
    const ask = { operation: "GET /1.3/server", permission: grant("server"), path: "/server" };
    return partsOf(await listAll(asking, ask, wrapped("servers", "server")), "server", sight);
  };
  return { asking, sight, servers: () => (servers ??= list()) };
});

/** Lists what comes a hundred at a time. */
export async function listByOffset(
  { asking, sight }: Session,
  path: string,
  type: TargetType,
): Promise<readonly Part[]> {
  const { path: first, pages } = byOffset(path);
  const ask = { operation: `GET /1.3${path}`, permission: grant(type), path: first };
  return partsOf(await listAll(asking, ask, pages), type, sight);
}

/** Lists what comes whole. */
export async function listWhole(
  { asking, sight }: Session,
  path: string,
  type: TargetType,
  pages: Parameters<typeof listAll>[2],
): Promise<readonly Part[]> {
  const ask: RestAsk = { operation: `GET /1.3${path}`, permission: grant(type), path };
  return partsOf(await listAll(asking, ask, pages), type, sight);
}

async function partsOf(
  known: Known<readonly unknown[]>,
  type: TargetType,
  sight: Session["sight"],
): Promise<readonly Part[]> {
  const hidden = known.ok ? await sight(type) : null;
  return [{ place: "", known }, ...(hidden === null ? [] : [{ place: "", known: hidden }])];
}

/** Subjects of one kind, whose entries have the usual fields. */
export function listedAs(
  target: Target,
  kind: string,
  parts: readonly Part[],
  isOne: (raw: Fields) => boolean = () => true,
): Listed {
  return listed(target, [kind], parts, (raw) => (isOne(raw) ? subjectOf(kind, raw) : null));
}

/** @throws TypeError where an entry has no id */
export function subjectOf(kind: string, raw: Fields): ListedSubject {
  const id = text(raw["uuid"]);
  if (id === null) throw new TypeError("an entry without uuid");
  const name = text(raw["title"]) ?? text(raw["name"]) ?? text(raw["hostname"]) ?? id;
  const zone = text(raw["zone"]) ?? text(raw["region"]);
  return {
    kind,
    id,
    name: name.slice(0, 255),
    region: zone?.toLowerCase() ?? null,
    tags: tagsOf(raw),
  };
}

/** Labels, and of servers the older tags, which are words without a value; null where neither is told. */
function tagsOf({ labels, tags }: Fields): Readonly<Record<string, string>> | null {
  if (labels === undefined) return null;
  const written = Array.isArray(labels) ? labels : fields(labels)["label"];
  if (!Array.isArray(written)) throw new TypeError("labels that are no list");
  const pairs = list(written);
  const words: unknown = fields(tags)["tag"] ?? [];
  if (!Array.isArray(words)) throw new TypeError("tags that are no list");
  return Object.fromEntries([
    ...words.flatMap((word: unknown) => (text(word) === null ? [] : [[String(word), ""]])),
    ...pairs.map(({ key, value }) => {
      const name = text(key);
      if (name === null || typeof value !== "string") throw new TypeError("a label without name");
      return [name, value];
    }),
  ]);
}

/** `yes` and `no`; null for anything else, so that absent never reads as no. */
export function yesNo(value: unknown): boolean | null {
  if (value === "yes" || value === true) return true;
  return value === "no" || value === false ? false : null;
}

/** A number that may be written as text; null where there is none, an empty text among them. @throws TypeError for another text */
export function optionalCount(value: unknown): number | null {
  if (value === undefined || value === null || value === "") return null;
  const number = count(value);
  if (number === null) throw new TypeError("a number was expected");
  return number;
}
