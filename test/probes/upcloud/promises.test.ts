/** The promises that UpCloud answers, judged as the published policy of Visma Sign makes them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { controls } from "#controls/index.ts";
import { readableBy } from "#derive/readable.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { COMPLETE, NOW } from "#fixtures/estate/upcloud/complete.ts";
import {
  backup,
  connection,
  database,
  gateway,
  objectStorage,
  REGIONS,
  rule,
  server,
  storage,
  tcp,
  tunnel,
  uuid,
} from "#fixtures/estate/upcloud/resources.ts";
import type { UpcloudAccount } from "#fixtures/estate/upcloud/server.ts";
import { estateSchema, targetSchema } from "#model/estate.ts";
import { expectationOf } from "#model/expectation.ts";
import { policySchema, type Check } from "#model/policy.ts";
import buckets from "#probes/upcloud/object-storage-s3.ts";
import { evidence, policy } from "../../support/evidence.ts";
import { testScan } from "../../support/probe-context.ts";
import { s3Error, s3LayerOver, type S3Layer } from "../../support/s3-layer.ts";
import { ENTRIES, PROBES } from "./probes.ts";
import { fakeUpcloud, TOKEN } from "./upcloud.ts";

const file = new URL("../../../config/policies/visma-sign.yaml", import.meta.url);
const PUBLISHED = policySchema.parse(parse(readFileSync(fileURLToPath(file), "utf8")));
const ROWS: ReadonlySet<string> = new Set([
  "vs-upcloud-helsinki",
  "vs-network",
  "vs-link-encrypted",
  "vs-link-vpn",
  "vs-backup-hourly",
  "vs-backup-sites",
  "vs-eea",
]);

/** What is promised of UpCloud alone: the same checks, without the other host and the endpoints. */
const POLICY = policy(
  PUBLISHED.claims
    .filter(({ id }) => ROWS.has(id))
    .map(({ id, checks }) => ({
      id,
      checks: checks
        .filter(({ scope }) => scope.providers?.includes("upcloud") !== false)
        .map((check) => {
          const known = controls.get(check.control ?? "");
          if (known === undefined) throw new Error(`no control ${check.control}`);
          const given: Check["expect"] = JSON.parse(
            JSON.stringify(expectationOf(known).parse(check.expect)),
          );
          return {
            ...check,
            expect: given,
            scope: { ...check.scope, providers: ["upcloud" as const] },
          };
        })
        // Where Google must keep them is Google's matter.
        .filter(({ expect: { providers } }) => providers === undefined),
    })),
);

const ESTATE = estateSchema.parse({
  version: 1,
  targets: [{ id: "vendor", provider: "upcloud", labels: [] }],
  labels: [
    { label: "transfer", match: { kinds: ["upcloud/gateway"] } },
    { label: "production", match: { kinds: ["upcloud/storage"] } },
    { label: "backup", match: { kinds: ["upcloud/storage-backup"] } },
  ],
});

describe("Visma Sign on UpCloud", async () => {
  const upcloud = await fakeUpcloud();
  let layer: S3Layer;
  beforeAll(async () => {
    // One bucket, of which nothing is told but that it is there.
    layer = await s3LayerOver("http://127.0.0.1:1", ({ bucket, query }) => {
      if (query.has("tagging")) return s3Error(404, "NoSuchTagSet");
      if (bucket !== "") return s3Error(403, "AccessDenied");
      return {
        status: 200,
        body: "<ListAllMyBucketsResult><Buckets><Bucket><Name>documents</Name></Bucket></Buckets></ListAllMyBucketsResult>",
      };
    });
  });
  afterAll(() => layer.close());
  const judged = async (
    change: Partial<UpcloudAccount>,
    s3Keys: object = { s3AccessKey: "KEY", s3SecretKey: "SECRET" },
  ) => {
    upcloud.setAccount({ ...COMPLETE, databases: [], ...change });
    const target = targetSchema.parse({
      ...upcloud.target,
      endpoints: { ...upcloud.target.endpoints, s3: layer.url },
      credentials: { env: { token: "TOKEN", ...s3Keys } },
    });
    const environment = { TOKEN, KEY: "key-of-s3", SECRET: "secret-of-s3" };
    const scan = testScan(target, { environment, now: () => NOW });
    const found = await Promise.all([...PROBES, buckets].map((probe) => scan.gather(probe)));
    const read = evidence(
      found.flatMap(({ observations }) => observations),
      found.flatMap(({ problems }) => problems),
    );
    const { claims } = evaluate({
      policies: [POLICY],
      estate: ESTATE,
      attestations: [],
      waivers: [],
      evidence: { ...read, startedAt: NOW.toISOString(), finishedAt: NOW.toISOString() },
      controls,
      readable: readableBy(ENTRIES),
      now: NOW,
      tool: { name: "probity", version: "0" },
    });
    return Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));
  };
  const [WEB, DISK, LINK] = [uuid("00", 1), uuid("01", 1), uuid("10", 9)];
  const through = (...tunnels: readonly ReturnType<typeof tunnel>[]) => ({
    gateways: [gateway(LINK)],
    connections: { [LINK]: [connection("google", ...tunnels)] },
  });

  test("an account that keeps what it can keep", async () => {
    expect(await judged({})).toEqual({
      "vs-upcloud-helsinki": "upheld",
      "vs-network": "upheld",
      "vs-link-encrypted": "upheld",
      "vs-link-vpn": "upheld",
      "vs-eea": "upheld",
      // A rule of UpCloud's is daily at best, and its backups lie at one site.
      "vs-backup-hourly": "violated",
      "vs-backup-sites": "violated",
    });
  });

  test("without keys nobody knows what buckets there are, unless there is no object storage", async () => {
    expect(await judged({}, {})).toMatchObject({ "vs-upcloud-helsinki": "unverified" });
    const none = await judged({ objectStorages: [] }, {});
    expect(none).toMatchObject({ "vs-upcloud-helsinki": "upheld" });
  });

  test.each<[string, Partial<UpcloudAccount>, Readonly<Record<string, string>>]>([
    [
      "a disk in London",
      { storages: [storage(DISK, { zone: "uk-lon1" })] },
      { "vs-upcloud-helsinki": "violated", "vs-eea": "violated" },
    ],
    [
      "a disk in Frankfurt",
      { storages: [storage(DISK, { zone: "de-fra1" })] },
      { "vs-upcloud-helsinki": "violated", "vs-eea": "upheld" },
    ],
    [
      "a backup in another zone than its disk",
      {
        storages: [
          storage(DISK),
          backup(uuid("01", 3), DISK, "2026-06-01T01:00:00Z", { zone: "nl-ams1" }),
        ],
      },
      { "vs-upcloud-helsinki": "violated" },
    ],
    [
      "objects in Frankfurt",
      {
        objectStorages: [objectStorage(uuid("12", 1), { region: "europe-2" })],
        objectStorageRegions: REGIONS,
      },
      { "vs-upcloud-helsinki": "violated", "vs-eea": "upheld" },
    ],
    [
      "a database, whose backups may be anywhere",
      { databases: [database(uuid("09", 1))] },
      { "vs-upcloud-helsinki": "unverified", "vs-eea": "unverified" },
    ],
    [
      "a firewall that is off",
      { servers: [server(WEB, { firewall: "off" })] },
      { "vs-network": "violated" },
    ],
    [
      "SSH for everybody",
      { firewalls: { [WEB]: [rule(1, "accept", tcp(22)), rule(2, "drop")] } },
      { "vs-network": "violated" },
    ],
    [
      "a default that accepts",
      { firewalls: { [WEB]: [rule(1, "accept")] } },
      { "vs-network": "violated" },
    ],
    [
      "no default at all",
      { firewalls: { [WEB]: [rule(1, "accept", tcp(443))] } },
      { "vs-network": "unverified" },
    ],
    [
      "a tunnel that is idle",
      through(tunnel("first", "idle")),
      { "vs-link-vpn": "violated", "vs-link-encrypted": "violated" },
    ],
    [
      "a tunnel that renews its keys",
      through(tunnel("first", "rekeying")),
      { "vs-link-vpn": "unverified", "vs-link-encrypted": "unverified" },
    ],
    [
      "a tunnel that does not encrypt",
      through(tunnel("first", "established", { phase2_algorithms: ["null"] })),
      { "vs-link-vpn": "upheld", "vs-link-encrypted": "violated" },
    ],
    [
      "a tunnel of which the algorithms are not told",
      through(tunnel("first", "established", { phase2_algorithms: [] })),
      { "vs-link-vpn": "upheld", "vs-link-encrypted": "unverified" },
    ],
    [
      "two sites of backups, apart from the disk",
      {
        storages: [
          storage(DISK),
          ...["fi-hel2", "de-fra1"].map((zone, at) =>
            backup(uuid("01", 10 + at), DISK, "2026-06-01T01:00:00Z", { zone }),
          ),
        ],
      },
      { "vs-backup-sites": "upheld" },
    ],
    [
      "a simple backup of which nobody says how often it runs",
      { servers: [server(WEB, { simple_backup: "0100,weeklies" })] },
      { "vs-backup-hourly": "unverified" },
    ],
  ])("%s", async (_, change, expected) => {
    expect(await judged(change)).toMatchObject(expected);
  });
});
