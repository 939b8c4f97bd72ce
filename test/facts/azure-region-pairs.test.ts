import { describe, expect, it } from "vitest";
import { azurePairOf } from "#facts/azure-region-pairs.ts";
import { regionFacts, regionNames } from "#facts/regions.ts";

/** Pairs that Microsoft publishes as going one way. */
const ONE_WAY = new Set(["brazilsouth", "brazilsoutheast", "westindia", "westus3"]);

describe("pairs of Azure's regions", () => {
  const pairs = regionNames("azure").flatMap((one) => {
    const pair = azurePairOf(one);
    return pair === null ? [] : [[one, pair] as const];
  });

  it("are of regions that are known, and go both ways but for those that do not", () => {
    expect(pairs).toHaveLength(20 * 2 + 4);
    for (const [one, pair] of pairs) {
      expect(regionFacts("azure", pair), pair).toBeDefined();
      if (!ONE_WAY.has(one)) expect(azurePairOf(pair), one).toBe(one);
    }
  });

  it("lie in one country, but for these", () => {
    const country = (name: string) => regionFacts("azure", name)?.countries.join();
    const abroad = pairs.filter(([one, pair]) => country(one) !== country(pair));
    expect(abroad.map(([one]) => one).sort()).toEqual([
      "brazilsouth",
      "eastasia",
      "northeurope",
      "southeastasia",
      "westeurope",
    ]);
  });

  it("are not made up", () => {
    for (const name of ["italynorth", "chinaeast", "nowhere", "constructor", ""]) {
      expect(azurePairOf(name), name).toBeNull();
    }
  });
});
