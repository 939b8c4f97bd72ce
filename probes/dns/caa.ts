import type { Caa } from "#model/dns-facets.ts";
import { plain } from "#model/text.ts";
import { DnsError } from "./errors.ts";
import { follow } from "./follow.ts";
import type { Resolver } from "./resolver.ts";

/** A name has at most 127 labels; those of real endpoints have some. */
const MOST_LEVELS = 16;
const MOST_RECORDS = 64;

/**
 * The CAA records that hold for a name: those of the name itself, else of the nearest name above it (RFC 8659 3). A level
 * that could not be read hides what it may hold, unless a nearer one has records.
 * @throws DnsError
 */
export async function findCaa(name: string, resolver: Resolver): Promise<Caa> {
  const labels = name.split(".");
  if (labels.length > MOST_LEVELS) {
    throw new DnsError("too-large", `the name has more than ${MOST_LEVELS} levels`);
  }
  const levels = labels.map((_, index) => labels.slice(index).join("."));
  // All levels beside each other, as each costs a round trip.
  // An alias brings the records of the name that it leads to.
  const asked = levels.map((level) => follow(level, "CAA", resolver));
  // What stands above the records that are found is not waited for.
  for (const one of asked) one.catch(() => {});
  for (const [index, answer] of asked.entries()) {
    const { rcode, records } = await answer;
    const at = levels[index] ?? name;
    if (rcode !== "NOERROR" && rcode !== "NXDOMAIN") {
      throw new DnsError("unreachable", `CAA of ${at} could not be looked up (${rcode})`);
    }
    const found = records.filter((record) => record.type === "CAA");
    if (found.length > MOST_RECORDS) {
      throw new DnsError("too-large", `${at} has more than ${MOST_RECORDS} CAA records`);
    }
    if (found.length > 0) {
      return {
        at,
        records: found.map(({ critical, tag, value }) => ({
          critical,
          tag: plain(tag, 30),
          value: plain(value, 200),
        })),
      };
    }
  }
  return { at: null, records: [] };
}
