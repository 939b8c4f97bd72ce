import { isIP } from "node:net";
import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import { isLocalName } from "#facts/local-names.ts";
import { defineProbe } from "#model/probe.ts";
import { ENDPOINT_KIND, TLS_ENDPOINT_KIND } from "#model/subject.ts";
import { endpointProblem } from "#probes/common/endpoint-problem.ts";
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
        yield endpointProblem(context, target, OPERATION, ["dns"], {
          reason: "unsupported",
          message,
        });
      }
      if (!wanted.has("hosting")) return;
      const operation = "published ranges";
      if (isIP(name) === 0)
        yield endpointProblem(context, target, OPERATION, ["hosting"], {
          reason: "unsupported",
          message,
        });
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
      yield endpointProblem(context, target, OPERATION, facets, answer.failure);
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
      yield endpointProblem(context, target, OPERATION, ["hosting"], failure ?? none);
    }
  },
  classify: classifyDns,
});
