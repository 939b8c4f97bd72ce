/** Buckets of Cloud Storage in its JSON as facets; pure. Each throws where the answer cannot be understood. */
import type { Immutability } from "#model/backup-facets.ts";
import type { Encryption, Location, Redundancy, Versioning } from "#model/facets.ts";
import { count, fields, flag, text, type Fields } from "#probes/common/json.ts";
import { byDesign } from "./design.ts";
import { hasKey } from "./names.ts";

/** Dual-regions that Google names itself: https://cloud.google.com/storage/docs/locations */
const DUAL: Readonly<Record<string, readonly string[]>> = {
  asia1: ["asia-northeast1", "asia-northeast2"],
  eur4: ["europe-north1", "europe-west4"],
  eur5: ["europe-west1", "europe-west2"],
  eur7: ["europe-west2", "europe-west3"],
  eur8: ["europe-west3", "europe-west6"],
  nam4: ["us-central1", "us-east1"],
};

/** The name of its location in lower case, which may be a multi-region's. @throws where it has none */
export function locationName({ location }: Fields): string {
  const name = text(location)?.toLowerCase();
  if (name === undefined) throw new TypeError("a bucket without location");
  return name;
}

/** The regions of a dual-region where they are told or published, else the location as it is named. */
export function toLocation(raw: Fields): Location {
  const name = locationName(raw);
  const { dataLocations } = fields(raw["customPlacementConfig"]);
  if (dataLocations === undefined) return { regions: DUAL[name] ?? [name], zones: null };
  const regions = Array.isArray(dataLocations)
    ? dataLocations.map((one: unknown) => text(one)?.toLowerCase() ?? "")
    : [];
  if (regions.length === 0 || regions.includes("")) {
    throw new TypeError("a placement without regions");
  }
  return { regions, zones: null };
}

export function toEncryption({ encryption }: Fields): Encryption {
  const caveat = "this is the default for new objects: older ones may have another key";
  return hasKey(encryption, "defaultKmsKeyName")
    ? byDesign("customer", caveat)
    : byDesign("provider");
}

/** https://cloud.google.com/storage/docs/availability-durability: every location but a zone is several zones. */
export function toRedundancy(raw: Fields): Redundancy {
  const type = text(raw["locationType"])?.toLowerCase() ?? "";
  const zonal = type === "zone";
  const regional = type === "region" || type === "regional";
  const wide = type === "multi-region" || type === "dual-region";
  const known = zonal || regional || wide;
  return {
    zones: zonal ? 1 : null,
    zoneRedundant: known ? !zonal : null,
    geoRedundant: known ? wide : null,
    setting: [type || "no location type stated", text(raw["storageClass"])]
      .filter(Boolean)
      .join(" ")
      .slice(0, 80),
  };
}

/** A bucket that never had it has no field: https://cloud.google.com/storage/docs/json_api/v1/buckets#versioning */
export function toVersioning({ versioning }: Fields): Versioning {
  if (versioning === undefined) return { enabled: false };
  return { enabled: flag(fields(versioning)["enabled"]) };
}

const DAY_SECONDS = 86_400;

/** A retention policy keeps every object; only a locked one cannot be taken away. */
export function toImmutability({ retentionPolicy, softDeletePolicy }: Fields): Immutability {
  if (retentionPolicy === undefined) {
    const soft = count(fields(softDeletePolicy)["retentionDurationSeconds"]) ?? 0;
    const words = soft === 0 ? "" : `; deleted objects come back for ${days(soft)} days`;
    return { mode: "none", minimumDays: null, detail: `no retention policy${words}` };
  }
  const { retentionPeriod, isLocked } = fields(retentionPolicy);
  const seconds = count(retentionPeriod);
  if (seconds === null) throw new TypeError("a retention policy without period");
  // proto3 leaves out what is false.
  const locked = isLocked === undefined ? false : flag(isLocked);
  return {
    mode: locked === null ? null : locked ? "compliance" : "governance",
    minimumDays: days(seconds),
    detail: `retention policy of ${days(seconds)} days, ${locked === true ? "locked" : "not locked"}`,
  };
}

function days(seconds: number): number {
  return Math.floor(seconds / DAY_SECONDS);
}
