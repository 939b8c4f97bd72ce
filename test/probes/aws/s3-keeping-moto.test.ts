import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import probe from "#probes/aws/s3.ts";
import { startMoto, type Moto } from "../../support/moto.ts";
import { facetOf, testScan, type Gathered } from "../../support/probe-context.ts";
import { has } from "../../support/requirements.ts";
import { awsTarget, ENVIRONMENT } from "./support.ts";

const REGION = "eu-west-3";
const LEAD = "arn:aws:iam::123456789012:role/lead";

describe.skipIf(!has("moto"))("locks, lifecycle and policies of buckets in moto", () => {
  let moto: Moto;
  let found: Gathered;
  beforeAll(async () => {
    moto = await startMoto();
    const client = new s3.S3Client({
      endpoint: moto.url,
      region: REGION,
      forcePathStyle: true,
      credentials: { accessKeyId: "seed", secretAccessKey: "seed" },
    });
    const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
    const make = (Bucket: string, locked = false) =>
      client.send(
        new s3.CreateBucketCommand({
          Bucket,
          CreateBucketConfiguration,
          ObjectLockEnabledForBucket: locked,
        }),
      );
    await make("bare");
    await make("locked", true);
    await client.send(
      new s3.PutObjectLockConfigurationCommand({
        Bucket: "locked",
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 30 } },
        },
      }),
    );
    await make("lockable", true);
    await make("traces");
    await client.send(
      new s3.PutBucketLifecycleConfigurationCommand({
        Bucket: "traces",
        LifecycleConfiguration: {
          Rules: [
            { ID: "all", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 365 } },
          ],
        },
      }),
    );
    await client.send(
      new s3.PutBucketPolicyCommand({
        Bucket: "traces",
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { AWS: LEAD },
              Action: "s3:GetObject",
              Resource: "arn:aws:s3:::traces/*",
            },
          ],
        }),
      }),
    );
    client.destroy();
    found = await testScan(awsTarget(moto.url, { account: moto.account }), {
      environment: ENVIRONMENT,
      now: () => new Date(),
    }).gather(probe, ["immutability", "retention", "accessPolicy"]);
  }, 120_000);
  afterAll(() => moto.close());

  test("are all read", () => expect(found.problems).toEqual([]));

  test("object lock", () => {
    expect(facetOf(found, "bare", "immutability")?.detail).toBe("object lock is off");
    expect(facetOf(found, "lockable", "immutability")).toMatchObject({ mode: "none" });
    expect(facetOf(found, "locked", "immutability")).toMatchObject({
      mode: "compliance",
      minimumDays: 30,
    });
  });

  test("lifecycle", () => {
    expect(facetOf(found, "bare", "retention")).toMatchObject({ after: null, whole: true });
    expect(facetOf(found, "traces", "retention")).toMatchObject({ after: "P365D", whole: true });
  });

  test("policies", () => {
    expect(facetOf(found, "bare", "accessPolicy")?.grants).toEqual([]);
    expect(facetOf(found, "traces", "accessPolicy")?.grants).toEqual([
      { principal: LEAD, labels: [], actions: ["s3:GetObject"], conditions: [] },
    ]);
  });
});
