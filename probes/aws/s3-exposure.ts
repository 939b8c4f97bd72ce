import type { Grant } from "@aws-sdk/client-s3";
import type { Exposure } from "#model/facets.ts";
import type { Failure } from "#model/probe.ts";
import { plain } from "#model/text.ts";
import { policyOpenness } from "./public-policy.ts";

/** One of the readings that exposure is put together from: what it brought, or why it brought nothing. */
export type Part<T> =
  | { readonly value: T }
  | { readonly failure: Failure; readonly operation: string; readonly permission: string };
/** A reading that failed. */
export type Missing = Extract<Part<never>, { failure: Failure }>;

/** The public access block of an account or bucket; only these two of its four settings act on what is there already. */
export interface AccessBlock {
  readonly ignorePublicAcls: boolean;
  readonly restrictPublicBuckets: boolean;
}

/** What was read of one bucket. A part that is left out was not needed: what stands before it decides already. */
export interface ExposureParts {
  /** null: there is none. */
  readonly account: Part<AccessBlock | null>;
  readonly bucket?: Part<AccessBlock | null>;
  /** The policy document; null: there is none. */
  readonly policy?: Part<string | null>;
  /** Object ownership; null: no setting, so access lists count. */
  readonly ownership?: Part<string | null>;
  readonly grants?: Part<readonly Grant[]>;
}

/** How one of the two ways in stands. */
type Way =
  | { readonly state: "open" | "unsure"; readonly through: readonly string[] }
  | { readonly state: "closed"; readonly by: string }
  | { readonly state: "missing"; readonly part: Missing };

/** Groups that stand for anybody: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html */
const ANYBODY: Readonly<Record<string, string>> = {
  "http://acs.amazonaws.com/groups/global/AllUsers": "everyone",
  "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "every AWS account",
};

/**
 * Whether anybody may read or write a bucket, from its policy, its access list and what blocks both.
 * Gives the reading that is missing where the others do not decide without it.
 * @throws when the policy is no policy document
 */
export function judgeExposure(parts: ExposureParts): Exposure | Missing {
  const ways = [policyWay(parts), aclWay(parts)];
  const open = ways.flatMap((way) => (way.state === "open" ? way.through : []));
  const closedBy = ways.flatMap((way) => (way.state === "closed" ? [way.by] : []));
  const facet = (anonymousAccess: boolean | null, through: readonly string[]): Exposure => ({
    anonymousAccess,
    openNetwork: null,
    through,
    closedBy: [...new Set(closedBy)],
  });
  if (open.length > 0) return facet(true, open);
  for (const way of ways) if (way.state === "missing") return way.part;
  const unsure = ways.flatMap((way) => (way.state === "unsure" ? way.through : []));
  return unsure.length > 0 ? facet(null, unsure) : facet(false, []);
}

/** Where one of the two settings is on; null: nowhere; or the reading that would be needed to know. */
export function blockedBy(
  parts: Pick<ExposureParts, "account" | "bucket">,
  setting: keyof AccessBlock,
): string | null | Missing {
  let missing: Missing | null = null;
  for (const place of ["account", "bucket"] as const) {
    const part = parts[place];
    if (part === undefined) continue;
    if ("failure" in part) missing ??= part;
    else if (part.value?.[setting] === true) return `${place} public access block`;
  }
  return missing;
}

function policyWay(parts: ExposureParts): Way {
  const blocked = blockedBy(parts, "restrictPublicBuckets");
  if (typeof blocked === "string") {
    return { state: "closed", by: `${blocked}: RestrictPublicBuckets` };
  }
  const { policy } = parts;
  if (policy === undefined) throw new TypeError("the bucket policy was not asked for");
  if ("failure" in policy) return { state: "missing", part: policy };
  if (policy.value === null) return { state: "closed", by: "no bucket policy" };
  const { open, through } = policyOpenness(policy.value);
  if (open === "no") return { state: "closed", by: "the bucket policy lets only named callers in" };
  // A public policy opens nothing where the reading that failed may hold the block.
  if (blocked !== null) return { state: "missing", part: blocked };
  return { state: open === "yes" ? "open" : "unsure", through };
}

function aclWay(parts: ExposureParts): Way {
  const blocked = blockedBy(parts, "ignorePublicAcls");
  if (typeof blocked === "string") return { state: "closed", by: `${blocked}: IgnorePublicAcls` };
  const { ownership, grants } = parts;
  if (ownership === undefined) throw new TypeError("object ownership was not asked for");
  if (!("failure" in ownership) && ownership.value === "BucketOwnerEnforced") {
    return { state: "closed", by: "BucketOwnerEnforced turns access lists off" };
  }
  if (blocked !== null) return { state: "missing", part: blocked };
  if ("failure" in ownership) return { state: "missing", part: ownership };
  if (grants === undefined) throw new TypeError("the access list was not asked for");
  if ("failure" in grants) return { state: "missing", part: grants };
  const through = grants.value.flatMap(({ Grantee, Permission }) => {
    const who = ANYBODY[Grantee?.URI ?? ""];
    return who === undefined ? [] : [plain(`bucket ACL gives ${who} ${Permission ?? "?"}`, 120)];
  });
  if (through.length > 0) return { state: "open", through };
  // As the S3 console says: "Objects can be public".
  return {
    state: "unsure",
    through: ["single objects can be public by an ACL of their own, which was not read"],
  };
}
