import { describe, expect, it } from "vitest";
import { AREAS, EEA_COUNTRIES, EU_COUNTRIES } from "#facts/countries.ts";
import { normaliseRegion, regionFacts, regionNames } from "#facts/regions.ts";
import { PROVIDERS, type Provider } from "#model/subject.ts";

const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });

describe("countries", () => {
  it("are the 27 of the Union and the 30 of the Area", () => {
    expect(new Set(EU_COUNTRIES).size).toBe(27);
    expect(new Set(EEA_COUNTRIES).size).toBe(30);
    expect(EEA_COUNTRIES).toEqual(expect.arrayContaining(["IS", "LI", "NO", "FR"]));
    for (const outside of ["CH", "GB", "US"]) expect(EEA_COUNTRIES).not.toContain(outside);
    expect(AREAS.eu).toBe(EU_COUNTRIES);
  });
});

describe("regions", () => {
  it.each<[Provider, string, string]>([
    ["aws", "eu-west-3", "FR"],
    ["aws", "EU-CENTRAL-2", "CH"],
    ["azure", "West Europe", "NL"],
    ["azure", "northeurope", "IE"],
    ["gcp", "europe-north1", "FI"],
    ["gcp", "europe-north1-b", "FI"],
    ["gcp", "EUROPE-WEST2", "GB"],
    ["ovh", "SBG5", "FR"],
    ["ovh", "rbx8", "FR"],
    ["ovh", "RBX-ARCHIVE", "FR"],
    ["ovh", "eu-west-sbg", "FR"],
    ["ovh", "EU-WEST-LZ-BRU-A", "BE"],
    ["ovh", "US-EAST-VA-1", "US"],
    ["ovh", "DE1", "DE"],
    // Names of OVHcloud's own schemas: regions, local zones, datacentres.
    ["ovh", "rbx-hz", "FR"],
    ["ovh", "gra04", "FR"],
    ["ovh", "sgp02", "SG"],
    ["ovh", "yyz01", "CA"],
    ["ovh", "ynm1", "IN"],
    ["ovh", "ap-southeast-sgp", "SG"],
    ["ovh", "us-west-lz-lax", "US"],
    ["ovh", "sa-central-lz-mex", "MX"],
    ["ovh", "me-south-lz-dxb", "AE"],
    ["scaleway", "fr-par", "FR"],
    ["scaleway", "nl-ams-1", "NL"],
    ["upcloud", "fi-hel2", "FI"],
    ["upcloud", "europe-1", "FI"],
  ])("%s %s is in %s", (provider, region, country) => {
    expect(regionFacts(provider, region)).toEqual({ countries: [country], multi: false });
  });

  it.each<[Provider, string]>([
    ["aws", "eu"],
    ["aws", "eu-west-9"],
    ["aws", "westeurope"],
    ["azure", "europe"],
    ["azure", "global"],
    ["gcp", "europe"],
    ["ovh", "eu-west"],
    ["ovh", "xyz1"],
    // Codes whose city OVHcloud publishes nowhere that was found.
    ["ovh", "eu-west-lz-mnc"],
    ["ovh", "p19"],
    ["ovh", "constructor"],
    ["endpoint", "eu-west-3"],
    ["gcp", ""],
  ])("%s %j is not known", (provider, region) => {
    expect(regionFacts(provider, region)).toBeUndefined();
  });

  it("know a multi-region by all its countries", () => {
    expect(regionFacts("gcp", "EU")).toEqual({ countries: EU_COUNTRIES, multi: true });
    expect(regionFacts("gcp", "eur4")).toEqual({ countries: ["FI", "NL"], multi: true });
  });

  it.each(PROVIDERS)("of %s have well-formed names and real countries", (provider) => {
    const all = regionNames(provider);
    expect(all.length > 0).toBe(provider !== "endpoint");
    for (const region of all) {
      expect(region).toBe(normaliseRegion(region));
      for (const country of regionFacts(provider, region)?.countries ?? []) {
        expect(country).toMatch(/^[A-Z]{2}$/);
        expect(names.of(country), country).toBeDefined();
      }
    }
  });

  it("are each listed under one country", async () => {
    const { readFile } = await import("node:fs/promises");
    const source = await readFile(new URL("../../src/facts/regions.ts", import.meta.url), "utf8");
    for (const table of source.split(/^const /m).slice(1)) {
      const listed = [...table.matchAll(/^ {2,4}(?:[A-Z]{2}:)?\s*"([a-z0-9 -]+)"/gm)].flatMap(
        (match) => (match[1] ?? "").trim().split(" "),
      );
      expect(listed.filter((name, index) => listed.indexOf(name) !== index)).toEqual([]);
    }
  });
});
