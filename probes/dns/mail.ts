import type { Dns, MailPolicies } from "#model/dns-facets.ts";
import { plain } from "#model/text.ts";
import { classifyDns, DnsError } from "./errors.ts";
import { follow } from "./follow.ts";
import type { Resolver } from "./resolver.ts";
import type { ResourceRecord } from "./wire.ts";

type Unread = Dns["unread"][number];

const MOST_RECORDS = 64;
/** RFC 7489 6.6.3 leaves the domain that holds a policy for others to the reader: the names above it, not the topmost. */
const MOST_LEVELS = 8;

/** The records with which a domain says who sends its mail and how it takes mail in; what could not be read is told. */
export async function findMail(
  domain: string,
  resolver: Resolver,
): Promise<{ readonly mail: MailPolicies; readonly unread: readonly Unread[] }> {
  const unread: Unread[] = [];
  const unless = async <T>(what: Unread["what"], reading: Promise<T>): Promise<T | null> => {
    try {
      return await reading;
    } catch (error) {
      unread.push({ what, why: classifyDns(error).message });
      return null;
    }
  };
  const [mx, spf, dmarc, mtaSts] = await Promise.all([
    unless("mx", records(domain, "MX", resolver).then(exchanges)),
    unless("spf", texts(domain, /^v=spf1(?: |$)/i, resolver)),
    unless("dmarc", findDmarc(domain, resolver)),
    unless("mta-sts", texts(`_mta-sts.${domain}`, /^v=STSv1\s*;/, resolver)),
  ]);
  return { mail: { domain, mx, spf, dmarc, mtaSts }, unread };
}

async function findDmarc(
  domain: string,
  resolver: Resolver,
): Promise<NonNullable<MailPolicies["dmarc"]>> {
  const labels = domain.split(".");
  const levels = Math.min(MOST_LEVELS, Math.max(1, labels.length - 1));
  for (let level = 0; level < levels; level += 1) {
    const at = labels.slice(level).join(".");
    const found = await texts(`_dmarc.${at}`, /^v=DMARC1\s*(?:;|$)/, resolver);
    if (found.length > 0) return { at, records: found };
  }
  return { at: null, records: [] };
}

async function texts(name: string, pattern: RegExp, resolver: Resolver): Promise<string[]> {
  const found = await records(name, "TXT", resolver);
  return found.flatMap((record) =>
    record.type === "TXT" && pattern.test(record.text) ? [plain(record.text, 2000)] : [],
  );
}

function exchanges(found: readonly ResourceRecord[]) {
  return found.flatMap((record) =>
    record.type === "MX"
      ? [{ preference: record.preference, exchange: plain(record.exchange, 300) }]
      : [],
  );
}

/** The records of a name; none where it does not exist. @throws DnsError where that cannot be told. */
async function records(
  name: string,
  type: "MX" | "TXT",
  resolver: Resolver,
): Promise<readonly ResourceRecord[]> {
  const { rcode, records: found } = await follow(name, type, resolver);
  if (rcode !== "NOERROR" && rcode !== "NXDOMAIN") {
    throw new DnsError("unreachable", `${type} of ${name} could not be looked up (${rcode})`);
  }
  if (found.length > MOST_RECORDS) {
    throw new DnsError("too-large", `${name} has more than ${MOST_RECORDS} ${type} records`);
  }
  return found;
}
