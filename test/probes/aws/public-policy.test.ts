import { describe, expect, test } from "vitest";
import { policyOpenness, type PolicyOpenness } from "#probes/aws/public-policy.ts";

const OBJECTS = "arn:aws:s3:::records/*";
const allow = {
  Sid: "Site",
  Effect: "Allow",
  Principal: "*",
  Action: "s3:GetObject",
  Resource: OBJECTS,
};
const allowIf = (Condition: object) => [{ ...allow, Condition }];
const deny = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" };
const denyIf = (Condition: object, more: object = {}) => [allow, { ...deny, Condition, ...more }];

const cases: readonly (readonly [PolicyOpenness["open"], string, readonly object[]])[] = [
  ["yes", "everyone may read", [allow]],
  ["yes", "the principal in its long form", [{ ...allow, Principal: { AWS: ["*"] } }]],
  [
    "yes",
    "everyone but one",
    [{ ...allow, Principal: undefined, NotPrincipal: { AWS: "arn:aws:iam::111122223333:root" } }],
  ],
  [
    "yes",
    "all but some actions",
    [{ Effect: "Allow", Principal: "*", NotAction: "s3:DeleteObject", Resource: OBJECTS }],
  ],
  ["no", "one account", [{ ...allow, Principal: { AWS: "arn:aws:iam::111122223333:root" } }]],
  ["no", "a service", [{ ...allow, Principal: { Service: "logging.s3.amazonaws.com" } }]],
  ["no", "a denial only", [deny]],
  ["no", "no statement", []],

  ["no", "one organisation", allowIf({ StringEquals: { "aws:PrincipalOrgID": "o-abc" } })],
  [
    "no",
    "key in another case",
    allowIf({ StringEquals: { "AWS:principalorgid": ["o-abc", "o-def"] } }),
  ],
  ["no", "one VPC endpoint", allowIf({ StringEquals: { "aws:SourceVpce": "vpce-1" } })],
  [
    "no",
    "one distribution",
    allowIf({ ArnLike: { "aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/*" } }),
  ],
  ["no", "a small range", allowIf({ IpAddress: { "aws:SourceIp": "203.0.113.0/24" } })],
  [
    "no",
    "the private ranges",
    allowIf({ IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] } }),
  ],
  ["no", "one IPv6 network", allowIf({ IpAddress: { "aws:SourceIp": "2001:db8::/48" } })],
  ["no", "AWS's own services", allowIf({ Bool: { "aws:PrincipalIsAWSService": "true" } })],
  [
    "no",
    "one of two conditions names someone",
    allowIf({
      Bool: { "aws:SecureTransport": "true" },
      StringEquals: { "aws:SourceVpc": "vpc-1" },
    }),
  ],

  ["yes", "any organisation", allowIf({ StringLike: { "aws:PrincipalOrgID": "*" } })],
  [
    "yes",
    "one of the alternatives is anything",
    allowIf({ StringLike: { "aws:SourceVpce": ["vpce-1", "*"] } }),
  ],
  ["yes", "the whole Internet as a range", allowIf({ IpAddress: { "aws:SourceIp": "0.0.0.0/0" } })],
  [
    "yes",
    "the whole Internet in two halves",
    allowIf({ IpAddress: { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } }),
  ],
  ["yes", "all of IPv6", allowIf({ IpAddress: { "aws:SourceIp": "::/0" } })],
  [
    "yes",
    "IfExists, which lets in who has no such key",
    allowIf({ StringEqualsIfExists: { "aws:PrincipalOrgID": "o-abc" } }),
  ],
  [
    "yes",
    "ForAllValues, which holds for no value at all",
    allowIf({ "ForAllValues:StringEquals": { "aws:PrincipalOrgPaths": "o-abc/*" } }),
  ],
  [
    "yes",
    "everyone outside one endpoint",
    allowIf({ StringNotEquals: { "aws:SourceVpce": "vpce-1" } }),
  ],
  [
    "yes",
    "a referer, which anybody can send",
    allowIf({ StringLike: { "aws:Referer": "https://www.example.com/*" } }),
  ],
  ["yes", "a user agent", allowIf({ StringEquals: { "aws:UserAgent": "secret" } })],
  ["yes", "TLS only", allowIf({ Bool: { "aws:SecureTransport": "true" } })],
  [
    "yes",
    "by a tag of the object",
    allowIf({ StringEquals: { "s3:ExistingObjectTag/public": "yes" } }),
  ],

  [
    "unsure",
    "delegated to access points",
    allowIf({ StringEquals: { "s3:DataAccessPointAccount": "111122223333" } }),
  ],
  [
    "unsure",
    "until a date",
    allowIf({ DateLessThan: { "aws:CurrentTime": "2027-01-01T00:00:00Z" } }),
  ],
  [
    "unsure",
    "an ARN whose account is open",
    allowIf({ ArnLike: { "aws:SourceArn": "arn:aws:sns:*:*:topic" } }),
  ],
  ["unsure", "a key that nobody knows", allowIf({ StringEquals: { "aws:SomethingNew": "x" } })],
  ["unsure", "addresses that are none", allowIf({ IpAddress: { "aws:SourceIp": "intranet" } })],
  [
    "unsure",
    "everywhere but some addresses",
    allowIf({ NotIpAddress: { "aws:SourceIp": "203.0.113.0/24" } }),
  ],

  ["no", "a denial of everything", [allow, deny]],
  [
    "no",
    "denied outside one endpoint",
    denyIf({ StringNotEquals: { "aws:SourceVpce": "vpce-1" } }),
  ],
  ["no", "denied outside a range", denyIf({ NotIpAddress: { "aws:SourceIp": "203.0.113.0/24" } })],
  [
    "no",
    "denied to everyone but one",
    [
      allow,
      { ...deny, Principal: undefined, NotPrincipal: { AWS: "arn:aws:iam::111122223333:root" } },
    ],
  ],
  [
    "yes",
    "denied outside the whole Internet... and more",
    [allow, { ...deny, Resource: "arn:aws:s3:::other/*" }],
  ],
  ["yes", "writing denied", [allow, { ...deny, Action: "s3:PutObject" }]],
  [
    "yes",
    "denied to one account",
    [allow, { ...deny, Principal: { AWS: "arn:aws:iam::444455556666:root" } }],
  ],
  ["yes", "plain HTTP denied", denyIf({ Bool: { "aws:SecureTransport": "false" } })],
  [
    "yes",
    "unencrypted uploads denied",
    denyIf({ StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" } }),
  ],
  [
    "unsure",
    "denied under a condition nobody can judge",
    denyIf({ StringEquals: { "aws:PrincipalType": "Anonymous" } }),
  ],
  [
    "unsure",
    "denied on two conditions",
    denyIf({ StringNotEquals: { "aws:SourceVpce": "vpce-1", "aws:PrincipalOrgID": "o-abc" } }),
  ],
  [
    "unsure",
    "denied outside nearly everything",
    denyIf({ NotIpAddress: { "aws:SourceIp": "0.0.0.0/1" } }),
  ],
  [
    "yes",
    "one closed Allow beside an open one",
    [...allowIf({ StringEquals: { "aws:SourceVpce": "vpce-1" } }), allow],
  ],
];

describe("whether a bucket policy lets everyone in", () => {
  test.each(cases)("%s: %s", (open, _, Statement) => {
    const found = policyOpenness(JSON.stringify({ Version: "2012-10-17", Statement }));
    expect(found.open).toBe(open);
    expect(found.through.length > 0).toBe(open !== "no");
  });

  test("names the statement and the action", () => {
    const policy = JSON.stringify({
      Statement: [deny, { ...allow, Action: ["s3:GetObject", "s3:ListBucket"] }].slice(1),
    });
    expect(policyOpenness(policy).through).toEqual([
      'bucket policy statement "Site" allows everyone s3:GetObject, s3:ListBucket',
    ]);
  });

  test("a hostile name stays on one line and short", () => {
    const Sid = `x\u001b[31m\n${"y".repeat(5000)}`;
    const [through = ""] = policyOpenness(
      JSON.stringify({ Statement: [{ ...allow, Sid }] }),
    ).through;
    expect(through.length).toBeLessThan(250);
    expect(through).not.toMatch(/\p{Cc}/u);
  });

  test("a pattern of thousands of wildcards takes no time", () => {
    const Action = `s3:${"*a".repeat(5_000)}`;
    const policy = JSON.stringify({
      Statement: [
        { ...allow, Action },
        { ...deny, Action },
      ],
    });
    const started = performance.now();
    policyOpenness(policy);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
