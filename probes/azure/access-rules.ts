/** Lists of access restrictions, as App Service and Container Apps keep them, as what they let in; pure. */
import {
  coversRanges,
  parseRange,
  subtractRanges,
  toCidrs,
  type AddressRange,
} from "#model/address-ranges.ts";
import type { IngressRule } from "#model/security-facets.ts";

/** One entry of such a list. */
export interface AccessRule {
  readonly name: string;
  readonly allows: boolean;
  /** Ranges in CIDR notation. */
  readonly ranges: readonly string[];
  readonly others: readonly string[];
  readonly unresolved: readonly string[];
  /** Whether it is about some requests only, so that a denial leaves the others alone. */
  readonly filtered: boolean;
}

export const EVERY_ADDRESS = ["0.0.0.0/0", "::/0"];
const EVERYTHING = EVERY_ADDRESS.flatMap((text) => parseRange(text) ?? []);
const MOST_RULES = 2000;
/** Each range that is denied cuts what is allowed after it into pieces. */
const MOST_DENIED = 1000;

/**
 * What is left of the rules that allow once the denials before them are taken away; the first that matches decides.
 * What cannot be taken away (a denied service tag or subnet, or one for some requests) is still listed as let in.
 * @param rules in the order in which they are looked at
 * @param ports each is let in
 */
export function allowedBy(
  rules: readonly AccessRule[],
  ports: readonly number[],
  prefix = "",
): readonly IngressRule[] {
  if (rules.length > MOST_RULES) throw new TypeError("too many access rules");
  const denied: AddressRange[] = [];
  const allowed: IngressRule[] = [];
  for (const rule of rules) {
    const own = rule.ranges.flatMap((text) => parseRange(text) ?? []);
    if (!rule.allows) {
      if (!rule.filtered) denied.push(...own);
      if (denied.length > MOST_DENIED) throw new TypeError("too many denied ranges of addresses");
      continue;
    }
    const ranges = toCidrs(subtractRanges(own, denied));
    if (ranges.length + rule.others.length + rule.unresolved.length === 0) continue;
    const { others, unresolved } = rule;
    for (const port of ports) {
      allowed.push({
        protocol: "tcp",
        ports: [port, port],
        ranges,
        others,
        ...(unresolved.length === 0 ? {} : { unresolved }),
        rule: `${prefix}${rule.name}`,
      });
    }
    // Whatever comes, this rule has matched it.
    if (!rule.filtered && coversRanges(own, EVERYTHING)) break;
  }
  return allowed;
}
