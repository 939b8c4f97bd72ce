import { describe, expect, it } from "vitest";
import { KINDS, kindOf, kindsOf, kindsWith } from "#facts/kinds.ts";
import { PROVIDERS } from "#model/subject.ts";

describe("kinds", () => {
  it("are named once, and titled", () => {
    const names = KINDS.map(({ kind }) => kind.toLowerCase());
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    for (const { kind, title, facets } of KINDS) {
      expect(title, kind).not.toBe("");
      expect(new Set(facets).size, kind).toBe(facets.length);
    }
  });

  it("that hold data rest somewhere and are encrypted or not, and no others do", () => {
    for (const { kind, data, facets } of KINDS) {
      expect(facets.includes("location"), kind).toBe(data);
      expect(facets.includes("encryption"), kind).toBe(data);
    }
  });

  it("that speak for their region hold data", () => {
    expect(KINDS.filter(({ regional, data }) => regional && !data)).toEqual([]);
  });

  it("are found whatever their case", () => {
    expect(kindOf("microsoft.storage/STORAGEACCOUNTS")?.title).toBe("storage account");
    expect(kindOf("AWS::S3::Bucket")).toMatchObject({ data: true, regional: true });
    expect(kindOf("Microsoft.Storage/storageAccounts")?.regional).toBe(false);
    expect(kindOf("Vendor.Unheard/of")).toBeUndefined();
    expect(kindOf("constructor")).toBeUndefined();
  });

  it("of a facet are those of the provider", () => {
    expect(kindsWith("http", "endpoint").map(({ kind }) => kind)).toEqual(["endpoint"]);
    expect(kindsWith("protocols", "aws")).toEqual([]);
    expect(kindsWith("encryption", "azure").length).toBeGreaterThan(20);
  });

  it("include backup sets for every cloud, and attestations for none", () => {
    for (const provider of PROVIDERS) {
      const kinds = kindsOf(provider).map(({ kind }) => kind);
      expect(kinds.includes("backup-set"), provider).toBe(provider !== "endpoint");
      expect(kinds).not.toContain("attestation");
    }
    expect(kindOf("attestation")?.facets).toEqual(["attestation"]);
  });
});
