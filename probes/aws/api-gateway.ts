import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe, defineRead } from "#model/probe.ts";
import {
  API_KIND,
  DOMAIN_KIND,
  domains,
  HTTP_DOMAIN_KIND,
  httpDomains,
  type OwnedStage,
  PERMISSION,
  restApis,
  STAGE_KIND,
  stages,
} from "./api-gateway-listings.ts";
import { besideEachOther } from "./beside-each-other.ts";
import { listChildren } from "./children.ts";
import { classifyAws } from "./errors.ts";
import { listAll, observeListed, type Found } from "./listing.ts";
import { inAccount, type AwsSession } from "./session.ts";
import { firewallReader, FIREWALL_PERMISSIONS, type FirewallReader } from "./web-acl-reads.ts";
import { classicFirewall, NO_FIREWALL, withoutFirewall } from "./web-acl.ts";

/** Custom domains of API Gateway, and the stages of REST APIs. */
export default defineProbe({
  id: "aws-api-gateway",
  title: "Amazon API Gateway",
  provider: "aws",
  kinds: [DOMAIN_KIND, HTTP_DOMAIN_KIND, API_KIND, STAGE_KIND],
  provides: {
    inventory: { permissions: [PERMISSION] },
    transport: { permissions: [PERMISSION] },
    webFirewall: { permissions: [PERMISSION, ...FIREWALL_PERMISSIONS.slice(1)] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const [own, http, apis] = await Promise.all([
        listAll(domains, session),
        listAll(httpDomains, session),
        listAll(restApis, session),
      ]);
      yield* observeListed(domains, own, wanted, session);
      // Both interfaces list the same domains: what the older one has shown is not shown again.
      const shown = new Set(own.found.map(({ subject }) => subject.id));
      const rest = http.found.filter(({ subject }) => !shown.has(subject.id));
      yield* observeListed(httpDomains, { ...http, found: rest }, wanted, session);
      yield* observeListed(restApis, apis, wanted, session);
      const inside = await listChildren(stages, apis, session);
      yield* observeListed(stages, inside, wanted, session);
      if (!wanted.has("webFirewall")) return;
      const reader = firewallReader(session);
      yield* besideEachOther(inside.found, context.signal, (found) =>
        firewall(found, reader, session),
      );
    });
  },
});

async function* firewall(
  { subject, item: { stage, api }, place, source }: Found<OwnedStage>,
  reader: FirewallReader,
  { context }: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const acl = stage.webAclArn ?? "";
  if (/^arn:[a-z-]+:wafv2:/.test(acl)) {
    yield* reader.byArn(subject, acl, place.region, "REGIONAL");
  } else if (acl === "") {
    const isPrivate = api.endpointConfiguration?.types?.includes("PRIVATE") === true;
    yield context.read(
      defineRead({
        service: "apigateway",
        operation: source.operation,
        call: () => Promise.resolve({ stage, types: api.endpointConfiguration?.types }),
        subject,
        facet: "webFirewall",
        permission: PERMISSION,
        map: () =>
          isPrivate ? withoutFirewall("a private API, not open to the Internet") : NO_FIREWALL,
      }),
    );
  } else yield context.problem({ subject, operation: source.operation, ...classicFirewall(acl) });
}
