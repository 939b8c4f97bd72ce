import fc from "fast-check";
import type { BackupSelection } from "#model/backup-facets.ts";
import type { Observation } from "#model/evidence.ts";
import type { Subject } from "#model/subject.ts";
import { bucket, estate, evidence, inventory, NOW, observe, policy } from "../support/evidence.ts";
import type { World } from "./worlds.ts";

/** Kinds whose backups are joined from what several probes saw, and the kinds that they are joined from. */
const BACKUP_KINDS = [
  "AWS::EFS::FileSystem",
  "AWS::DynamoDB::Table",
  "AWS::EC2::Volume",
  "AWS::EC2::Instance",
  "AWS::EC2::Snapshot",
  "AWS::Backup::BackupPlan",
  "AWS::Backup::RecoveryPoint",
];

/** Claims that rest on the joins. */
const claims = policy([
  {
    id: "no-gap-of-two-days",
    checks: [
      {
        control: "recovery-point-age",
        expect: { maxGap: "P2D", window: "P7D" },
        scope: { kinds: BACKUP_KINDS, mayBeEmpty: true },
      },
    ],
  },
  {
    id: "no-gap-of-three-days-while-kept",
    checks: [
      {
        control: "recovery-point-age",
        expect: { maxGap: "P3D" },
        scope: { kinds: BACKUP_KINDS, mayBeEmpty: true },
      },
    ],
  },
  {
    id: "snapshots-kept-ten-days",
    checks: [
      {
        control: "backup-retention",
        expect: { minimum: "P10D" },
        scope: { kinds: ["AWS::EC2::Snapshot"], mayBeEmpty: true },
      },
    ],
  },
  {
    id: "snapshots-kept-between",
    checks: [
      {
        control: "backup-retention",
        expect: { minimum: "P5D", maximum: "P30D" },
        scope: { kinds: ["AWS::EC2::Snapshot"], mayBeEmpty: true },
      },
    ],
  },
  {
    id: "fresh",
    checks: [
      {
        control: "recovery-point-age",
        expect: { maxAge: "P2D" },
        scope: { kinds: ["AWS::EFS::FileSystem"], mayBeEmpty: true },
      },
    ],
  },
]);

const region = fc.constantFrom("eu-west-3", "eu-west-3", "eu-central-1");
const tags = fc.option(fc.constantFrom({}, { backup: "daily" }, { "secret-zone": "inner" }), {
  freq: 9,
});

/** What is backed up, by which plan, and the points that exist of it. */
const made = fc.record({
  stores: fc.array(
    fc.record({
      kind: fc.constantFrom("AWS::EFS::FileSystem", "AWS::DynamoDB::Table", "AWS::EC2::Volume"),
      tags,
      region,
      daysAgo: fc.oneof(
        fc.constantFrom([0, 1, 2, 4, 5, 6, 7, 8], [0, 2, 4, 6, 20], [0, 1]),
        fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 20]),
      ),
      continuous: fc.boolean(),
      ofInstance: fc.boolean(),
      // Snapshots that the backup service made, and for how many days it keeps them.
      service: fc.constantFrom(null, null, { keeps: 7 }, { keeps: 30 }, { keeps: null }),
    }),
    { maxLength: 2 },
  ),
  plan: fc.option(
    fc.record({
      region,
      selects: fc.constantFrom("everything", "a tag", "all but a tag", "a kind", "not these"),
      retention: fc.constantFrom(null, "P7D", "P30D"),
    }),
    { freq: 4 },
  ),
});
type Made = typeof made extends fc.Arbitrary<infer World> ? World : never;

/** Any few stores with the points that were made of them, and a plan that may select them. */
export const backupWorlds: fc.Arbitrary<World> = made.map((world) => {
  const { items, readings } = backupEvidence(world);
  return {
    inputs: { policies: [claims], estate: estate(), attestations: [], waivers: [], only: [] },
    evidence: evidence([inventory(items, { kinds: BACKUP_KINDS }), ...readings]),
  };
});

/** The subjects of such a world and all that is read of them. */
function backupEvidence({ stores, plan }: Made): {
  readonly items: readonly Subject[];
  readonly readings: readonly Observation[];
} {
  const items: Subject[] = [];
  const readings: Observation[] = [];
  const machine = thing("AWS::EC2::Instance", "machine", "eu-west-3", { backup: "daily" });
  items.push(machine);
  for (const [index, store] of stores.entries()) {
    const subject = thing(store.kind, `store-${index}`, store.region, store.tags);
    items.push(subject);
    readings.push(encryption(subject));
    if (store.kind !== "AWS::EFS::FileSystem") {
      const partOf = store.kind === "AWS::EC2::Volume" && store.ofInstance ? [machine.id] : [];
      readings.push(observe(subject, "backups", { rules: [], partOf }));
    }
    if (store.kind === "AWS::DynamoDB::Table") {
      const log = { from: ago(store.daysAgo.length + 1), to: ago(0) };
      const own = { points: [], since: ago(40), olderExists: false, retention: null };
      readings.push(
        observe(subject, "recoveryPoints", store.continuous ? { ...own, continuous: log } : own),
      );
    }
    for (const days of store.daysAgo) {
      const kind =
        store.kind === "AWS::EC2::Volume" && days % 2 === 1
          ? "AWS::EC2::Snapshot"
          : "AWS::Backup::RecoveryPoint";
      const point = thing(kind, `point-${index}-${days}`, store.region, {});
      const value = {
        of: days === 0 && store.ofInstance ? machine.id : subject.id,
        at: ago(days),
        usable: days !== 3,
        deletedAt: null,
        state: "COMPLETED",
      };
      items.push(point);
      readings.push(encryption(point), observe(point, "recoveryPoint", value));
      if (kind === "AWS::EC2::Snapshot" && store.service !== null) {
        const { keeps } = store.service;
        const same = thing("AWS::Backup::RecoveryPoint", point.name, store.region, {});
        const deletedAt = keeps === null ? null : ago(days - keeps);
        items.push(same);
        readings.push(observe(same, "recoveryPoint", { ...value, deletedAt }));
      }
    }
  }
  if (plan !== null) {
    const subject = thing("AWS::Backup::BackupPlan", "plan", plan.region, {});
    items.push(subject);
    const places = [{ region: plan.region, vault: null, retention: plan.retention }];
    const rule = { name: "daily", longestInterval: 86_400, window: 0, places };
    readings.push(
      observe(subject, "backupPlan", { rules: [rule], selections: [selection(plan.selects)] }),
    );
  }
  return { items, readings };
}

function selection(selects: string): BackupSelection {
  const none = { name: "s", include: [], exclude: [], anyTag: [], allTags: [], leftOut: [] };
  const daily = { key: "backup", operator: "equals" as const, value: "daily" };
  if (selects === "a tag") return { ...none, anyTag: [daily] };
  if (selects === "all but a tag") {
    const other = { key: "secret-zone", operator: "not-equals" as const, value: "inner" };
    return { ...none, include: ["*"], allTags: [other] };
  }
  if (selects === "a kind") {
    return { ...none, include: ["*"], leftOut: [{ kind: "AWS::EFS::FileSystem", sure: true }] };
  }
  const exclude = selects === "not these" ? ["*store*"] : [];
  return { ...none, include: ["*"], exclude };
}

function thing(kind: string, name: string, where: string, own: Subject["tags"]): Subject {
  return bucket(name, { kind, id: `arn:aws:x:${where}:1:${name}`, region: where, tags: own });
}

function encryption(subject: Subject): Observation {
  return observe(subject, "encryption", {
    enabled: true,
    algorithm: null,
    algorithmSource: null,
    algorithmReference: null,
    keyManagement: null,
    caveat: null,
  });
}

/** So many days and an hour before the moment of judging. */
function ago(days: number): string {
  return new Date(NOW.getTime() - (days * 24 + 1) * 3_600_000).toISOString();
}
