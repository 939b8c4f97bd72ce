import type {
  GetBucketEncryptionOutput,
  GetBucketReplicationOutput,
  GetBucketVersioningOutput,
  GetObjectLockConfigurationOutput,
  ReplicationRule,
} from "@aws-sdk/client-s3";
import type { Immutability } from "#model/backup-facets.ts";
import type { Encryption, Replication, Versioning } from "#model/facets.ts";
import { plain } from "#model/text.ts";
import { isAbsent, type Absent } from "./calls.ts";
import { encryption } from "./encryption.ts";

/** S3 encrypts every new object since 2023-01-05, older ones only where that was set at the time. */
export const OLDER_OBJECTS =
  "default encryption is not retroactive: whether objects from before 2023-01-05 are encrypted is only seen by sampling them";
const DEFAULT_ENCRYPTION =
  "https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html";
/** KMS keys that S3 uses are symmetric: AES in GCM with 256 bits. */
const KMS_DESIGN =
  "https://docs.aws.amazon.com/kms/latest/cryptographic-details/crypto-primitives.html";

/**
 * Encryption at rest from the answer of GetBucketEncryption.
 * S3 names a configuration for every bucket today. An answer that there is none comes from before 2023 or from a
 * server that is not S3, so what S3 documents for new objects is not concluded from it: `enabled` is null.
 * @throws when the answer has no rule
 */
export function toEncryption(raw: GetBucketEncryptionOutput | Absent): Encryption {
  if (isAbsent(raw)) {
    return encryption(null, {
      algorithmReference: DEFAULT_ENCRYPTION,
      caveat:
        "the server names no default encryption for the bucket (ServerSideEncryptionConfigurationNotFoundError), though S3 has one for every bucket since 2023-01-05",
    });
  }
  const defaults = raw.ServerSideEncryptionConfiguration?.Rules?.map(
    (rule) => rule.ApplyServerSideEncryptionByDefault,
  ).find((found) => found !== undefined);
  const algorithm = defaults?.SSEAlgorithm;
  if (algorithm === undefined) throw new TypeError("no default encryption rule in the answer");
  if (algorithm === "AES256") {
    return {
      enabled: true,
      algorithm: "AES-256",
      algorithmSource: "setting",
      algorithmReference: null,
      keyManagement: "provider",
      caveat: OLDER_OBJECTS,
    };
  }
  if (algorithm === "aws:kms" || algorithm === "aws:kms:dsse") {
    const key = defaults?.KMSMasterKeyID;
    const own = key !== undefined && key !== "" && !/(?:^|:)alias\/aws\//.test(key);
    return {
      enabled: true,
      algorithm: "AES-256",
      algorithmSource: "published-design",
      algorithmReference: KMS_DESIGN,
      keyManagement: own ? "customer" : "provider",
      caveat: own
        ? `${OLDER_OBJECTS}; the key is named, its own settings were not read`
        : OLDER_OBJECTS,
    };
  }
  // What nobody has documented may be anything, none included.
  return encryption(null, {
    caveat: `the default encryption is “${plain(algorithm, 60)}”, which S3 does not document`,
  });
}

/** Versioning; a bucket that never had it answers without a status (documented with GetBucketVersioning). */
export function toVersioning(raw: GetBucketVersioningOutput): Versioning {
  if (raw.Status === "Enabled") return { enabled: true };
  return { enabled: raw.Status === undefined || raw.Status === "Suspended" ? false : null };
}

/**
 * Replication: one destination for each rule. The region of a destination is not in the answer, nor is any lag.
 * @throws when a rule names no destination
 */
export function toReplication(raw: GetBucketReplicationOutput | Absent): Replication {
  if (isAbsent(raw)) return { destinations: [] };
  const rules = raw.ReplicationConfiguration?.Rules;
  if (rules === undefined || rules.length === 0)
    throw new TypeError("no replication rule in the answer");
  return {
    destinations: rules.map((rule) => {
      const bucket = rule.Destination?.Bucket;
      if (bucket === undefined) throw new TypeError("a replication rule without a destination");
      return {
        region: null,
        subject: bucket,
        status: statusOf(rule.Status),
        whole: coversWhole(rule),
        lastSync: null,
      };
    }),
  };
}

/**
 * Object lock. It only locks what says so itself, unless there is a default retention, and that goes for what is
 * written while it is set: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 * @throws when the answer holds no setting, or a default without a time
 */
export function toImmutability(raw: GetObjectLockConfigurationOutput | Absent): Immutability {
  const none = (detail: string): Immutability => ({ mode: "none", minimumDays: null, detail });
  if (isAbsent(raw)) return none("object lock is off");
  const { ObjectLockEnabled: enabled, Rule: rule } = raw.ObjectLockConfiguration ?? {};
  if (enabled === undefined) throw new TypeError("the answer holds no object lock setting");
  const kept = rule?.DefaultRetention;
  if (kept === undefined) {
    return none(
      "object lock is on without a default retention, so only objects with a retention of their own are locked",
    );
  }
  const days = kept.Days ?? (kept.Years === undefined ? undefined : kept.Years * 365);
  if (days === undefined || !Number.isInteger(days) || days < 1) {
    throw new TypeError("a default retention without a time");
  }
  const mode = kept.Mode?.toLowerCase();
  return {
    mode: mode === "compliance" || mode === "governance" ? mode : null,
    minimumDays: days,
    detail: `object lock, default retention ${plain(kept.Mode ?? "in no mode", 40)} of ${days} days for what is written since it was set`,
  };
}

/** The policy text of an answer; null where the bucket has no policy. @throws when the answer holds neither. */
export function toPolicyText(
  raw: { readonly Policy?: string | undefined } | Absent,
): string | null {
  if (isAbsent(raw)) return null;
  if (raw.Policy === undefined || raw.Policy === "")
    throw new TypeError("the answer holds no policy");
  return raw.Policy;
}

function statusOf(status: string | undefined): "active" | "disabled" | "unknown" {
  if (status === "Enabled") return "active";
  return status === "Disabled" ? "disabled" : "unknown";
}

/** The older form has the prefix beside the filter's place; an empty prefix leaves nothing out. */
function coversWhole({ Filter, Prefix }: ReplicationRule): boolean {
  if (Filter?.Tag !== undefined || Filter?.And !== undefined) return false;
  return (Filter?.Prefix ?? Prefix ?? "") === "";
}
