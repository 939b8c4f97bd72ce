import { describe, expect, test } from "vitest";
import type { Exposure } from "#model/facets.ts";
import {
  judgeExposure,
  type AccessBlock,
  type ExposureParts,
  type Part,
} from "#probes/aws/s3-exposure.ts";

const failed = (permission: string): Part<never> => ({
  failure: { reason: "denied", message: "Access Denied", retryable: false },
  operation: "s3:Read",
  permission,
});
const block = (fields: Partial<AccessBlock>): Part<AccessBlock> => ({
  value: { ignorePublicAcls: false, restrictPublicBuckets: false, ...fields },
});
const none: Part<null> = { value: null };
const full = block({ ignorePublicAcls: true, restrictPublicBuckets: true });
const acls = block({ ignorePublicAcls: true });
const policies = block({ restrictPublicBuckets: true });

const statement = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" };
const policy = (more: object = {}): Part<string> => ({
  value: JSON.stringify({ Statement: [{ ...statement, ...more }] }),
});
const publicPolicy = policy();
const ownPolicy = policy({ Principal: { AWS: "arn:aws:iam::111122223333:root" } });
const datedPolicy = policy({
  Condition: { DateLessThan: { "aws:CurrentTime": "2030-01-01T00:00:00Z" } },
});

const enforced = { value: "BucketOwnerEnforced" };
const writer = { value: "ObjectWriter" };
const group = (name: string, Permission: "READ" | "WRITE") => ({
  value: [
    {
      Grantee: { Type: "CanonicalUser" as const, ID: "owner" },
      Permission: "FULL_CONTROL" as const,
    },
    {
      Grantee: { Type: "Group" as const, URI: `http://acs.amazonaws.com/groups/${name}` },
      Permission,
    },
  ],
});
const everyone = group("global/AllUsers", "READ");
const accounts = group("global/AuthenticatedUsers", "WRITE");
const logs = group("s3/LogDelivery", "WRITE");

/** What comes out: anonymous access and a word of what opens or closes it, or the permission that is missing. */
type Case = readonly [
  name: string,
  parts: ExposureParts,
  outcome: boolean | null | string,
  says?: string,
];
const cases: readonly Case[] = [
  ["account blocks all", { account: full }, false, "account public access block"],
  ["bucket blocks all", { account: none, bucket: full }, false, "bucket public access block"],
  [
    "each blocks one half",
    { account: acls, bucket: policies },
    false,
    "bucket public access block: RestrictPublicBuckets",
  ],
  ["account not readable, bucket blocks all", { account: failed("account"), bucket: full }, false],
  [
    "bucket block not readable, account blocks all",
    { account: full, bucket: failed("bucket") },
    false,
  ],
  [
    "no block, nothing open",
    { account: none, bucket: none, policy: none, ownership: enforced },
    false,
    "no bucket policy",
  ],
  [
    "no block, a policy for one account",
    { account: none, bucket: none, policy: ownPolicy, ownership: enforced },
    false,
    "named callers",
  ],
  [
    "no block, a public policy",
    { account: none, bucket: none, policy: publicPolicy, ownership: enforced },
    true,
    "s3:GetObject",
  ],
  [
    "a public policy under a block for access lists only",
    { account: acls, bucket: none, policy: publicPolicy },
    true,
  ],
  [
    "a public policy, restricted",
    { account: none, bucket: policies, policy: publicPolicy, ownership: enforced },
    false,
  ],
  [
    "a policy that cannot be judged",
    { account: none, bucket: none, policy: datedPolicy, ownership: enforced },
    null,
    "may allow everyone",
  ],
  [
    "a public grant",
    { account: none, bucket: none, policy: none, ownership: writer, grants: everyone },
    true,
    "gives everyone READ",
  ],
  [
    "a grant to every account",
    { account: none, bucket: none, policy: none, ownership: none, grants: accounts },
    true,
    "every AWS account WRITE",
  ],
  [
    "a public grant, ignored",
    { account: none, bucket: acls, policy: none, ownership: writer, grants: everyone },
    false,
  ],
  [
    "a public grant with access lists off",
    { account: none, bucket: none, policy: none, ownership: enforced, grants: everyone },
    false,
    "BucketOwnerEnforced",
  ],
  [
    "access lists on: an object may have its own",
    { account: none, bucket: none, policy: none, ownership: writer, grants: logs },
    null,
    "single objects",
  ],
  [
    "a public policy tells, whatever the objects have",
    { account: none, bucket: none, policy: publicPolicy, ownership: writer, grants: logs },
    true,
  ],
  [
    "policy not readable",
    { account: none, bucket: none, policy: failed("policy"), ownership: enforced },
    "policy",
  ],
  [
    "policy not readable, a public grant",
    { account: none, bucket: none, policy: failed("policy"), ownership: writer, grants: everyone },
    true,
  ],
  [
    "access list not readable, a public policy",
    { account: none, bucket: none, policy: publicPolicy, ownership: writer, grants: failed("acl") },
    true,
  ],
  [
    "access list not readable",
    { account: none, bucket: none, policy: none, ownership: writer, grants: failed("acl") },
    "acl",
  ],
  [
    "ownership not readable",
    { account: none, bucket: none, policy: none, ownership: failed("ownership"), grants: logs },
    "ownership",
  ],
  [
    "account block not readable, a public policy: it may be blocked",
    { account: failed("account"), bucket: none, policy: publicPolicy, ownership: enforced },
    "account",
  ],
  [
    "bucket block not readable, a public grant: it may be ignored",
    { account: none, bucket: failed("bucket"), policy: none, ownership: writer, grants: everyone },
    "bucket",
  ],
  [
    "no block readable, nothing to block",
    {
      account: failed("account"),
      bucket: failed("bucket"),
      policy: ownPolicy,
      ownership: enforced,
    },
    false,
  ],
];

describe("whether anybody can reach a bucket", () => {
  test.for(cases)("%s", ([, parts, outcome, says]) => {
    const judged = judgeExposure(parts);
    if ("failure" in judged) {
      expect(judged.permission).toBe(outcome);
      return;
    }
    expect(judged.anonymousAccess).toBe(outcome);
    expect(judged.openNetwork).toBeNull();
    const words: Exposure["through"] = outcome === false ? judged.closedBy : judged.through;
    expect(words.length).toBeGreaterThan(0);
    if (says !== undefined) expect(words.join("; ")).toContain(says);
    if (outcome === false) expect(judged.through).toEqual([]);
  });

  test("what is no policy gives no verdict", () => {
    const parts = { account: none, bucket: none, policy: { value: "<html>" }, ownership: enforced };
    expect(() => judgeExposure(parts)).toThrow(SyntaxError);
  });
});
