import control from "#controls/resilience/backup-coverage.ts";
import type { BackupPlace, Backups } from "#model/backup-facets.ts";
import { defineCases } from "./cases.ts";

const place = (region: string | null, vault: string | null = null): BackupPlace => ({
  region,
  vault,
  retention: null,
});
const backups = (places: readonly BackupPlace[], name = "nightly"): { backups: Backups } => ({
  backups: { rules: [{ name, longestInterval: 86_400, window: 0, places }], partOf: [] },
});
const PARIS = { region: "eu-west-3" };

export default defineCases(control, [
  {
    name: "backed up",
    expect: {},
    facets: backups([place("eu-west-3")]),
    outcome: "pass",
    says: "backed up by nightly; declared: backed up",
  },
  {
    name: "not backed up",
    expect: {},
    facets: { backups: { rules: [], partOf: [] } },
    outcome: "fail",
    says: "no rule backs it up; declared",
  },
  {
    name: "neither it nor the whole that it is part of",
    expect: {},
    facets: { backups: { rules: [], partOf: ["the-cluster"] } },
    outcome: "fail",
    says: "nor what it is part of (the-cluster)",
  },
  {
    name: "two vaults are two places",
    expect: { minimumPlaces: 2 },
    facets: backups([place("eu-west-3", "a"), place("eu-west-3", "b")]),
    outcome: "pass",
    says: "in 2 places",
  },
  {
    name: "one vault named twice is one",
    expect: { minimumPlaces: 2 },
    facets: backups([place("eu-west-3", "vault"), place("eu-west-3", "VAULT")]),
    outcome: "fail",
    says: "kept in 1 place only",
  },
  {
    name: "a place that was not read may be another, or the same",
    expect: { minimumPlaces: 2 },
    facets: backups([place("eu-west-3", "a"), place(null)]),
    outcome: "unknown",
    says: "not read whole",
  },
  {
    name: "no place at all is told: it is kept somewhere, and in one place only",
    expect: { minimumPlaces: 2 },
    facets: backups([]),
    outcome: "fail",
    says: "kept in 1 place only",
  },
  {
    name: "no place at all is told, so it may be another region",
    subject: PARIS,
    expect: { otherRegion: true },
    facets: backups([]),
    outcome: "unknown",
    says: "was not read",
  },
  {
    name: "a copy in another region",
    subject: PARIS,
    expect: { otherRegion: true },
    facets: backups([place("eu-west-3", "a"), place("eu-central-1", "b")]),
    outcome: "pass",
    says: "also in another region",
  },
  {
    name: "all in its own region, whatever the case",
    subject: PARIS,
    expect: { otherRegion: true },
    facets: backups([place("EU-West-3", "a")]),
    outcome: "fail",
    says: "no backup is kept in another region",
  },
  {
    name: "a copy whose region was not read",
    subject: PARIS,
    expect: { otherRegion: true },
    facets: backups([place("eu-west-3", "a"), place(null, "b")]),
    outcome: "unknown",
    says: "was not read",
  },
  {
    name: "its own region was not read",
    subject: { region: null },
    expect: { otherRegion: true },
    facets: backups([place("eu-west-3", "a")]),
    outcome: "unknown",
    says: "was not read",
  },
  {
    name: "what has no backups of its own",
    expect: {},
    facets: {},
    outcome: "not-applicable",
    says: "no backup of its own",
  },
]);
