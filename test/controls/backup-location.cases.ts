import control from "#controls/resilience/backup-location.ts";
import type { RecoveryPoint } from "#model/backup-facets.ts";
import type { Location, RecoveryPoints } from "#model/facets.ts";
import type { Subject } from "#model/subject.ts";
import { type CaseReading, defineCases } from "./cases.ts";

const at = (regions: readonly string[], zones: readonly string[] | null = null) => ({
  location: { regions, zones } satisfies Location,
});
const point = (fields: Partial<RecoveryPoint> = {}): RecoveryPoint => ({
  of: null,
  at: "2026-05-31T00:00:00Z",
  usable: true,
  deletedAt: null,
  state: "COMPLETED",
  ...fields,
});
const points = (fields: Partial<RecoveryPoints> = {}): RecoveryPoints => ({
  points: ["2026-05-31T00:00:00Z"],
  since: "2026-05-01T00:00:00Z",
  olderExists: false,
  retention: null,
  ...fields,
});
/** A recovery point in a region. */
const backup = (
  region: string,
  fields: Partial<RecoveryPoint> = {},
  subject: Partial<Subject> = {},
): CaseReading => ({ subject, facets: { ...at([region]), recoveryPoint: point(fields) } });
/** A set of backups at OVHcloud. */
const ovh = (region: string, fields: Partial<RecoveryPoints> = {}): CaseReading => ({
  subject: { provider: "ovh" },
  facets: { ...at([region]), recoveryPoints: points(fields) },
});
const vault = (region: string): CaseReading => ({ facets: at([region]) });
const one = (outcome: "pass" | "fail" | "unknown" | "not-applicable", says: string) =>
  [[outcome, "subject-1", says]] as const;
const whole = (outcome: "pass" | "fail" | "unknown", says: string) =>
  [[outcome, null, says]] as const;

const STRASBOURG = { providers: ["ovh"], regions: ["sbg*", "eu-west-sbg*"] };
const FRANCE = { minimumSites: 3, countries: ["FR"] };

export default defineCases(control, [
  {
    name: "where it was declared",
    expect: STRASBOURG,
    readings: [ovh("SBG5")],
    judgements: one(
      "pass",
      "is kept in sbg5 (FR); declared: kept by ovh, regions sbg*, eu-west-sbg*",
    ),
  },
  {
    name: "at another place of the provider",
    expect: STRASBOURG,
    readings: [ovh("gra")],
    judgements: one("fail", "is kept in gra (FR)"),
  },
  {
    name: "by another provider",
    expect: { providers: ["gcp"] },
    readings: [backup("eu-west-3")],
    judgements: one("fail", "is kept by aws; declared: kept by gcp"),
  },
  {
    name: "in another kind of store",
    expect: { kinds: ["backup-*", "storage.googleapis.com/Bucket"] },
    readings: [vault("eu-west-3")],
    judgements: one("fail", "is of the kind some-kind; declared: in backup-*"),
  },
  {
    name: "in one of several kinds of store",
    expect: { kinds: ["backup-*"] },
    readings: [{ subject: { kind: "backup-set" }, facets: at(["eu-west-3"]) }],
    judgements: one("pass", "is kept in eu-west-3 (FR)"),
  },
  {
    name: "an empty vault is where vaults may be",
    expect: { providers: ["aws"], regions: ["eu-west-3"] },
    readings: [vault("eu-west-3")],
    judgements: one("pass", "eu-west-3"),
  },
  {
    name: "one copy elsewhere fails by itself",
    expect: { regions: ["eu-west-3"] },
    readings: [backup("eu-west-3"), backup("us-east-1")],
    judgements: [
      ["pass", "subject-1", "eu-west-3 (FR)"],
      ["fail", "subject-2", "is kept in us-east-1 (US)"],
    ],
  },
  {
    name: "what is of no use is kept there all the same",
    expect: { countries: ["FR"] },
    readings: [backup("us-east-1", { usable: false })],
    judgements: one("fail", "us-east-1 (US)"),
  },
  {
    name: "a region that is in no table",
    expect: { countries: ["FR"] },
    readings: [backup("nowhere-1")],
    judgements: one("unknown", "the country of nowhere-1 is not known"),
  },
  {
    name: "no region",
    expect: { countries: ["FR"] },
    readings: [vault("global"), { facets: at([]) }],
    judgements: [
      ["unknown", "subject-1", "names no region"],
      ["unknown", "subject-2", "names no region"],
    ],
  },
  {
    name: "a declared set is where its bucket is",
    expect: { countries: ["FR"] },
    readings: [{ subject: { region: "eu-west-3" }, facets: { recoveryPoints: points() } }],
    judgements: one("pass", "is kept in eu-west-3 (FR)"),
  },
  {
    name: "a declared set whose bucket's region was not read",
    expect: { countries: ["FR"] },
    readings: [{ facets: { recoveryPoints: points() } }],
    judgements: one("unknown", "names no region"),
  },
  {
    name: "at the site of its data",
    expect: { apartFromProtectedData: true },
    readings: [backup("eu-west-3", { ofRegion: "eu-west-3" })],
    judgements: one("fail", "is kept in eu-west-3, the site of the data that it was made of"),
  },
  {
    name: "apart from its data",
    expect: { apartFromProtectedData: true },
    readings: [backup("eu-central-1", { ofRegion: "EU-West-3" })],
    judgements: one("pass", "is kept in eu-central-1 (DE); declared: apart from the data"),
  },
  {
    name: "of data that nobody knows where it is",
    expect: { apartFromProtectedData: true },
    readings: [backup("eu-central-1", { of: "gone", ofRegion: null })],
    judgements: one("unknown", "where the data is that it was made of is not known"),
  },
  {
    name: "of data that the claim places",
    expect: { apartFromProtectedData: true, dataRegions: ["sbg"] },
    readings: [ovh("gra"), ovh("sbg5")],
    judgements: [
      ["pass", "subject-1", "gra (FR)"],
      ["fail", "subject-2", "the site of the data"],
    ],
  },
  {
    name: "what it was made of comes before what the claim says",
    expect: { apartFromProtectedData: true, dataRegions: ["eu-west-3"] },
    readings: [backup("eu-west-3", { ofRegion: "eu-west-1" })],
    judgements: one("pass", "eu-west-3"),
  },
  {
    name: "three sites in France, each good",
    expect: FRANCE,
    readings: [
      { facets: { ...at(["eu-west-3"], ["eu-west-3a", "eu-west-3b"]), recoveryPoint: point() } },
      ovh("sbg"),
    ],
    judgements: [
      ["pass", "subject-1", "eu-west-3 (FR)"],
      ["pass", "subject-2", "sbg (FR)"],
      ["pass", null, "backups at 3 sites (eu-west-3a, eu-west-3b, sbg); declared: 3 sites in all"],
    ],
  },
  {
    name: "zones that no interface shows",
    expect: { minimumSites: 3 },
    readings: [backup("eu-west-3"), ovh("sbg")],
    judgements: whole(
      "unknown",
      "backups at 2 sites (eu-west-3, sbg); which zones of eu-west-3 hold them is not shown; declared: 3 sites in all",
    ),
  },
  {
    name: "zones that no interface shows, and that the claim has attested",
    expect: { minimumSites: 3, unseen: "attested" },
    readings: [backup("eu-west-3"), ovh("sbg")],
    judgements: whole("pass", "is not shown (left to the claim's attestation)"),
  },
  {
    name: "an attestation of zones makes no sites where none are hidden",
    expect: { minimumSites: 3, unseen: "attested" },
    readings: [ovh("gra"), ovh("sbg")],
    judgements: whole("fail", "only backups at 2 sites (gra, sbg)"),
  },
  {
    name: "buildings of one site are one site, or several",
    expect: { minimumSites: 2 },
    readings: [ovh("sbg5"), ovh("sbg7")],
    judgements: whole("unknown", "names may stand for one site or for several"),
  },
  {
    name: "a site of three zones, of which nothing says which",
    expect: { minimumSites: 2 },
    readings: [ovh("eu-west-par")],
    judgements: whole("unknown", "which zones of eu-west-par hold them is not shown"),
  },
  {
    name: "one site twice",
    expect: { minimumSites: 2 },
    readings: [ovh("sbg"), ovh("SBG")],
    judgements: whole("fail", "only backups at 1 site (sbg)"),
  },
  {
    name: "zones of one region in two accounts may be the same",
    expect: { minimumSites: 2 },
    readings: ["one", "two"].map((target) => ({
      subject: { target },
      facets: { ...at(["eu-west-3"], [`eu-west-3${target}`]), recoveryPoint: point() },
    })),
    judgements: whole("unknown", "names may stand for one site or for several"),
  },
  {
    name: "a multi-region is two places at least",
    expect: { minimumSites: 2 },
    readings: [
      { subject: { provider: "gcp" }, facets: { ...at(["eu"]), recoveryPoints: points() } },
    ],
    judgements: whole("pass", "backups at 2 sites (eu)"),
  },
  {
    name: "a vault may be empty",
    expect: { minimumSites: 2 },
    readings: [ovh("gra"), { ...vault("sbg"), subject: { provider: "ovh" } }],
    judgements: whole("unknown", "whether 1 more vaults or buckets hold any is not shown"),
  },
  {
    name: "what is of no use, and an empty set, are no backups",
    expect: { minimumSites: 2 },
    readings: [
      ovh("gra"),
      ovh("sbg", { points: [] }),
      backup("eu-west-3", { usable: false, state: "PARTIAL" }),
    ],
    judgements: whole("fail", "only backups at 1 site (gra)"),
  },
  {
    name: "a set of which nothing recent was seen may hold older ones",
    expect: { minimumSites: 2 },
    readings: [ovh("gra"), ovh("sbg", { points: [], olderExists: null })],
    judgements: whole("unknown", "whether 1 more"),
  },
  {
    name: "too few, but one of which the region was not read",
    expect: { minimumSites: 2 },
    readings: [ovh("gra"), { ...ovh("gra"), facets: { ...at([]), recoveryPoints: points() } }],
    judgements: whole("unknown", "some name no region in which they are kept"),
  },
  {
    name: "too few, where not everything was read",
    expect: { minimumSites: 2 },
    readings: [ovh("gra")],
    complete: false,
    judgements: whole("unknown", "backups at 1 site (gra), but not everything in scope was read"),
  },
  {
    name: "enough, where not everything was read",
    expect: { minimumSites: 2 },
    readings: [ovh("gra"), ovh("sbg")],
    complete: false,
    judgements: whole("pass", "2 sites"),
  },
]);
