import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { scanSettings } from "#cli/settings.ts";
import { controls } from "#controls/index.ts";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { ALL_BLOCKED } from "#fixtures/estate/aws/estate.ts";
import type { Fault as AwsFault } from "#fixtures/estate/aws/faults.ts";
import { startAws, type FakeAws } from "#fixtures/estate/aws.ts";
import { armId, storageAccount } from "#fixtures/estate/azure/estate.ts";
import type { Fault as AzureFault } from "#fixtures/estate/azure/faults.ts";
import { startAzure, type FakeAzure } from "#fixtures/estate/azure/server.ts";
import { gather } from "#gather/gather.ts";
import { plan } from "#gather/plan.ts";
import { estateSchema, type Estate } from "#model/estate.ts";
import type { Check } from "#model/policy.ts";
import type { Report } from "#model/report.ts";
import { probes } from "#probes/index.ts";
import { judge } from "../support/customers.ts";
import { policy } from "../support/evidence.ts";
import { expectNoBetter } from "../support/no-better.ts";

/** Long enough for a whole answer on loopback, short enough for one that never comes. */
const CALL_TIMEOUT = "PT1S";

const folder = mkdtempSync(join(tmpdir(), "probity-wire-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A promise for every control that can judge these clouds, at its most and at its least demanding. */
const checks: readonly Partial<Check>[] = [
  { control: "encryption-at-rest", expect: {} },
  { control: "encryption-at-rest", expect: { algorithms: ["AES-256"] } },
  { control: "data-residency", expect: { countries: ["FR"] } },
  { control: "data-residency", expect: { areas: ["eea"] } },
  { control: "https-only", expect: {} },
  { control: "tls-protocol-versions", expect: { allowed: ["TLSv1.2", "TLSv1.3"] } },
  { control: "public-access", expect: { anonymous: "forbidden", openNetwork: "forbidden" } },
  { control: "public-access", expect: { anonymous: "forbidden" } },
  { control: "geo-replication", expect: { maxLag: "PT15M" } },
  { control: "geo-replication", expect: {} },
  { control: "zone-redundancy", expect: { minimumZones: 2, geoRedundantCounts: true } },
  { control: "recovery-point-age", expect: { maxGap: "P1D", tolerance: "PT2H" } },
  { control: "recovery-point-age", expect: { maxAge: "P7D" } },
];
const kinds = ["AWS::S3::Bucket", "backup-set", "Microsoft.Storage/storageAccounts"];
const promises = policy([
  ...checks.map((check) => ({ checks: [{ ...check, scope: { kinds } }] })),
  // By its setting it is encrypted; an object in it is not.
  {
    checks: [
      {
        control: "encryption-at-rest",
        expect: {},
        scope: { kinds: ["AWS::S3::Bucket"], ids: ["arn:aws:s3:::old"] },
      },
    ],
  },
]);

/** The same estate, so impatient that a call which never ends does not hold up the test. */
function impatient(estate: Estate): Estate {
  const limits = { callTimeout: CALL_TIMEOUT };
  return { ...estate, targets: estate.targets.map((target) => ({ ...target, limits })) };
}

async function scan(estate: Estate): Promise<Report> {
  const inputs = { policies: [promises], estate, attestations: [], waivers: [], only: [] };
  const settings = scanSettings({
    signal: new AbortController().signal,
    active: false,
    log: () => {},
  });
  const planned = plan(inputs.policies, estate, controls, probes);
  return judge(inputs, await gather(estate.targets, planned, settings));
}

/** An AWS account that keeps some promises and breaks others; each test breaks one of its own. */
async function awsAccount(): Promise<{ readonly estate: Estate; readonly fake: FakeAws }> {
  process.env["WIRE_KEY_ID"] = "AKIAWIREWIREWIRE0001";
  process.env["WIRE_SECRET"] = "wire-secret-key";
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const region = "eu-west-3";
  const fake = await startAws({
    id: "123456789012",
    publicAccessBlock: { ...ALL_BLOCKED, RestrictPublicBuckets: false },
    buckets: [
      {
        name: "kept",
        region,
        replication: [{ bucket: "arn:aws:s3:::copy" }],
        versioning: "Enabled",
        policy: {
          Statement: [
            {
              Effect: "Deny",
              Principal: "*",
              Action: "s3:*",
              Resource: ["arn:aws:s3:::kept", "arn:aws:s3:::kept/*"],
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        },
        objects: Array.from({ length: 35 }, (_, day) => ({
          key: `dump-${day}`,
          lastModified: hoursAgo(day * 24 + 1),
        })),
      },
      { name: "copy", region },
      {
        name: "old",
        region,
        objects: [{ key: "of-2019", lastModified: "2019-01-01T00:00:00Z", encryption: null }],
      },
      {
        name: "stray",
        region: "us-east-1",
        encryption: null,
        publicAccessBlock: null,
        ownership: null,
      },
    ],
  });
  const estate = estateSchema.parse({
    version: 1,
    targets: [
      {
        id: "aws",
        provider: "aws",
        account: "123456789012",
        regions: [region],
        endpoints: { api: fake.url },
        credentials: { env: { accessKeyId: "WIRE_KEY_ID", secretAccessKey: "WIRE_SECRET" } },
        sampleObjects: 2,
        backups: [{ id: "dumps", bucket: "kept", labels: ["backup"] }],
      },
    ],
  });
  return { estate, fake };
}

describe("AWS answers that break", async () => {
  const { estate: wholeEstate, fake: wholeAws } = await awsAccount();
  const whole = await scan(wholeEstate);
  const operations = [...new Set(wholeAws.calls.map(({ operation }) => operation))];
  await wholeAws.close();
  const faults: readonly AwsFault[] = [
    { kind: "denied" },
    { kind: "throttled" },
    { kind: "error", status: 500, code: "InternalError" },
    { kind: "hang" },
    { kind: "reset" },
    { kind: "cut" },
    { kind: "body", body: "" },
    { kind: "body", body: "<html><body>login</body></html>" },
    { kind: "body", body: "{}" },
  ];

  test("unbroken, it upholds and violates", () => {
    expect(operations.length).toBeGreaterThanOrEqual(11);
    const verdicts = whole.claims.map(({ verdict }) => verdict);
    expect(verdicts.at(-1)).toBe("violated");
    expect(verdicts).toContain("upheld");
    expect(verdicts).toContain("violated");
  });

  const table = operations.flatMap((operation) =>
    faults.map((fault) => ({ operation, fault, what: JSON.stringify(fault) })),
  );
  test.concurrent.each(table)("$operation: $what", async ({ operation, fault }) => {
    const { estate, fake } = await awsAccount();
    fake.setFaults({ operation, fault });
    expectNoBetter(whole, await scan(impatient(estate)));
    await fake.close();
  });
});

const authority = makeAuthority();
const caFile = join(folder, "ca.pem");
writeFileSync(caFile, authority.caPem);

/** An Azure subscription that keeps some promises and breaks others; each test breaks one of its own. */
async function azureSubscription(): Promise<{ readonly estate: Estate; readonly fake: FakeAzure }> {
  process.env["WIRE_CLIENT_ID"] = "4d1c7f6e-2a3b-4c5d-9e8f-7a6b5c4d3e2f";
  process.env["WIRE_CLIENT_SECRET"] = "wire-client-secret";
  const tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
  const subscription = "3b6f1a0c-8d5e-4f27-9a51-0c2f7a9d1e01";
  const account = (name: string, settings: Partial<Parameters<typeof storageAccount>[1]>) =>
    storageAccount(name, { subscription, location: "francecentral", ...settings });
  const fake = await startAzure(
    {
      tenant,
      applications: [
        { clientId: "4d1c7f6e-2a3b-4c5d-9e8f-7a6b5c4d3e2f", clientSecret: "wire-client-secret" },
      ],
      pageSize: 2,
      subscriptions: [
        {
          id: subscription,
          name: "wire",
          accounts: [
            account("kept", {
              sku: "Standard_GZRS",
              secondary: "francesouth",
              geoReplicationStats: {
                status: "Live",
                lastSyncTime: new Date().toISOString(),
                canFailover: true,
              },
            }),
            account("lagging", {
              sku: "Standard_GRS",
              secondary: "westeurope",
              geoReplicationStats: {
                status: "Live",
                lastSyncTime: "2026-01-01T00:00:00Z",
                canFailover: true,
              },
            }),
            account("open", {
              properties: {
                allowBlobPublicAccess: true,
                supportsHttpsTrafficOnly: false,
                minimumTlsVersion: "TLS1_0",
              },
            }),
          ],
          resources: [
            {
              id: armId(subscription, "g", "Microsoft.Network/virtualNetworks", "net"),
              name: "net",
              type: "Microsoft.Network/virtualNetworks",
              location: "francecentral",
            },
          ],
        },
      ],
    },
    { authority },
  );
  const estate = estateSchema.parse({
    version: 1,
    targets: [
      {
        id: "azure",
        provider: "azure",
        tenant,
        subscriptions: [subscription],
        endpoints: { api: fake.armUrl, token: fake.tokenUrl },
        caFile,
        credentials: { env: { clientId: "WIRE_CLIENT_ID", clientSecret: "WIRE_CLIENT_SECRET" } },
      },
    ],
  });
  return { estate, fake };
}

describe("Azure answers that break", async () => {
  const { estate: wholeEstate, fake: wholeAzure } = await azureSubscription();
  const whole = await scan(wholeEstate);
  const routes = [
    ...new Set(wholeAzure.calls.map(({ method, path }) => `${method} ${path.split("?")[0]}`)),
  ];
  await wholeAzure.close();
  const faults: readonly AzureFault[] = [
    { kind: "denied" },
    { kind: "throttled" },
    { kind: "status", status: 500 },
    { kind: "hang" },
    { kind: "cut" },
    { kind: "body", body: "" },
    { kind: "body", body: "{}" },
    { kind: "body", body: "[]" },
    { kind: "body", body: "<html>login</html>" },
    { kind: "merge", fields: { value: null, properties: null } },
    { kind: "merge", fields: { value: [{}], properties: {} } },
    { kind: "next-link", to: "itself" },
    { kind: "next-link", to: new URL("https://elsewhere.example/next") },
  ];

  test("unbroken, it upholds and violates", () => {
    expect(routes.length).toBeGreaterThanOrEqual(6);
    const verdicts = whole.claims.map(({ verdict }) => verdict);
    expect(verdicts).toContain("upheld");
    expect(verdicts).toContain("violated");
  });

  const table = routes.flatMap((route) =>
    faults.map((fault) => ({ route, fault, what: JSON.stringify(fault) })),
  );
  test.concurrent.each(table)("$route: $what", async ({ route, fault }) => {
    const { estate, fake } = await azureSubscription();
    fake.setFaults({ path: new RegExp(`^${RegExp.escape(route)}(?:[?]|$)`), fault });
    expectNoBetter(whole, await scan(impatient(estate)));
    await fake.close();
  });
});
