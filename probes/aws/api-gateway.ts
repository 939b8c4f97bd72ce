import type {
  DomainName,
  DomainNames,
  RestApi,
  RestApis,
  Stage,
  Stages,
} from "@aws-sdk/client-api-gateway";
import type {
  DomainName as HttpDomainName,
  GetDomainNamesResponse,
} from "@aws-sdk/client-apigatewayv2";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe, defineRead } from "#model/probe.ts";
import { toHttpTransport, toTransport } from "./api-gateway-domains.ts";
import { besideEachOther } from "./beside-each-other.ts";
import { defineChildListing, listChildren } from "./children.ts";
import { classifyAws } from "./errors.ts";
import { defineListing, listAll, observeListed, type Found, type Place } from "./listing.ts";
import { inAccount, type AwsSession } from "./session.ts";
import { firewallReader, FIREWALL_PERMISSIONS, type FirewallReader } from "./web-acl-reads.ts";
import { classicFirewall, NO_FIREWALL, withoutFirewall } from "./web-acl.ts";

const DOMAIN_KIND = "AWS::ApiGateway::DomainName";
const HTTP_DOMAIN_KIND = "AWS::ApiGatewayV2::DomainName";
const API_KIND = "AWS::ApiGateway::RestApi";
const STAGE_KIND = "AWS::ApiGateway::Stage";
/** One action for all that is read, whatever the operation is called. */
const PERMISSION = "apigateway:GET";

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

const domains = defineListing({
  kinds: [DOMAIN_KIND],
  service: "apigateway",
  operation: "GetDomainNames",
  permission: PERMISSION,
  reach: "declared",
  page: (position) => async (client, options) => {
    const { GetDomainNamesCommand } = await import("@aws-sdk/client-api-gateway");
    return client.send(new GetDomainNamesCommand({ position, limit: 500 }), options);
  },
  next: (page: DomainNames) => page.position,
  items: (page) => page.items ?? [],
  subject: (
    { domainName: name, domainNameArn, endpointConfiguration, tags }: DomainName,
    place,
  ) => {
    if (name === undefined) throw new TypeError("a domain without name");
    // Private ones of one name may be there more than once.
    const isPrivate = endpointConfiguration?.types?.includes("PRIVATE") === true;
    const id = (isPrivate ? domainNameArn : undefined) ?? domainArn(name, place);
    return { id, name, tags: tags ?? {} };
  },
  facets: { transport: toTransport },
});

const httpDomains = defineListing({
  kinds: [HTTP_DOMAIN_KIND],
  service: "apigatewayv2",
  operation: "GetDomainNames",
  permission: PERMISSION,
  reach: "declared",
  page: (NextToken) => async (client, options) => {
    const { GetDomainNamesCommand } = await import("@aws-sdk/client-apigatewayv2");
    return client.send(new GetDomainNamesCommand({ NextToken }), options);
  },
  next: (page: GetDomainNamesResponse) => page.NextToken,
  items: (page) => page.Items ?? [],
  subject: ({ DomainName: name, Tags }: HttpDomainName, place) => {
    if (name === undefined) throw new TypeError("a domain without name");
    return { id: domainArn(name, place), name, tags: Tags ?? {} };
  },
  facets: { transport: toHttpTransport },
});

const restApis = defineListing({
  kinds: [API_KIND],
  service: "apigateway",
  operation: "GetRestApis",
  permission: PERMISSION,
  reach: "declared",
  page: (position) => async (client, options) => {
    const { GetRestApisCommand } = await import("@aws-sdk/client-api-gateway");
    return client.send(new GetRestApisCommand({ position, limit: 500 }), options);
  },
  next: (page: RestApis) => page.position,
  items: (page) => page.items ?? [],
  subject: ({ id, name, tags }: RestApi, { account, region }) => {
    if (id === undefined) throw new TypeError("an API without id");
    const arn = `arn:${account.partition}:apigateway:${region}::/restapis/${id}`;
    return { id: arn, name: name ?? id, tags: tags ?? {} };
  },
});

/** A stage with the API that it belongs to. */
interface OwnedStage {
  readonly stage: Stage;
  readonly api: RestApi;
}

const stages = defineChildListing({
  kinds: [STAGE_KIND],
  service: "apigateway",
  operation: "GetStages",
  permission: PERMISSION,
  page:
    ({ item }: Found<RestApi>) =>
    async (client, options) => {
      const { GetStagesCommand } = await import("@aws-sdk/client-api-gateway");
      return client.send(new GetStagesCommand({ restApiId: item.id }), options);
    },
  // All of an API's stages come at once.
  next: () => undefined,
  items: (page: Stages, { item }): readonly OwnedStage[] =>
    (page.item ?? []).map((stage) => ({ stage, api: item })),
  subject: ({ stage: { stageName, tags } }, { subject }) => {
    if (stageName === undefined) throw new TypeError("a stage without name");
    const id = `${subject.id}/stages/${stageName}`;
    return { id, name: `${subject.name} ${stageName}`, tags: tags ?? {} };
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

function domainArn(name: string, { account, region }: Place): string {
  return `arn:${account.partition}:apigateway:${region}::/domainnames/${name}`;
}
