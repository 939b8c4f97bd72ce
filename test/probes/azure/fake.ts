/** The fake Azure as the tests of the probes use it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeAuthority, type IssuedCertificate } from "#fixtures/estate/authority.ts";
import { armId, storageAccount, type AzureEstate } from "#fixtures/estate/azure/estate.ts";
import { startAzure, type FakeAzure } from "#fixtures/estate/azure/server.ts";
import { targetSchema, type TargetOf } from "#model/estate.ts";

export const TENANT = "11111111-1111-4111-8111-111111111111";
export const FIRST = "22222222-2222-4222-8222-222222222222";
export const SECOND = "33333333-3333-4333-8333-333333333333";
export const HIDDEN = "44444444-4444-4444-8444-444444444444";
export const CLIENT = "55555555-5555-4555-8555-555555555555";
/** A secret that no pattern would know as one. */
export const CANARY = "canary.of.the.coal.mine.0815";
/** What a cluster would give a workload; no JWT, so that no pattern takes it out either. */
export const FEDERATED = "canary.of.the.cluster.4711";

export const ESTATE: AzureEstate = {
  tenant: TENANT,
  applications: [{ clientId: CLIENT, clientSecret: CANARY, federated: FEDERATED }],
  pageSize: 2,
  managementGroups: { whole: [FIRST, SECOND] },
  subscriptions: [
    {
      id: FIRST,
      name: "Production",
      accounts: [
        storageAccount("stgeo", {
          subscription: FIRST,
          sku: "Standard_RAGZRS",
          secondary: "northeurope",
          tags: { purpose: "customers" },
          geoReplicationStats: {
            status: "Live",
            lastSyncTime: "2026-06-01T11:58:30Z",
            canFailover: true,
          },
        }),
        storageAccount("stold", {
          subscription: FIRST,
          location: "West Europe",
          properties: {
            supportsHttpsTrafficOnly: undefined,
            minimumTlsVersion: undefined,
            allowBlobPublicAccess: undefined,
            publicNetworkAccess: undefined,
            networkAcls: undefined,
            encryption: undefined,
          },
          blobService: {},
        }),
        storageAccount("stopen", {
          subscription: FIRST,
          properties: {
            supportsHttpsTrafficOnly: false,
            minimumTlsVersion: "TLS1_0",
            allowBlobPublicAccess: true,
            networkAcls: { defaultAction: "Allow", ipRules: [], virtualNetworkRules: [] },
          },
          blobService: { isVersioningEnabled: false },
        }),
        storageAccount("stfiles", {
          subscription: FIRST,
          kind: "FileStorage",
          sku: "Premium_ZRS",
          blobService: null,
        }),
        storageAccount("stfresh", {
          subscription: FIRST,
          sku: "Standard_GRS",
          secondary: "northeurope",
          geoReplicationStats: { status: "Bootstrap", lastSyncTime: "2026-05-31T00:00:00Z" },
        }),
      ],
      resources: [
        {
          id: armId(FIRST, "production", "Microsoft.Web/sites", "www"),
          name: "www",
          type: "Microsoft.Web/sites",
          location: "West Europe",
          tags: { purpose: "customers" },
        },
        {
          id: armId(FIRST, "production", "Microsoft.Network/dnszones", "example.com"),
          name: "example.com",
          type: "Microsoft.Network/dnszones",
          location: "global",
        },
      ],
    },
    {
      id: SECOND,
      name: "Backups",
      accounts: [storageAccount("stsecond", { subscription: SECOND, location: "northeurope" })],
      resources: [],
    },
    { id: HIDDEN, name: "Of another team", visible: false, accounts: [], resources: [] },
  ],
};

export interface Fixture {
  readonly azure: FakeAzure;
  readonly target: (fields?: Readonly<Record<string, unknown>>) => TargetOf<"azure">;
  readonly environment: Readonly<Record<string, string>>;
  /** For another server of this host that the target's caFile trusts too. */
  readonly certificate: IssuedCertificate;
  /** A folder that goes with the fixture. */
  readonly folder: string;
  readonly close: () => Promise<void>;
}

/** Starts the fake and writes its authority's certificate to a file, as an estate would name it. */
export async function startFixture(estate: AzureEstate = ESTATE): Promise<Fixture> {
  const authority = makeAuthority();
  const azure = await startAzure(estate, { authority });
  const folder = mkdtempSync(join(tmpdir(), "probity-azure-"));
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, authority.caPem);
  return {
    azure,
    folder,
    certificate: authority.issue({ commonName: "elsewhere", altNames: ["127.0.0.1"] }),
    environment: { TEST_AZURE_CLIENT: CLIENT, TEST_AZURE_SECRET: CANARY },
    target: (fields = {}) => {
      const target = targetSchema.parse({
        id: "production",
        provider: "azure",
        tenant: TENANT,
        subscriptions: [FIRST],
        endpoints: { api: azure.armUrl, token: azure.tokenUrl },
        caFile,
        credentials: { env: { clientId: "TEST_AZURE_CLIENT", clientSecret: "TEST_AZURE_SECRET" } },
        ...fields,
      });
      if (target.provider !== "azure") throw new Error("the fields make it another provider's");
      return target;
    },
    close: async () => {
      await azure.close();
      rmSync(folder, { recursive: true });
    },
  };
}
