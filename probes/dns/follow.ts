import type { Dns } from "#model/dns-facets.ts";
import { DnsError } from "./errors.ts";
import type { Resolver } from "./resolver.ts";
import type { Answer, RecordType, ResourceRecord } from "./wire.ts";

/** The records of a name, wherever its aliases lead. */
export interface Followed {
  /** `NOERROR`, or what the last question got instead: then there are no records. */
  readonly rcode: Answer["rcode"];
  /** Of the type that was asked for, and of the name at the end of the aliases: what belongs to others was not asked for. */
  readonly records: readonly ResourceRecord[];
  readonly aliases: Dns["aliases"];
  /** Whether a resolver validated every answer that they rest on. */
  readonly authentic: boolean;
}

/** As many as resolvers follow themselves. */
const MOST_ALIASES = 16;

/**
 * Asks for the records of a name through its aliases (CNAME), which a resolver gives together with them, and asks for the
 * rest where it followed no further than it could itself.
 * @throws DnsError for aliases that lead nowhere, and what the resolver throws
 */
export async function follow(
  name: string,
  type: RecordType,
  resolver: Resolver,
): Promise<Followed> {
  const aliases: { name: string; to: string; ttl: number }[] = [];
  let authentic = true;
  let owner = name.toLowerCase();
  for (;;) {
    const { rcode, answers, authorities, ...answer } = await resolver.ask(owner, type);
    authentic &&= answer.authentic;
    const asked = owner;
    for (;;) {
      const alias = cnameOf(answers, owner);
      if (alias === undefined) break;
      aliases.push(alias);
      if (aliases.length > MOST_ALIASES || aliases.some((one) => one.name === alias.to)) {
        throw new DnsError("malformed", "the aliases of the name lead in a circle, or never end");
      }
      owner = alias.to;
    }
    if (rcode !== "NOERROR") return { rcode, records: [], aliases, authentic };
    const records = answers.filter((one) => one.type === type && one.name === owner);
    // Who names the zone of what is not there followed to the end.
    if (records.length > 0 || owner === asked || authorities.length > 0) {
      return { rcode, records, aliases, authentic };
    }
  }
}

function cnameOf(records: readonly ResourceRecord[], owner: string) {
  for (const record of records) {
    if (record.type === "CNAME" && record.name === owner) {
      return { name: owner, to: record.target, ttl: record.ttl };
    }
  }
  return undefined;
}
