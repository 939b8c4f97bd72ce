import { declaredPlaces, judgePlace, namedRegion, type Places } from "#controls/places.ts";
import { hostTitle, RANGES_LAST_DAYS } from "#facts/hosting.ts";
import { PUBLIC_ADDRESSES } from "#facts/internet-addresses.ts";
import { normaliseRegion } from "#facts/regions.ts";
import { coversRanges, parseRange } from "#model/address-ranges.ts";
import type { HostedAddress, Hosting, RangeSource } from "#model/dns-facets.ts";
import { PROVIDERS, type Provider } from "#model/subject.ts";
import { plain } from "#model/text.ts";

/** Who may host something, and where. */
export interface DeclaredHosts extends Places {
  readonly providers: readonly string[];
  /** What to make of what stands behind a network of edges. */
  readonly unseen: "unknown" | "attested";
}

/** What is said of one address, and whether it keeps the promise, breaks it or leaves it open. */
export interface HostFinding {
  readonly found: "held" | "failure" | "open";
  readonly words: string;
}

const DAY = 86_400_000;
const UPDATE = "run `probity ranges update`";

/**
 * Holds one address against the declared hosts. Nothing is said for sure by a table that is old, and nothing fails while a
 * table of a declared provider is missing: the address may be in it.
 */
export function judgeAddress(
  declared: DeclaredHosts,
  address: HostedAddress,
  { sources }: Hosting,
  now: Date,
): HostFinding {
  const { provider } = address;
  if (sources.length === 0) {
    return open(`no ranges of providers are on this machine, to tell whose it is by: ${UPDATE}`);
  }
  const source = sources.find(({ id }) => id === address.source);
  const stale = source === undefined ? null : staleness(source, now);
  if (stale !== null) return open(stale);
  if (provider !== null && declared.providers.includes(provider)) {
    return judgeDeclared(declared, address, provider);
  }
  const lacking = lackingOf(declared, sources, now);
  if (lacking !== null) return open(lacking);
  if (provider !== null) {
    const behind = address.edge === null ? "" : "; what stands behind it is not known";
    return { found: "failure", words: `${named(address)}, which is not declared${behind}` };
  }
  if (!isPublic(address.address)) {
    return open(`${address.address} is no public address, and nobody publishes whose it is`);
  }
  const titles = declared.providers.map(hostTitle).join(", ");
  const unlisted = declared.providers.filter((one) =>
    sources.every(({ covers, origin }) => !covers.includes(one) || origin === "routes"),
  );
  if (unlisted.length > 0) {
    const who = unlisted.map(hostTitle).join(", ");
    return open(
      `${address.address} is in no range that is known of ${titles}, and ${who} publishes no list that would be whole`,
    );
  }
  return { found: "failure", words: `${address.address} is in none of the ranges of ${titles}` };
}

function judgeDeclared(
  declared: DeclaredHosts,
  address: HostedAddress,
  provider: string,
): HostFinding {
  if (address.edge !== null) {
    const words = `${named(address)}: edge only, what stands behind it is not known`;
    return declared.unseen === "attested"
      ? { found: "held", words: `${words} (left to the claim's attestation)` }
      : open(words);
  }
  if (declaredPlaces(declared).length === 0) return { found: "held", words: named(address) };
  const region = normaliseRegion(address.region ?? "global");
  if (region === "global") {
    const why = address.region === null ? "does not publish" : "gives no single place for";
    return open(`${named(address)}, and the provider ${why} its region`);
  }
  return judgeRegion(declared, provider, region, named(address));
}

/** A region of a declared provider against the declared places. */
export function judgeRegion(
  declared: DeclaredHosts,
  provider: string,
  region: string,
  words: string,
): HostFinding {
  const place = judgePlace(declared, cloudOf(provider), region);
  if (place === "unknown") return open(`${words}, whose country is not known`);
  if (place === "outside") return { found: "failure", words: `${words}, outside what is declared` };
  return { found: "held", words };
}

/** `192.0.2.1 belongs to Microsoft Azure (francecentral (FR))`. */
function named({ address, provider, region, edge }: HostedAddress): string {
  const title = hostTitle(provider ?? "");
  const where =
    region === null ? [] : [namedRegion(cloudOf(provider ?? ""), normaliseRegion(region))];
  const of = edge === null || edge === title ? [] : [plain(edge, 80)];
  const details = [...of, ...where].join(", ");
  return `${address} belongs to ${plain(title, 80)}${details === "" ? "" : ` (${details})`}`;
}

/** Whose table is missing or old; null: every declared provider has one. */
function lackingOf(
  { providers }: DeclaredHosts,
  sources: readonly RangeSource[],
  now: Date,
): string | null {
  for (const provider of providers) {
    const tables = sources.filter(({ covers }) => covers.includes(provider));
    if (tables.some((table) => staleness(table, now) === null)) continue;
    const [table] = tables;
    return table === undefined
      ? `the ranges of ${hostTitle(provider)} are not on this machine: ${UPDATE}`
      : (staleness(table, now) ?? "");
  }
  return null;
}

/** Why a table says nothing any more; null: it does. */
function staleness({ id, fetchedAt }: RangeSource, now: Date): string | null {
  const days = (now.getTime() - Date.parse(fetchedAt)) / DAY;
  // A clock that is wrong by more than a day makes no table fresh.
  if (days >= -1 && days <= RANGES_LAST_DAYS) return null;
  const date = fetchedAt.slice(0, 10);
  return days < 0
    ? `the table of ranges ${plain(id, 60)} is of ${date}, which is still to come: set the clock, or ${UPDATE}`
    : `the table of ranges ${plain(id, 60)} is of ${date}, more than ${RANGES_LAST_DAYS} days ago: ${UPDATE}`;
}

function cloudOf(provider: string): Provider {
  return PROVIDERS.find((one) => one === provider) ?? "endpoint";
}

function isPublic(address: string): boolean {
  const range = parseRange(address);
  return range !== null && coversRanges(PUBLIC_ADDRESSES, [range]);
}

function open(words: string): HostFinding {
  return { found: "open", words };
}
