import type { Dns } from "#model/dns-facets.ts";
import { DnsError } from "./errors.ts";
import { follow } from "./follow.ts";
import type { Resolver } from "./resolver.ts";

/** The addresses of a name, and how it leads to them. */
export interface Found {
  readonly addresses: NonNullable<Dns["addresses"]>;
  readonly aliases: Dns["aliases"];
  /** Whether a resolver validated every answer that they rest on. */
  readonly authentic: boolean;
}

/** Of one name: more are no endpoint. */
const MOST_ADDRESSES = 256;

/**
 * All addresses of a name, IPv4 and IPv6.
 * @throws DnsError where either family could not be read, where the name does not exist, and where aliases lead nowhere
 */
export async function findAddresses(name: string, resolver: Resolver): Promise<Found> {
  const families = await Promise.all([family(name, "A", resolver), family(name, "AAAA", resolver)]);
  const [first, second] = families;
  const addresses = families.flatMap((one) => one.addresses);
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

/** One family. @throws DnsError for an answer that tells nothing, and for a name that does not exist */
async function family(name: string, type: "A" | "AAAA", resolver: Resolver): Promise<Found> {
  const { rcode, records, aliases, authentic } = await follow(name, type, resolver);
  if (rcode === "NXDOMAIN") {
    const what =
      aliases.length > 0
        ? `the alias of ${name} leads to a name that does not exist`
        : "the name does not exist";
    throw new DnsError("unreachable", `${what} (NXDOMAIN)`, true);
  }
  if (rcode !== "NOERROR") {
    throw new DnsError("unreachable", `the resolver fails to look it up (${rcode})`);
  }
  const found = new Map<string, number>();
  for (const record of records) {
    if (record.type === type) found.set(record.address, record.ttl);
  }
  const addresses = [...found].map(([address, ttl]) => ({ address, ttl }));
  return { addresses, aliases, authentic };
}
