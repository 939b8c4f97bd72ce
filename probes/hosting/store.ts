/** Tables of published ranges on this machine: one file a source, in the user's cache folder. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { RangeSource } from "#model/dns-facets.ts";

/** A run of prefixes that are all the same. */
export interface RangeGroup {
  readonly provider: string;
  readonly region: string | null;
  readonly edge: string | null;
  readonly prefixes: readonly string[];
}

/** A table as its file holds it. */
export interface StoredRanges extends RangeSource {
  readonly version: 1;
  /** Where it came from: addresses, or names of files. */
  readonly from: readonly string[];
  /** When the provider published it, in its own words; null: it does not say. */
  readonly published: string | null;
  readonly groups: readonly RangeGroup[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const SUFFIX = ".ranges.json";

/**
 * The folder of the tables: `PROBITY_RANGES`, else below the user's cache folder
 * (https://specifications.freedesktop.org/basedir-spec/latest/). null: the environment names neither.
 */
export function rangesFolder(environment: Environment): string | null {
  const { PROBITY_RANGES, XDG_CACHE_HOME, LOCALAPPDATA, HOME } = environment;
  if (PROBITY_RANGES !== undefined && PROBITY_RANGES !== "") return PROBITY_RANGES;
  const cache =
    XDG_CACHE_HOME ||
    LOCALAPPDATA ||
    (HOME === undefined || HOME === "" ? "" : join(HOME, ".cache"));
  return cache === "" ? null : join(cache, "probity", "ranges");
}

/** What is in the folder: tables, and files that are none with what is wrong with them. */
export interface Stored {
  readonly tables: readonly StoredRanges[];
  readonly broken: readonly { readonly file: string; readonly why: string }[];
}

/** Reads all tables, by name. A file that cannot be read is told and never taken for an empty table. */
export function readRanges(folder: string): Stored {
  const tables: StoredRanges[] = [];
  const broken: { file: string; why: string }[] = [];
  if (!existsSync(folder)) return { tables, broken };
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith(SUFFIX)) continue;
    try {
      const value: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"));
      if (isStored(value)) tables.push(value);
      else broken.push({ file, why: "is no table of this version" });
    } catch (error) {
      broken.push({ file, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return { tables, broken };
}

/** Writes a table in the place of the older one, whole or not at all. */
export function writeRanges(folder: string, table: StoredRanges): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${table.id}${SUFFIX}`);
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify(table));
  renameSync(temporary, file);
}

/** Schema of a table; by hand, as there are a hundred thousand prefixes and the check of an endpoint takes no second. */
function isStored(value: unknown): value is StoredRanges {
  if (!isRecord(value) || value["version"] !== 1) return false;
  const { id, covers, origin, fetchedAt, sha256, label, from, published, groups } = value;
  return (
    typeof id === "string" &&
    areTexts(covers) &&
    ["list", "routes", "table"].some((one) => one === origin) &&
    typeof fetchedAt === "string" &&
    !Number.isNaN(Date.parse(fetchedAt)) &&
    typeof sha256 === "string" &&
    isText(label) &&
    areTexts(from) &&
    isText(published) &&
    Array.isArray(groups) &&
    groups.every(
      (group: unknown) =>
        isRecord(group) &&
        typeof group["provider"] === "string" &&
        isText(group["region"]) &&
        isText(group["edge"]) &&
        areTexts(group["prefixes"]),
    )
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): boolean {
  return value === null || typeof value === "string";
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
