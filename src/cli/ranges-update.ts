import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "#model/schema.ts";
import {
  ownGroups,
  ownTable,
  SOURCES,
  type RangeDocument,
  type Source,
} from "#probes/hosting/sources.ts";
import type { StoredRanges } from "#probes/hosting/store.ts";
import { UsageError } from "./exit.ts";
import { MOST_BYTES } from "./ranges-download.ts";

/** A table that was made, or why it was not. */
export type Update =
  | { readonly id: string; readonly table: StoredRanges }
  | { readonly id: string; readonly why: string };

/** Fetches the text of an address. */
export type Fetch = (url: string) => Promise<string>;

/** Every source as its provider publishes it now, each as it comes. A source that fails never stops the others. */
export async function* fetchSources(fetch: Fetch, now: () => Date): AsyncGenerator<Update> {
  for (const source of SOURCES) {
    yield await attempt(source.id, async () => {
      const texts: string[] = [];
      const from: string[] = [];
      for (const document of source.documents) {
        const url = await addressOf(document, fetch);
        texts.push(await fetch(url));
        from.push(url);
      }
      return tableOf(source, texts, from, now());
    });
  }
}

/** The address of a document; of one that a page names, the address on that page. */
async function addressOf({ url, link }: RangeDocument, fetch: Fetch): Promise<string> {
  if (link === undefined) return url;
  const [found] = link.exec(await fetch(url)) ?? [];
  if (found === undefined) throw new Error(`${url} names no such file any more`);
  return found;
}

/**
 * The same from files: a folder with documents of providers under the names of their sources, tables of one's own, or
 * single files of these. They are as old as the files.
 * @throws UsageError for what is not there or is no such file
 */
export async function readSources(path: string): Promise<readonly Update[]> {
  const files = filesOf(path);
  const updates: Update[] = [];
  const taken = new Set<string>();
  for (const source of SOURCES) {
    const found = source.documents.map(({ file }) => files.find((one) => basename(one) === file));
    const present = found.filter((file) => file !== undefined);
    for (const file of present) taken.add(file);
    if (present.length === 0) continue;
    updates.push(
      await attempt(source.id, () => {
        const missing = source.documents.filter((_, index) => found[index] === undefined);
        if (missing.length > 0) {
          throw new Error(`beside it is no ${missing.map(({ file }) => file).join(", ")}`);
        }
        const oldest = new Date(Math.min(...present.map((file) => statSync(file).mtimeMs)));
        const names = present.map((file) => basename(file));
        return tableOf(source, present.map(textOf), names, oldest);
      }),
    );
  }
  for (const file of files.filter((one) => !taken.has(one))) {
    const id = basename(file, ".json")
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, "-");
    updates.push(
      await attempt(id, () => {
        const text = textOf(file);
        const { label, covers, ...rest } = ownTable.parse(JSON.parse(text));
        return {
          version: 1,
          id: `own-${id}`,
          covers,
          origin: "table",
          fetchedAt: statSync(file).mtime.toISOString(),
          sha256: sha256([text]),
          label,
          from: [basename(file)],
          published: null,
          groups: ownGroups({ label, covers, ...rest }),
        };
      }),
    );
  }
  if (updates.length === 0) {
    const names = SOURCES.flatMap(({ documents }) => documents.map(({ file }) => file));
    throw new UsageError(`--from ${path}: expected files such as ${names.join(", ")}`);
  }
  return updates;
}

function filesOf(path: string): readonly string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`--from ${path}: there is no such file or folder`);
  if (!found.isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => join(path, name));
}

function textOf(file: string): string {
  if (statSync(file).size > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES} bytes`);
  return readFileSync(file, "utf8");
}

function tableOf(
  source: Source,
  texts: readonly string[],
  from: readonly string[],
  at: Date,
): StoredRanges {
  const { groups, published } = source.read(texts);
  return {
    version: 1,
    id: source.id,
    covers: [source.id],
    origin: source.origin,
    fetchedAt: at.toISOString(),
    sha256: sha256(texts),
    label: null,
    from,
    published,
    groups,
  };
}

function sha256(texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text);
  return hash.digest("hex");
}

async function attempt(
  id: string,
  make: () => StoredRanges | Promise<StoredRanges>,
): Promise<Update> {
  try {
    return { id, table: await make() };
  } catch (error) {
    if (error instanceof z.ZodError) {
      const [issue] = error.issues;
      const place = issue?.path.join(".") ?? "";
      return { id, why: `it has not the documented shape: ${place}: ${issue?.message ?? ""}` };
    }
    return { id, why: error instanceof Error ? error.message : String(error) };
  }
}
