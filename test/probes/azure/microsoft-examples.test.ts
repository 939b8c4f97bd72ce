/** Microsoft's own example answers, against facts that a person read off each file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FacetName, Facets } from "#model/facets.ts";
import { region, resourceSubject } from "#probes/azure/arm.ts";
import { classifyAzure } from "#probes/azure/errors.ts";
import { walkPages } from "#probes/azure/pages.ts";
import * as map from "#probes/azure/storage-facets.ts";
import { testScan } from "../../support/probe-context.ts";
import { has, sharedFolder } from "../../support/requirements.ts";
import { fields } from "#probes/common/json.ts";

const folder = join(sharedFolder, "payloads/azure");

function body(file: string): unknown {
  const example: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"));
  return fields(fields(fields(example)["responses"])["200"])["body"];
}

/** The entries of a listing or of a Resource Graph answer; else the answer itself. */
function entries(file: string): readonly unknown[] {
  const answer = body(file);
  const { value, data } = fields(answer);
  return Array.isArray(value) ? value : Array.isArray(data) ? data : [answer];
}

type Expected = { readonly [F in FacetName]?: Partial<Facets[F]> };
const READ: { readonly [F in FacetName]?: (raw: unknown) => Facets[F] } = {
  location: map.storageLocation,
  encryption: map.storageEncryption,
  transport: map.storageTransport,
  exposure: map.storageExposure,
  redundancy: map.storageRedundancy,
  replication: map.storageReplication,
};

/** Nothing is said of a TLS minimum, and HTTPS is not demanded. */
const LAX = { secureOnly: false, minimumTls: "TLSv1.0", minimumTlsIsDefault: true } as const;
/** GRS: one zone here, a copy elsewhere. */
const GRS = { zones: 1, zoneRedundant: false, geoRedundant: true, setting: "Standard_GRS" };
const AES = { enabled: true, algorithm: "AES-256", algorithmSource: "published-design" } as const;
const NOT_STATED = { enabled: null, algorithm: null, keyManagement: null };
const SILENT = { anonymousAccess: null, openNetwork: null, through: [], closedBy: [] };
const OPEN = { ...SILENT, openNetwork: true, through: ["networkAcls.defaultAction Allow"] };
const EAST = { regions: ["eastus", "centraluseuap"], zones: null };
const STAGE = { regions: ["eastus2(stage)", "northcentralus(stage)"], zones: null };
/** Without statistics in the answer nothing is known of the copy but its place. */
const NO_STATS = { status: "unknown", lastSync: null, whole: true, subject: null } as const;
const LIVE = { ...NO_STATS, status: "active", lastSync: "2018-10-30T00:25:34.000Z" } as const;
const plainAccount: Expected = {
  location: EAST,
  encryption: NOT_STATED,
  transport: LAX,
  exposure: SILENT,
  redundancy: GRS,
  replication: { destinations: [{ region: "centraluseuap", ...NO_STATS }] },
};
const stageAccount: Expected = {
  location: STAGE,
  encryption: { ...AES, keyManagement: "provider" },
  transport: LAX,
  exposure: OPEN,
  redundancy: GRS,
  replication: { destinations: [{ region: "northcentralus(stage)", ...LIVE }] },
};

const ACCOUNTS: readonly (readonly [file: string, account: string, expected: Expected])[] = [
  [
    "StorageAccountList",
    "sto1125",
    { ...plainAccount, encryption: { ...AES, keyManagement: "provider", caveat: null } },
  ],
  ["StorageAccountList", "sto3699", plainAccount],
  [
    "StorageAccountList",
    "sto8596",
    { ...stageAccount, encryption: { ...AES, keyManagement: "customer" } },
  ],
  ["StorageAccountList", "sto6637", plainAccount],
  ["StorageAccountList", "sto834", plainAccount],
  ["StorageAccountList", "sto9174", plainAccount],
  ["StorageAccountGetProperties", "sto8596", stageAccount],
  ["StorageAccountGetPropertiesGeoReplicationStatscanFailoverTrue", "sto8596", stageAccount],
  [
    "StorageAccountCreateAllowedCopyScopeToAAD",
    "sto4445",
    {
      // Its `location` says eastus and its `primaryLocation` eastus2euap; it lies in an edge zone.
      location: { regions: ["eastus2euap", "centraluseuap", "losangeles001"], zones: null },
      encryption: { ...AES, keyManagement: "provider" },
      transport: { secureOnly: true, minimumTls: "TLSv1.2", minimumTlsIsDefault: false },
      exposure: { ...SILENT, anonymousAccess: false, closedBy: ["allowBlobPublicAccess false"] },
      redundancy: GRS,
      replication: { destinations: [{ region: "centraluseuap", ...NO_STATS }] },
    },
  ],
];

describe.skipIf(!has("shared"))("Microsoft's examples", () => {
  test.each(ACCOUNTS)("%s: %s", (file, name, expected) => {
    const accounts = entries(`Microsoft.Storage/${file}.json`);
    const account = accounts.find((entry) => fields(entry)["name"] === name);
    expect(account).toBeDefined();
    const read = Object.fromEntries(
      Object.entries(READ).map(([facet, reader]) => [facet, reader(account)]),
    );
    expect(read).toMatchObject(expected);
    expect(Object.keys(read).sort()).toEqual(Object.keys(expected).sort());
  });

  test("every account of the listing is in the table", () => {
    const listed = entries("Microsoft.Storage/StorageAccountList.json").map(
      (entry) => fields(entry)["name"],
    );
    const known = ACCOUNTS.filter(([file]) => file === "StorageAccountList").map(
      ([, name]) => name,
    );
    expect(listed).toEqual(known);
  });

  test.each([
    ["BlobServicesGet", true],
    ["BlobServicesList", true],
    ["BlobServicesPut", true],
    // A file service, which has no such setting: absent is not false.
    ["FileServicesGet", null],
  ])("%s: versioning %s", (file, enabled) => {
    const [service] = entries(`Microsoft.Storage/${file}.json`);
    expect(map.storageVersioning(service)).toEqual({ enabled });
  });

  test.each([
    [
      "Microsoft.ResourceGraph/ResourcesBasicQuery",
      [
        [
          "microsoft.network/networkinterfaces",
          "myNetworkInterface",
          "centralus",
          { tag1: "Value1" },
        ],
        ["microsoft.network/virtualnetworks", "myVnet", "westus", {}],
        ["microsoft.network/publicipaddresses", "myPublicIp", "westus", {}],
      ],
    ],
    [
      "Microsoft.ResourceGraph/ResourcesNextPageQuery",
      [
        ["microsoft.compute/disks", "second_OsDisk_dddddbcb625a457bb69fe2abf5975820", "eastus", {}],
        ["microsoft.automation/automationaccounts", "AATest", "westcentralus", {}],
        ["microsoft.automation/automationaccounts/runbooks", "RBTest", "westcentralus", {}],
      ],
    ],
    [
      "Microsoft.Storage/StorageAccountGetProperties",
      [
        [
          "Microsoft.Storage/storageAccounts",
          "sto8596",
          "eastus2(stage)",
          { key1: "value1", key2: "value2" },
        ],
      ],
    ],
    [
      "Microsoft.Storage/StorageAccountEncryptionScopeList",
      [
        ["Microsoft.Storage/storageAccounts/encryptionScopes", "scope-1", null, {}],
        ["Microsoft.Storage/storageAccounts/encryptionScopes", "scope-2", null, {}],
      ],
    ],
  ])("%s: type, name, region and tags of its resources", (file, expected) => {
    const subjects = entries(`${file}.json`).map((entry) => resourceSubject(entry, "target"));
    expect(subjects.map(({ kind, name, region, tags }) => [kind, name, region, tags])).toEqual(
      expected,
    );
  });

  test("everything with id, type and name is a subject, in all the examples", () => {
    let read = 0;
    for (const provider of readdirSync(folder, { withFileTypes: true })) {
      if (!provider.isDirectory()) continue;
      for (const file of readdirSync(join(folder, provider.name))) {
        for (const entry of entries(`${provider.name}/${file}`)) {
          const { id, type, name, location } = fields(entry);
          if ([id, type, name].some((field) => typeof field !== "string" || field === "")) continue;
          if (!String(id).toLowerCase().startsWith("/subscriptions/")) continue;
          const subject = resourceSubject(entry, "target");
          expect(subject).toMatchObject({ id, kind: type, name, provider: "azure" });
          expect(subject.region).toBe(
            typeof location === "string" ? location.toLowerCase().split(" ").join("") : null,
          );
          read += 1;
        }
      }
    }
    expect(read).toBeGreaterThan(300);
  });

  test("a provider's locations in the spelling of ids", () => {
    const { resourceTypes } = fields(body("Microsoft.Resources/GetProvider.json"));
    const locations = Array.isArray(resourceTypes)
      ? resourceTypes.map((type) => fields(type)["locations"])
      : [];
    expect(locations).toEqual([["West US"], ["West US"]]);
    expect(locations.flat().map(region)).toEqual(["westus", "westus"]);
  });

  test("subscriptions are no resources", () => {
    const subscriptions = entries("Microsoft.Resources/GetSubscriptions.json");
    expect(subscriptions).toHaveLength(2);
    for (const entry of [...subscriptions, body("Microsoft.Resources/GetSubscription.json")]) {
      expect(() => resourceSubject(entry, "target")).toThrow("has no type");
    }
  });

  test("the examples' nextLink of three dots is no address", async () => {
    const scan = testScan({ id: "t", provider: "upcloud", labels: [], backups: [] });
    const pages: unknown[] = [];
    const failure = await walkPages(
      scan.context({ id: "azure-resources", kinds: ["*"], classify: classifyAzure }),
      "GET /subscriptions",
      () => Promise.resolve(body("Microsoft.Resources/GetSubscriptions.json")),
      (page) => pages.push(page),
    );
    expect(failure).toMatchObject({
      reason: "malformed",
      message: expect.stringMatching(/nextLink is no address/),
    });
    expect(pages).toHaveLength(1);
  });
});
