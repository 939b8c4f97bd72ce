import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { targetSchema } from "#model/estate.ts";
import probe from "#probes/ovh/object-storage-s3.ts";
import { startMoto, type Moto } from "../../support/moto.ts";
import { facetOf, testScan, type Gathered } from "../../support/probe-context.ts";
import { has } from "../../support/requirements.ts";
import { onlyBuckets, s3Error, s3LayerOver, type S3Layer } from "../../support/s3-layer.ts";

const REGIONS: Readonly<Record<string, string>> = {
  cold: "sbg",
  open: "sbg",
  plain: "rbx",
  copied: "gra",
};
const DAY = 86_400_000;
const PROJECT = "0123456789abcdef0123456789abcdef";

/** OVHcloud has neither bucket policies nor a public access block, and each endpoint lists its own region. */
const LACKING = ["policy", "publicAccessBlock", "policyStatus", "ownershipControls"];

describe.skipIf(!has("moto"))(
  "OVHcloud Object Storage by S3, in moto with OVHcloud's dialect",
  () => {
    let moto: Moto;
    let layer: S3Layer;
    let found: Gathered;
    const scan = (fields: object = {}, secret = "ovh-s3-secret") =>
      testScan(
        targetSchema.parse({
          id: "ovh",
          provider: "ovh",
          projects: [PROJECT],
          endpoints: { s3: layer.url },
          credentials: { env: { s3AccessKey: "OVH_KEY", s3SecretKey: "OVH_SECRET" } },
          backups: [
            { id: "cold-backups", bucket: "cold", prefix: "dumps/" },
            { id: "lost", bucket: "nowhere" },
          ],
          ...fields,
        }),
        {
          environment: { OVH_KEY: "ovh-s3-access", OVH_SECRET: secret },
          now: () => new Date(),
        },
      );

    beforeAll(async () => {
      moto = await startMoto();
      const clientOf = (region: string) =>
        new s3.S3Client({
          endpoint: moto.url,
          region,
          forcePathStyle: true,
          credentials: { accessKeyId: "seed", secretAccessKey: "seed" },
        });
      const client = clientOf("eu-west-3");
      for (const Bucket of Object.keys(REGIONS)) {
        await client.send(
          new s3.CreateBucketCommand({
            Bucket,
            CreateBucketConfiguration: { LocationConstraint: "eu-west-3" },
            ObjectLockEnabledForBucket: Bucket === "cold",
          }),
        );
      }
      await client.send(new s3.PutBucketAclCommand({ Bucket: "open", ACL: "public-read" }));
      await client.send(
        new s3.PutBucketVersioningCommand({
          Bucket: "open",
          VersioningConfiguration: { Status: "Suspended" },
        }),
      );
      await client.send(
        new s3.PutBucketEncryptionCommand({
          Bucket: "cold",
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
          },
        }),
      );
      await client.send(
        new s3.PutObjectLockConfigurationCommand({
          Bucket: "cold",
          ObjectLockConfiguration: {
            ObjectLockEnabled: "Enabled",
            Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 30 } },
          },
        }),
      );
      await client.send(
        new s3.PutBucketLifecycleConfigurationCommand({
          Bucket: "cold",
          LifecycleConfiguration: {
            Rules: [
              { ID: "all", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 90 } },
            ],
          },
        }),
      );
      for (const [Key, Body] of [
        ["dumps/1.tar", "a dump"],
        ["dumps/", ""],
        ["other/2.tar", "another"],
      ] as const) {
        // What is written as GLACIER in Strasbourg reads back as this.
        await client.send(
          new s3.PutObjectCommand({ Bucket: "cold", Key, Body, StorageClass: "STANDARD_IA" }),
        );
      }
      client.destroy();
      layer = await s3LayerOver(
        moto.url,
        ({ query, bucket }) => {
          if (LACKING.some((name) => query.has(name))) return s3Error(501, "NotImplemented");
          if (query.has("location")) {
            const where = (REGIONS[bucket] ?? "").toUpperCase();
            return {
              status: 200,
              body: `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${where}</LocationConstraint>`,
            };
          }
          return null;
        },
        ({ bucket, region }, { status, body }) => {
          if (bucket !== "") return { status, body };
          // Its owner is the project, and the user of the keys.
          const owned = body.replace(/<ID>.*?<\/ID>/, `<ID>${PROJECT}:user-1</ID>`);
          return { status, body: onlyBuckets(owned, (name) => REGIONS[name] === region) };
        },
      );
      found = await scan().gather(probe);
    }, 120_000);
    afterAll(async () => {
      await layer.close();
      await moto.close();
    });

    test("every region's endpoint is asked, what the vendor lacks never", () => {
      expect(layer.asked.filter((one) => one.startsWith("GET ?"))).toHaveLength(14);
      for (const name of LACKING) {
        expect(layer.asked.filter((one) => one.includes(name))).toEqual([]);
      }
    });

    test("all buckets with their own regions", () => {
      const inventory = facetOf(found, "ovh", "inventory");
      expect(inventory).toMatchObject({ kinds: ["ovh/bucket"], complete: true });
      const items = (inventory?.items ?? []).map(({ id, region }) => `${id} in ${region}`);
      expect(items.sort()).toEqual([
        `${PROJECT}/GRA/copied in gra`,
        `${PROJECT}/RBX/plain in rbx`,
        `${PROJECT}/SBG/cold in sbg`,
        `${PROJECT}/SBG/open in sbg`,
      ]);
      expect(facetOf(found, "cold", "location")).toEqual({ regions: ["sbg"], zones: null });
    });

    test("encryption: of what is not set nothing of AWS is said", () => {
      expect(facetOf(found, "cold", "encryption")).toMatchObject({
        enabled: true,
        algorithm: "AES-256",
        algorithmSource: "setting",
        caveat: expect.stringContaining("not retroactive"),
      });
      expect(facetOf(found, "plain", "encryption")).toMatchObject({ enabled: false });
      expect(JSON.stringify(found)).not.toContain("2023");
    });

    test("versioning: suspended and never set are both off", () => {
      expect(facetOf(found, "open", "versioning")).toEqual({ enabled: false });
      expect(facetOf(found, "plain", "versioning")).toEqual({ enabled: false });
      expect(facetOf(found, "cold", "versioning")).toEqual({ enabled: true });
    });

    test("exposure by the access list alone", () => {
      expect(facetOf(found, "open", "exposure")).toMatchObject({
        anonymousAccess: true,
        through: ["bucket ACL gives everyone READ"],
      });
      const closed = facetOf(found, "plain", "exposure");
      expect(closed?.anonymousAccess).toBeNull();
      expect(closed?.through).toEqual([expect.stringContaining("ACL of their own")]);
      expect(closed?.closedBy.join()).not.toContain("policy");
    });

    test("object lock, retention and replication", () => {
      expect(facetOf(found, "cold", "immutability")).toMatchObject({
        mode: "compliance",
        minimumDays: 30,
      });
      expect(facetOf(found, "plain", "immutability")).toMatchObject({ mode: "none" });
      expect(facetOf(found, "plain", "retention")).toMatchObject({ after: null, whole: true });
      expect(facetOf(found, "plain", "replication")).toEqual({ destinations: [] });
    });

    test("whom the access list names", () => {
      expect(facetOf(found, "open", "accessPolicy")?.grants).toContainEqual({
        principal: "*",
        labels: [],
        actions: ["ACL READ"],
        conditions: [],
      });
    });

    test("a cold backup in Strasbourg, whatever its storage class reads back as", () => {
      const points = facetOf(found, "cold-backups", "recoveryPoints");
      expect(points?.points).toHaveLength(1);
      expect(Date.now() - Date.parse(points?.points[0] ?? "")).toBeLessThan(DAY);
      expect(points).toMatchObject({ olderExists: false, retention: "P90D" });
      const sets = found.observations.find(
        ({ facet, value }) => facet === "inventory" && value.kinds.includes("backup-set"),
      );
      expect(sets?.value).toMatchObject({
        complete: true,
        items: [
          { id: `${PROJECT}/SBG/cold/dumps/`, region: "sbg" },
          { id: "nowhere/", region: null },
        ],
      });
    });

    test("a set in a bucket that is not there is no empty set", () => {
      expect(facetOf(found, "lost", "recoveryPoints")).toBeUndefined();
      expect(
        found.problems.map(({ subject, facets, reason }) => [subject?.name, facets, reason]),
      ).toEqual([
        ["lost", ["inventory"], "partial"],
        ["lost", ["recoveryPoints"], "partial"],
      ]);
    });

    test("what OVHcloud's own interface tells is left to it, where the target signs in to it", async () => {
      const s3Keys = { s3AccessKey: "OVH_KEY", s3SecretKey: "OVH_SECRET" };
      const both = { env: { ...s3Keys, clientId: "ID", clientSecret: "SECRET" } };
      const seen = await scan({ credentials: both, backups: [] }).gather(probe);
      const facets = seen.observations.map(({ facet }) => facet);
      expect([...new Set(facets)].sort()).toEqual([
        "exposure",
        "inventory",
        "location",
        "retention",
      ]);
    });

    test("keys of one project are no listing of several", async () => {
      const { observations, problems } = await scan({
        projects: [PROJECT, "fedcba9876543210fedcba9876543210"],
        backups: [],
      }).gather(probe, []);
      expect(observations[0]?.value).toMatchObject({ complete: false });
      expect(problems).toMatchObject([{ reason: "partial", kinds: ["ovh/bucket"] }]);
      expect(problems[0]?.message).toContain("a target for each project");
    });
  },
);
