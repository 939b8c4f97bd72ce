import type { TlsProfile } from "#facts/tls-profiles.ts";
import type { CheckedTls, CheckReport } from "#model/check-report.ts";
import { compareTlsVersions, type TlsVersion } from "#model/tls.ts";
import type { Content, Layout, Page } from "./page.ts";
import { groupBy } from "./subjects.ts";
import { addLabelled } from "./text-evaluations.ts";
import { cutItems } from "./items.ts";
import { cut } from "./width.ts";

/** What the facts of a check are added with. */
export interface View {
  readonly page: Page;
  readonly check: CheckReport;
  /** By which suites and groups stand in tiers. */
  readonly profile: TlsProfile;
  /** Everything that is known, instead of what fits on one screen. */
  readonly verbose: boolean;
  /** What fails needs the room: a fact has one line where it can, and what is as it should be is left out. */
  readonly tight: boolean;
}

const INDENT = 2;
const LABEL_COLUMN = 14;

/** Adds a line of what is there: its name and its words. */
export function addFact(page: Page, label: string, content: Content): void {
  addLabelled(page, label, content, INDENT, LABEL_COLUMN);
}

/** Adds a line under a fact, in the column of its words. */
export function addUnder(page: Page, content: Content, layout: Layout = {}): void {
  const indent = page.width >= 60 ? INDENT + LABEL_COLUMN : INDENT + 2;
  page.add(content, { ...layout, indent: indent + (layout.indent ?? 0) });
}

/** Columns that the words of a fact have in its line. */
export function factRoom({ width }: Page): number {
  return width >= 60 ? width - INDENT - LABEL_COLUMN : width - INDENT;
}

/** Adds which lists are not complete: every one, or those with the same reason together. */
export function addNotes(
  { page, verbose, tight }: View,
  unfinished: readonly { readonly version: TlsVersion; readonly why: string }[],
  words: (versions: string) => string,
): void {
  if (tight) return;
  const groups = groupBy(unfinished, ({ version, why }) => (verbose ? version : why));
  const notes = groups.map((same) => {
    const versions = [...new Set(same.map(({ version }) => version))].join(", ");
    return `${words(versions)} (${cut(same[0].why, 80)})`;
  });
  if (verbose) for (const note of notes) addFact(page, "Note", note);
  else if (notes.length > 0) {
    const text = notes.join("; ");
    addFact(page, "Note", cutItems(text, 2 * factRoom(page)));
  }
}

/** Adds all that is not complete in one line, where the room is needed for other things. */
export function addTightNotes({ page }: View, tls: CheckedTls): void {
  const { cipherSuites, keyExchange, certificate } = tls;
  const open = (what: string, unfinished: readonly { readonly version: TlsVersion }[] = []) => {
    const versions = [...new Set(unfinished.map(({ version }) => version))].join(", ");
    return versions === "" ? [] : [`${what} of ${versions}`];
  };
  const parts = [
    ...open("the suites", cipherSuites?.unfinished),
    ...open("the groups", keyExchange?.unfinished),
    ...((certificate?.unfinished.length ?? 0) > 0 ? ["the certificates"] : []),
  ];
  if (parts.length > 0) {
    addFact(page, "Note", cutItems(`not complete: ${parts.join("; ")}`, factRoom(page)));
  }
}

/** Adds a fact of several lines. */
export function addLines(page: Page, label: string, lines: readonly Content[]): void {
  for (const [index, line] of lines.entries()) {
    if (index === 0) addFact(page, label, line);
    else addUnder(page, line);
  }
}

/** The first items, then how many more there are. */
export function some(items: readonly string[], limit: number): string {
  const more = items.length - limit;
  return items.slice(0, limit).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** What belongs to versions, by version, the newest first; the order within a version stays. */
export function byVersion<T extends { readonly version: TlsVersion }>(
  items: readonly T[],
): (readonly [T, ...T[]])[] {
  const newestFirst = items.toSorted((a, b) => compareTlsVersions(b.version, a.version));
  return groupBy(newestFirst, ({ version }) => version);
}
