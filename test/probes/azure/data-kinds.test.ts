import { describe, expect, test } from "vitest";
import { readableBy } from "#derive/readable.ts";
import { AZURE_KINDS } from "#facts/kinds-azure.ts";
import { probes } from "#probes/index.ts";

/** Kinds with data whose location or encryption no probe reads yet, and what would have to be read. */
const UNREAD: Readonly<Record<string, string>> = {
  "Microsoft.Compute/disks": "encryption.type of the disk",
  "Microsoft.Compute/snapshots": "encryption.type of the snapshot",
  "Microsoft.Compute/restorePointCollections/restorePoints": "encryption of its disks",
  "Microsoft.RecoveryServices/vaults": "redundancySettings, encryption",
  "Microsoft.DataProtection/backupVaults": "storageSettings, encryptionSettings",
};

describe("kinds of Azure that hold data", () => {
  const readable = readableBy(probes);
  const facets = ["inventory", "location", "encryption"] as const;
  const unread = AZURE_KINDS.filter(({ data }) => data)
    .map(({ kind }) => kind)
    .filter((kind) => !facets.every((facet) => readable("azure", kind, facet)));

  test("are listed, and their location and encryption are read", () => {
    // Whoever reads one of them takes it out of the list.
    expect(unread.toSorted()).toEqual(Object.keys(UNREAD).toSorted());
  });
});
