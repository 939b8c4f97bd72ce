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
import { toHttpTransport, toTransport } from "./api-gateway-domains.ts";
import { defineChildListing } from "./children.ts";
import { defineListing, type Found, type Place } from "./listing.ts";

export const DOMAIN_KIND = "AWS::ApiGateway::DomainName";
export const HTTP_DOMAIN_KIND = "AWS::ApiGatewayV2::DomainName";
export const API_KIND = "AWS::ApiGateway::RestApi";
export const STAGE_KIND = "AWS::ApiGateway::Stage";
/** One action for all that is read, whatever the operation is called. */
export const PERMISSION = "apigateway:GET";

/** Custom domain names of REST interfaces, private ones too. */
export const domains = defineListing({
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
  items: (page) => page.items,
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

/** Custom domain names of HTTP and WebSocket interfaces. */
export const httpDomains = defineListing({
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
  items: (page) => page.Items,
  subject: ({ DomainName: name, Tags }: HttpDomainName, place) => {
    if (name === undefined) throw new TypeError("a domain without name");
    return { id: domainArn(name, place), name, tags: Tags ?? {} };
  },
  facets: { transport: toHttpTransport },
});

/** REST interfaces. */
export const restApis = defineListing({
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
  items: (page) => page.items,
  subject: ({ id, name, tags }: RestApi, { account, region }) => {
    if (id === undefined) throw new TypeError("an API without id");
    const arn = `arn:${account.partition}:apigateway:${region}::/restapis/${id}`;
    return { id: arn, name: name ?? id, tags: tags ?? {} };
  },
});

/** A stage with the API that it belongs to. */
export interface OwnedStage {
  readonly stage: Stage;
  readonly api: RestApi;
}

/** Stages of REST interfaces. */
export const stages = defineChildListing({
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
  items: (page: Stages, { item }): readonly OwnedStage[] | undefined =>
    page.item?.map((stage) => ({ stage, api: item })),
  subject: ({ stage: { stageName, tags } }, { subject }) => {
    if (stageName === undefined) throw new TypeError("a stage without name");
    const id = `${subject.id}/stages/${stageName}`;
    return { id, name: `${subject.name} ${stageName}`, tags: tags ?? {} };
  },
});

function domainArn(name: string, { account, region }: Place): string {
  return `arn:${account.partition}:apigateway:${region}::/domainnames/${name}`;
}
