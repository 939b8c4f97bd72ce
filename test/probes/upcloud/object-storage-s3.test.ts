/** What is asked of which service, and what is left open where a service does not let in. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { objectStorage, REGIONS, uuid } from "#fixtures/estate/upcloud/resources.ts";
import type { UpcloudAccount } from "#fixtures/estate/upcloud/server.ts";
import { targetSchema } from "#model/estate.ts";
import { dialectOf } from "#probes/upcloud/object-storage-dialect.ts";
import probe from "#probes/upcloud/object-storage-s3.ts";
import objectStorages from "#probes/upcloud/object-storage.ts";
import { facetOf, testScan } from "../../support/probe-context.ts";
import {
  s3Error,
  s3LayerOver,
  type S3Answer,
  type S3Layer,
  type S3Request,
} from "../../support/s3-layer.ts";
import { fakeUpcloud, told, TOKEN } from "./upcloud.ts";

const [HELSINKI, FRANKFURT] = [uuid("12", 1), uuid("12", 2)];
const SECRET = "canary-s3-secret-5e1a";
const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const KEYS = { token: "TOKEN", s3AccessKey: "KEY", s3SecretKey: "SECRET" };

const ok = (body: string): S3Answer => ({ status: 200, body });
const list = (...names: readonly string[]) =>
  ok(
    `<ListAllMyBucketsResult ${XMLNS}><Buckets>${names
      .map((name) => `<Bucket><Name>${name}</Name></Bucket>`)
      .join("")}</Buckets></ListAllMyBucketsResult>`,
  );

describe("where a service is asked", () => {
  const service = (...endpoints: readonly object[]) => objectStorage(HELSINKI, { endpoints });
  const own = { domain_name: "e4r2i.upcloudobjects.com", type: "public" };
  test("at its public address under UpCloud's own name, for its region", () => {
    const custom = { domain_name: "obj.example.com", type: "public" };
    const inner = { domain_name: "e4r2i-private.upcloudobjects.com", type: "private" };
    expect(dialectOf(service(custom, inner, own), undefined)?.endpoints).toEqual({
      "europe-1": "https://e4r2i.upcloudobjects.com",
    });
  });

  test.each([
    ["none", undefined],
    ["of a custom domain", "obj.example.com"],
    ["that goes on after the name", "e4r2i.upcloudobjects.com.evil.example"],
    ["that only ends alike", "evilupcloudobjects.com"],
    ["with a port", "e4r2i.upcloudobjects.com:8443"],
    ["with a path before", "evil.example/.upcloudobjects.com"],
    ["with a name before", "a@e4r2i.upcloudobjects.com"],
    ["that is no text", 7],
  ])("nowhere else: an address %s", (_, name) => {
    expect(dialectOf(service({ ...own, domain_name: name }), undefined)).toBeNull();
  });

  test.each([["europe 1"], ["../x"], [""], [undefined]])("no region %j", (region) => {
    expect(() => dialectOf({ ...service(own), region }, undefined)).toThrow(TypeError);
  });
});

describe("the services of an account", async () => {
  const upcloud = await fakeUpcloud();
  let layer: S3Layer;
  let say: (request: S3Request) => S3Answer = () => list();
  beforeAll(async () => {
    layer = await s3LayerOver("http://127.0.0.1:1", (request) => say(request));
  });
  afterAll(() => layer.close());

  const one = { objectStorages: [objectStorage(HELSINKI, { name: "here" })] };
  const two = {
    objectStorages: [
      objectStorage(HELSINKI, { name: "here" }),
      objectStorage(FRANKFURT, { name: "there", region: "europe-2" }),
    ],
  };
  const scanOf = (account: Partial<UpcloudAccount>, fields: object = {}) => {
    upcloud.setAccount({ objectStorageRegions: REGIONS, ...account });
    const target = targetSchema.parse({
      ...upcloud.target,
      endpoints: { ...upcloud.target.endpoints, s3: layer.url },
      credentials: { env: KEYS },
      backups: [{ id: "set", bucket: "media", retention: "P1D" }],
      ...fields,
    });
    return testScan(target, { environment: { TOKEN, KEY: "CANARYACCESSKEY00000", SECRET } });
  };
  const gather = (
    account: Partial<UpcloudAccount>,
    answer: typeof say = () => list(),
    fields: object = {},
  ) => {
    say = answer;
    return scanOf(account, fields).gather(probe, ["inventory", "location", "recoveryPoints"]);
  };
  const bucketsOnly =
    (of: (region: string) => S3Answer) =>
    ({ bucket, region, query }: S3Request): S3Answer => {
      if (bucket === "") return of(region);
      if (query.has("tagging")) return s3Error(404, "NoSuchTagSet");
      return ok(
        `<ListBucketResult ${XMLNS}><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>`,
      );
    };
  const refusing = bucketsOnly((region) =>
    region === "europe-1" ? list("media") : s3Error(403, "InvalidAccessKeyId"),
  );

  test("none: there is no bucket, and no key is needed", async () => {
    const asked = layer.asked.length;
    const found = await gather({}, undefined, {
      credentials: { env: { token: "TOKEN" } },
      backups: [],
    });
    expect(told(found)).toEqual([]);
    expect(facetOf(found, "vendor", "inventory")).toMatchObject({
      kinds: ["upcloud/bucket"],
      complete: true,
      items: [],
    });
    expect(layer.asked.length).toBe(asked);
  });

  test("without keys nothing is listed, and what to name is said", async () => {
    const credentials = { env: { token: "TOKEN" } };
    const found = await gather(one, undefined, { credentials });
    expect(facetOf(found, "vendor", "inventory")).toMatchObject({ kinds: ["backup-set"] });
    expect(found.problems.map(({ facets, reason }) => [...facets, reason])).toEqual([
      ["inventory", "denied"],
      ["inventory", "denied"],
      ["recoveryPoints", "denied"],
    ]);
    for (const { message } of found.problems) expect(message).toContain("s3AccessKey");
  });

  test("a variable that is not set is named", async () => {
    const env = { ...KEYS, s3SecretKey: "NOT_SET" };
    const found = await gather(one, undefined, { credentials: { env }, backups: [] });
    expect(told(found)).toEqual([expect.stringContaining("NOT_SET")]);
    expect(found.observations).toEqual([]);
  });

  test("keys that the only service refuses", async () => {
    const found = await gather(one, () => s3Error(403, "InvalidAccessKeyId"), { backups: [] });
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([
      { reason: "denied", permission: "s3:ListAllMyBuckets", kinds: ["upcloud/bucket"] },
    ]);
  });

  test("two, of which one refuses the keys: what the other has, and no whole list", async () => {
    const found = await gather(two, refusing);
    expect(facetOf(found, "vendor", "inventory")).toMatchObject({
      complete: false,
      items: [{ id: `${HELSINKI}/media`, region: "fi-hel2" }],
    });
    expect(told(found)).toEqual([
      expect.stringMatching(
        /^inventory denied s3:ListAllMyBuckets: the service there \(S3 keys are those of one service alone\): /,
      ),
    ]);
    expect(facetOf(found, "set", "recoveryPoints")).toMatchObject({ points: [] });
  });

  test("two that have a bucket of the same name are told apart, and a set is in neither", async () => {
    const found = await gather(
      two,
      bucketsOnly(() => list("media")),
    );
    const inventory = facetOf(found, "vendor", "inventory");
    expect(inventory?.complete).toBe(true);
    expect(inventory?.items.map(({ id, region }) => `${id} in ${region}`)).toEqual([
      `${HELSINKI}/media in fi-hel2`,
      `${FRANKFURT}/media in de-fra1`,
    ]);
    expect(facetOf(found, "set", "recoveryPoints")).toBeUndefined();
    expect(told(found)).toContain("recoveryPoints partial -: 2 buckets are named media");
  });

  test("a private one is not asked without an address", async () => {
    const { api = "" } = upcloud.target.endpoints ?? {};
    const found = await gather(one, undefined, { endpoints: { api }, backups: [] });
    expect(found.observations).toEqual([]);
    expect(told(found)).toEqual([
      "inventory partial -: the service here: it has no public endpoint: who is in its network can name its address as endpoints.s3",
    ]);
  });

  test("a sub-account that is not shown all services has no whole list of buckets", async () => {
    const found = await gather(
      { ...one, type: "sub", given: [] },
      bucketsOnly(() => list("media")),
      { backups: [] },
    );
    expect(found.observations.filter(({ value }) => "complete" in value && value.complete)).toEqual(
      [],
    );
    expect(told(found)).toEqual([
      expect.stringMatching(/^inventory denied managed_object_storage:\*: /),
    ]);
  });

  test("without the regions the buckets are listed, and their place is unknown", async () => {
    upcloud.api.setFaults({ path: /regions/, fault: { kind: "status", status: 403 } });
    const found = await gather(
      one,
      bucketsOnly(() => list("media")),
      { backups: [] },
    );
    expect(facetOf(found, "media", "location")).toBeUndefined();
    expect(facetOf(found, "vendor", "inventory")?.items).toMatchObject([{ region: null }]);
    expect(told(found)).toEqual([
      expect.stringMatching(/^location denied managed_object_storage:\*: UpCloud refused/),
    ]);
  });

  test("a region that no list of regions has", async () => {
    const found = await gather(
      { objectStorages: [objectStorage(HELSINKI, { region: "europe-9" })] },
      bucketsOnly(() => list("media")),
      { backups: [] },
    );
    expect(facetOf(found, "media", "location")).toBeUndefined();
    expect(told(found)).toEqual([expect.stringMatching(/^location malformed/)]);
  });

  test("whichever probe asks first, the API's errors are read as such, and asked again", async () => {
    const scan = scanOf(one, { backups: [] });
    upcloud.api.setFaults({ path: /object-storage-2/, fault: { kind: "status", status: 503 } });
    const [buckets, services] = [await scan.gather(probe), await scan.gather(objectStorages)];
    for (const { problems } of [buckets, services]) {
      expect(problems).toMatchObject([{ reason: "unreachable", facets: ["inventory"] }]);
      expect(problems[0]?.message).toContain("UpCloud failed (status 503");
    }
    expect(scan.waits.length).toBeGreaterThan(0);
  });

  test("no key in what comes out", async () => {
    const echo = `<Error><Code>AccessDenied</Code><Message>${SECRET} CANARYACCESSKEY00000</Message></Error>`;
    const found = await gather(two, () => ({ status: 403, body: echo }));
    expect(found.problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(found)).not.toMatch(/canary/i);
  });
});
