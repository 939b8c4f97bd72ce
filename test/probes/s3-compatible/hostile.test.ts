import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { targetSchema } from "#model/estate.ts";
import probe from "#probes/scaleway/object-storage.ts";
import { facetOf, testScan } from "../../support/probe-context.ts";
import {
  s3Error,
  s3LayerOver,
  type S3Answer,
  type S3Layer,
  type S3Request,
} from "../../support/s3-layer.ts";

const PROJECT = "11111111-1111-4111-8111-111111111111";
const SECRET = "canary-secret-key-7d1f";
const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const list = (...names: readonly string[]) =>
  `<ListAllMyBucketsResult ${XMLNS}><Buckets>${names
    .map((name) => `<Bucket><Name>${name}</Name></Bucket>`)
    .join("")}</Buckets></ListAllMyBucketsResult>`;
const ok = (body: string): S3Answer => ({ status: 200, body });
const GRANT =
  '<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>owner</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>';

/** What Scaleway says of one bucket in Paris, by the parameter that asks. */
const GOOD: Readonly<Record<string, S3Answer>> = {
  location: ok(`<LocationConstraint ${XMLNS}>fr-par</LocationConstraint>`),
  tagging: s3Error(404, "NoSuchTagSet"),
  encryption: ok("<ServerSideEncryptionConfiguration/>"),
  versioning: ok(`<VersioningConfiguration ${XMLNS}/>`),
  acl: ok(
    `<AccessControlPolicy ${XMLNS}><AccessControlList>${GRANT}</AccessControlList></AccessControlPolicy>`,
  ),
  policy: s3Error(404, "NoSuchBucketPolicy"),
  "object-lock": s3Error(404, "ObjectLockConfigurationNotFoundError"),
  lifecycle: s3Error(404, "NoSuchLifecycleConfiguration"),
  "list-type": ok(
    `<ListBucketResult ${XMLNS}><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>`,
  ),
};
const good = ({ bucket, query, region }: S3Request): S3Answer => {
  if (bucket === "") return ok(region === "fr-par" ? list("media") : list());
  const name = Object.keys(GOOD).find((one) => query.has(one));
  return GOOD[name ?? ""] ?? s3Error(404, "NoSuchBucket");
};

describe("hostile and broken answers of an S3-compatible store", () => {
  let layer: S3Layer;
  let say: (request: S3Request) => S3Answer | null = () => null;
  beforeAll(async () => {
    layer = await s3LayerOver("http://127.0.0.1:1", (request) => say(request) ?? good(request));
  });
  afterAll(() => layer.close());
  const gather = (answer: typeof say = () => null, fields: object = {}) => {
    say = answer;
    return testScan(
      targetSchema.parse({
        id: "scaleway",
        provider: "scaleway",
        projects: [PROJECT],
        endpoints: { s3: layer.url },
        credentials: { env: { accessKey: "KEY", secretKey: "SECRET" } },
        backups: [{ id: "set", bucket: "media", retention: "P1D" }],
        ...fields,
      }),
      { environment: { KEY: "SCWCANARYACCESSKEY00", SECRET } },
    ).gather(probe);
  };
  const when = (parameter: string, answer: S3Answer) => (request: S3Request) =>
    request.bucket !== "" && request.query.has(parameter) ? answer : null;

  test("a quiet bucket is read whole", async () => {
    const found = await gather();
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "media", "accessPolicy")?.grants).toMatchObject([
      { principal: "owner", actions: ["ACL FULL_CONTROL"] },
    ]);
    expect(facetOf(found, "set", "recoveryPoints")).toMatchObject({ points: [] });
  });

  test.each([
    ["location", "location", "ObjectStorageBucketsRead"],
    ["tagging", "inventory", "ObjectStorageBucketsRead"],
    ["encryption", "encryption", "ObjectStorageBucketsRead"],
    ["versioning", "versioning", "ObjectStorageBucketsRead"],
    ["acl", "exposure", "ObjectStorageBucketsRead"],
    ["policy", "exposure", "ObjectStorageBucketPolicyFullAccess"],
    ["object-lock", "immutability", "ObjectStorageBucketsRead"],
    ["lifecycle", "retention", "ObjectStorageBucketsRead"],
    ["list-type", "recoveryPoints", "ObjectStorageObjectsRead"],
  ])("%s denied costs %s alone, and names the permission", async (parameter, facet, permission) => {
    const found = await gather(when(parameter, s3Error(403, "AccessDenied")));
    expect(found.problems.length).toBeGreaterThan(0);
    const mine = found.problems.find(({ facets }) => facets.some((one) => one === facet));
    expect(mine).toMatchObject({ reason: "denied", permission });
    const whole = await gather();
    const lost = whole.observations.length - found.observations.length;
    expect(lost).toBe(["acl", "policy"].includes(parameter) ? 2 : parameter === "tagging" ? 0 : 1);
  });

  test.each([
    ["a login page", ok("<html><body>please sign in</body></html>")],
    ["nothing", ok("")],
    ["half a document", ok("<VersioningConfiguration><Status>Enab")],
    ["another document", ok(`<AccessControlPolicy ${XMLNS}/>`)],
    [
      "a bomb of another type",
      ok("<VersioningConfiguration><Status><x/></Status></VersioningConfiguration>"),
    ],
    ["too much", ok(`<VersioningConfiguration>${"x".repeat(1_100_000)}</VersioningConfiguration>`)],
  ])("%s is no versioning", async (_, answer) => {
    const found = await gather(when("versioning", answer));
    expect(facetOf(found, "media", "versioning")).toBeUndefined();
    expect(found.problems).toHaveLength(1);
    expect(["malformed", "too-large"]).toContain(found.problems[0]?.reason);
  });

  test.each([
    ["empty", ""],
    ["a host", "evil.example/"],
    ["a path", "../x"],
  ])("a location that is %s is none", async (_, region) => {
    const body = `<LocationConstraint ${XMLNS}>${region}</LocationConstraint>`;
    const found = await gather(when("location", ok(body)));
    expect(facetOf(found, "media", "location")).toBeUndefined();
    expect(facetOf(found, "scaleway", "inventory")?.items[0]).toMatchObject({
      id: "fr-par/media",
      region: null,
    });
  });

  test.each(["xx-new", "constructor"])(
    "a region %s that is not known is told as it is, and no other host asked",
    async (region) => {
      const body = `<LocationConstraint ${XMLNS}>${region}</LocationConstraint>`;
      const regions: string[] = [];
      const found = await gather((request) => {
        if (request.query.has("versioning")) regions.push(request.region);
        return when("location", ok(body))(request);
      });
      expect(facetOf(found, "media", "location")).toMatchObject({ regions: [region] });
      expect(facetOf(found, "media", "versioning")).toEqual({ enabled: false });
      expect(regions).toEqual(["fr-par"]);
    },
  );

  test("a call that the vendor does not have is unsupported, and nothing is concluded", async () => {
    const found = await gather(when("object-lock", s3Error(501, "NotImplemented")));
    expect(found.problems).toMatchObject([{ facets: ["immutability"], reason: "unsupported" }]);
  });

  test.each([
    ["denied", s3Error(403, "AccessDenied"), "denied"],
    ["no list", ok(`<ListAllMyBucketsResult ${XMLNS}/>`), "malformed"],
    ["a name that is none", ok(list("../etc")), "malformed"],
    [
      "cut off",
      ok(
        list("a-bucket").replace("</ListAll", "<ContinuationToken>t</ContinuationToken></ListAll"),
      ),
      "malformed",
    ],
  ])("a region whose listing is %s leaves it incomplete", async (_, answer, reason) => {
    const found = await gather(({ bucket, region }) =>
      bucket === "" && region === "nl-ams" ? answer : null,
    );
    expect(facetOf(found, "scaleway", "inventory")).toMatchObject({
      complete: false,
      items: [{ name: "media" }],
    });
    expect(found.problems).toMatchObject([{ facets: ["inventory"], reason }]);
    expect(found.problems[0]?.message).toContain("nl-ams");
  });

  test("keys of a project that is not declared show nothing of it", async () => {
    const owner = "<Owner><ID>99999999-1111-4111-8111-111111111111:x</ID></Owner></ListAll";
    const found = await gather(({ bucket }) =>
      bucket === "" ? ok(list("theirs").replace("</ListAll", owner)) : null,
    );
    expect(JSON.stringify(found.observations)).not.toContain("theirs");
    expect(found.problems[0]).toMatchObject({ facets: ["inventory"], reason: "partial" });
    expect(found.problems[0]?.message).toContain("does not declare");
  });

  test("keys that nobody accepts read nothing, and leave no empty listing", async () => {
    const found = await gather(() => s3Error(403, "InvalidAccessKeyId"));
    // The sets are declared, so they are known all the same.
    expect(facetOf(found, "scaleway", "inventory")).toMatchObject({ kinds: ["backup-set"] });
    expect(facetOf(found, "set", "recoveryPoints")).toBeUndefined();
    expect(found.problems.every(({ reason }) => reason === "denied")).toBe(true);
  });

  test.each([
    ["no key", { credentials: { env: { secretKey: "SECRET" } } }, "name accessKey and secretKey"],
    ["no credentials", { credentials: undefined }, "name accessKey and secretKey"],
    [
      "a variable that is not set",
      { credentials: { env: { accessKey: "GONE", secretKey: "SECRET" } } },
      "GONE",
    ],
  ])("%s says what to configure", async (_, fields, words) => {
    const found = await gather(() => null, fields);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ subject: null, facets: [], reason: "denied" }]);
    expect(found.problems[0]?.message).toContain(words);
  });

  test("what the server repeats of the keys is kept nowhere", async () => {
    const echo = `<Error><Code>AccessDenied</Code><Message>${SECRET} SCWCANARYACCESSKEY00</Message></Error>`;
    const found = await gather(when("acl", { status: 403, body: echo }));
    expect(found.problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(found)).not.toMatch(/canary/i);
  });
});
