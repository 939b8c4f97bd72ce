/** Buckets in OVHcloud's JSON as facets; pure. Words of both versions of the interface are read, in whatever case. */
import type { Immutability } from "#model/backup-facets.ts";
import { longestSeconds, parseDuration, shortestSeconds } from "#model/duration.ts";
import type { Encryption, Replication, ReplicationDestination, Versioning } from "#model/facets.ts";
import { count, fields, list, text, type Fields } from "#probes/common/json.ts";
import { regionOf } from "./details.ts";

/** What an answer says of a bucket; null: nothing. */
export interface Settings {
  readonly encryption: string | null;
  readonly versioning: string | null;
  readonly objectLock: Fields | null;
}

/**
 * The settings in either version's answer. Of version 2 what is, `currentState`, never what is to be, `targetSpec`:
 * while a bucket is being made there is no state.
 */
export function settingsOf(raw: Fields): Settings {
  const state = "resourceStatus" in raw ? fields(raw["currentState"]) : raw;
  const { encryption, versioning, objectLock } = state;
  const { sseAlgorithm, algorithm } = fields(encryption);
  const lock = fields(objectLock);
  return {
    encryption: lower(sseAlgorithm ?? algorithm),
    versioning: lower(fields(versioning)["status"]),
    objectLock: Object.keys(lock).length === 0 ? null : lock,
  };
}

/** The bucket's default: objects that were written before it stay as they are. */
export function toEncryption({ encryption: word }: Settings): Encryption {
  const enabled = word === "aes256" ? true : word === "plaintext" ? false : null;
  return {
    enabled,
    algorithm: enabled === true ? "AES-256" : null,
    algorithmSource: enabled === true ? "setting" : null,
    algorithmReference: null,
    keyManagement: enabled === true ? "provider" : null,
    caveat:
      word === null
        ? "nothing is said of encryption"
        : enabled === null
          ? `an algorithm that is not known: ${word.slice(0, 60)}`
          : "the bucket's default: what was written before it was set stays as it was",
  };
}

/** `suspended` keeps what there is and makes no new versions. */
export function toVersioning({ versioning: word }: Settings): Versioning {
  return {
    enabled: word === "enabled" ? true : word === "disabled" || word === "suspended" ? false : null,
  };
}

/** The lock that new objects get without asking for one: https://help.ovhcloud.com/csm/en-public-cloud-storage-s3-managing-object-lock?id=kb_article_view&sysparm_article=KB0047399 */
export function toImmutability({ objectLock }: Settings): Immutability {
  if (objectLock === null)
    return { mode: null, minimumDays: null, detail: "objectLock is not stated" };
  const rule = "rule" in objectLock ? fields(objectLock["rule"]) : objectLock;
  const status = lower(objectLock["status"]);
  if (status === "disabled")
    return { mode: "none", minimumDays: null, detail: "objectLock disabled" };
  const word = lower(rule["mode"]);
  const stated = "rule" in objectLock ? objectLock["rule"] !== null : Object.keys(rule).length > 1;
  if (word === null && status === "enabled" && !stated) {
    // It only makes locks possible.
    return { mode: "none", minimumDays: null, detail: "objectLock enabled, without a rule" };
  }
  const mode = word === "compliance" || word === "governance" ? word : null;
  const minimumDays = daysOf(rule);
  const time = minimumDays === null ? "for a time that is not stated" : `for ${minimumDays} days`;
  return {
    mode,
    minimumDays,
    detail: `objectLock ${word?.slice(0, 60) ?? "of a mode that is not stated"} ${time}`,
  };
}

function daysOf({ period, retentionDays, retentionYears }: Fields): number | null {
  const days = count(retentionDays);
  if (days !== null && days > 0) return days;
  const years = count(retentionYears);
  if (years !== null && years > 0) return years * 365;
  const written = text(period);
  if (written === null || parseDuration(written) === null) return null;
  return Math.floor(Math.min(shortestSeconds(written), longestSeconds(written)) / 86_400);
}

/** @throws where nothing is said of replication: that is no "none" */
export function toReplication({ replication }: Fields): Replication {
  if (
    typeof replication !== "object" ||
    replication === null ||
    !("rules" in replication) ||
    !Array.isArray(replication.rules)
  ) {
    throw new TypeError("nothing is said of replication");
  }
  return { destinations: list(replication.rules).map(destinationOf) };
}

function destinationOf({ status, filter, destination }: Fields): ReplicationDestination {
  const { region, name } = fields(destination);
  const word = lower(status);
  const { prefix, tags } = fields(filter);
  return {
    // Null also where the bucket at the other end was deleted.
    region: regionOf(region),
    subject: text(name),
    status: word === "enabled" ? "active" : word === "disabled" ? "disabled" : "unknown",
    whole: text(prefix) === null && Object.keys(fields(tags)).length === 0,
    lastSync: null,
  };
}

function lower(value: unknown): string | null {
  return text(value)?.toLowerCase() ?? null;
}
