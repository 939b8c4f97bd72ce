import type { GetBucketEncryptionOutput, Grant } from "@aws-sdk/client-s3";
import type { AccessPolicy } from "#model/backup-facets.ts";
import type { Encryption, Exposure, Location, Replication } from "#model/facets.ts";
import { plain } from "#model/text.ts";
import { toAccessPolicy } from "#probes/aws/access-policy.ts";
import { isAbsent, type Absent } from "#probes/aws/calls.ts";
import { encryption } from "#probes/aws/encryption.ts";
import { policyOpenness } from "#probes/aws/public-policy.ts";
import type { S3Dialect } from "./dialect.ts";

const NOT_RETROACTIVE =
  "default encryption is not retroactive: whether objects that were written before it was set are encrypted is only seen by sampling them";

/** Where a bucket's objects rest. */
export function toLocation(region: string, { possibleRegions }: S3Dialect): Location {
  const possible = (possibleRegions?.(region) ?? []).filter((other) => other !== region);
  return { regions: [region], zones: null, ...(possible.length === 0 ? {} : { possible }) };
}

/**
 * Encryption at rest by the bucket's default. None is told by an error or by a configuration without rules.
 * What AWS documents of all S3 since 2023 goes for AWS alone.
 */
export function toEncryption(
  raw: GetBucketEncryptionOutput | Absent,
  { noEncryption, vendor }: Pick<S3Dialect, "noEncryption" | "vendor">,
): Encryption {
  if (isAbsent(raw)) return noEncryption;
  const rules = raw.ServerSideEncryptionConfiguration?.Rules ?? [];
  if (rules.length === 0) return noEncryption;
  const defaults = rules
    .map((rule) => rule.ApplyServerSideEncryptionByDefault)
    .find((found) => found !== undefined);
  const algorithm = defaults?.SSEAlgorithm;
  if (algorithm === undefined) throw new TypeError("a default encryption without algorithm");
  if (algorithm === "AES256") {
    return encryption(true, {
      algorithm: "AES-256",
      algorithmSource: "setting",
      keyManagement: "provider",
      caveat: NOT_RETROACTIVE,
    });
  }
  if (algorithm === "aws:kms" || algorithm === "aws:kms:dsse") {
    return encryption(true, {
      keyManagement: (defaults?.KMSMasterKeyID ?? "") === "" ? null : "customer",
      caveat: `${NOT_RETROACTIVE}; the cipher is that of the key, whose settings were not read`,
    });
  }
  return encryption(null, {
    caveat: `the default encryption is “${plain(algorithm, 60)}”, which ${vendor} does not document`,
  });
}

/** Groups that stand for anybody, or for anybody whom the vendor knows. */
const ANYBODY: Readonly<Record<string, string>> = {
  "http://acs.amazonaws.com/groups/global/AllUsers": "everyone",
  "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "every customer of the provider",
};

/**
 * Whether anybody may read or write a bucket, by its access list and its policy. Neither vendor has a block over them
 * all, and an object may have an access list of its own: so nothing here shows that nobody may.
 * @param policy the policy document; null: there is none; undefined: the vendor has no such thing
 * @throws when the policy is no policy document
 */
export function toExposure(grants: readonly Grant[], policy: string | null | undefined): Exposure {
  const listed = grants.flatMap(({ Grantee, Permission }) => {
    const who = ANYBODY[Grantee?.URI ?? ""];
    return who === undefined ? [] : [plain(`bucket ACL gives ${who} ${Permission ?? "?"}`, 120)];
  });
  const judged = typeof policy === "string" ? policyOpenness(policy, OF_BUCKETS) : null;
  const open = [...listed, ...(judged?.open === "yes" ? judged.through : [])];
  const closedBy = [
    ...(listed.length > 0 ? [] : ["the bucket's access list names nobody unknown"]),
    ...(policy === null ? ["no bucket policy"] : []),
    ...(judged?.open === "no" ? ["the bucket policy lets only named callers in"] : []),
  ];
  if (open.length > 0) {
    return { anonymousAccess: true, openNetwork: null, through: open, closedBy };
  }
  const unsure = judged?.open === "unsure" ? judged.through : [];
  const objects = "single objects can be public by an ACL of their own, which was not read";
  return { anonymousAccess: null, openNetwork: null, through: [...unsure, objects], closedBy };
}
/** `*` are all actions of Object Storage. */
const OF_BUCKETS = { name: "bucket policy", actions: "s3:*" };

/** Whom a bucket's policy and access list let in. @throws when the policy is no policy document */
export function toAccess(
  grants: readonly Grant[],
  policy: string | null | undefined,
  unseen: readonly string[],
): AccessPolicy {
  const byPolicy = toAccessPolicy(policy ?? null, { id: "", partition: "" }, unseen);
  const byList = grants.map(({ Grantee, Permission }) => {
    const { ID, URI } = Grantee ?? {};
    const principal = URI !== undefined && Object.hasOwn(ANYBODY, URI) ? "*" : (ID ?? URI);
    if (principal === undefined) throw new TypeError("a grant to nobody");
    const actions = [`ACL ${Permission ?? "?"}`];
    return { principal, labels: [], actions, conditions: [] };
  });
  return { grants: [...byPolicy.grants, ...byList], unseen: byPolicy.unseen };
}

/**
 * The destinations of a replication by the ids of the buckets that were listed.
 * @param idOf the id of a bucket by its name; null where it is none of those
 */
export function withIds(
  { destinations }: Replication,
  idOf: (name: string) => string | null,
): Replication {
  return {
    destinations: destinations.map((one) => {
      const name = (one.subject ?? "").replace(/^arn:[^:]*:s3:::/, "");
      return { ...one, subject: idOf(name) ?? one.subject };
    }),
  };
}
