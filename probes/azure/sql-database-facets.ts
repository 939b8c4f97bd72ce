/**
 * What Azure SQL databases and those of managed instances tell, of which the JSON is nearly the same; pure. Each throws
 * when the answer cannot be understood.
 */
import type { BackupPlace, BackupRule, Backups } from "#model/backup-facets.ts";
import { parseDuration, shortestSeconds } from "#model/duration.ts";
import type { Encryption, Location, RecoveryPoints, Redundancy } from "#model/facets.ts";
import { plain } from "#model/text.ts";
import { fields, flag, text, type Fields, moment } from "#probes/common/json.ts";
import { region } from "./arm.ts";
import { byDesign, enabledFlag, ownLocation, propertiesOf } from "./facets.ts";

/** The database that every server has of its own. It holds logins and no data, and nothing can be set of it. */
export function isMaster(id: string): boolean {
  return /\/providers\/microsoft\.sql\/servers\/[^/]+\/databases\/master$/i.test(id);
}

/** https://learn.microsoft.com/azure/azure-sql/database/transparent-data-encryption-tde-overview */
const DESIGN =
  "https://learn.microsoft.com/azure/azure-sql/database/transparent-data-encryption-tde-overview";

/**
 * @param tde `transparentDataEncryption/current`
 * @param protector `encryptionProtector/current` of the server; null: not read
 */
export function toEncryption(raw: Fields, tde: Fields, protector: Fields | null): Encryption {
  const state = text(propertiesOf(tde)["state"]);
  const enabled = enabledFlag(state);
  const keys = keyManagement(raw, protector);
  if (enabled === true) return byDesign(DESIGN, keys.by, keys.why);
  return {
    enabled,
    algorithm: null,
    algorithmSource: null,
    algorithmReference: null,
    keyManagement: null,
    caveat: `transparent data encryption: ${plain(state ?? "no state", 60)}`,
  };
}

/** A database may have a key of its own beside the server's. */
function keyManagement(
  raw: Fields,
  protector: Fields | null,
): { readonly by: Encryption["keyManagement"]; readonly why: string | null } {
  if (text(propertiesOf(raw)["encryptionProtector"]) !== null) return { by: "customer", why: null };
  if (protector === null)
    return { by: null, why: "the server's encryption protector was not read" };
  const type = text(propertiesOf(protector)["serverKeyType"]);
  const word = type?.toLowerCase();
  if (word === "servicemanaged") return { by: "provider", why: null };
  if (word === "azurekeyvault") return { by: "customer", why: null };
  return { by: null, why: `serverKeyType ${plain(type ?? "is not stated", 60)}` };
}

/** Where backups are copied: in Azure's words for the redundancy of their storage. */
const BACKUP_STORAGE: ReadonlyMap<string, { readonly geo: boolean }> = new Map([
  ["local", { geo: false }],
  ["zone", { geo: false }],
  ["geo", { geo: true }],
  ["geozone", { geo: true }],
]);

/** @param storage `currentBackupStorageRedundancy`, of the instance where the database has none of its own */
export function hasGeoBackups(storage: unknown): boolean {
  const known = BACKUP_STORAGE.get(text(storage)?.toLowerCase() ?? "");
  if (known === undefined) {
    throw new TypeError(
      `currentBackupStorageRedundancy ${plain(text(storage) ?? "is not stated", 60)}`,
    );
  }
  return known.geo;
}

/** The database's region, and that of its geo-redundant backups. A secondary is a database of its own. */
export function toLocation(raw: Fields, storage: unknown): Location {
  const { regions } = ownLocation(raw);
  return { regions: hasGeoBackups(storage) ? [...regions, pairOf(raw)] : regions, zones: null };
}

/** @throws where the answer does not name it */
function pairOf(raw: Fields): string {
  const pair = region(propertiesOf(raw)["defaultSecondaryLocation"]);
  if (pair === null) {
    throw new TypeError("backups are geo-redundant, and no defaultSecondaryLocation says where");
  }
  return pair;
}

/**
 * @param pool the elastic pool that the database is in, which decides then; null: in none; undefined: not read
 * @param elsewhere whether a copy is in another region; null: not known
 */
export function toRedundancy(
  raw: Fields,
  pool: Fields | null | undefined,
  elsewhere: boolean | null,
): Redundancy {
  const properties = propertiesOf(raw);
  const zoneRedundant =
    pool === undefined
      ? null
      : flag((pool === null ? properties : propertiesOf(pool))["zoneRedundant"]);
  const words = [
    text(fields(raw["sku"])["name"]) ?? "no SKU stated",
    `zoneRedundant ${zoneRedundant ?? "is not stated"}${pool === null ? "" : " of its elastic pool"}`,
    `backup storage ${text(properties["currentBackupStorageRedundancy"]) ?? "not stated"}`,
  ];
  return {
    zones: zoneRedundant === false ? 1 : null,
    zoneRedundant,
    geoRedundant: elsewhere,
    setting: plain(words.join(", ")),
  };
}

/** Log backups are made every ten minutes or so. */
const LAG_SECONDS = 600;
const DAY_SECONDS = 86_400;
/** One backup a week is made, and one of them kept longer for the month and the year. */
const LONG_TERM: readonly (readonly [field: string, name: string, days: number])[] = [
  ["weeklyRetention", "weekly", 7],
  ["monthlyRetention", "monthly", 35],
  ["yearlyRetention", "yearly", 371],
];

/**
 * https://learn.microsoft.com/azure/azure-sql/database/automated-backups-overview
 * @param short `backupShortTermRetentionPolicies/default`
 * @param long `backupLongTermRetentionPolicies/default`
 */
export function toBackups(raw: Fields, storage: unknown, short: Fields, long: Fields): Backups {
  const own = region(raw["location"]);
  const regions = hasGeoBackups(storage) ? [own, pairOf(raw)] : [own];
  const places = (retention: string): readonly BackupPlace[] =>
    regions.map((at) => ({ region: at, vault: null, retention }));
  const { diffBackupIntervalInHours: hours } = propertiesOf(short);
  const differential = typeof hours === "number" ? `, differential every ${hours} h` : "";
  const policy = propertiesOf(long);
  const kept = LONG_TERM.flatMap(([field, name, days]): BackupRule[] => {
    const retention = longTerm(policy[field]);
    if (retention === null) return [];
    return [
      {
        name: `long-term retention, ${name}`,
        longestInterval: days * DAY_SECONDS,
        window: 0,
        places: places(retention),
      },
    ];
  });
  const pointInTime: BackupRule = {
    name: `point-in-time restore${differential}`,
    longestInterval: 0,
    window: LAG_SECONDS,
    places: places(retentionOf(short)),
  };
  return { rules: [pointInTime, ...kept], partOf: [] };
}

/** Of a short-term policy. @throws where the days are not said */
export function retentionOf(short: Fields): string {
  const days = propertiesOf(short)["retentionDays"];
  // An instance keeps none of a database that was deleted, which is not this one.
  if (typeof days !== "number" || !Number.isInteger(days) || days < 1 || days > 36_500) {
    throw new TypeError("retentionDays is no number of days");
  }
  return `P${days}D`;
}

/** null: off, which Azure writes as no time at all. @throws when it is no duration */
function longTerm(value: unknown): string | null {
  if (value === undefined || value === null || value === "") return null;
  const written = text(value)?.slice(0, 60) ?? "";
  if (parseDuration(written) === null) throw new TypeError("a long-term retention is no duration");
  return shortestSeconds(written) === 0 ? null : written;
}

/** Whether a database is the secondary of another; null where that is not said. */
export function isSecondary(raw: Fields): boolean {
  return text(propertiesOf(raw)["secondaryType"]) !== null;
}

/** From when on a database can be restored; null where that is not told. */
export function earliestOf(raw: Fields): string | null {
  const { earliestRestoreDate, earliestRestorePoint } = propertiesOf(raw);
  return moment(earliestRestoreDate) ?? moment(earliestRestorePoint);
}

/**
 * Every moment from the first on can be restored, but ARM does not tell until when. Only of geo-redundant backups it tells
 * the last one.
 * @param last that of `recoverableDatabases` with the database's name; null: there is none
 */
export function toRecoveryPoints(
  raw: Fields,
  short: Fields,
  last: Fields | null,
  observedAt: string,
): RecoveryPoints {
  const retention = retentionOf(short);
  const from = earliestOf(raw);
  const to = last === null ? null : moment(propertiesOf(last)["lastAvailableBackupDate"]);
  if (from === null || to === null || from > to) {
    return { points: [], since: observedAt, olderExists: null, retention };
  }
  return { points: [], since: from, olderExists: null, retention, continuous: { from, to } };
}
