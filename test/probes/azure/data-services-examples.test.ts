/** Microsoft's own example answers of services that hold data, against facts that a person read off each file. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FacetName } from "#model/facets.ts";
import * as cosmos from "#probes/azure/cosmos-facets.ts";
import type { DataService } from "#probes/azure/data-service.ts";
import { toKeyRotation } from "#probes/azure/key-rotation.ts";
import { MESSAGING_SERVICES } from "#probes/azure/messaging-services.ts";
import { STORE_SERVICES } from "#probes/azure/store-services.ts";
import { has, sharedFolder } from "../../support/requirements.ts";
import { fields, type Fields } from "#probes/common/json.ts";

const folder = join(sharedFolder, "payloads/azure");

/** The answer, or the only entry of a listing. */
function answer(file: string): Fields {
  const example: unknown = JSON.parse(readFileSync(join(folder, `${file}.json`), "utf8"));
  const body = fields(fields(fields(fields(example)["responses"])["200"])["body"]);
  const { value } = body;
  return Array.isArray(value) ? fields(value[0]) : body;
}

const subject = {
  target: "azure",
  provider: "azure" as const,
  kind: "",
  id: "/subscriptions/s/x",
  name: "x",
  region: "westus",
  tags: {},
};

/** What a row of the table tells by the resource alone. */
function told(services: readonly DataService[], kind: string, raw: Fields): Fields {
  const row = services.find((one) => one.kind === kind);
  const source = { operation: "", observedAt: "", sha256: "" };
  const found = { subject, raw, source, subscription: "s" };
  const facets = ["location", "encryption", "transport", "redundancy", "exposure"] as const;
  return Object.fromEntries(
    facets.flatMap((facet: FacetName & (typeof facets)[number]) => {
      const map = row?.[facet];
      if (map !== undefined) return [[facet, map(raw, found)]];
      const below = row?.below?.[facet];
      // What lies below is in no example, so only what is told without it is.
      return below === undefined || below.rest !== "" ? [] : [[facet, below.map(raw, [], found)]];
    }),
  );
}

const AES = { enabled: true, algorithm: "AES-256", algorithmSource: "published-design" };

describe.skipIf(!has("shared"))("Microsoft's examples", () => {
  test.each([
    ["CosmosDBDatabaseAccountGet", "PT8H"],
    ["CosmosDBDatabaseAccountList", "PT720H"],
  ])("%s: one region, geo-redundant backups every four hours kept for %s", (file, kept) => {
    const raw = answer(`Microsoft.DocumentDB/${file}`);
    // Its resource says West US, its only region is East US, and the backups are copied to that one's pair.
    expect(cosmos.toLocation(raw)).toEqual({ regions: ["eastus", "westus"], zones: null });
    expect(cosmos.toEncryption(raw)).toMatchObject({ ...AES, keyManagement: "provider" });
    expect(cosmos.toTransport(raw)).toMatchObject({
      secureOnly: null,
      minimumTls: "TLSv1.0",
      minimumTlsIsDefault: false,
      hostNames: ["ddb1.documents.azure.com"],
    });
    expect(cosmos.toRedundancy(raw)).toMatchObject({ zoneRedundant: null, geoRedundant: false });
    expect(cosmos.toReplication(raw, subject)).toEqual({ destinations: [] });
    expect(cosmos.toBackups(raw)).toMatchObject({
      partOf: [],
      rules: [
        {
          longestInterval: 14_400,
          places: [
            { region: "eastus", vault: null, retention: kept },
            { region: "westus", vault: null, retention: kept },
          ],
        },
      ],
    });
  });

  test("who is let in to the account, which one of the two does not say", () => {
    const said = answer("Microsoft.DocumentDB/CosmosDBDatabaseAccountGet");
    const unsaid = answer("Microsoft.DocumentDB/CosmosDBDatabaseAccountList");
    expect(cosmos.toExposure(said)).toMatchObject({ anonymousAccess: false, openNetwork: true });
    expect(cosmos.toExposure(unsaid)).toMatchObject({ anonymousAccess: false, openNetwork: null });
  });

  test.each<[string, readonly DataService[], string, object]>([
    [
      "Microsoft.EventHub/EHNameSpaceGet",
      MESSAGING_SERVICES,
      "Microsoft.EventHub/namespaces",
      {
        location: { regions: ["eastus"], zones: null },
        encryption: { ...AES, keyManagement: "customer" },
        transport: { minimumTls: "TLSv1.2", secureOnly: null },
        redundancy: { zones: null, zoneRedundant: null, geoRedundant: false },
      },
    ],
    [
      "Microsoft.ServiceBus/SBNameSpaceGet",
      MESSAGING_SERVICES,
      "Microsoft.ServiceBus/namespaces",
      {
        location: { regions: ["southcentralus"], zones: null },
        encryption: { ...AES, keyManagement: "provider" },
        transport: { minimumTls: "TLSv1.2", secureOnly: null },
        redundancy: { zones: null, zoneRedundant: null, geoRedundant: false },
      },
    ],
    [
      "Microsoft.Cache/RedisEnterpriseGet",
      STORE_SERVICES,
      "Microsoft.Cache/redisEnterprise",
      {
        encryption: { ...AES, keyManagement: "provider" },
        redundancy: { zones: 3, zoneRedundant: true, geoRedundant: null },
        exposure: { anonymousAccess: false, openNetwork: null },
      },
    ],
    [
      "Microsoft.KeyVault/listVaultBySubscription",
      STORE_SERVICES,
      "Microsoft.KeyVault/vaults",
      {
        location: { regions: ["westus", "eastus"], zones: null },
        encryption: { enabled: true, algorithm: null },
        exposure: { anonymousAccess: false, openNetwork: null },
      },
    ],
  ])("%s", (file, services, kind, expected) => {
    const read = told(services, kind, answer(file));
    expect(read).toMatchObject(expected);
    expect(Object.keys(read).toSorted()).toEqual(Object.keys(expected).toSorted());
  });

  test("a key's own answer tells its rotation, an entry of the list does not", () => {
    expect(toKeyRotation(answer("Microsoft.KeyVault/getKey"))).toEqual({
      enabled: false,
      periodDays: null,
      detail: "no rotation policy",
    });
    expect(() => toKeyRotation(answer("Microsoft.KeyVault/listKeys"))).toThrow("of what type");
  });
});
