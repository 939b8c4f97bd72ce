/** Backup sets in Cloud Storage: which objects are recovery points, and every way of not knowing. */
import { expect, test } from "vitest";
import type { FakeBucket } from "#fixtures/estate/gcp/estate.ts";
import probe from "#probes/gcp/backup-sets.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeGcp, problemsOf } from "./gcp.ts";

const gcp = await fakeGcp({ backups: [{ id: "set", bucket: "dumps", prefix: "db/" }] });
const declared = await fakeGcp({
  backups: [{ id: "set", bucket: "dumps", prefix: "db/", retention: "P14D" }],
});

const object = (name: string, timeCreated: string, more: object = {}) => ({
  name,
  timeCreated,
  updated: "2026-06-01T11:59:00Z",
  size: "1000",
  ...more,
});
const bucket = (objects: FakeBucket["objects"] = [], more: object = {}): FakeBucket => ({
  resource: { name: "dumps", location: "EU", ...more },
  objects,
});

test.each<readonly [string, NonNullable<FakeBucket["objects"]>, readonly string[], boolean]>([
  ["none: the list is absent", [], [], false],
  [
    "one, by when it was made",
    [object("db/a", "2026-05-31T00:00:00Z")],
    ["2026-05-31T00:00:00.000Z"],
    false,
  ],
  [
    "in the order of time, not of names",
    [object("db/z", "2026-05-30T00:00:00Z"), object("db/a", "2026-05-31T00:00:00Z")],
    ["2026-05-30T00:00:00.000Z", "2026-05-31T00:00:00.000Z"],
    false,
  ],
  ["an empty one is none", [object("db/", "2026-05-31T00:00:00Z", { size: "0" })], [], false],
  ["another prefix is none", [object("other/a", "2026-05-31T00:00:00Z")], [], false],
  ["an old one", [object("db/a", "2026-01-01T00:00:00Z")], [], true],
  [
    "parts of one dump are one point",
    [object("db/a.1", "2026-05-31T00:00:10Z"), object("db/a.2", "2026-05-31T00:00:40Z")],
    ["2026-05-31T00:00:10.000Z"],
    false,
  ],
])("%s", async (_, objects, points, olderExists) => {
  gcp.holdProject({ buckets: [bucket(objects)] });
  gcp.hold({ pageSize: 1 });
  const gathered = await gcp.scan().gather(probe);
  expect(problemsOf(gathered)).toEqual([]);
  expect(facetOf(gathered, "set", "recoveryPoints")).toEqual({
    points,
    since: "2026-05-02T12:00:00.000Z",
    olderExists,
    retention: null,
  });
  const set = gathered.observations.find(({ facet }) => facet === "recoveryPoints")?.subject;
  expect(set).toMatchObject({ id: "gs://dumps/db/", region: "eu" });
});

test.each([
  ["without date", object("db/a", "yesterday")],
  ["without size", object("db/a", "2026-05-31T00:00:00Z", { size: undefined })],
])("an object %s makes all of it malformed", async (_, one) => {
  gcp.holdProject({ buckets: [bucket([one])] });
  const gathered = await gcp.scan().gather(probe);
  expect(facetOf(gathered, "set", "recoveryPoints")).toBeUndefined();
  expect(gathered.problems).toMatchObject([{ reason: "malformed" }]);
});

test.each([
  ["nothing", "{}"],
  ["another list", '{"kind":"storage#buckets"}'],
])("an answer that is %s is no empty list of objects", async (_, body) => {
  gcp.holdProject({ buckets: [bucket([object("db/a", "2026-05-31T00:00:00Z")])] });
  gcp.api.setFaults({ path: /\/o\?/, fault: { kind: "body", body } });
  const gathered = await gcp.scan().gather(probe);
  expect(facetOf(gathered, "set", "recoveryPoints")).toBeUndefined();
  expect(gathered.problems).toMatchObject([{ reason: "malformed", facets: ["recoveryPoints"] }]);
});

test("a page that leads back to one that was read ends in a problem", async () => {
  gcp.holdProject({ buckets: [bucket([object("db/a", "2026-05-31T00:00:00Z")])] });
  const again = (body: unknown) => ({ ...Object(body), nextPageToken: "page-0" });
  gcp.api.setFaults({ path: /\/o\?/, fault: { kind: "change", change: again } });
  const gathered = await gcp.scan().gather(probe);
  expect(facetOf(gathered, "set", "recoveryPoints")).toBeUndefined();
  expect(gathered.problems[0]?.message).toContain("leads back");
});

test("a page that fails costs the whole reading, and nothing else", async () => {
  const objects = ["a", "b", "c"].map((name) => object(`db/${name}`, "2026-05-31T00:00:00Z"));
  gcp.holdProject({ buckets: [bucket(objects)] });
  gcp.hold({ pageSize: 1 });
  gcp.api.setFaults({ path: /pageToken=page-2/, fault: { kind: "status", status: 403 } });
  const gathered = await gcp.scan().gather(probe);
  expect(facetOf(gathered, "set", "recoveryPoints")).toBeUndefined();
  expect(gathered.problems).toMatchObject([
    { reason: "denied", permission: "storage.objects.list", facets: ["recoveryPoints"] },
  ]);
});

test("the bucket's lifecycle says how long they are kept, what is declared goes before it", async () => {
  const rule = { action: { type: "Delete" }, condition: { age: 40 } };
  const kept = bucket([], { lifecycle: { rule: [rule] } });
  gcp.holdProject({ buckets: [kept] });
  declared.holdProject({ buckets: [kept] });
  const retention = async (one: typeof gcp) =>
    facetOf(await one.scan().gather(probe), "set", "recoveryPoints")?.retention;
  expect(await retention(gcp)).toBe("P40D");
  expect(await retention(declared)).toBe("P14D");
});

test("without the right to look at the bucket: declared retention is enough, without it it is not known", async () => {
  for (const one of [gcp, declared]) {
    one.holdProject({ buckets: [bucket([object("db/a", "2026-05-31T00:00:00Z")])] });
    one.hold({ denied: ["storage.buckets.get"] });
  }
  const lost = await gcp.scan().gather(probe);
  expect(facetOf(lost, "set", "recoveryPoints")).toBeUndefined();
  expect(lost.problems.at(-1)).toMatchObject({
    permission: "storage.buckets.get",
    message: expect.stringContaining("or declare the retention of the backup set set"),
  });
  const enough = await declared.scan().gather(probe);
  expect(facetOf(enough, "set", "recoveryPoints")?.points).toHaveLength(1);
  // Where it is kept is not known either way.
  expect(enough.problems).toMatchObject([{ facets: ["inventory"], reason: "denied" }]);
});

test("a bucket that is not there", async () => {
  gcp.holdProject({ buckets: [] });
  const gathered = await gcp.scan().gather(probe);
  expect(facetOf(gathered, "set", "recoveryPoints")).toBeUndefined();
  expect(gathered.problems.map(({ reason }) => reason)).toEqual(["partial", "partial"]);
});
