import { isIP } from "node:net";
import { endpointAddress, endpointPlace, endpointSubject } from "#estate/endpoint.ts";
import { isLocalName } from "#facts/local-names.ts";
import type { TargetOf } from "#model/estate.ts";
import type { FacetName } from "#model/facets.ts";
import { defineProbe, type Failure, type ProbeContext } from "#model/probe.ts";
import { ENDPOINT_KIND, TLS_ENDPOINT_KIND } from "#model/subject.ts";
import { hostingOf, hostsIn } from "#probes/hosting/hosted.ts";
import { rangesFolder } from "#probes/hosting/store.ts";
import { answerMilliseconds } from "#probes/tls/answer-time.ts";
import { classifyDns } from "./errors.ts";
import { lookUp } from "./look-up.ts";
import { createResolver } from "./resolver.ts";

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
