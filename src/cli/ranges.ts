import { RANGES_LAST_DAYS } from "#facts/hosting.ts";
import { plain } from "#model/text.ts";
import { rangesFolder, readRanges, type StoredRanges, writeRanges } from "#probes/hosting/store.ts";
import { printableJson } from "#report/escape.ts";
import { renderTable } from "#report/lists.ts";
import { cancellation } from "./cancellation.ts";
import { EXIT, UsageError } from "./exit.ts";
import { terminalStyle, writeText } from "./output.ts";
import { download } from "./ranges-download.ts";
import { fetchSources, readSources, type Update } from "./ranges-update.ts";
import { tell } from "./stderr.ts";

const DAY = 86_400_000;
const UPDATE = "probity ranges update";

/** Shows which tables of ranges are on this machine and how old they are. @throws UsageError */
export async function ranges(options: { readonly format: "text" | "json" }): Promise<number> {
  const folder = requireFolder();
  const { tables, broken } = readRanges(folder);
  for (const { file, why } of broken) tell(`${file} cannot be read: ${plain(why)}`);
  const now = Date.now();
  if (options.format === "json") {
    const rows = tables.map((table) => {
      const { groups: _, version: __, ...rest } = table;
      return { ...rest, prefixes: countOf(table), ...ageOf(table, now) };
    });
    await writeText(`${printableJson(JSON.stringify({ folder, tables: rows }, null, 2))}\n`);
    return EXIT.upheld;
  }
  if (tables.length === 0) {
    await writeText(`${folder} holds no tables: run \`${UPDATE}\`\n`);
    return EXIT.upheld;
  }
  const { width } = terminalStyle(process.stdout.isTTY);
  const columns = ["Source", "Prefixes", "Fetched", "Age", "SHA-256", "What it is"];
  const rows = tables.map((table) => {
    const { days, stale } = ageOf(table, now);
    const age = days === 1 ? "1 day" : `${days} days`;
    return [
      plain(table.id, 40),
      String(countOf(table)),
      table.fetchedAt.slice(0, 10),
      stale ? `${age}, STALE` : age,
      plain(table.sha256.slice(0, 12), 12),
      whatIs(table),
    ];
  });
  const stale = tables.some((table) => ageOf(table, now).stale);
  const note = `A table of more than ${RANGES_LAST_DAYS} days proves nothing: run \`${UPDATE}\`\n`;
  await writeText(`${folder}\n\n${renderTable(columns, rows, width)}${stale ? `\n${note}` : ""}`);
  return EXIT.upheld;
}

/**
 * Fetches the tables anew, or reads them from files. What fails leaves the older table in its place, with its own date.
 * @returns 3 where some source failed
 * @throws UsageError
 */
export async function updateRanges(options: { readonly from?: string }): Promise<number> {
  const folder = requireFolder();
  const { signal, release } = cancellation();
  let failed = false;
  const take = async (update: Update) => {
    if ("why" in update) {
      failed = true;
      tell(`${update.id}: ${plain(update.why, 300)}`);
      return;
    }
    const { table } = update;
    write(folder, table);
    await writeText(`${plain(table.id, 40)}: ${countOf(table)} prefixes, ${whatIs(table)}\n`);
  };
  if (options.from !== undefined) {
    for (const update of await readSources(options.from)) await take(update);
  } else {
    const fetch = (url: string) => download(url, { signal });
    for await (const update of fetchSources(fetch, () => new Date())) {
      await take(update);
      if (signal.aborted) break;
    }
  }
  release();
  return failed || signal.aborted ? EXIT.unverified : EXIT.upheld;
}

function write(folder: string, table: StoredRanges): void {
  try {
    writeRanges(folder, table);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${folder} cannot be written: ${why}`);
  }
}

function requireFolder(): string {
  const folder = rangesFolder(process.env);
  if (folder === null) {
    throw new UsageError("no folder for the tables: set PROBITY_RANGES, or HOME, to one");
  }
  return folder;
}

function countOf({ groups }: StoredRanges): number {
  return groups.reduce((sum, { prefixes }) => sum + prefixes.length, 0);
}

function ageOf({ fetchedAt }: StoredRanges, now: number): { days: number; stale: boolean } {
  const age = (now - Date.parse(fetchedAt)) / DAY;
  return { days: Math.max(0, Math.floor(age)), stale: age > RANGES_LAST_DAYS };
}

function whatIs({ origin, label, published }: StoredRanges): string {
  if (origin === "table") return `a table of one's own: ${plain(label ?? "", 80)}`;
  const what = origin === "list" ? "the provider's list" : "routes that its networks announce";
  return published === null ? what : `${what}, ${plain(published, 40)}`;
}
