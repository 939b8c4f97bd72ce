import {
  countAddresses,
  intersectRanges,
  parseRange,
  subtractRanges,
  type AddressRange,
} from "#model/address-ranges.ts";

/**
 * IPv4 addresses that no stranger on the Internet has: https://www.iana.org/assignments/iana-ipv4-special-registry/,
 * multicast and the reserved rest.
 */
const NOT_PUBLIC = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
];
const ALL_IPV4 = ranges(["0.0.0.0/0"]);
/** https://www.iana.org/assignments/ipv6-unicast-address-assignments/ */
const PUBLIC: Readonly<Record<4 | 6, readonly AddressRange[]>> = {
  4: subtractRanges(ALL_IPV4, ranges(NOT_PUBLIC)),
  6: ranges(["2000::/3"]),
};
/** Every address that a stranger on the Internet may have. */
export const PUBLIC_ADDRESSES: readonly AddressRange[] = [...PUBLIC[4], ...PUBLIC[6]];
/**
 * From how many public addresses on a set of ranges is the Internet in all but name: more than any one organisation
 * holds. Of IPv4 an eighth of all (the largest holders have some six hundredths); of IPv6 a /12, which is what a whole
 * regional registry is given to hand out.
 */
const MANY: Readonly<Record<4 | 6, bigint>> = {
  4: countAddresses(PUBLIC[4], 4) / 8n,
  6: 1n << 116n,
};

function ranges(texts: readonly string[]): readonly AddressRange[] {
  return texts.flatMap((text) => parseRange(text) ?? []);
}

/** Whether the ranges together let in the Internet, or so many addresses that they are it in all but name. */
export function isInternet(allowed: readonly AddressRange[]): boolean {
  return ([4, 6] as const).some(
    (family) => countAddresses(intersectRanges(allowed, PUBLIC[family]), family) >= MANY[family],
  );
}
