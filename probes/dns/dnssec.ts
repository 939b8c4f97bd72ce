import type { Dnssec } from "#model/dns-facets.ts";
import { DnsError } from "./errors.ts";
import type { Found } from "./addresses.ts";
import { at } from "./exchange.ts";
import type { Resolver } from "./resolver.ts";
import type { Answer, RecordType } from "./wire.ts";

/** Extended errors that say why validation failed: https://www.iana.org/assignments/dns-parameters/ (RFC 8914 4.7 to 4.13). */
const BOGUS: Readonly<Record<number, string>> = {
  6: "DNSSEC bogus",
  7: "signature expired",
  8: "signature not yet valid",
  9: "DNSKEY missing",
  10: "RRSIGs missing",
  11: "no zone key bit set",
  12: "NSEC missing",
};

/**
 * Whether the answers are signed, as far as the resolvers tell: a resolver that validates sets the AD bit. Without it the
 * root's own answer tells whether the resolver validates at all, and the zone's records whether there is anything to
 * validate. What a resolver says is as good as the way to it.
 * @param found null where the addresses could not be read
 */
export async function findDnssec(
  name: string,
  found: Found | null,
  resolver: Resolver,
): Promise<Dnssec> {
  const by = `the resolver ${resolver.servers.map(at).join(", ")}`;
  const nothing = { zone: null, signed: null, delegated: null };
  if (found === null) {
    const bogus = await whyBogus(name, resolver);
    return bogus === null
      ? { ...nothing, status: "unknown", why: "the addresses could not be read" }
      : { ...nothing, status: "bogus", why: bogus };
  }
  if (found.authentic) {
    return {
      zone: null,
      signed: true,
      delegated: true,
      status: "secure",
      why: `validated by ${by}`,
    };
  }
  const [root, zone] = await Promise.all([resolver.ask(".", "SOA"), zoneOf(name, resolver)]);
  const has = (type: RecordType) => (zone === null ? null : whether(zone, type, resolver));
  const [signed, delegated] = await Promise.all([has("DNSKEY"), has("DS")]);
  const state = { zone, signed, delegated };
  if (root.rcode === "NOERROR" && root.authentic) {
    const why =
      delegated === true
        ? `${by} validates, and takes an answer on the way to the addresses for unsigned`
        : `${by} validates, and has nothing to validate the answers by`;
    return { ...state, status: "insecure", why };
  }
  if (!root.answers.some((one) => one.type === "RRSIG" && one.name === ".")) {
    const why = `${by} neither validates nor gives the records of DNSSEC: name one that validates`;
    return { ...nothing, zone, status: "unknown", why };
  }
  return delegated === false
    ? { ...state, status: "insecure", why: "the parent zone vouches for no keys of the zone" }
    : { ...state, status: "unknown", why: `${by} does not validate: name one that does` };
}

/**
 * Why the answer fails validation; null where it fails for something else, or does not fail. A resolver that validates
 * gives SERVFAIL for what is bogus, and gives it all the same to who asks not to have it checked (RFC 4035 3.2.2).
 */
async function whyBogus(name: string, resolver: Resolver): Promise<string | null> {
  try {
    for (const type of ["A", "AAAA"] as const) {
      const checked = await resolver.ask(name, type);
      if (checked.rcode !== "SERVFAIL") continue;
      const said = checked.extendedErrors.flatMap((code) => BOGUS[code] ?? []);
      const unchecked = await resolver.ask(name, type, { checkingDisabled: true });
      if (unchecked.rcode !== "NOERROR") return null;
      if (said.length > 0) return `the resolver says: ${said.join(", ")}`;
      // A failure of the moment is no proof; a signed answer that is refused again is.
      const again = await resolver.ask(name, type, { again: true });
      const signed = unchecked.answers.some((one) => one.type === "RRSIG" && one.name === name);
      if (again.rcode === "SERVFAIL" && signed) {
        return "the resolver gives the signed answer only to who does not want it validated";
      }
    }
    return null;
  } catch {
    return null;
  }
}

/** The name of the zone that a name lies in: the nearest that has a start of authority; null: not told. */
async function zoneOf(name: string, resolver: Resolver): Promise<string | null> {
  const { rcode, answers, authorities } = await resolver.ask(name, "SOA");
  if (rcode !== "NOERROR" && rcode !== "NXDOMAIN") return null;
  const own = answers.find((one) => one.type === "SOA" && one.name === name);
  // Of an alias the answer is about the zone of another name.
  if (own === undefined && answers.some((one) => one.type === "CNAME" && one.name === name)) {
    const parent = name.slice(name.indexOf(".") + 1);
    return parent === name ? null : zoneOf(parent, resolver);
  }
  const above = authorities.find(
    (one) => one.type === "SOA" && (name === one.name || name.endsWith(`.${one.name}`)),
  );
  return own?.name ?? above?.name ?? null;
}

/** Whether a zone has records of a type; null: could not be read. */
async function whether(
  zone: string,
  type: RecordType,
  resolver: Resolver,
): Promise<boolean | null> {
  let answer: Answer;
  try {
    answer = await resolver.ask(zone, type);
  } catch (error) {
    if (error instanceof DnsError) return null;
    throw error;
  }
  if (answer.rcode !== "NOERROR") return null;
  return answer.answers.some((one) => one.type === type && one.name === zone);
}
