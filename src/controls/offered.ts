import { plain } from "#model/text.ts";
import type { TlsVersion } from "#model/tls.ts";
import type { Unfinished } from "#model/tls-facets.ts";

/** Something that a version offers, with what a message says of it beside the name. */
export interface Noted {
  readonly version: TlsVersion;
  readonly name: string;
  /** Why it counts as it does. */
  readonly reason?: string | null;
}

/** How many names a message holds. */
const SHOWN = 8;

/** Each name once, with the versions that have it: `secp192r1 (TLSv1.1, TLSv1.2: less than 224 bits)`. */
export function offeredNames(entries: readonly Noted[]): string {
  const byName = [...Map.groupBy(entries, ({ name }) => name)];
  const words = byName.slice(0, SHOWN).map(([name, same]) => {
    const versions = [...new Set(same.map(({ version }) => version))].join(", ");
    const reason = same[0]?.reason ?? null;
    return `${plain(name, 80)} (${versions}${reason === null ? "" : `: ${reason}`})`;
  });
  const more = byName.length - words.length;
  return more > 0 ? `${words.join(", ")} and ${more} more` : words.join(", ");
}

/** Lists that could not be finished, each with its version and why. */
export function openLists(what: string, unfinished: readonly Unfinished[]): readonly string[] {
  return unfinished.map(
    ({ version, why }) => `the ${what} of ${version} could not be finished (${plain(why)})`,
  );
}

/** The number of a code in evidence, `0xC02F`; NaN for what is none. */
export function codeNumber({ code }: { readonly code: string }): number {
  return Number.parseInt(code, 16);
}
