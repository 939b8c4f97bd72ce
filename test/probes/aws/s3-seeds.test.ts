import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { startAws } from "#fixtures/estate/aws.ts";
import type { Check } from "#model/policy.ts";
import setsProbe from "#probes/aws/s3-backup-sets.ts";
import probe from "#probes/aws/s3.ts";
import { estate, evidence, policy } from "../../support/evidence.ts";
import { startMoto, type Moto } from "../../support/moto.ts";
import { facetOf, testScan, type Gathered } from "../../support/probe-context.ts";
import { has } from "../../support/requirements.ts";
import { seedBuckets } from "./seed-moto.ts";
import { SEEDS, type Seed } from "./seeds.ts";
import { awsTarget, ENVIRONMENT } from "./support.ts";

const ACCOUNT = "123456789012";
const scan = (url: string, fields: object = {}) =>
  testScan(awsTarget(url, { account: ACCOUNT, ...fields }), {
    environment: ENVIRONMENT,
    now: () => new Date(),
  });

/** All that the probe says of a seeded bucket is what was seeded. */
function expectTruth(found: Gathered, { bucket, truth }: Seed): void {
  const { name, region, tags = {} } = bucket;
  const item = facetOf(found, "aws", "inventory")?.items.find((one) => one.name === name);
  expect(item).toMatchObject({ id: `arn:aws:s3:::${name}`, region, tags });
  expect(facetOf(found, name, "location")).toEqual({ regions: [region], zones: null });
  const encryption = facetOf(found, name, "encryption");
  expect(encryption?.enabled).toBe(truth.encrypted);
  expect(encryption?.algorithm).toBe(truth.encrypted === true ? "AES-256" : null);
  expect(encryption?.keyManagement).toBe(truth.key);
  expect(facetOf(found, name, "transport")?.secureOnly).toBe(truth.secureOnly);
  expect(facetOf(found, name, "exposure")?.anonymousAccess).toBe(truth.anonymous);
  expect(facetOf(found, name, "versioning")?.enabled).toBe(truth.versioned);
  const destinations = facetOf(found, name, "replication")?.destinations ?? [];
  expect(destinations.filter(({ status }) => status === "active")).toHaveLength(truth.copies);
  expect(destinations).toHaveLength(bucket.replication?.length ?? 0);
}

/** The promises of `Verdicts`, as a policy makes them. */
const PROMISES = {
  encrypted: { control: "encryption-at-rest", expect: { algorithms: ["AES-256"] } },
  tlsOnly: { control: "https-only", expect: { hsts: "optional" } },
  notPublic: { control: "public-access", expect: { anonymous: "forbidden" } },
  inParis: { control: "data-residency", expect: { regions: ["eu-west-3"] } },
} satisfies Record<string, Pick<Check, "expect"> & { control: string }>;

/** The outcome of each promise for each bucket, judged as a scan judges it. */
function outcomes({ observations, problems }: Gathered) {
  const scope = { kinds: ["AWS::S3::Bucket"] };
  const claims = Object.entries(PROMISES).map(([id, check]) => ({
    id: id.toLowerCase(),
    checks: [{ ...check, scope }],
  }));
  const report = evaluate({
    policies: [policy(claims)],
    estate: estate(),
    attestations: [],
    waivers: [],
    evidence: evidence(observations, problems),
    controls,
    readable: () => true,
    now: new Date(),
    tool: { name: "probity", version: "test" },
    full: true,
  });
  const outcome = (promise: string, name: string) =>
    report.claims
      .find(({ id }) => id === promise.toLowerCase())
      ?.checks[0]?.evaluations.find(({ subject }) => subject.name === name)?.outcome;
  return SEEDS.map(({ bucket: { name } }) => ({
    name,
    ...Object.fromEntries(
      Object.keys(PROMISES).map((promise) => [promise, outcome(promise, name)]),
    ),
  }));
}
const SEEDED = SEEDS.map(({ bucket: { name }, verdicts }) => ({ name, ...verdicts }));

test("the seeds have every verdict on both sides", () => {
  expect(SEEDS).toHaveLength(30);
  for (const promise of ["encrypted", "tlsOnly", "notPublic", "inParis"] as const) {
    const verdicts = new Set(SEEDS.map(({ verdicts }) => verdicts[promise]));
    expect(verdicts.size, promise).toBeGreaterThan(1);
  }
});

describe("thirty buckets in the fake", () => {
  let found: Gathered;
  beforeAll(async () => {
    const aws = await startAws({ id: ACCOUNT, buckets: SEEDS.map(({ bucket }) => bucket) });
    found = await scan(aws.url).gather(probe);
    await aws.close();
  });

  test("are all read", () => expect(found.problems).toEqual([]));
  test.each(SEEDS)("$bucket.name", (seed) => expectTruth(found, seed));
  test("are judged as they were seeded", () => expect(outcomes(found)).toEqual(SEEDED));
});

describe.skipIf(!has("moto"))("thirty buckets in moto, another's S3", () => {
  let moto: Moto;
  let found: Gathered;
  beforeAll(async () => {
    moto = await startMoto();
    await seedBuckets(
      moto.url,
      SEEDS.map(({ bucket }) => bucket),
    );
    found = await scan(moto.url).gather(probe);
    // It starts slowly and answers some 150 requests a second at best.
  }, 180_000);
  afterAll(() => moto.close());

  test("are all read", () => expect(found.problems).toEqual([]));
  test.each(SEEDS)("$bucket.name", (seed) => expectTruth(found, seed));
  test("are judged as they were seeded", () => expect(outcomes(found)).toEqual(SEEDED));

  test("credentials of another account read nothing", async () => {
    const other = await scan(moto.url, { account: "999988887777" }).gather(probe);
    expect(other.observations).toEqual([]);
    expect(other.problems).toMatchObject([{ reason: "denied", subject: null }]);
  });

  test("an account that blocks everything closes the open ones", async () => {
    const { PutPublicAccessBlockCommand, DeletePublicAccessBlockCommand, S3ControlClient } =
      await import("@aws-sdk/client-s3-control");
    const control = new S3ControlClient({
      region: "eu-west-3",
      credentials: { accessKeyId: "seed", secretAccessKey: "seed" },
      endpointProvider: () => ({ url: new URL(moto.url) }),
    });
    const block = { IgnorePublicAcls: true, RestrictPublicBuckets: true };
    const PublicAccessBlockConfiguration = {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      ...block,
    };
    await control.send(
      new PutPublicAccessBlockCommand({ AccountId: ACCOUNT, PublicAccessBlockConfiguration }),
    );
    const blocked = await scan(moto.url).gather(probe, ["exposure"]);
    await control.send(new DeletePublicAccessBlockCommand({ AccountId: ACCOUNT }));
    control.destroy();
    expect(blocked.problems).toEqual([]);
    for (const { bucket } of SEEDS) {
      expect(facetOf(blocked, bucket.name, "exposure")?.anonymousAccess).toBe(false);
    }
  });

  test("objects are recovery points, and the lifecycle rule is their retention", async () => {
    const client = new s3.S3Client({
      endpoint: moto.url,
      region: "eu-west-3",
      forcePathStyle: true,
      credentials: { accessKeyId: "seed", secretAccessKey: "seed" },
    });
    for (const [Key, Body] of [
      ["nightly/a.dump", "dump"],
      ["nightly/b.dump", "dump"],
      ["nightly/empty.dump", ""],
      ["other/c.dump", "dump"],
    ] as const) {
      const ContentLength = Body.length;
      const object = { Bucket: "seed-dumps", Key, Body, ContentLength };
      await client.send(new s3.PutObjectCommand(object));
    }
    client.destroy();
    const backups = [{ id: "nightly", bucket: "seed-dumps", prefix: "nightly/" }];
    const sets = await scan(moto.url, { backups }).gather(setsProbe);
    expect(sets.problems).toEqual([]);
    const points = facetOf(sets, "nightly", "recoveryPoints");
    expect(points).toMatchObject({ olderExists: false, retention: "P30D" });
    // Both dumps of one moment, unless the clock's minute passed between them.
    expect([1, 2]).toContain(points?.points.length);
    expect(facetOf(sets, "aws", "inventory")?.items[0]?.region).toBe("eu-west-3");
  });
});
