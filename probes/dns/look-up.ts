import type { Dns } from "#model/dns-facets.ts";
import type { Failure } from "#model/probe.ts";
import { plain } from "#model/text.ts";
import { findAddresses } from "./addresses.ts";
import { findCaa } from "./caa.ts";
import { findDnssec } from "./dnssec.ts";
import { classifyDns, DnsError } from "./errors.ts";
import { at } from "./exchange.ts";
import { findMail } from "./mail.ts";
import type { Resolver } from "./resolver.ts";

/**
 * Everything that DNS says, each part as far as it could be read.
 * @param all whether more than the addresses is wanted
 * @throws what the addresses failed by, where little else could be read either
 */
export async function lookUp(
  name: string,
  mailDomain: string | null,
  all: boolean,
  resolver: Resolver,
): Promise<{ readonly dns: Dns; readonly failure: Failure | null }> {
  const addresses = settled(findAddresses(name, resolver));
  const none = { ok: false, error: new DnsError("unsupported", "not asked") } as const;
  const [found, caa, dnssec, mail] = await Promise.all([
    addresses,
    all ? settled(findCaa(name, resolver)) : none,
    all
      ? addresses.then((known) =>
          settled(findDnssec(name, known.ok ? known.value : null, resolver)),
        )
      : none,
    all && mailDomain !== null ? findMail(mailDomain, resolver) : null,
  ]);
  const bogus = dnssec.ok && dnssec.value.status === "bogus" ? dnssec.value.why : null;
  // Of a name that is not there, or for which nobody answers, nothing is known.
  if (!found.ok && bogus === null && (isMissing(found.error) || !caa.ok)) throw found.error;
  const why = (one: { readonly error: unknown }) => plain(classifyDns(one.error).message, 300);
  const unread = [
    ...(found.ok ? [] : [{ what: "addresses" as const, why: why(found) }]),
    ...(caa.ok ? [] : [{ what: "caa" as const, why: why(caa) }]),
    ...(dnssec.ok ? [] : [{ what: "dnssec" as const, why: why(dnssec) }]),
    ...(mail?.unread ?? []),
  ];
  const dns: Dns = {
    name,
    resolvers: resolver.servers.map(at),
    addresses: found.ok ? found.value.addresses : null,
    aliases: found.ok ? found.value.aliases : [],
    caa: caa.ok ? caa.value : null,
    dnssec: dnssec.ok
      ? dnssec.value
      : { status: "unknown", zone: null, signed: null, delegated: null, why: why(dnssec) },
    mail: mail?.mail ?? null,
    unread,
  };
  if (found.ok) return { dns, failure: null };
  const words = bogus === null ? null : `the answer fails DNSSEC validation: ${bogus}`;
  const failure = classifyDns(words === null ? found.error : new DnsError("malformed", words));
  return { dns, failure };
}

function isMissing(error: unknown): boolean {
  return error instanceof DnsError && error.missing;
}

type Settled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

async function settled<T>(reading: Promise<T>): Promise<Settled<T>> {
  try {
    return { ok: true, value: await reading };
  } catch (error) {
    return { ok: false, error };
  }
}
