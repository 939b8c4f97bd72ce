import { isIP } from "node:net";
import { endpointAddress, endpointPlace, endpointSubject } from "#estate/endpoint.ts";
import { isLocalName } from "#facts/local-names.ts";
import type { Dns } from "#model/dns-facets.ts";
import type { TargetOf } from "#model/estate.ts";
import type { FacetName } from "#model/facets.ts";
import { defineProbe, type Failure, type ProbeContext } from "#model/probe.ts";
import { ENDPOINT_KIND, TLS_ENDPOINT_KIND } from "#model/subject.ts";
import { plain } from "#model/text.ts";
import { hostingOf, hostsIn } from "#probes/hosting/hosted.ts";
import { rangesFolder } from "#probes/hosting/store.ts";
import { answerMilliseconds } from "#probes/tls/answer-time.ts";
import { findAddresses } from "./addresses.ts";
import { findCaa } from "./caa.ts";
import { findDnssec } from "./dnssec.ts";
import { classifyDns, DnsError } from "./errors.ts";
import { at } from "./exchange.ts";
import { findMail } from "./mail.ts";
import { createResolver, type Resolver } from "./resolver.ts";

const OPERATION = "DNS questions";

export default defineProbe({
  id: "dns-endpoint",
  title:
    "DNS of an endpoint: addresses, aliases, CAA, DNSSEC, policies of mail; who hosts the addresses",
  provider: "endpoint",
  kinds: [ENDPOINT_KIND, TLS_ENDPOINT_KIND],
  provides: { dns: { permissions: [] }, hosting: { permissions: [] } },
  async *gather(target, wanted, context) {
    const facets = (["dns", "hosting"] as const).filter((facet) => wanted.has(facet));
    if (target.provider !== "endpoint" || facets.length === 0) return;
    const subject = endpointSubject(target);
    const { serverName: name } = endpointAddress(target);
    const hosting = (addresses: readonly string[]) =>
      hostingOf(name, addresses, hostsIn(rangesFolder(context.environment)));
    if (isIP(name) !== 0 || isLocalName(name)) {
      const message = `${name} is no name in DNS`;
      if (wanted.has("dns")) {
        yield failed(context, target, ["dns"], { reason: "unsupported", message });
      }
      if (!wanted.has("hosting")) return;
      const operation = "published ranges";
      if (isIP(name) === 0)
        yield failed(context, target, ["hosting"], { reason: "unsupported", message });
      else yield context.observe(subject, "hosting", hosting([name]), { operation });
      return;
    }
    const answer = await context.ask({
      service: "dns",
      operation: OPERATION,
      call: (signal) => {
        const limits = { timeoutMs: answerMilliseconds(target), signal };
        const resolver = createResolver(target.dns?.resolvers, limits);
        return lookUp(name, target.dns?.mail ?? null, wanted.has("dns"), resolver);
      },
    });
    if (!answer.ok) {
      yield failed(context, target, facets, answer.failure);
      return;
    }
    const { dns, failure } = answer.raw;
    const from = { operation: `${OPERATION} to ${dns.resolvers.join(", ")}`, ...answer };
    if (wanted.has("dns")) yield context.observe(subject, "dns", dns, from);
    if (!wanted.has("hosting")) return;
    const addresses = (dns.addresses ?? []).map(({ address }) => address);
    if (addresses.length > 0) yield context.observe(subject, "hosting", hosting(addresses), from);
    else {
      const none = { reason: "unreachable", message: "the name has no address" } as const;
      yield failed(context, target, ["hosting"], failure ?? none);
    }
  },
  classify: classifyDns,
});

/**
 * Everything that DNS says, each part as far as it could be read.
 * @param all whether more than the addresses is wanted
 * @throws what the addresses failed by, where little else could be read either
 */
async function lookUp(
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

function failed(
  context: ProbeContext,
  target: TargetOf<"endpoint">,
  facets: readonly FacetName[],
  failure: Pick<Failure, "reason" | "message">,
) {
  return context.problem({
    operation: OPERATION,
    subject: endpointSubject(target),
    facets,
    reason: failure.reason,
    permission: null,
    message: `${endpointPlace(target)}: ${failure.message}`,
  });
}
