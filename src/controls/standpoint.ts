import { PUBLIC_ADDRESSES } from "#facts/internet-addresses.ts";
import { coversRanges, parseRange } from "#model/address-ranges.ts";
import type { DeclaredRanges } from "#model/control.ts";
import type { Reachability, ReachedHost } from "#model/reachability-facets.ts";
import { listed, plain } from "#model/text.ts";

/** Where a scan stood, as the host sees it. */
export interface Standpoint {
  /** `outside` of all declared ranges, `inside` of one, or `unknown` where that cannot be told. */
  readonly place: "outside" | "inside" | "unknown";
  /** For people, to stand behind what was seen: `from 198.51.100.7`. */
  readonly words: string;
  /** Why nothing follows for others; empty for `outside`. */
  readonly why: string;
}

/**
 * Whether the scan came from outside the declared ranges. An own address that is private says nothing of that where the
 * host is on the Internet: it sees the address of what translates.
 */
export function standpoint(
  { address, from }: Pick<ReachedHost, "address" | "from">,
  { seenAs }: Pick<Reachability, "seenAs">,
  declared: readonly DeclaredRanges[],
): Standpoint {
  const own = seenAs ?? from;
  if (own === null) {
    return {
      place: "unknown",
      words: "from here",
      why: "no connection shows this machine's address",
    };
  }
  const translated = seenAs === null && !isPublic(own) && isPublic(address);
  const words = `from ${plain(own, 50)}${translated ? ", a private address behind address translation" : ""}`;
  const within = declared.filter(({ ranges }) => isWithin(own, ranges));
  const certain = within.filter(({ certain: sure }) => sure);
  if (certain.length > 0) {
    const names = listed(certain.map(({ name }) => name));
    return { place: "inside", words, why: `this machine is inside the declared ranges (${names})` };
  }
  if (within.length > 0) {
    return {
      place: "unknown",
      words,
      why: "whether this machine's address is declared depends on tags or a region that were not read",
    };
  }
  if (translated && declared.length > 0) {
    return {
      place: "unknown",
      words,
      why: "declare under outside.seenAs by which address the host sees this machine",
    };
  }
  return { place: "outside", words, why: "" };
}

function isPublic(address: string): boolean {
  return isWithinRanges(address, PUBLIC_ADDRESSES);
}

function isWithin(address: string, ranges: readonly string[]): boolean {
  return isWithinRanges(
    address,
    ranges.flatMap((text) => parseRange(text) ?? []),
  );
}

function isWithinRanges(address: string, ranges: typeof PUBLIC_ADDRESSES): boolean {
  // An IPv4 address in a socket of both families; the zone of a link-local one is no part of it.
  const one = parseRange(address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, ""));
  return one !== null && coversRanges(ranges, [one]);
}
