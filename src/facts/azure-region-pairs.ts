/**
 * Azure's paired regions, to which geo-redundant storage and backups are copied; where no answer says which, the pair is
 * Microsoft's published word. Pairs go both ways but for those that are written apart. What is not listed has no pair, or
 * none that was read there. Compared on 2026-11-22 with https://learn.microsoft.com/azure/reliability/regions-list
 */
const MUTUAL: readonly (readonly [string, string])[] = [
  ["australiacentral", "australiacentral2"],
  ["australiaeast", "australiasoutheast"],
  ["canadacentral", "canadaeast"],
  ["centralindia", "southindia"],
  ["centralus", "eastus2"],
  ["eastasia", "southeastasia"],
  ["eastus", "westus"],
  ["francecentral", "francesouth"],
  ["germanynorth", "germanywestcentral"],
  ["japaneast", "japanwest"],
  ["koreacentral", "koreasouth"],
  ["northcentralus", "southcentralus"],
  ["northeurope", "westeurope"],
  ["norwayeast", "norwaywest"],
  ["southafricanorth", "southafricawest"],
  ["swedencentral", "swedensouth"],
  ["switzerlandnorth", "switzerlandwest"],
  ["uaecentral", "uaenorth"],
  ["uksouth", "ukwest"],
  ["westcentralus", "westus2"],
];
const ONE_WAY: readonly (readonly [string, string])[] = [
  ["brazilsouth", "southcentralus"],
  ["brazilsoutheast", "brazilsouth"],
  ["westindia", "southindia"],
  ["westus3", "eastus"],
];
const PAIRS: ReadonlyMap<string, string> = new Map([
  ...MUTUAL,
  ...MUTUAL.map(([one, other]) => [other, one] as const),
  ...ONE_WAY,
]);

/** The paired region of a region, both in lower case; null where none is known. */
export function azurePairOf(region: string): string | null {
  return PAIRS.get(region.toLowerCase()) ?? null;
}
