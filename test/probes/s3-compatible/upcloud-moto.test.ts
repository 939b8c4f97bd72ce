import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { objectStorage, REGIONS, uuid } from "#fixtures/estate/upcloud/resources.ts";
import { targetSchema } from "#model/estate.ts";
import probe from "#probes/upcloud/object-storage-s3.ts";
import { startMoto, type Moto } from "../../support/moto.ts";
import { facetOf, testScan, type Gathered } from "../../support/probe-context.ts";
import { has } from "../../support/requirements.ts";
import { s3LayerOver, type S3Layer } from "../../support/s3-layer.ts";
import { fakeUpcloud, TOKEN } from "../upcloud/upcloud.ts";

const SERVICE = uuid("12", 1);
const USER = "urn:ecs:iam::12b0c6607c58453cb75ef0032a8d879a:user/backup";

describe.skipIf(!has("moto"))("UpCloud's buckets, in moto with UpCloud's dialect", async () => {
  const upcloud = await fakeUpcloud();
  let moto: Moto;
  let layer: S3Layer;
  let found: Gathered;

  beforeAll(async () => {
    moto = await startMoto();
    const client = new s3.S3Client({
      endpoint: moto.url,
      region: "eu-west-3",
      forcePathStyle: true,
      credentials: { accessKeyId: "seed", secretAccessKey: "seed" },
    });
    for (const Bucket of ["dumps", "open", "plain"]) {
      await client.send(
        new s3.CreateBucketCommand({
          Bucket,
          CreateBucketConfiguration: { LocationConstraint: "eu-west-3" },
          ObjectLockEnabledForBucket: Bucket === "dumps",
        }),
      );
    }
    const policy = (Bucket: string, Principal: unknown) =>
      client.send(
        new s3.PutBucketPolicyCommand({
          Bucket,
          Policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              { Effect: "Allow", Principal, Action: "s3:*", Resource: `arn:aws:s3:::${Bucket}/*` },
            ],
          }),
        }),
      );
    await policy("open", "*");
    await policy("dumps", { AWS: USER });
    await client.send(
      new s3.PutObjectLockConfigurationCommand({
        Bucket: "dumps",
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 30 } },
        },
      }),
    );
    await client.send(
      new s3.PutBucketEncryptionCommand({
        Bucket: "dumps",
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
        },
      }),
    );
    await client.send(
      new s3.PutBucketLifecycleConfigurationCommand({
        Bucket: "dumps",
        LifecycleConfiguration: {
          Rules: [
            { ID: "all", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 90 } },
          ],
        },
      }),
    );
    await client.send(new s3.PutObjectCommand({ Bucket: "dumps", Key: "1.tar", Body: "a dump" }));
    client.destroy();
    layer = await s3LayerOver(moto.url, () => null);
    upcloud.setAccount({
      objectStorages: [objectStorage(SERVICE, { name: "store" })],
      objectStorageRegions: REGIONS,
    });
    const target = targetSchema.parse({
      ...upcloud.target,
      endpoints: { ...upcloud.target.endpoints, s3: layer.url },
      credentials: { env: { token: "TOKEN", s3AccessKey: "KEY", s3SecretKey: "SECRET" } },
      backups: [{ id: "nightly", bucket: "dumps" }],
    });
    const environment = { TOKEN, KEY: "upcloud-s3-access", SECRET: "upcloud-s3-secret" };
    found = await testScan(target, { environment, now: () => new Date() }).gather(probe);
  }, 120_000);
  afterAll(async () => {
    await layer.close();
    await moto.close();
  });

  test("all buckets, each in the primary zone of its service's region", () => {
    expect(found.problems).toEqual([]);
    const inventory = facetOf(found, "vendor", "inventory");
    expect(inventory).toMatchObject({ kinds: ["upcloud/bucket"], complete: true });
    expect(inventory?.items.map(({ id, region }) => `${id} in ${region}`).sort()).toEqual([
      `${SERVICE}/dumps in fi-hel2`,
      `${SERVICE}/open in fi-hel2`,
      `${SERVICE}/plain in fi-hel2`,
    ]);
    expect(facetOf(found, "plain", "location")).toEqual({ regions: ["fi-hel2"], zones: null });
    // A region's name of S3 is no zone.
    expect(layer.asked.filter((one) => one.includes("location"))).toEqual([]);
  });

  test("encryption: what is not set is UpCloud's published design", () => {
    expect(facetOf(found, "dumps", "encryption")).toMatchObject({
      enabled: true,
      algorithm: "AES-256",
      algorithmSource: "setting",
    });
    expect(facetOf(found, "plain", "encryption")).toMatchObject({
      enabled: true,
      algorithm: null,
      caveat: expect.stringContaining("published design (https://developers.upcloud.com/"),
    });
  });

  test("who gets in, by access list and policy", () => {
    expect(facetOf(found, "open", "exposure")?.anonymousAccess).toBe(true);
    const closed = facetOf(found, "dumps", "exposure");
    expect(closed?.anonymousAccess).toBeNull();
    expect(closed?.closedBy.join()).toContain("only named callers");
    expect(facetOf(found, "plain", "exposure")?.closedBy).toContain("no bucket policy");
    const grants = facetOf(found, "dumps", "accessPolicy")?.grants ?? [];
    expect(grants.map(({ principal }) => principal)).toContain(USER);
  });

  test("versioning, object lock and retention", () => {
    expect(facetOf(found, "dumps", "versioning")).toEqual({ enabled: true });
    expect(facetOf(found, "plain", "versioning")).toEqual({ enabled: false });
    expect(facetOf(found, "dumps", "immutability")).toMatchObject({
      mode: "compliance",
      minimumDays: 30,
    });
    expect(facetOf(found, "plain", "immutability")).toMatchObject({ mode: "none" });
    expect(facetOf(found, "plain", "retention")).toMatchObject({ after: null, whole: true });
  });

  test("a backup set", () => {
    const points = facetOf(found, "nightly", "recoveryPoints");
    expect(points?.points).toHaveLength(1);
    expect(points).toMatchObject({ olderExists: false, retention: "P90D" });
  });
});
