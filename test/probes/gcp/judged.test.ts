/** Visma Sign's policy over a project on Google Cloud: what is kept is upheld, what is broken breaks what rests on it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { readInputs } from "#cli/inputs.ts";
import { controls } from "#controls/index.ts";
import { derive } from "#derive/derive.ts";
import { readableBy } from "#derive/readable.ts";
import { credentialValue } from "#estate/credentials.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import type { GcpEstate, GcpProject } from "#fixtures/estate/gcp/estate.ts";
import { keptProject, PROJECT } from "#fixtures/estate/gcp/kept.ts";
import { startGcp } from "#fixtures/estate/gcp/server.ts";
import { gather } from "#gather/gather.ts";
import { plan } from "#gather/plan.ts";
import { createRedactor } from "#gather/redact.ts";
import { estateSchema } from "#model/estate.ts";
import { probes } from "#probes/index.ts";
import { KEY_FILE, NOW, PRIVATE_KEY, SERVICE_ACCOUNTS } from "./gcp.ts";

const UPHELD = {
  "vs-gcp-hamina": "upheld",
  "vs-docs-encrypted": "upheld",
  "vs-link-encrypted": "upheld",
  "vs-link-vpn": "upheld",
  "vs-monitored": "upheld",
  "vs-network": "upheld",
  "vs-backup-hourly": "upheld",
  // No interface shows of what the dumps were made.
  "vs-backup-sites": "unverified",
  "vs-rpo": "upheld",
  "vs-eea": "upheld",
};
const file = fileURLToPath(new URL("../../../config/policies/visma-sign.yaml", import.meta.url));
const policies = readInputs({ policy: [file] }, NOW).policies.map((one) => ({
  ...one,
  claims: one.claims
    .filter(({ id }) => Object.hasOwn(UPHELD, id))
    // What people vouch for is not what is looked at here.
    .map((claim) => ({ ...claim, attest: [] })),
}));

const authority = makeAuthority();
const folder = mkdtempSync(join(tmpdir(), "probity-gcp-judged-"));
const caFile = join(folder, "ca.pem");
writeFileSync(caFile, authority.caPem);
let held: GcpEstate = { serviceAccounts: SERVICE_ACCOUNTS, projects: [] };
const api = await startGcp(
  authority,
  () => held,
  () => NOW,
);
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});
const estate = estateSchema.parse({
  version: 1,
  targets: [
    {
      id: "gcp",
      provider: "gcp",
      projects: [PROJECT],
      endpoints: { api: api.url },
      caFile,
      credentials: { env: { key: "KEY" } },
      backups: [{ id: "dumps", bucket: "sign-backups", prefix: "dumps/", labels: ["backup"] }],
    },
  ],
  labels: [
    { label: "transfer", match: { kinds: ["compute.googleapis.com/VpnTunnel"] } },
    { label: "production", match: { kinds: ["sqladmin.googleapis.com/Instance"] } },
  ],
});
const entries = probes.filter(({ provider }) => provider === "gcp");

async function judge(project: GcpProject, denied: readonly string[] = []) {
  held = { serviceAccounts: SERVICE_ACCOUNTS, projects: [project], denied, pageSize: 500 };
  const environment = { KEY: KEY_FILE };
  const logged: unknown[] = [];
  const evidence = await gather(estate.targets, plan(policies, estate, controls, entries), {
    now: () => NOW,
    sleep: () => Promise.resolve(),
    random: () => 0.5,
    signal: new AbortController().signal,
    log: (message, more) => logged.push([message, more]),
    redactor: createRedactor(),
    secret: (one, name) => credentialValue(one.credentials, name, environment),
    environment,
    active: false,
    maxAnswerBytes: 10_000_000,
  });
  const report = evaluate({
    policies,
    estate,
    attestations: [],
    waivers: [],
    evidence,
    controls,
    readable: readableBy(probes),
    now: NOW,
    tool: { name: "probity", version: "0" },
  });
  const verdicts = Object.fromEntries(report.claims.map(({ id, verdict }) => [id, verdict]));
  return { verdicts, evidence, told: JSON.stringify([evidence, report, logged]) };
}

const kept = keptProject(NOW);
const [documents, dumps] = kept.buckets ?? [];
const [database] = kept.sql ?? [];
if (documents === undefined || dumps === undefined || database === undefined) {
  throw new Error("the project lacks what it is about");
}
const bucketIn = (location: string) => ({
  buckets: [{ ...documents, resource: { ...documents.resource, location } }, dumps],
});
const aggregated = (field: string, change: object) => ({
  aggregated: {
    ...kept.aggregated,
    [field]: Object.fromEntries(
      Object.entries(kept.aggregated?.[field] ?? {}).map(([scope, all]) => [
        scope,
        all.map((one) => ({ ...one, ...change })),
      ]),
    ),
  },
});
const asset = (assetType: string, location: string) => ({
  assets: [...(kept.assets ?? []), { name: `//x/${assetType}`, assetType, location }],
});

test("what is promised is kept, and nothing secret is told", async () => {
  const { verdicts, told } = await judge(kept);
  expect(verdicts).toEqual(UPHELD);
  const canaries = [...PRIVATE_KEY.split("\n").slice(1, 5), "AOs4oVY4bX91gba6DIeg1DbtzWTj", "eyJ"];
  for (const canary of canaries) expect(told).not.toContain(canary);
});

test("a disk's snapshots and its schedule are joined to its recovery points", async () => {
  const { evidence } = await judge(kept);
  const { observations } = derive(evidence, estate);
  const found = observations.find(
    ({ facet, subject }) => facet === "recoveryPoints" && subject.name === "worker",
  );
  expect(found?.value).toMatchObject({ points: ["2026-06-01T11:30:00.000Z"], retention: "P8D" });
});

test("without its snapshots' list a disk has no recovery points that are known, though the inventory is whole", async () => {
  const { evidence } = await judge(kept, ["compute.snapshots.list"]);
  const { observations, problems } = derive(evidence, estate);
  const ofDisk = ({ facet, subject }: { facet: string; subject: { name: string } }) =>
    facet === "recoveryPoints" && subject.name === "worker";
  expect(observations.filter(ofDisk)).toEqual([]);
  const why = problems.find(
    ({ facets, subject }) => facets.includes("recoveryPoints") && subject?.name === "worker",
  );
  expect(why).toMatchObject({ reason: "denied", permission: "compute.snapshots.list" });
});

describe("broken", () => {
  test.each<readonly [string, Partial<GcpProject>, Readonly<Record<string, string>>]>([
    ["a bucket in a multi-region", bucketIn("EU"), { "vs-gcp-hamina": "violated" }],
    [
      "a bucket in Iowa",
      bucketIn("US-CENTRAL1"),
      { "vs-gcp-hamina": "violated", "vs-eea": "violated" },
    ],
    [
      "tunnels that are down",
      aggregated("vpnTunnels", { status: "NO_INCOMING_PACKETS" }),
      { "vs-link-encrypted": "violated", "vs-link-vpn": "violated" },
    ],
    [
      "tunnels in a state that is not known",
      aggregated("vpnTunnels", { status: "SOMETHING_NEW" }),
      { "vs-link-encrypted": "unverified", "vs-link-vpn": "unverified" },
    ],
    [
      "SSH open to the Internet",
      {
        networks: {
          sign: {
            firewalls: [
              {
                name: "ssh",
                direction: "INGRESS",
                priority: 1000,
                allowed: [{ IPProtocol: "tcp", ports: ["22"] }],
              },
            ],
          },
        },
      },
      { "vs-network": "violated" },
    ],
    ["no alert policy", { alertPolicies: [] }, { "vs-monitored": "violated" }],
    ["no uptime check", { uptimeCheckConfigs: [] }, { "vs-monitored": "violated" }],
    [
      "hours without a dump",
      { buckets: [documents, ...(keptProject(NOW, [50, 51, 52]).buckets ?? []).slice(1)] },
      { "vs-backup-hourly": "violated", "vs-rpo": "violated" },
    ],
    [
      "a database that is backed up once a day",
      {
        sql: [
          {
            ...database,
            instance: {
              ...database.instance,
              settings: {
                ipConfiguration: { ipv4Enabled: false, authorizedNetworks: [] },
                backupConfiguration: {
                  enabled: true,
                  location: "europe-north1",
                  backupRetentionSettings: { retainedBackups: 7 },
                },
              },
            },
          },
        ],
      },
      { "vs-backup-hourly": "violated", "vs-network": "upheld" },
    ],
    [
      "a database whose backups went to the default",
      {
        sql: [
          {
            ...database,
            runs: [{ status: "SUCCESSFUL", endTime: "2026-05-31T00:00:00Z", location: "eu" }],
          },
        ],
      },
      { "vs-gcp-hamina": "violated" },
    ],
    [
      "a store of a kind that nobody has heard of",
      asset("newthing.googleapis.com/Store", "europe-north1"),
      { "vs-gcp-hamina": "unverified", "vs-docs-encrypted": "unverified", "vs-eea": "unverified" },
    ],
    [
      "logs that are kept nobody knows where",
      asset("logging.googleapis.com/LogBucket", "global"),
      { "vs-gcp-hamina": "unverified", "vs-eea": "unverified" },
    ],
  ])("%s", async (_, change, verdicts) => {
    const found = await judge({ ...kept, ...change });
    expect(found.verdicts).toEqual({ ...UPHELD, ...verdicts });
  });

  test("without the inventory of all kinds nothing is said of everything", async () => {
    const { verdicts } = await judge(kept, ["cloudasset.assets.searchAllResources"]);
    expect(verdicts).toEqual({
      ...UPHELD,
      "vs-gcp-hamina": "unverified",
      "vs-docs-encrypted": "unverified",
      "vs-eea": "unverified",
      // A backup may lie in what nobody listed.
      "vs-backup-hourly": "unverified",
    });
  });
});
