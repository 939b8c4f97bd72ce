import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { targetSchema } from "#model/estate.ts";
import probe from "#probes/scaleway/object-storage.ts";
import { startMoto, type Moto } from "../../support/moto.ts";
import { facetOf, testScan, type Gathered } from "../../support/probe-context.ts";
import { has } from "../../support/requirements.ts";
import { onlyBuckets, s3LayerOver, type S3Layer } from "../../support/s3-layer.ts";

const APP = "11111111-1111-4111-8111-111111111111";
const DATA = "22222222-2222-4222-8222-222222222222";
const PLACES: Readonly<Record<string, { readonly region: string; readonly project: string }>> = {
  media: { region: "fr-par", project: APP },
  exports: { region: "nl-ams", project: APP },
  dumps: { region: "pl-waw", project: DATA },
};

describe.skipIf(!has("moto"))("Scaleway Object Storage, in moto with Scaleway's dialect", () => {
  let moto: Moto;
  let layer: S3Layer;
  let found: Gathered;
  const scan = (fields: object = {}) =>
    testScan(
      targetSchema.parse({
        id: "scaleway",
        provider: "scaleway",
        projects: [APP, DATA],
        endpoints: { s3: layer.url },
        credentials: { env: { accessKey: "SCW_KEY", secretKey: "SCW_SECRET" } },
        backups: [{ id: "dumps", bucket: "dumps", retention: "P14D" }],
        ...fields,
      }),
      {
        environment: { SCW_KEY: "SCWABCDEFGHIJKLMNOPQ", SCW_SECRET: "scw-secret-key" },
        now: () => new Date(),
      },
    );

  beforeAll(async () => {
    moto = await startMoto();
    const client = new s3.S3Client({
      endpoint: moto.url,
      region: "eu-west-3",
      forcePathStyle: true,
      credentials: { accessKeyId: "seed", secretAccessKey: "seed" },
    });
    for (const Bucket of Object.keys(PLACES)) {
      await client.send(
        new s3.CreateBucketCommand({
          Bucket,
          CreateBucketConfiguration: { LocationConstraint: "eu-west-3" },
        }),
      );
    }
    await client.send(
      new s3.PutBucketTaggingCommand({
        Bucket: "media",
        Tagging: { TagSet: [{ Key: "environment", Value: "production" }] },
      }),
    );
    await client.send(
      new s3.PutBucketVersioningCommand({
        Bucket: "media",
        VersioningConfiguration: { Status: "Enabled" },
      }),
    );
    await client.send(
      new s3.PutBucketLifecycleConfigurationCommand({
        Bucket: "media",
        LifecycleConfiguration: {
          Rules: [
            {
              ID: "old",
              Status: "Enabled",
              Filter: { Prefix: "logs/" },
              Expiration: { Days: 365 },
            },
          ],
        },
      }),
    );
    const policy = (Principal: unknown) =>
      JSON.stringify({
        Version: "2023-04-17",
        Statement: [{ Effect: "Allow", Principal, Action: "*", Resource: ["exports/*"] }],
      });
    await client.send(
      new s3.PutBucketPolicyCommand({ Bucket: "exports", Policy: policy({ SCW: "*" }) }),
    );
    await client.send(
      new s3.PutBucketPolicyCommand({
        Bucket: "dumps",
        Policy: policy({ SCW: "application_id:backup" }),
      }),
    );
    await client.send(new s3.PutObjectCommand({ Bucket: "dumps", Key: "a", Body: "dump" }));
    client.destroy();
    layer = await s3LayerOver(
      moto.url,
      ({ query, bucket }) =>
        query.has("location")
          ? {
              status: 200,
              body: `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${PLACES[bucket]?.region}</LocationConstraint>`,
            }
          : null,
      ({ bucket, region, accessKey, query }, given) => {
        if (bucket === "") {
          const belongs = (name: string) =>
            PLACES[name]?.region === region && accessKey.endsWith(`@${PLACES[name].project}`);
          return { ...given, body: onlyBuckets(given.body, belongs) };
        }
        // Another root than AWS's, as it was recorded.
        if (query.has("lifecycle")) {
          return {
            ...given,
            body: given.body
              .replaceAll("LifecycleConfiguration>", "Configuration>")
              .replace(/<LifecycleConfiguration [^>]*>/, "<Configuration>"),
          };
        }
        // Where none is set there is an empty configuration, and no error.
        if (query.has("encryption") && given.status === 404) {
          return { status: 200, body: "<ServerSideEncryptionConfiguration/>" };
        }
        return given;
      },
    );
    found = await scan().gather(probe);
  }, 120_000);
  afterAll(async () => {
    await layer.close();
    await moto.close();
  });

  test("are all read, each project by a key of its own", () => {
    expect(found.problems).toEqual([]);
    const inventory = facetOf(found, "scaleway", "inventory");
    expect(inventory).toMatchObject({ kinds: ["scaleway/bucket"], complete: true });
    expect(inventory?.items.map(({ id }) => id).sort()).toEqual([
      "fr-par/media",
      "nl-ams/exports",
      "pl-waw/dumps",
    ]);
    expect(inventory?.items.find(({ name }) => name === "media")?.tags).toEqual({
      environment: "production",
    });
  });

  test("what is in the class Glacier rests in Paris, whatever the bucket's region", () => {
    expect(facetOf(found, "media", "location")).toEqual({ regions: ["fr-par"], zones: null });
    expect(facetOf(found, "exports", "location")).toEqual({
      regions: ["nl-ams"],
      zones: null,
      possible: ["fr-par"],
    });
  });

  test("an empty configuration is no encryption that is known", () => {
    expect(facetOf(found, "media", "encryption")).toMatchObject({ enabled: null });
  });

  test("versioning, and lifecycle under another root", () => {
    expect(facetOf(found, "media", "versioning")).toEqual({ enabled: true });
    expect(facetOf(found, "media", "retention")).toMatchObject({ after: "P365D", whole: false });
    expect(facetOf(found, "dumps", "retention")).toMatchObject({ after: null, whole: true });
  });

  test("a policy that names everyone in Scaleway's word", () => {
    expect(facetOf(found, "exports", "exposure")).toMatchObject({ anonymousAccess: true });
    expect(facetOf(found, "dumps", "exposure")).toMatchObject({ anonymousAccess: null });
    expect(facetOf(found, "dumps", "accessPolicy")?.grants[0]).toMatchObject({
      principal: "application_id:backup",
      actions: ["*"],
    });
    expect(facetOf(found, "exports", "accessPolicy")?.grants[0]).toMatchObject({ principal: "*" });
  });

  test("a backup set, with its retention as declared", () => {
    expect(facetOf(found, "dumps", "recoveryPoints")).toMatchObject({ retention: "P14D" });
  });

  test("without projects a key shows its preferred one, which is not all", async () => {
    const seen = await scan({ projects: [], backups: [] }).gather(probe, []);
    expect(seen.problems).toMatchObject([{ reason: "partial" }]);
    expect(seen.problems[0]?.message).toContain("declare the target's projects");
  });

  test("nothing that is kept holds the keys", () => {
    expect(JSON.stringify(found)).not.toMatch(/scw-secret-key|SCWABCDEFGHIJKLMNOPQ/);
  });
});
