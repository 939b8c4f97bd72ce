import type { Dns } from "#model/dns-facets.ts";
import { DnsError } from "./errors.ts";
import type { Resolver } from "./resolver.ts";
import type { Answer, ResourceRecord } from "./wire.ts";

/** The addresses of a name, and how it leads to them. */
export interface Found {
  readonly addresses: NonNullable<Dns["addresses"]>;
  readonly aliases: Dns["aliases"];
  /** Whether a resolver validated every answer that they rest on. */
  readonly authentic: boolean;
}

/** As many as resolvers follow themselves. */
const MOST_ALIASES = 16;
/** Of one name: more are no endpoint. */
const MOST_ADDRESSES = 256;

/**
 * All addresses of a name, IPv4 and IPv6.
 * @throws DnsError where either family could not be read, where the name does not exist, and where aliases lead nowhere
 */
export async function findAddresses(name: string, resolver: Resolver): Promise<Found> {
  const families = await Promise.all([follow(name, "A", resolver), follow(name, "AAAA", resolver)]);
  const [first, second] = families;
  const addresses = families.flatMap((family) => family.addresses);
  if (addresses.length > MOST_ADDRESSES) {
    throw new DnsError("too-large", `the name has more than ${MOST_ADDRESSES} addresses`);
  }
  // Without addresses there is nothing to protect but that there are none.
  const resting =
    addresses.length === 0 ? families : families.filter((one) => one.addresses.length > 0);
  return {
    addresses,
    aliases: first.aliases.length > 0 ? first.aliases : second.aliases,
    authentic: resting.every(({ authentic }) => authentic),
  };
}

/** One family: through the aliases, which a resolver gives together with the addresses, and others one by one. */
async function follow(name: string, type: "A" | "AAAA", resolver: Resolver): Promise<Found> {
  const aliases: { name: string; to: string; ttl: number }[] = [];
  let authentic = true;
  let owner = name;
  for (;;) {
    const answer = usable(await resolver.ask(owner, type), name, aliases.length);
    authentic &&= answer.authentic;
    const asked = owner;
    for (;;) {
      const alias = cnameOf(answer.answers, owner);
      if (alias === undefined) break;
      aliases.push(alias);
      if (aliases.length > MOST_ALIASES || aliases.some((one) => one.name === alias.to)) {
        throw new DnsError("malformed", "the aliases of the name lead in a circle, or never end");
      }
      owner = alias.to;
    }
    const addresses = addressesOf(answer.answers, owner, type);
    // Where the resolver followed no further than it could itself, what is left is asked for.
    const followed = answer.authorities.length > 0 || answer.rcode === "NXDOMAIN";
    if (addresses.length > 0 || owner === asked || followed)
      return { addresses, aliases, authentic };
  }
}

/** @throws DnsError for an answer that tells nothing, and for a name that does not exist */
function usable(answer: Answer, name: string, aliases: number): Answer {
  if (answer.rcode === "NOERROR") return answer;
  if (answer.rcode !== "NXDOMAIN") {
    throw new DnsError("unreachable", `the resolver fails to look it up (${answer.rcode})`);
  }
  const alias = aliases > 0 || answer.answers.some((one) => one.type === "CNAME");
  const what = alias
    ? `the alias of ${name} leads to a name that does not exist`
    : "the name does not exist";
  throw new DnsError("unreachable", `${what} (NXDOMAIN)`, true);
}

function cnameOf(records: readonly ResourceRecord[], owner: string) {
  for (const record of records) {
    if (record.type === "CNAME" && record.name === owner) {
      return { name: owner, to: record.target, ttl: record.ttl };
    }
  }
  return undefined;
}

function addressesOf(records: readonly ResourceRecord[], owner: string, type: "A" | "AAAA") {
  const found = new Map<string, number>();
  for (const record of records) {
    // What belongs to another name was not asked for.
    if (record.type === type && record.name === owner) found.set(record.address, record.ttl);
  }
  return [...found].map(([address, ttl]) => ({ address, ttl }));
}
