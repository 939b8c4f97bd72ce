/** Instances of Cloud SQL in its JSON as facets; pure. Each throws where the answer cannot be understood. */
import type { Encryption, Location, Redundancy, Replication } from "#model/facets.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { byDesign } from "./design.ts";
import { hasKey } from "./names.ts";
import { backupsOf, isUsable } from "./sql-backups.ts";
import { settingsOf, sqlId } from "./sql-settings.ts";

/** https://cloud.google.com/sql/docs/mysql/backup-recovery/backups#locationbackups: unless set, the closest multi-region. */
function closestMultiRegion(region: string): readonly string[] {
  if (region.startsWith("europe-")) return ["eu"];
  if (region.startsWith("us-") || region.startsWith("northamerica-")) return ["us"];
  if (region.startsWith("asia-")) return ["asia"];
  return ["asia", "eu", "us"];
}

/**
 * Where its data, and the backups that exist, rest. Backups go to a multi-region by default, which is told as a place
 * where one may be as long as none exists.
 * @param runs the instance's backups
 */
export function toLocation(raw: Fields, runs: readonly Fields[]): Location {
  const region = text(raw["region"])?.toLowerCase();
  if (region === undefined) throw new TypeError("an instance without region");
  const { on, own } = isReplica(raw) ? { on: false, own: {} } : backupsOf(raw);
  const set = text(own["location"])?.toLowerCase();
  const held = runs.filter(isUsable).map(({ location }) => text(location)?.toLowerCase() ?? null);
  const places = held.flatMap((place) => place ?? []);
  const unset = on && set === undefined;
  const possible = (unset && places.length === 0) || held.includes(null);
  const zones = [raw["gceZone"], raw["secondaryGceZone"]].flatMap((zone) => text(zone) ?? []);
  return {
    regions: [...new Set([region, ...places, ...(on && set !== undefined ? [set] : [])])],
    zones: zones.length === 0 ? null : zones,
    ...(possible ? { possible: closestMultiRegion(region) } : {}),
  };
}

export function toEncryption(raw: Fields): Encryption {
  return byDesign(hasKey(raw["diskEncryptionConfiguration"]) ? "customer" : "provider");
}

export function toRedundancy(raw: Fields): Redundancy {
  const type = text(settingsOf(raw)["availabilityType"]);
  const zones = type === "REGIONAL" ? 2 : type === "ZONAL" ? 1 : null;
  return {
    zones,
    zoneRedundant: zones === null ? null : zones > 1,
    geoRedundant: false,
    setting: type?.slice(0, 60) ?? "no availabilityType stated",
  };
}

function isReplica(raw: Fields): boolean {
  return text(raw["masterInstanceName"]) !== null;
}

/** The name of what the instance is a replica of: `project:name`, or the name alone. */
export function primaryOf(raw: Fields): string | null {
  return text(raw["masterInstanceName"])?.split(":").at(-1) ?? null;
}

/** @param found the instances of the same project, by name */
export function toReplication(raw: Fields, found: ReadonlyMap<string, Fields>): Replication {
  const { replicaNames } = raw;
  const names = Array.isArray(replicaNames) ? replicaNames : [];
  const copyOf = primaryOf(raw);
  return {
    destinations: names.flatMap((name: unknown) => {
      const replica = found.get(text(name) ?? "");
      const state = text(replica?.["state"]);
      return [
        {
          region: text(replica?.["region"])?.toLowerCase() ?? null,
          subject: replica === undefined ? null : sqlId(replica),
          status: state === "RUNNABLE" ? ("active" as const) : ("unknown" as const),
          whole: true,
          lastSync: null,
        },
      ];
    }),
    ...(copyOf === null ? {} : { copyOf }),
  };
}
