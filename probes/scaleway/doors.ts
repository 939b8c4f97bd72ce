/** Who may reach a database by its endpoints and its list of addresses; pure. */
import { coversRanges, parseRange, type AddressRange } from "#model/address-ranges.ts";
import type { Exposure } from "#model/facets.ts";
import { text, type Fields } from "#probes/common/json.ts";

const EVERYWHERE = ["0.0.0.0/0"].flatMap((text) => parseRange(text) ?? []);

/** What an endpoint has that the Internet reaches; one in a private network has `private_network` instead. */
const PUBLIC_SORTS = ["load_balancer", "direct_access", "public_network"] as const;

/** Whether an endpoint has a public address. @throws TypeError for one that is of no documented sort */
export function isPublicEndpoint(endpoint: Fields): boolean {
  const is = (sort: string) => typeof endpoint[sort] === "object" && endpoint[sort] !== null;
  if (PUBLIC_SORTS.some(is)) return true;
  if (!is("private_network")) throw new TypeError("an endpoint that is neither public nor private");
  return false;
}

/**
 * Databases always ask for a user and a password; whether the network is open to every address is decided by a public
 * endpoint and the list of addresses before it.
 * @param isPublic whether there is a public endpoint
 * @param rules of the list: `{ip, action}`
 * @throws TypeError for a rule that is not understood
 */
export function networkExposure(isPublic: boolean, rules: readonly Fields[]): Exposure {
  const closed = (by: string): Exposure => ({
    anonymousAccess: false,
    openNetwork: false,
    through: [],
    closedBy: [by],
  });
  if (!isPublic) return closed("no public endpoint");
  const read = rules.filter(({ direction }) => direction !== "outbound").map(toRule);
  if (read.length === 0) {
    return {
      anonymousAccess: false,
      openNetwork: null,
      through: ["a public endpoint, and a list of addresses without a rule"],
      closedBy: [],
    };
  }
  const allowed = read.filter(({ action }) => action === "allow");
  if (
    !coversRanges(
      allowed.map(({ range }) => range),
      EVERYWHERE,
    )
  ) {
    return closed(`a list of ${allowed.length} ranges of addresses`);
  }
  const denies = read.length > allowed.length;
  return {
    anonymousAccess: false,
    // Which of two rules counts that say otherwise is not documented.
    openNetwork: denies ? null : true,
    through: [
      `a public endpoint, and a list that allows ${denies ? "and denies " : ""}every address`,
    ],
    closedBy: [],
  };
}

function toRule({ ip, action }: Fields): { readonly range: AddressRange; readonly action: string } {
  const range = parseRange(text(ip) ?? "");
  if (range === null) throw new TypeError("a rule without a range of addresses");
  if (action !== "allow" && action !== "deny")
    throw new TypeError("a rule that neither allows nor denies");
  return { range, action };
}
