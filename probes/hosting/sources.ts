/** Where providers publish the ranges of their addresses, and what their documents mean. */
import { parseRange, subtractRanges, toCidrs } from "#model/address-ranges.ts";
import type { Host } from "#facts/hosting.ts";
import type { RangeSource } from "#model/dns-facets.ts";
import { z } from "#model/schema.ts";
import type { RangeGroup } from "./store.ts";

/** One document of a source. */
export interface RangeDocument {
  /** Name that a file with it has. */
  readonly file: string;
  readonly url: string;
  /** Where the document is a page that names the real one: finds the address in it. */
  readonly link?: RegExp;
}

/** Where the ranges of one provider come from. */
export interface Source extends Pick<RangeSource, "origin"> {
  readonly id: Host;
  readonly documents: readonly RangeDocument[];
  /**
   * What the documents say, in their order.
   * @throws Error for what has another shape, or holds no ranges
   */
  readonly read: (documents: readonly string[]) => Pick<Parsed, "groups" | "published">;
}
export interface Parsed {
  readonly groups: readonly RangeGroup[];
  readonly published: string | null;
}

/** The most prefixes that one source may hold; all of them together have some tens of thousands. */
const MOST_PREFIXES = 500_000;

/** The widest that any provider holds: one that is wider is an error of its document, and would make all the world its. */
const WIDEST = { 4: 8, 6: 16 } as const;

const prefix = z.string().refine(
  (text) => {
    const range = parseRange(text);
    const [, length] = text.split("/");
    return range !== null && (length === undefined || Number(length) >= WIDEST[range.family]);
  },
  { error: "expected a prefix in CIDR notation" },
);
const prefixes = z.array(prefix).max(MOST_PREFIXES);
const name = z.string().min(1).max(100);

// https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-syntax.html
const aws = z.object({
  createDate: name,
  prefixes: z.array(z.object({ ip_prefix: prefix, region: name, service: name })).min(1),
  ipv6_prefixes: z.array(z.object({ ipv6_prefix: prefix, region: name, service: name })),
});
/** Networks of edges, which answer for servers anywhere. */
const AWS_EDGES: Readonly<Record<string, string>> = {
  CLOUDFRONT: "Amazon CloudFront",
  GLOBALACCELERATOR: "AWS Global Accelerator",
};

// https://learn.microsoft.com/azure/virtual-network/service-tags-overview
const azure = z.object({
  changeNumber: z.int(),
  cloud: name,
  values: z.array(z.object({ name, properties: z.object({ addressPrefixes: prefixes }) })).min(1),
});
/** Regions whose tags are named otherwise than they are; from the same page. */
const AZURE_NAMES: Readonly<Record<string, string>> = {
  centralfrance: "francecentral",
  southfrance: "francesouth",
  germanywc: "germanywestcentral",
  germanyn: "germanynorth",
  norwaye: "norwayeast",
  norwayw: "norwaywest",
  switzerlandn: "switzerlandnorth",
  switzerlandw: "switzerlandwest",
  brazilse: "brazilsoutheast",
};

// https://cloud.google.com/vpc/docs/configure-private-google-access#ip-addr-defaults,
// https://support.google.com/a/answer/10026322
const google = z.object({
  creationTime: name,
  prefixes: z
    .array(
      z.object({
        ipv4Prefix: prefix.optional(),
        ipv6Prefix: prefix.optional(),
        scope: name.optional(),
      }),
    )
    .min(1),
});

// https://developers.cloudflare.com/api/resources/ips/methods/list/
const cloudflare = z.object({
  success: z.literal(true),
  result: z.object({ ipv4_cidrs: prefixes.min(1), ipv6_cidrs: prefixes }),
});

// https://www.fastly.com/documentation/reference/api/utils/public-ip-list/
const fastly = z.object({ addresses: prefixes.min(1), ipv6_addresses: prefixes });

// https://stat.ripe.net/docs/data-api/api-endpoints/announced-prefixes
const announced = z.object({
  status: z.literal("ok"),
  data: z.object({
    resource: name,
    query_endtime: name,
    prefixes: z.array(z.object({ prefix })).min(1),
  }),
});

export const SOURCES: readonly Source[] = [
  {
    id: "aws",
    origin: "list",
    documents: [{ file: "aws.json", url: "https://ip-ranges.amazonaws.com/ip-ranges.json" }],
    read: (documents) => {
      const { createDate, prefixes: v4, ipv6_prefixes: v6 } = aws.parse(json(documents[0]));
      const all = [
        ...v4.map(({ ip_prefix, ...rest }) => ({ range: ip_prefix, ...rest })),
        ...v6.map(({ ipv6_prefix, ...rest }) => ({ range: ipv6_prefix, ...rest })),
      ];
      const rows = all.map(({ range, region, service }) => ({
        region: region.toLowerCase(),
        edge: AWS_EDGES[service] ?? null,
        range,
      }));
      return { groups: grouped("aws", rows), published: createDate };
    },
  },
  {
    id: "azure",
    origin: "list",
    documents: [
      {
        file: "azure.json",
        // The file's address changes with each publication; this page names it.
        url: "https://www.microsoft.com/en-us/download/details.aspx?id=56519",
        link: /https:\/\/download\.microsoft\.com\/download\/[\w/-]+\/ServiceTags_Public_\d{8}\.json/,
      },
    ],
    read: (documents) => {
      const { changeNumber, values } = azure.parse(json(documents[0]));
      const rows = values.flatMap((tag) => {
        const [, region] = /^AzureCloud(?:\.(\w+))?$/i.exec(tag.name) ?? [null];
        const isEdge = /^AzureFrontDoor\.(?:Frontend|FirstParty)$/i.test(tag.name);
        if (!isEdge && !/^AzureCloud(?:\.\w+)?$/i.test(tag.name)) return [];
        const lower = region?.toLowerCase() ?? null;
        return tag.properties.addressPrefixes.map((range) => ({
          region: lower === null ? null : (AZURE_NAMES[lower] ?? lower),
          edge: isEdge ? "Azure Front Door" : null,
          range,
        }));
      });
      return { groups: grouped("azure", rows), published: `change ${changeNumber}` };
    },
  },
  {
    id: "gcp",
    origin: "list",
    documents: [
      { file: "gcp.json", url: "https://www.gstatic.com/ipranges/cloud.json" },
      { file: "google.json", url: "https://www.gstatic.com/ipranges/goog.json" },
    ],
    read: (documents) => {
      const customers = google.parse(json(documents[0]));
      const whole = google.parse(json(documents[1]));
      const rangesOf = ({ prefixes: list }: z.output<typeof google>) =>
        list.flatMap(({ ipv4Prefix, ipv6Prefix, scope }) =>
          [ipv4Prefix, ipv6Prefix].flatMap((range) =>
            range === undefined
              ? []
              : [{ region: scope?.toLowerCase() ?? null, edge: null, range }],
          ),
        );
      const parsed = (list: z.output<typeof google>) =>
        rangesOf(list).flatMap(({ range }) => parseRange(range) ?? []);
      // What is Google's and no customer's answers for App Engine, Cloud Run and Firebase, and for Google itself.
      const own = toCidrs(subtractRanges(parsed(whole), parsed(customers)));
      const groups = [
        ...grouped("gcp", rangesOf(customers)),
        ...(own.length === 0 ? [] : [edges("gcp", "Google front ends", own)]),
      ];
      return { groups, published: customers.creationTime };
    },
  },
  // These four publish no list of their own: the networks named as theirs by the registries, and what these announce.
  routes("ovh", "OVHcloud", ["AS16276", "AS35540"]),
  routes("scaleway", "Scaleway", ["AS12876"]),
  routes("upcloud", "UpCloud", ["AS202053", "AS25697"]),
  routes("akamai", "Akamai", ["AS20940", "AS16625"], "Akamai"),
  {
    id: "cloudflare",
    origin: "list",
    documents: [{ file: "cloudflare.json", url: "https://api.cloudflare.com/client/v4/ips" }],
    read: (documents) => {
      const { result } = cloudflare.parse(json(documents[0]));
      const all = [...result.ipv4_cidrs, ...result.ipv6_cidrs];
      return { groups: [edges("cloudflare", "Cloudflare", all)], published: null };
    },
  },
  {
    id: "fastly",
    origin: "list",
    documents: [{ file: "fastly.json", url: "https://api.fastly.com/public-ip-list" }],
    read: (documents) => {
      const { addresses, ipv6_addresses } = fastly.parse(json(documents[0]));
      const all = [...addresses, ...ipv6_addresses];
      return { groups: [edges("fastly", "Fastly", all)], published: null };
    },
  },
];

/** A provider that publishes no list: what its networks announce, as RIPE's collectors of routes see it. */
function routes(
  id: Host,
  title: string,
  networks: readonly string[],
  edge: string | null = null,
): Source {
  const base = "https://stat.ripe.net/data/announced-prefixes/data.json?resource=";
  return {
    id,
    origin: "routes",
    documents: networks.map((network) => ({
      file: `${id}-${network.toLowerCase()}.json`,
      url: `${base}${network}`,
    })),
    read: (documents) => {
      const all = documents.map((text) => announced.parse(json(text)).data);
      networks.forEach((network, index) => {
        const got = `AS${all[index]?.resource.replace(/^AS/i, "") ?? ""}`;
        if (got !== network) throw new Error(`${title}: expected ${network}, got ${got}`);
      });
      const found = all.flatMap((data) => data.prefixes.map((one) => one.prefix));
      return {
        groups: [{ provider: id, region: null, edge, prefixes: [...new Set(found)] }],
        published: all[0]?.query_endtime ?? null,
      };
    },
  };
}

const OWN_PREFIX = z.strictObject({
  prefix,
  provider: name.describe("As `expect.providers` of hosting-provider names it."),
  region: name.nullable().default(null),
  edge: name.nullable().default(null),
});

/** A table of one's own, such as one for tests: it says what it is by its label. */
export const ownTable = z.strictObject({
  label: z.string().min(1).max(200),
  covers: z.array(name).min(1),
  prefixes: z.array(OWN_PREFIX).min(1).max(MOST_PREFIXES),
});

/** The groups of a table of one's own. */
export function ownGroups(table: z.output<typeof ownTable>): readonly RangeGroup[] {
  const providers = Map.groupBy(table.prefixes, ({ provider }) => provider);
  return [...providers].flatMap(([provider, rows]) =>
    grouped(
      provider,
      rows.map(({ prefix: range, region, edge }) => ({ range, region, edge })),
    ),
  );
}

interface Row {
  readonly range: string;
  readonly region: string | null;
  readonly edge: string | null;
}

function grouped(provider: string, rows: readonly Row[]): readonly RangeGroup[] {
  const alike = Map.groupBy(rows, ({ region, edge }) => JSON.stringify([region, edge]));
  const groups = [...alike.values()].map((group) => ({
    provider,
    region: group[0]?.region ?? null,
    edge: group[0]?.edge ?? null,
    prefixes: [...new Set(group.map(({ range }) => range))],
  }));
  const count = groups.reduce((sum, group) => sum + group.prefixes.length, 0);
  if (count === 0) throw new Error("it holds no ranges");
  if (count > MOST_PREFIXES) throw new Error(`it holds more than ${MOST_PREFIXES} ranges`);
  return groups;
}

function edges(provider: string, edge: string, all: readonly string[]): RangeGroup {
  return { provider, region: null, edge, prefixes: [...new Set(all)] };
}

/** @throws Error that says what is wrong */
function json(text: string | undefined): unknown {
  return JSON.parse(text ?? "");
}
