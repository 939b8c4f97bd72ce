import type { Target } from "#model/estate.ts";
import type { Encryption, FacetName } from "#model/facets.ts";
import type { ProbeContext } from "#model/probe.ts";
import type { OtherRoots } from "#probes/aws/answer-guard.ts";

/** What is asked of a bucket, in S3's names. */
export type S3Operation =
  | "ListBuckets"
  | "GetBucketLocation"
  | "GetBucketTagging"
  | "GetBucketEncryption"
  | "GetBucketVersioning"
  | "GetBucketAcl"
  | "GetBucketPolicy"
  | "GetObjectLockConfiguration"
  | "GetBucketLifecycleConfiguration"
  | "GetBucketReplication"
  | "ListObjectsV2";

/** How a vendor speaks S3: where it is asked, what it has, what its answers mean where they mean another thing than AWS's. */
export interface S3Dialect {
  /** The vendor's name in messages. */
  readonly vendor: string;
  readonly provider: Target["provider"];
  /** Kind of its buckets. */
  readonly kind: string;
  /** The id of a bucket, by which other probes of the vendor know it too. */
  readonly idOf: (bucket: BucketName) => string;
  /** The project that a listing's owner names; null where it names none in the vendor's form. */
  readonly projectOf: (owner: string) => string | null;
  /** Facets that another probe of the target tells better; none when left out. */
  readonly toldElsewhere?: (target: Target) => readonly FacetName[];
  /** The regions that have an endpoint of their own, and where that is. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** How the target signs in. */
  readonly signIn: (target: Target, context: ProbeContext) => S3SignIn;
  /** What each operation needs in the vendor's spelling; one that is left out the vendor does not have, and is never asked. */
  readonly permissions: Readonly<Record<Exclude<S3Operation, Optional>, string>> &
    Readonly<Partial<Record<Optional, string>>>;
  /** What a bucket without default encryption means. */
  readonly noEncryption: Encryption;
  /** A bucket policy in AWS's words. */
  readonly policyText?: (policy: string) => string;
  /** Who gets in beside whom the bucket's own settings name. */
  readonly unseenWays: readonly string[];
  /** Regions that may hold objects of a bucket beside its own, by the vendor's published design. */
  readonly possibleRegions?: (region: string) => readonly string[];
  readonly otherRoots?: OtherRoots;
}
/** What a listing tells of a bucket. */
export interface BucketName {
  readonly target: Target;
  /** In lower case. */
  readonly region: string;
  readonly name: string;
  /** Who owns all buckets of the listing, in the vendor's words; empty where it does not say. */
  readonly owner: string;
}
type Optional = "GetBucketPolicy" | "GetBucketReplication";

/** Keys, one pair for each project whose buckets are read. */
export type S3SignIn =
  | {
      readonly keys: readonly S3Keys[];
      /** What buckets the keys do not list, and what to do about it; null: they list all. */
      readonly unlisted: string | null;
    }
  /** What to configure, where the target refers to no keys. */
  | { readonly missing: string };

export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * The region that GetBucketLocation's answer means. Only AWS documents what an empty one means.
 * @throws when it names none
 */
export function toRegion(constraint: string | undefined): string {
  const region = (constraint ?? "").toLowerCase();
  if (!/^[a-z][a-z0-9-]{1,40}$/.test(region)) {
    throw new TypeError("the bucket's region is no region name");
  }
  return region;
}
