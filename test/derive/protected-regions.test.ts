import { expect, test } from "vitest";
import { resolveProtectedRegions } from "#derive/protected-regions.ts";
import type { RecoveryPoint } from "#model/backup-facets.ts";
import { bucket, inventory, observe } from "../support/evidence.ts";

const point = (of: string | null): RecoveryPoint => ({
  of,
  at: "2026-05-31T00:00:00Z",
  usable: true,
  deletedAt: null,
  state: "COMPLETED",
});
const regionOf = (of: string | null) => {
  const found = resolveProtectedRegions([
    inventory([bucket("data"), bucket("unread", { region: null })]),
    observe(bucket("point"), "recoveryPoint", point(of)),
  ]);
  return found.map(({ facet, value }) => (facet === "recoveryPoint" ? value.ofRegion : facet));
};

test.each([
  ["of a listed subject", "arn:aws:s3:::data", "eu-west-3"],
  ["of one whose region was not read", "arn:aws:s3:::unread", null],
  ["of one that nobody listed", "arn:aws:s3:::gone", null],
  ["of nothing that is told", null, null],
])("the region %s", (_, of, region) => {
  expect(regionOf(of)).toEqual(["inventory", region]);
});

test("evidence without recovery points is left as it is", () => {
  const observations = [inventory([bucket("data")])];
  expect(resolveProtectedRegions(observations)).toBe(observations);
});
