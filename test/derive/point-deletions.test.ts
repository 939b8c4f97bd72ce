import { describe, expect, test } from "vitest";
import { derive } from "#derive/derive.ts";
import type { RecoveryPoint } from "#model/backup-facets.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import { bucket, estate, inventory, NOW, observe, problem } from "../support/evidence.ts";

const POINT = "AWS::Backup::RecoveryPoint";
const SNAPSHOT = "AWS::EC2::Snapshot";
const id = "arn:aws:ec2:eu-west-3::snapshot/snap-1";
const snapshot = bucket("snap-1", { kind: SNAPSHOT, id });
const point = bucket("point", { kind: POINT, id });
const other = bucket("other", { kind: POINT, id: `${id}0` });

const read = (subject = snapshot, fields: Partial<RecoveryPoint> = {}) =>
  observe(subject, "recoveryPoint", {
    of: null,
    at: "2026-05-10T03:00:00.000Z",
    usable: true,
    deletedAt: null,
    state: "completed",
    ...fields,
  });
const ofService = { at: "2026-05-10T02:30:00.000Z", deletedAt: "2026-06-09T02:30:00.000Z" };
const listing = (...items: Parameters<typeof inventory>[0][number][]) =>
  inventory(items, { kinds: [POINT, SNAPSHOT] });

function joined(observations: readonly Observation[], problems: readonly Problem[] = []) {
  const found = derive({ observations, problems }, estate()).observations.find(
    ({ facet, subject }) => facet === "recoveryPoint" && subject.kind === snapshot.kind,
  );
  if (found?.facet !== "recoveryPoint") throw new Error("no reading of the snapshot");
  return found;
}

describe("when a snapshot is deleted that a backup service made", () => {
  test("is what its recovery point says, counted from the service's own moment", () => {
    const made = joined([listing(snapshot, point), read(), read(point, ofService)]);
    expect(made.value).toMatchObject({
      ...ofService,
      state: "completed",
      deletionToldBy: "Backup recovery point, read recoveryPoint",
    });
    expect(made.value).not.toHaveProperty("deletionUnread");
  });

  test("is known by that one point, whatever others were not read", () => {
    const cut = inventory([point, other], { kinds: [POINT], complete: false });
    expect(joined([cut, read(), read(point, ofService)]).value).toMatchObject(ofService);
  });

  test("an ARN in another case is another point", () => {
    const upper = { ...point, id: id.toUpperCase() };
    const found = joined([listing(upper), read(), read(upper, ofService)]).value;
    expect(found).not.toMatchObject(ofService);
  });

  test("is as old as the older of the two readings", () => {
    const earlier = "2026-05-30T00:00:00.000Z";
    const old = { ...read(point, ofService), observedAt: earlier };
    expect(joined([read(), old]).observedAt).toBe(earlier);
    expect(joined([{ ...read(), observedAt: earlier }, read(point)]).observedAt).toBe(earlier);
    expect(joined([read(), read(point)]).observedAt).toBe(NOW.toISOString());
  });

  test("by no rule, where its point says so", () => {
    const made = joined([listing(snapshot, point), read(), read(point)]).value;
    expect(made).toMatchObject({ deletedAt: null });
    expect(made).toHaveProperty("deletionToldBy");
  });

  test("a moment of the service that lies after the snapshot's makes it no younger", () => {
    const late = { at: "2026-05-20T03:00:00.000Z", deletedAt: "2026-06-19T03:00:00.000Z" };
    expect(joined([read(), read(point, late)]).value.at).toBe("2026-05-10T03:00:00.000Z");
  });

  test("what its own service knows of its deletion stays", () => {
    const own = { deletedAt: "2026-05-17T03:00:00.000Z" };
    expect(joined([read(snapshot, own), read(point, ofService)]).value).toMatchObject(own);
  });

  test("what another service is known to make stays open, unless its point says more", () => {
    const own = { deletionUnread: "Data Lifecycle Manager made it" };
    expect(joined([listing(snapshot), read(snapshot, own)]).value).toMatchObject(own);
    const both = joined([read(snapshot, own), read(point, ofService)]).value;
    expect(both).not.toHaveProperty("deletionUnread");
  });
});

describe("a snapshot of which no point was seen", () => {
  const unread = (observations: readonly Observation[], problems: readonly Problem[] = []) =>
    joined([...observations, read()], problems).value.deletionUnread;

  test("is none of the service's where all points were listed and read", () => {
    expect(unread([listing(snapshot)])).toBeUndefined();
    expect(unread([listing(snapshot, other), read(other)])).toBeUndefined();
  });

  test.each<[string, readonly Observation[]]>([
    ["nobody listed any", []],
    ["the listing is not whole", [inventory([], { kinds: [POINT], complete: false })]],
    ["its own was not read", [listing(snapshot, point)]],
    ["another one was not read", [listing(snapshot, other)]],
    ["the listing is of another account", [inventory([], { kinds: [POINT], target: "other" })]],
    ["the point is of another account", [read({ ...point, target: "other" }, ofService)]],
  ])("may be one where %s", (_, observations) => {
    expect(unread(observations)).toMatch(
      /^it may be a Backup recovery point, and not all of those were listed and read/,
    );
  });

  test("names what kept the points from being read", () => {
    const permission = "backup:ListRecoveryPointsByBackupVault";
    const denied = problem({ kinds: [POINT], permission });
    expect(unread([], [denied])).toMatch(/: AccessDenied \(permission backup:ListRec\w+\)$/);
  });

  test("of a kind that no backup service makes is left as it is", () => {
    const own = read(bucket("x", { kind: POINT }));
    const [first] = derive({ observations: [own], problems: [] }, estate()).observations;
    expect(first?.value).not.toHaveProperty("deletionUnread");
  });
});
