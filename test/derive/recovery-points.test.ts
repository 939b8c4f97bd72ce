import { describe, expect, test } from "vitest";
import { derive } from "#derive/derive.ts";
import { kindsWith } from "#facts/kinds.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { RecoveryPoints } from "#model/facets.ts";
import { FROM_THE_BEGINNING } from "#model/moment.ts";
import { canonicalId, type Provider, type Subject } from "#model/subject.ts";
import { bucket, estate, inventory, observe, problem } from "../support/evidence.ts";

const POINT = "AWS::Backup::RecoveryPoint";
const at = (kind: string, id: string, fields: Partial<Subject> = {}) =>
  bucket(id, { kind, id, ...fields });
const files = at("AWS::EFS::FileSystem", "arn:files");
const volume = at("AWS::EC2::Volume", "arn:volume");
const instance = at("AWS::EC2::Instance", "arn:instance");
const table = at("AWS::DynamoDB::Table", "arn:table");
const shares = at("AWS::FSx::FileSystem", "arn:shares");

const all = (...items: readonly Subject[]) =>
  inventory(items, {
    kinds: [
      "AWS::Backup::BackupPlan",
      POINT,
      "AWS::EC2::Snapshot",
      "AWS::EFS::FileSystem",
      "AWS::EC2::Volume",
      "AWS::EC2::Instance",
      "AWS::DynamoDB::Table",
      "AWS::FSx::FileSystem",
    ],
  });
/** One recovery point with its reading; an `of` of null is not told. */
const made = (id: string, of: string | null, day: string, fields: object = {}, kind = POINT) =>
  observe(at(kind, id), "recoveryPoint", {
    of,
    at: `2026-05-${day}T03:00:00.000Z`,
    usable: true,
    deletedAt: null,
    state: "COMPLETED",
    ...fields,
  });
const backups = (
  subject: Subject,
  retentions: readonly (string | null)[] = [],
  partOf: readonly string[] = [],
) =>
  observe(subject, "backups", {
    rules: retentions.map((retention, position) => ({
      name: `rule ${position}`,
      longestInterval: 86_400,
      window: 0,
      places: [{ region: "eu-west-3", vault: null, retention }],
    })),
    partOf,
  });

function join(observations: readonly Observation[], problems: readonly Problem[] = []) {
  const joined = derive({ observations, problems }, estate());
  return {
    of: (subject: Subject) =>
      joined.observations.find(
        ({ facet, subject: { id } }) => facet === "recoveryPoints" && id === subject.id,
      )?.value as RecoveryPoints | undefined,
    problem: (subject: Subject) =>
      joined.problems.find(
        ({ facets, subject: found }) => facets[0] === "recoveryPoints" && found?.id === subject.id,
      ),
  };
}

describe("recovery points joined from those that exist", () => {
  test("those one can recover from, of all kinds, in order", () => {
    const points = [
      made("b", files.id, "30"),
      made("a", files.id, "29"),
      made("bad", files.id, "31", { usable: false }),
      made("other", volume.id, "28"),
      made("unknown", null, "27"),
    ];
    expect(join([all(files), ...points]).of(files)).toEqual({
      points: ["2026-05-29T03:00:00.000Z", "2026-05-30T03:00:00.000Z"],
      since: "1970-01-01T00:00:00.000Z",
      olderExists: false,
      retention: null,
    });
    expect(join([all(files)]).of(files)?.points).toEqual([]);
  });

  test("ARNs that differ in case are two things, ids of Azure are one", () => {
    const upper = at("AWS::EFS::FileSystem", "arn:Orders");
    const lower = at("AWS::EFS::FileSystem", "arn:orders");
    const found = join([
      all(upper, lower),
      backups(upper),
      backups(lower),
      made("p", upper.id, "30"),
    ]);
    expect(found.of(upper)?.points).toHaveLength(1);
    expect(found.of(lower)?.points).toEqual([]);
    expect(canonicalId("/subscriptions/S/x")).toBe(canonicalId("/Subscriptions/s/X"));
  });

  test("a snapshot that is a point of the backup service as well is one", () => {
    const points = [
      made("p", volume.id, "30"),
      made("s", volume.id, "30", {}, "AWS::EC2::Snapshot"),
      made("t", volume.id, "29", {}, "AWS::EC2::Snapshot"),
    ];
    expect(join([all(volume), backups(volume), ...points]).of(volume)?.points).toHaveLength(2);
  });

  test("those of what it is part of are its own too", () => {
    const own = backups(volume, [], [instance.id]);
    const points = [made("image", instance.id, "30")];
    expect(join([all(volume, instance), own, ...points]).of(volume)?.points).toHaveLength(1);
  });

  test("the log that its own service tells stays, beside the points", () => {
    const continuous = { from: "2026-05-01T00:00:00.000Z", to: "2026-05-31T23:55:00.000Z" };
    const own = observe(table, "recoveryPoints", {
      points: ["2026-05-10T00:00:00.000Z"],
      since: "2026-05-01T00:00:00.000Z",
      olderExists: null,
      retention: "P35D",
      continuous,
    });
    expect(
      join([all(table), backups(table, ["P7D"]), own, made("p", table.id, "30")]).of(table),
    ).toEqual({
      points: ["2026-05-10T00:00:00.000Z", "2026-05-30T03:00:00.000Z"],
      since: "2026-05-01T00:00:00.000Z",
      olderExists: null,
      retention: "P35D",
      continuous,
    });
    // Without it nothing is known of a log.
    expect(join([all(table), backups(table), made("p", table.id, "30")]).of(table)).toBeUndefined();
  });

  test("backups that a service lists of its own stand beside those of the backup service", () => {
    const own = observe(shares, "recoveryPoints", {
      points: ["2026-05-31T03:00:00.000Z"],
      since: FROM_THE_BEGINNING,
      olderExists: false,
      retention: "P30D",
    });
    const parts = [all(shares), backups(shares, ["P7D"]), made("p", shares.id, "30")];
    expect(join([...parts, own]).of(shares)).toEqual({
      points: ["2026-05-30T03:00:00.000Z", "2026-05-31T03:00:00.000Z"],
      since: FROM_THE_BEGINNING,
      olderExists: false,
      retention: "P30D",
    });
    expect(join(parts).of(shares)).toBeUndefined();
  });

  test("of a place that keeps a part for longer, the time for which all are kept", () => {
    const places = [
      { region: "eu-west-3", vault: "one", retention: "P7D" },
      { region: "eu-west-3", vault: "one", retention: "P10Y" },
      { region: "eu-west-1", vault: null, retention: "P14D" },
      { region: "eu-west-1", vault: null, retention: "P10Y" },
    ];
    const rules = [{ name: "gfs", longestInterval: 86_400, window: 0, places }];
    const own = observe(volume, "backups", { rules, partOf: [] });
    expect(join([all(volume), own]).of(volume)?.retention).toBe("P14D");
  });

  test.each<[retentions: readonly (string | null)[], longest: string | null]>([
    [["P7D", "P30D", "P14D"], "P30D"],
    [["P1M", "P35D"], "P35D"],
    [["P7D", null], null],
    [["P7D", "a week"], null],
    [[], null],
  ])("of %j the longest is %j", (retentions, longest) => {
    expect(join([all(volume), backups(volume, retentions)]).of(volume)?.retention).toBe(longest);
  });

  test("a listing that is not whole leaves nothing, and its problem is named", () => {
    const listing = inventory([files], {
      kinds: ["AWS::Backup::BackupPlan", "AWS::EFS::FileSystem"],
    });
    const cut = inventory([at(POINT, "p")], { kinds: [POINT], complete: false });
    const denied = problem({
      kinds: [POINT],
      facets: ["inventory"],
      permission: "backup:ListRecoveryPointsByBackupVault",
    });
    const found = join([listing, cut, made("p", files.id, "30")], [denied]);
    expect(found.of(files)).toBeUndefined();
    expect(found.problem(files)).toMatchObject({
      reason: "denied",
      permission: "backup:ListRecoveryPointsByBackupVault",
      message: "not every Backup recovery point of the target was listed and read: AccessDenied",
    });
  });

  test.each<[Provider, string, string, boolean]>([
    ["azure", "Microsoft.Compute/disks", "Microsoft.Compute/snapshots", true],
    // Cloud Asset Inventory is behind what is there.
    ["gcp", "compute.googleapis.com/Disk", "compute.googleapis.com/Snapshot", false],
  ])("of %s a list of everything is one of snapshots: %#", (provider, kind, snapshot, enough) => {
    const disk = at(kind, "disk", { provider });
    const others = [
      "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/recoveryPoints",
      "Microsoft.Compute/restorePointCollections/restorePoints",
      "Microsoft.DataProtection/backupVaults/backupInstances/recoveryPoints",
      ...kindsWith("backupPlan", provider).map(({ kind: plan }) => plan),
    ];
    const listings = [
      inventory([disk], { kinds: ["*"], provider }),
      inventory([], { kinds: others, provider }),
    ];
    const denied = problem({ kinds: [snapshot], facets: ["inventory"], permission: "to.list" });
    const found = join([...listings, backups(disk)], [denied]);
    expect(found.of(disk)?.points).toEqual(enough ? [] : undefined);
    expect(found.problem(disk)?.permission).toBe(enough ? undefined : "to.list");
    const own = inventory([], { kinds: [snapshot], provider });
    expect(join([...listings, own, backups(disk)]).of(disk)?.points).toEqual([]);
  });

  test("one point that was not read may be of anything", () => {
    expect(join([all(files, at(POINT, "p"))]).of(files)).toBeUndefined();
  });

  test("a kind of point that was not listed takes away a reading too", () => {
    const listing = inventory([volume], { kinds: ["AWS::Backup::BackupPlan", POINT] });
    const own = observe(volume, "recoveryPoints", {
      points: [],
      since: "2026-01-01T00:00:00Z",
      olderExists: false,
      retention: null,
    });
    const found = join([listing, backups(volume), own]);
    expect(found.of(volume)).toBeUndefined();
    expect(found.problem(volume)?.message).toContain("EBS snapshot");
  });

  test("without its backups nothing says how long points are kept", () => {
    const found = join([all(volume), made("p", volume.id, "30")]);
    expect(found.of(volume)).toBeUndefined();
    expect(found.problem(volume)?.message).toContain("its backups were not read");
  });

  test("a point of it without date leaves its gaps open", () => {
    expect(join([all(files), made("p", files.id, "30", { at: null })]).of(files)).toBeUndefined();
    expect(join([all(files), made("p", volume.id, "30", { at: null })]).of(files)).toBeDefined();
  });

  test("what is not joined stays as it was read", () => {
    const set = at("backup-set", "arn:set");
    const own = observe(set, "recoveryPoints", {
      points: [],
      since: "2026-01-01T00:00:00Z",
      olderExists: false,
      retention: null,
    });
    expect(join([own]).of(set)).toEqual(own.value);
  });
});

describe("labels of whom a policy lets in", () => {
  const leads = "arn:aws:iam::123456789012:role/leads";
  const vault = at("AWS::Backup::BackupVault", "arn:vault");
  const grant = (principal: string) => ({
    principal,
    labels: [],
    actions: ["backup:*"],
    conditions: [],
  });
  const labels = (principal: string, rules: readonly object[]) => {
    const policy = { grants: [grant(principal)], unseen: [] };
    const evidence = { observations: [observe(vault, "accessPolicy", policy)], problems: [] };
    const [first] = derive(evidence, estate({ labels: rules })).observations;
    return first?.facet === "accessPolicy" ? first.value.grants[0]?.labels : undefined;
  };

  test("by the ids of the estate's rules", () => {
    const rules = [
      { label: "technical-leads", match: { ids: ["arn:aws:iam::*:role/leads"] } },
      { label: "claranet", match: { ids: ["arn:aws:iam::999900001111:*"] } },
      { label: "roles", match: { ids: ["*"], kinds: ["AWS::IAM::Role"] } },
    ];
    expect(labels(leads, rules)).toEqual(["technical-leads", "roles"]);
    expect(labels("arn:aws:iam::999900001111:root", rules)).toEqual(["claranet"]);
    expect(labels("*", rules)).toEqual([]);
  });

  test("what is said of a whole target, or of a tag, is not said of principals", () => {
    expect(
      labels("arn:aws:iam::666677778888:root", [
        { label: "ours", match: { targets: ["aws"] } },
        { label: "tagged", match: { ids: ["*"], tags: { team: "leads" } } },
      ]),
    ).toEqual([]);
    // The target itself is labelled `production`.
    expect(labels(leads, [])).toEqual([]);
  });
});
