/** Managed databases as facets; pure. Each throws when the answer cannot be understood. */
import { isInternet } from "#facts/internet-addresses.ts";
import { parseRange } from "#model/address-ranges.ts";
import type { Backups } from "#model/backup-facets.ts";
import type { Encryption, Exposure, Location, RecoveryPoints, Redundancy } from "#model/facets.ts";
import { FROM_THE_BEGINNING } from "#model/moment.ts";
import { count, fields, flag, list, moment, text, type Fields } from "#probes/common/json.ts";
import { toLocation as inOwnZone } from "./places.ts";

/**
 * The database rests in its zone. Its backups are kept off-site, and no page says where:
 * https://upcloud.com/docs/products/managed-postgresql/features/backups/
 */
export function toLocation(raw: Fields): Location {
  return { ...inOwnZone(raw), possible: ["unpublished-off-site"] };
}

/** Pages by which volumes and backups are encrypted, volumes by AES in XTS mode with a key of 512 bits: AES-256. */
const DESIGNS: ReadonlyMap<string, string> = new Map(
  Object.entries({ pg: "postgresql", mysql: "mysql", redis: "redis" }).map(([type, product]) => [
    type,
    `https://upcloud.com/docs/products/managed-${product}/features/encryption/`,
  ]),
);

/** By published design, for the engines of which one is published. */
export function toEncryption({ type }: Fields): Encryption {
  const engine = text(type);
  const reference = DESIGNS.get(engine ?? "") ?? null;
  if (reference === null) {
    const named = engine?.slice(0, 40) ?? "an engine that is not named";
    return {
      enabled: null,
      algorithm: null,
      algorithmSource: null,
      algorithmReference: null,
      keyManagement: null,
      caveat: `UpCloud publishes nothing on the encryption of ${named}`,
    };
  }
  return {
    enabled: true,
    algorithm: "AES-256",
    algorithmSource: "published-design",
    algorithmReference: reference,
    keyManagement: "provider",
    caveat: null,
  };
}

/** `public_access` opens an endpoint to the Internet, to those that `ip_filter` names. */
export function toExposure(raw: Fields): Exposure {
  const { public_access: setting, ip_filter: filter } = fields(raw["properties"]);
  const open = flag(setting);
  const said = { anonymousAccess: false, through: [], closedBy: [] };
  if (open === null) return { ...said, openNetwork: null };
  if (!open) return { ...said, openNetwork: false, closedBy: ["public_access false"] };
  // What an absent or an empty filter lets in is not documented.
  if (!Array.isArray(filter) || filter.length === 0) return { ...said, openNetwork: null };
  const texts = filter.map((one: unknown) => text(one) ?? "");
  const ranges = texts.map(parseRange);
  if (ranges.includes(null)) throw new TypeError("ip_filter holds what is no range");
  const shown = `ip_filter ${texts.slice(0, 5).join(", ")}${texts.length > 5 ? ", …" : ""}`;
  return isInternet(ranges.filter((range) => range !== null))
    ? { ...said, openNetwork: true, through: ["public_access true", shown] }
    : { ...said, openNetwork: false, closedBy: [shown] };
}

/** Its nodes are all in its one zone. */
export function toRedundancy(raw: Fields): Redundancy {
  const zone = text(raw["zone"]);
  const nodes = count(raw["node_count"]);
  if (zone === null) throw new TypeError("no zone is named");
  return {
    zones: 1,
    zoneNames: [zone.toLowerCase()],
    zoneRedundant: false,
    geoRedundant: null,
    setting: `plan ${text(raw["plan"])?.slice(0, 60) ?? "not stated"}, ${
      nodes === null ? "nodes not stated" : `${nodes} node${nodes === 1 ? "" : "s"}`
    }`,
  };
}

/**
 * Engines of which every moment between two backups can be recovered:
 * https://upcloud.com/docs/products/managed-postgresql/features/backups/,
 * https://pkg.go.dev/github.com/UpCloudLtd/upcloud-go-api/v8/upcloud#ManagedDatabaseBackup
 */
const CONTINUOUS: ReadonlySet<string> = new Set(["pg", "mysql"]);

/** Every plan backs up by itself; how long backups are kept is told nowhere, so that it names no place. */
export function toBackups(raw: Fields): Backups {
  const { backup_hour: hour, backup_minute: minute } = fields(raw["properties"]);
  const [at, past] = [count(hour), count(minute)];
  const digits = (number: number) => String(number).padStart(2, "0");
  const time = at === null || past === null ? "" : ` at ${digits(at)}:${digits(past)} UTC`;
  const continuous = CONTINUOUS.has(text(raw["type"]) ?? "");
  const name = `automatic backups${time}${continuous ? ", with a log of changes by published design" : ""}`;
  return {
    rules: [{ name, longestInterval: continuous ? 0 : null, window: 0, places: [] }],
    partOf: [],
  };
}

/** The full backups that exist. Of what came after the newest nothing is told. */
export function toRecoveryPoints(raw: Fields): RecoveryPoints {
  if (!Array.isArray(raw["backups"])) throw new TypeError("a list of backups was expected");
  const points = list(raw["backups"]).map(({ backup_time: time }) => {
    const at = moment(time);
    if (at === null) throw new TypeError("a backup without time");
    return at;
  });
  points.sort();
  const [from, to] = [points[0], points.at(-1)];
  const continuous = CONTINUOUS.has(text(raw["type"]) ?? "") && points.length > 1;
  return {
    points,
    since: FROM_THE_BEGINNING,
    olderExists: false,
    retention: null,
    ...(continuous && from !== undefined && to !== undefined ? { continuous: { from, to } } : {}),
  };
}
