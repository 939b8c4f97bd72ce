import type {
  DescribeDomainsResponse,
  DomainInfo,
  DomainStatus,
  ListDomainNamesResponse,
} from "@aws-sdk/client-opensearch";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { classifyAws } from "./errors.ts";
import { keyManagers } from "./key-managers.ts";
import { answerOf, sourceOf, tell, type Known } from "#probes/common/known.ts";
import { askOnce } from "./known.ts";
import { defineListing, listAll, observeListed, type Found } from "./listing.ts";
import {
  toBackups,
  toEncryption,
  toExposure,
  toRedundancy,
  toTransport,
} from "./opensearch-facets.ts";
import { inAccount, type AwsSession } from "./session.ts";

const DOMAIN_KIND = "AWS::OpenSearchService::Domain";
/** A call describes so many domains at most. */
const BATCH = 5;

/** OpenSearch domains. The API lists no automated snapshots, so nothing tells what recovery points there are. */
export default defineProbe({
  id: "aws-opensearch",
  title: "Amazon OpenSearch Service",
  provider: "aws",
  kinds: [DOMAIN_KIND],
  provides: {
    inventory: { permissions: ["ec2:DescribeRegions", "es:ListDomainNames", "tag:GetResources"] },
    encryption: { permissions: ["es:DescribeDomains", "kms:ListAliases"] },
    transport: { permissions: ["es:DescribeDomains"] },
    exposure: { permissions: ["es:DescribeDomains"] },
    redundancy: { permissions: ["es:DescribeDomains"] },
    backups: { permissions: ["es:DescribeDomains"] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listed = await listAll(domains, session);
      yield* observeListed(domains, listed, wanted, session);
      if (![...wanted].some((facet) => facet !== "inventory")) return;
      for (const found of Map.groupBy(listed.found, ({ place }) => place.region).values()) {
        for (let at = 0; at < found.length && !context.signal.aborted; at += BATCH) {
          yield* describe(found.slice(at, at + BATCH), wanted, session);
        }
      }
    });
  },
});

const domains = defineListing({
  kinds: [DOMAIN_KIND],
  service: "opensearch",
  operation: "ListDomainNames",
  permission: "es:ListDomainNames",
  reach: "everywhere",
  page: () => async (client, options) => {
    const { ListDomainNamesCommand } = await import("@aws-sdk/client-opensearch");
    return client.send(new ListDomainNamesCommand({}), options);
  },
  // All are in one answer.
  next: () => undefined,
  items: (page: ListDomainNamesResponse) => {
    if (page.DomainNames === undefined) throw new TypeError("no DomainNames");
    return page.DomainNames;
  },
  subject: ({ DomainName: name }: DomainInfo, { account, region }) => {
    if (name === undefined || name === "") throw new TypeError("a domain without name");
    const id = `arn:${account.partition}:es:${region}:${account.id}:domain/${name}`;
    return { id, name, tags: "elsewhere" };
  },
});

/** What a call tells of some domains of one region. */
async function* describe(
  found: readonly Found<DomainInfo>[],
  wanted: ReadonlySet<FacetName>,
  session: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const [first] = found;
  if (first === undefined) return;
  const { region } = first.place;
  const described: Known<DescribeDomainsResponse> = await askOnce(session, {
    service: "opensearch",
    region,
    operation: "DescribeDomains",
    permission: "es:DescribeDomains",
    send: async (client, options) => {
      const { DescribeDomainsCommand } = await import("@aws-sdk/client-opensearch");
      const DomainNames = found.map(({ subject }) => subject.name);
      return client.send(new DescribeDomainsCommand({ DomainNames }), options);
    },
  });
  const managerOf = keyManagers(session);
  for (const { subject, source } of found) {
    const from = sourceOf(described, source);
    const status = () => statusOf(answerOf(described), subject.name);
    const say = <F extends FacetName>(facet: F, map: Parameters<typeof tell<F>>[4]) =>
      wanted.has(facet) ? [tell(session.context, subject, facet, from, map)] : [];
    if (wanted.has("encryption")) {
      const key = described.ok ? keyOf(described.value, subject.name) : undefined;
      const manager = await managerOf(region, key);
      yield* say("encryption", () => toEncryption(status(), manager));
    }
    yield* say("transport", () => toTransport(status()));
    yield* say("exposure", () => toExposure(status()));
    yield* say("redundancy", () => toRedundancy(status()));
    yield* say("backups", () => toBackups(status(), region));
  }
}

/** @throws where the answer leaves the domain out */
function statusOf({ DomainStatusList }: DescribeDomainsResponse, name: string): DomainStatus {
  const status = DomainStatusList?.find(({ DomainName }) => DomainName === name);
  if (status === undefined) throw new TypeError("the domain is not in the answer");
  return status;
}

function keyOf({ DomainStatusList }: DescribeDomainsResponse, name: string): string | undefined {
  return DomainStatusList?.find(({ DomainName }) => DomainName === name)?.EncryptionAtRestOptions
    ?.KmsKeyId;
}
