import control from "#controls/governance/hosting-provider.ts";
import type { HostedAddress, Hosting, RangeSource } from "#model/dns-facets.ts";
import { defineCases } from "./cases.ts";

/** Two days before the cases' moment. */
const FRESH = "2026-05-30T00:00:00.000Z";

function table(id: string, fields: Partial<RangeSource> = {}): RangeSource {
  return {
    id,
    covers: [id],
    origin: "list",
    fetchedAt: FRESH,
    sha256: "0".repeat(64),
    label: null,
    ...fields,
  };
}
const TABLES = [
  table("azure"),
  table("gcp"),
  table("aws"),
  table("cloudflare"),
  table("upcloud", { origin: "routes" }),
];

function at(address: string, provider: string, fields: Partial<HostedAddress> = {}): HostedAddress {
  return {
    address,
    source: provider,
    prefix: "198.51.100.0/24",
    provider,
    region: null,
    edge: null,
    ...fields,
  };
}
function nowhere(address: string): HostedAddress {
  return { address, source: null, prefix: null, provider: null, region: null, edge: null };
}
function hosting(
  addresses: readonly HostedAddress[],
  sources: readonly RangeSource[] = TABLES,
): { hosting: Hosting } {
  return { hosting: { name: "www.example.test", addresses, sources } };
}
const AZURE = { providers: ["azure"] };
const PARIS = at("1.1.1.1", "azure", { region: "francecentral" });
const without = (id: string) => TABLES.filter((one) => one.id !== id);
const aged = (id: string, fetchedAt: string) => [...without(id), table(id, { fetchedAt })];

export default defineCases(control, [
  {
    name: "every address is a declared provider's",
    expect: AZURE,
    facets: hosting([PARIS, at("2a01::1", "azure", { region: "westeurope" })]),
    outcome: "pass",
    says: "1.1.1.1 belongs to Microsoft Azure (francecentral (FR)), 2a01::1 belongs to Microsoft Azure (westeurope (NL)); declared: Microsoft Azure",
  },
  {
    name: "each address may be of another declared provider",
    expect: { providers: ["upcloud", "gcp"] },
    facets: hosting([at("1.1.1.1", "upcloud"), at("1.1.1.2", "gcp", { region: "europe-north1" })]),
    outcome: "pass",
    says: "1.1.1.1 belongs to UpCloud, 1.1.1.2 belongs to Google Cloud (europe-north1 (FI))",
  },
  {
    name: "one address of another provider is enough",
    expect: AZURE,
    facets: hosting([PARIS, at("1.1.1.2", "aws", { region: "eu-west-3" })]),
    outcome: "fail",
    says: "1.1.1.2 belongs to Amazon Web Services (eu-west-3 (FR)), which is not declared",
  },
  {
    name: "a network of edges in front is an undeclared provider",
    expect: AZURE,
    facets: hosting([at("1.1.1.1", "cloudflare", { edge: "Cloudflare" })]),
    outcome: "fail",
    says: "belongs to Cloudflare, which is not declared; what stands behind it is not known",
  },
  {
    name: "declared, it says nothing of what stands behind it",
    expect: { providers: ["azure", "cloudflare"] },
    facets: hosting([at("1.1.1.1", "cloudflare", { edge: "Cloudflare" })]),
    outcome: "unknown",
    says: "edge only, what stands behind it is not known",
  },
  {
    name: "a declared provider's own network of edges does not either",
    expect: AZURE,
    facets: hosting([at("1.1.1.1", "azure", { edge: "Azure Front Door" })]),
    outcome: "unknown",
    says: "belongs to Microsoft Azure (Azure Front Door): edge only",
  },
  {
    name: "what stands behind it is left to the attestation that the policy asks for",
    expect: { ...AZURE, unseen: "attested" },
    facets: hosting([at("1.1.1.1", "azure", { edge: "Azure Front Door" })]),
    outcome: "pass",
    says: "(left to the claim's attestation)",
  },
  {
    name: "an undeclared network of edges is none that could be attested",
    expect: { ...AZURE, unseen: "attested" },
    facets: hosting([at("1.1.1.1", "cloudflare", { edge: "Cloudflare" })]),
    outcome: "fail",
    says: "which is not declared",
  },
  {
    name: "in none of a declared provider's whole list",
    expect: AZURE,
    facets: hosting([nowhere("1.1.1.1")]),
    outcome: "fail",
    says: "1.1.1.1 is in none of the ranges of Microsoft Azure",
  },
  {
    name: "in none of the routes that are seen of a provider without a list",
    expect: { providers: ["upcloud", "gcp"] },
    facets: hosting([nowhere("1.1.1.1")]),
    outcome: "unknown",
    says: "UpCloud publishes no list that would be whole",
  },
  {
    name: "no public address",
    expect: AZURE,
    facets: hosting([nowhere("10.0.0.1")]),
    outcome: "unknown",
    says: "10.0.0.1 is no public address",
  },
  {
    name: "no IPv6 address of the Internet",
    expect: AZURE,
    facets: hosting([nowhere("fd00::1")]),
    outcome: "unknown",
    says: "fd00::1 is no public address",
  },
  {
    name: "no address is no proof",
    expect: AZURE,
    facets: hosting([]),
    outcome: "unknown",
    says: "no address was read",
  },
  {
    name: "no tables on this machine",
    expect: AZURE,
    facets: hosting([nowhere("1.1.1.1"), nowhere("1.1.1.2")], []),
    outcome: "unknown",
    says: /^no ranges of providers are on this machine, to tell whose it is by: run `probity ranges update`; declared/,
  },
  {
    name: "an address in no table, and the declared provider's is missing",
    expect: AZURE,
    facets: hosting([nowhere("1.1.1.1")], without("azure")),
    outcome: "unknown",
    says: "the ranges of Microsoft Azure are not on this machine: run `probity ranges update`",
  },
  {
    name: "an address of another provider is no failure while the declared one's table is missing",
    expect: { providers: ["azure", "upcloud"] },
    facets: hosting([at("1.1.1.1", "aws")], without("azure")),
    outcome: "unknown",
    says: "the ranges of Microsoft Azure are not on this machine",
  },
  {
    name: "an old table does not pass",
    expect: AZURE,
    facets: hosting([PARIS], aged("azure", "2026-05-01T00:00:00.000Z")),
    outcome: "unknown",
    says: "the table of ranges azure is of 2026-05-01, more than 30 days ago: run `probity ranges update`",
  },
  {
    name: "a table of thirty days still does",
    expect: AZURE,
    facets: hosting([PARIS], aged("azure", "2026-05-02T00:00:00.000Z")),
    outcome: "pass",
    says: "belongs to Microsoft Azure",
  },
  {
    name: "an old table of another provider does not fail",
    expect: AZURE,
    facets: hosting([at("1.1.1.1", "aws")], aged("aws", "2026-01-01T00:00:00.000Z")),
    outcome: "unknown",
    says: "the table of ranges aws is of 2026-01-01",
  },
  {
    name: "nor does an address in no table while the declared provider's is old",
    expect: AZURE,
    facets: hosting([nowhere("1.1.1.1")], aged("azure", "2026-01-01T00:00:00.000Z")),
    outcome: "unknown",
    says: "the table of ranges azure is of 2026-01-01",
  },
  {
    name: "a table of the future",
    expect: AZURE,
    facets: hosting([PARIS], aged("azure", "2027-01-01T00:00:00.000Z")),
    outcome: "unknown",
    says: "is of 2027-01-01, which is still to come",
  },
  {
    name: "a table whose date is none",
    expect: AZURE,
    facets: hosting([PARIS], aged("azure", "never")),
    outcome: "unknown",
    says: "the table of ranges azure is of never",
  },
  {
    name: "one failure fails, whatever is open beside it",
    expect: AZURE,
    facets: hosting([at("1.1.1.1", "azure", { edge: "Azure Front Door" }), at("1.1.1.2", "aws")]),
    outcome: "fail",
    says: /^1\.1\.1\.2 belongs to Amazon Web Services, which is not declared; declared/,
  },
  {
    name: "a table of one's own is named",
    expect: AZURE,
    facets: hosting(
      [at("192.0.2.1", "azure", { source: "own-test", region: "francecentral" })],
      [table("own-test", { covers: ["azure"], origin: "table", label: "made up" })],
    ),
    outcome: "pass",
    says: 'belongs to Microsoft Azure (francecentral (FR)), by the table "made up"',
  },
  {
    name: "regions bind the addresses too",
    expect: { ...AZURE, regions: ["francecentral"] },
    facets: hosting([PARIS, at("1.1.1.2", "azure", { region: "westeurope" })]),
    outcome: "fail",
    says: "1.1.1.2 belongs to Microsoft Azure (westeurope (NL)), outside what is declared",
  },
  {
    name: "countries of the regions",
    expect: { ...AZURE, countries: ["FR"] },
    facets: hosting([PARIS]),
    outcome: "pass",
    says: "declared: Microsoft Azure, FR",
  },
  {
    name: "a region that is not published",
    expect: { providers: ["upcloud"], countries: ["FI"] },
    facets: hosting([at("1.1.1.1", "upcloud")]),
    outcome: "unknown",
    says: "the provider does not publish its region",
  },
  {
    name: "an address without a place",
    expect: { providers: ["gcp"], areas: ["eu"] },
    facets: hosting([at("1.1.1.1", "gcp", { region: "global" })]),
    outcome: "unknown",
    says: "gives no single place for its region",
  },
  {
    name: "a region that no table knows",
    expect: { ...AZURE, countries: ["FR"] },
    facets: hosting([at("1.1.1.1", "azure", { region: "atlantis" })]),
    outcome: "unknown",
    says: "whose country is not known",
  },
  {
    name: "a resource of a declared cloud in a declared region, whatever its zone",
    subject: { provider: "scaleway", kind: "scaleway/volume" },
    expect: { providers: ["scaleway"], regions: ["fr-par*"] },
    facets: { location: { regions: ["fr-par-1"], zones: null } },
    outcome: "pass",
    says: "is at Scaleway (fr-par-1 (FR)); declared: Scaleway, regions fr-par*",
  },
  {
    name: "a resource in another region",
    subject: { provider: "scaleway", kind: "scaleway/volume" },
    expect: { providers: ["scaleway"], regions: ["fr-par*"] },
    facets: { location: { regions: ["fr-par-1", "nl-ams-1"], zones: null } },
    outcome: "fail",
    says: "is at Scaleway (nl-ams-1 (NL)), outside what is declared",
  },
  {
    name: "a resource of a cloud that is not declared",
    subject: { provider: "ovh", kind: "ovh/volume" },
    expect: { providers: ["scaleway"] },
    facets: { location: { regions: ["gra"], zones: null } },
    outcome: "fail",
    says: "is at OVHcloud, which is not declared",
  },
  {
    name: "a resource of a declared cloud, wherever it is",
    subject: { provider: "ovh", kind: "ovh/volume" },
    expect: { providers: ["ovh"] },
    facets: { location: { regions: [], zones: null } },
    outcome: "pass",
    says: "is at OVHcloud",
  },
  {
    name: "a resource whose region was not read",
    subject: { provider: "scaleway", kind: "scaleway/volume" },
    expect: { providers: ["scaleway"], regions: ["fr-par*"] },
    facets: { location: { regions: [], zones: null } },
    outcome: "unknown",
    says: "no region was read",
  },
  {
    name: "a resource without a region",
    subject: { provider: "scaleway", kind: "scaleway/volume" },
    expect: { providers: ["scaleway"], regions: ["fr-par*"] },
    facets: { location: { regions: ["global"], zones: null } },
    outcome: "unknown",
    says: "names no region",
  },
  {
    name: "what has neither address nor place",
    expect: AZURE,
    facets: {},
    outcome: "not-applicable",
    says: "no address and no place",
  },
]);
