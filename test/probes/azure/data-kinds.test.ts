import { describe, expect, test } from "vitest";
import { readableBy } from "#derive/readable.ts";
import { AZURE_KINDS } from "#facts/kinds-azure.ts";
import { probes } from "#probes/index.ts";

describe("kinds of Azure that hold data", () => {
  const readable = readableBy(probes);
  const facets = ["inventory", "location", "encryption"] as const;
  const unread = AZURE_KINDS.filter(({ data }) => data)
    .map(({ kind }) => kind)
    .filter((kind) => !facets.every((facet) => readable("azure", kind, facet)));

  test("are listed, and their location and encryption are read", () => {
    expect(unread).toEqual([]);
  });
});
