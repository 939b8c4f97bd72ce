import type { TlsProfile } from "#facts/tls-profiles.ts";
import type { CheckReport } from "#model/check-report.ts";
import { compareTlsVersions, type TlsVersion } from "#model/tls.ts";
import type { Content, Layout, Page } from "./page.ts";
import { groupBy } from "./subjects.ts";
import { addLabelled } from "./text-evaluations.ts";

/** What the facts of a check are added with. */
export interface View {
  readonly page: Page;
  readonly check: CheckReport;
  /** By which suites and groups stand in tiers. */
  readonly profile: TlsProfile;
  /** Everything that is known, instead of what fits on one screen. */
  readonly verbose: boolean;
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
