import { isInternet } from "#facts/internet-addresses.ts";
import { parseRange } from "#model/address-ranges.ts";
import { text } from "#probes/common/json.ts";

/**
 * Whether rules that each let in an address or a range let in the whole Internet together; null where one of them is
 * no such range.
 */
export function letInEveryone(addresses: readonly unknown[]): boolean | null {
  const ranges = addresses.map((address) => parseRange(text(address) ?? ""));
  const known = ranges.filter((range) => range !== null);
  if (isInternet(known)) return true;
  return known.length < ranges.length ? null : false;
}
