import type { Provider } from "#model/subject.ts";
import { EU_COUNTRIES } from "./countries.ts";

/** Where a provider's region lies. */
export interface RegionFacts {
  /** ISO 3166-1 alpha-2; of a multi-region every country that its data may rest in. */
  readonly countries: readonly string[];
  /** True for a name that stands for several regions (`eu`, `eur4`): it is no region. */
  readonly multi: boolean;
}

// Each table: country, then the provider's own names of the regions there. Made on 2026-11-22; the address above each
// is where the provider publishes its list. What is not listed is unknown, never guessed.

// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html; compared with the partition table
// of the AWS SDK 3.981. The isolated (`us-iso…`, `eu-isoe…`) partitions are left out: their places are not published.
const AWS: Readonly<Record<string, string>> = {
  AE: "me-central-1",
  AU: "ap-southeast-2 ap-southeast-4",
  BH: "me-south-1",
  BR: "sa-east-1",
  CA: "ca-central-1 ca-west-1",
  CH: "eu-central-2",
  CL: "sa-west-1",
  CN: "cn-north-1 cn-northwest-1",
  DE: "eu-central-1 eusc-de-east-1",
  ES: "eu-south-2",
  FR: "eu-west-3",
  GB: "eu-west-2",
  HK: "ap-east-1",
  ID: "ap-southeast-3",
  IE: "eu-west-1",
  IL: "il-central-1",
  IN: "ap-south-1 ap-south-2",
  IT: "eu-south-1",
  JP: "ap-northeast-1 ap-northeast-3",
  KR: "ap-northeast-2",
  MX: "mx-central-1",
  MY: "ap-southeast-5",
  NZ: "ap-southeast-6",
  SA: "me-west-1",
  SE: "eu-north-1",
  SG: "ap-southeast-1",
  TH: "ap-southeast-7",
  TW: "ap-east-2",
  US: "us-east-1 us-east-2 us-west-1 us-west-2 us-gov-east-1 us-gov-west-1",
  ZA: "af-south-1",
};

// https://learn.microsoft.com/azure/reliability/regions-list; sovereign clouds from their own pages.
const AZURE: Readonly<Record<string, string>> = {
  AE: "uaenorth uaecentral",
  AT: "austriaeast",
  AU: "australiaeast australiasoutheast australiacentral australiacentral2",
  BE: "belgiumcentral",
  BR: "brazilsouth brazilsoutheast",
  CA: "canadacentral canadaeast",
  CH: "switzerlandnorth switzerlandwest",
  CL: "chilecentral",
  CN: "chinaeast chinaeast2 chinaeast3 chinanorth chinanorth2 chinanorth3",
  DE: "germanywestcentral germanynorth",
  DK: "denmarkeast",
  ES: "spaincentral",
  FR: "francecentral francesouth",
  GB: "uksouth ukwest",
  HK: "eastasia",
  ID: "indonesiacentral",
  IE: "northeurope",
  IL: "israelcentral",
  IN: "centralindia southindia westindia indiasouthcentral jioindiawest jioindiacentral",
  IT: "italynorth",
  JP: "japaneast japanwest",
  KR: "koreacentral koreasouth",
  MX: "mexicocentral",
  MY: "malaysiawest",
  NL: "westeurope",
  NO: "norwayeast norwaywest",
  NZ: "newzealandnorth",
  PL: "polandcentral",
  QA: "qatarcentral",
  SE: "swedencentral swedensouth",
  SG: "southeastasia",
  US:
    "eastus eastus2 centralus northcentralus southcentralus westcentralus westus westus2 westus3 " +
    "centraluseuap eastus2euap usgovvirginia usgovarizona usgovtexas usdodeast usdodcentral",
  ZA: "southafricanorth southafricawest",
};

// https://cloud.google.com/about/locations
const GCP: Readonly<Record<string, string>> = {
  AU: "australia-southeast1 australia-southeast2",
  BE: "europe-west1",
  BR: "southamerica-east1",
  CA: "northamerica-northeast1 northamerica-northeast2",
  CH: "europe-west6",
  CL: "southamerica-west1",
  DE: "europe-west3 europe-west10",
  ES: "europe-southwest1",
  FI: "europe-north1",
  FR: "europe-west9",
  GB: "europe-west2",
  HK: "asia-east2",
  ID: "asia-southeast2",
  IL: "me-west1",
  IN: "asia-south1 asia-south2",
  IT: "europe-west8 europe-west12",
  JP: "asia-northeast1 asia-northeast2",
  KR: "asia-northeast3",
  MX: "northamerica-south1",
  NL: "europe-west4",
  PL: "europe-central2",
  QA: "me-central1",
  SA: "me-central2",
  SE: "europe-north2",
  SG: "asia-southeast1",
  TH: "asia-southeast3",
  TW: "asia-east1",
  US: "us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4",
  ZA: "africa-south1",
};

// Multi- and dual-regions of Google Cloud: https://cloud.google.com/storage/docs/locations,
// https://cloud.google.com/firestore/docs/locations and https://cloud.google.com/spanner/docs/instance-configurations.
// Services use one name differently, so each stands for all countries that any of them means.
const GCP_MULTI: Readonly<Record<string, readonly string[]>> = {
  eu: EU_COUNTRIES,
  us: ["US"],
  asia: ["HK", "ID", "IN", "JP", "KR", "SG", "TW"],
  eur3: ["BE", "FI", "NL"],
  eur4: ["FI", "NL"],
  eur5: ["BE", "GB", "NL"],
  eur6: ["CH", "DE", "NL"],
  eur7: ["DE", "GB", "IT"],
  eur8: ["CH", "DE"],
  asia1: ["JP", "KR"],
  nam4: ["US"],
  nam5: ["US"],
  nam7: ["US"],
};

// https://www.ovhcloud.com/en/about-us/infrastructure-security/ and the location names of OVHcloud's own API schema.
// The names are sites; a digit names a building, a last letter a zone.
const OVH_SITES: Readonly<Record<string, string>> = {
  AE: "dxb",
  AR: "bue",
  AT: "vie",
  AU: "syd",
  BE: "bru",
  BG: "sof",
  BR: "sao",
  CA: "bhs tor yyz",
  CH: "zrh",
  CI: "abj",
  CL: "scl",
  CZ: "prg",
  DE: "de lim",
  DK: "cph",
  ES: "mad",
  FI: "hel",
  FR: "rbx sbg gra par mrs",
  GB: "uk eri lon",
  IN: "mum ynm blr",
  IT: "mil",
  LU: "lux",
  MA: "rba",
  MX: "mex",
  NL: "ams",
  NO: "osl",
  NZ: "akl",
  PL: "waw",
  PT: "lis",
  RO: "buh",
  SE: "sto",
  SG: "sgp",
  US: "va or vin hil atl bos chi dal den lax mia nyc pao phx sea slc stl",
};

// https://www.scaleway.com/en/docs/account/reference-content/products-availability/
const SCALEWAY: Readonly<Record<string, string>> = {
  FR: "fr-par",
  IT: "it-mil",
  NL: "nl-ams",
  PL: "pl-waw",
};

// https://upcloud.com/data-centers and the zones and object-storage regions of UpCloud's API.
// An object-storage region rests in its primary zone.
const UPCLOUD: Readonly<Record<string, string>> = {
  AU: "au-syd1",
  DE: "de-fra1 europe-2",
  DK: "dk-cph1",
  ES: "es-mad1",
  FI: "fi-hel1 fi-hel2 europe-1",
  GB: "uk-lon1",
  NL: "nl-ams1",
  NO: "no-svg1",
  PL: "pl-waw1",
  SE: "se-sto1 europe-3",
  SG: "sg-sin1 apac-1",
  US: "us-chi1 us-nyc1 us-sjo1 us-1",
};

const TABLES: Readonly<Record<Provider, ReadonlyMap<string, RegionFacts>>> = {
  aws: byRegion(AWS),
  azure: byRegion(AZURE),
  gcp: new Map([
    ...byRegion(GCP),
    ...Object.entries(GCP_MULTI).map(
      ([name, countries]) => [name, { countries, multi: true }] as const,
    ),
  ]),
  ovh: byRegion(OVH_SITES),
  scaleway: byRegion(SCALEWAY),
  upcloud: byRegion(UPCLOUD),
  endpoint: new Map(),
};

/** A region's name as it is compared: `West US` is `westus`, `EU` is `eu`. */
export function normaliseRegion(name: string): string {
  return name.trim().toLowerCase().replaceAll(" ", "");
}

/** What is known of a provider's region; undefined for a name that is in no table. Case does not matter. */
export function regionFacts(provider: Provider, name: string): RegionFacts | undefined {
  const region = normaliseRegion(name);
  const table = TABLES[provider];
  const key = provider === "ovh" ? ovhSite(region) : region;
  return table.get(key) ?? table.get(withoutZone(provider, key));
}

/**
 * The region that a name belongs to: of OVHcloud the site, so that `sbg5` and `eu-west-sbg` are both `sbg`;
 * elsewhere without its zone, so that `fr-par-1` is `fr-par`.
 */
export function siteOf(provider: Provider, name: string): string {
  const region = normaliseRegion(name);
  return provider === "ovh" ? ovhSite(region) : withoutZone(provider, region);
}

/** OVHcloud's regions of three zones: https://www.ovhcloud.com/en/public-cloud/regions-availability/ */
const OVH_ZONED: ReadonlySet<string> = new Set(["par", "mil"]);

/** Whether a region is made of several datacentres, so that its name alone does not say which of them. */
export function zonesAreHidden(provider: Provider, region: string): boolean {
  if (provider === "ovh") return OVH_ZONED.has(siteOf(provider, region));
  return provider === "aws" || provider === "azure" || provider === "gcp";
}

/** Every region of a provider that the tables know; of OVHcloud the sites. */
export function regionNames(provider: Provider): readonly string[] {
  return [...TABLES[provider].keys()];
}

/** `europe-north1-a` and `fr-par-1` are zones of the regions `europe-north1` and `fr-par`. */
function withoutZone(provider: Provider, name: string): string {
  if (provider === "gcp") return name.replace(/-[a-z]$/, "");
  if (provider === "scaleway") return name.replace(/-\d$/, "");
  return name;
}

/** OVHcloud writes the site Strasbourg as `sbg`, `sbg5`, `eu-west-sbg`, `eu-west-sbg-a` or, local zones, `eu-west-lz-bru-a`. */
function ovhSite(name: string): string {
  const match =
    /^(?:[a-z]{2}-[a-z]{4,9}-(?:lz-)?)?([a-z]{2,3})\d{0,2}(?:-(?:[a-z0-9]|archive|hz))?$/.exec(
      name,
    );
  return match?.[1] ?? name;
}

function byRegion(table: Readonly<Record<string, string>>): Map<string, RegionFacts> {
  return new Map(
    Object.entries(table).flatMap(([country, names]) =>
      names.split(" ").map((name) => [name, { countries: [country], multi: false }] as const),
    ),
  );
}
