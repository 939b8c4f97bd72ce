import fc from "fast-check";
import type { Readable } from "#derive/readable.ts";
import type { Inputs } from "#gather/evidence-files.ts";
import type { Evidence, Observation } from "#model/evidence.ts";
import type { Attestation, Waiver } from "#model/exceptions.ts";
import type { Subject } from "#model/subject.ts";
import { bucket, estate, evidence, inventory, observe, policy } from "../support/evidence.ts";

/** A body of evidence with what it is judged by. */
export interface World {
  readonly inputs: Inputs;
  readonly evidence: Evidence;
}

/** Claims that rest on what the demo's customers hardly use. The names of some tags look like those of secrets. */
const claims = policy([
  { id: "encrypted", checks: [{ control: "encryption-at-rest" }] },
  {
    id: "encrypted-or-attested",
    checks: [{ control: "encryption-at-rest", scope: { kinds: ["AWS::S3::Bucket"] } }],
    attest: [{ covers: "the part", maxAge: "P1Y" }],
  },
  {
    id: "two-encrypted",
    checks: [{ control: "encryption-at-rest", scope: { kinds: ["AWS::S3::Bucket"] }, atLeast: 2 }],
  },
  {
    id: "two-private",
    checks: [{ control: "public-access", scope: { tags: { "secret-zone": "inner" } }, atLeast: 2 }],
  },
  {
    id: "inner-private",
    checks: [
      { control: "public-access", scope: { tags: { "secret-zone": "inner" }, mayBeEmpty: true } },
    ],
  },
  {
    id: "all-but-tests-encrypted",
    checks: [
      {
        control: "encryption-at-rest",
        scope: {
          kinds: ["AWS::S3::Bucket"],
          exclude: [{ tags: { "token-class": "test" } }, { labels: ["scratch"] }],
        },
      },
    ],
  },
  {
    id: "customers-encrypted",
    checks: [{ control: "encryption-at-rest", scope: { labels: ["customers"], mayBeEmpty: true } }],
  },
  {
    id: "at-home",
    checks: [{ control: "data-residency", expect: { regions: ["eu-west-3"] } }],
  },
  {
    id: "in-two-zones",
    checks: [
      {
        control: "zone-redundancy",
        expect: { minimumZones: 2, totalZones: 2 },
        scope: { kinds: ["AWS::RDS::DBInstance"], mayBeEmpty: true },
      },
    ],
  },
]);

const place = estate({
  labels: [
    { label: "customers", match: { tags: { "token-class": "customer" } } },
    { label: "scratch", match: { tags: { stage: "scratch" } } },
  ],
});

const dated = { owner: "someone", reason: "looked at", date: "2026-01-01", expires: "2026-12-31" };

function attestation(id: string, covers: string[]): Attestation {
  const hash = "a".repeat(64);
  const shown = { evidence: { file: "review.pdf", sha256: hash }, actualSha256: hash };
  return { ...dated, ...shown, id, claims: ["test/*"], covers };
}

function waiver(id: string, covers: Waiver["covers"]): Waiver {
  return { ...dated, id, claims: ["test/*"], covers };
}

const attestations = fc.subarray([
  attestation("part", ["the part"]),
  attestation("everything", ["*", "the part"]),
  attestation("buckets", ["arn:aws:s3:::*"]),
  attestation("queues", ["arn:aws:sqs:*", "the part"]),
  attestation("target", ["aws"]),
]);
const waivers = fc.subarray([
  waiver("by-tag", { tags: { stage: "scratch" } }),
  waiver("by-secret-tag", { tags: { "password-rule": "legacy" } }),
  waiver("by-region", { regions: ["us-*"], tags: { "secret-zone": "*" } }),
]);

const yesNoUnsaid = fc.constantFrom(true, false, null);
const tags = fc.record(
  {
    "secret-zone": fc.constantFrom("inner", "outer"),
    "token-class": fc.constantFrom("customer", "test"),
    "password-rule": fc.constantFrom("legacy", "new"),
    stage: fc.constantFrom("scratch", "live"),
  },
  { requiredKeys: [] },
);
const region = fc.constantFrom("eu-west-3", "eu-west-3", "us-east-1");
/** What was answered; undefined: nothing read it. */
const answer = fc.option(yesNoUnsaid, { freq: 9, nil: undefined });
const buckets = fc.array(
  fc.record({
    tags: fc.option(tags, { freq: 9 }),
    region,
    encrypted: answer,
    anonymous: answer,
  }),
  { maxLength: 4 },
);
const databases = fc.array(fc.record({ region, zones: fc.option(fc.constantFrom(1, 2)) }), {
  maxLength: 2,
});

/** In these worlds probes read everything but queues. */
export const readableInWorlds: Readable = (_provider, kind) => kind !== "AWS::SQS::Queue";

/** Any few buckets, databases and queues (which nothing reads), with any of the exceptions. */
export const worlds: fc.Arbitrary<World> = fc
  .record({
    buckets,
    databases,
    queues: fc.nat({ max: 1 }),
    listsAll: fc.boolean(),
    attestations,
    waivers,
  })
  .map((made) => {
    const items: Subject[] = [];
    const readings: Observation[] = [];
    for (const [index, { encrypted, anonymous, ...fields }] of made.buckets.entries()) {
      const subject = bucket(`bucket-${index}`, fields);
      items.push(subject);
      readings.push(...encryption(subject, encrypted), ...exposure(subject, anonymous));
    }
    for (const [index, database] of made.databases.entries()) {
      const subject = other("AWS::RDS::DBInstance", "rds", index, database.region);
      items.push(subject);
      readings.push(...encryption(subject, true), ...redundancy(subject, database.zones));
    }
    for (let index = 0; index < made.queues; index += 1) {
      items.push(other("AWS::SQS::Queue", "sqs", index, "eu-west-3"));
    }
    const listing = inventory(items, {
      kinds: made.listsAll ? ["*"] : ["AWS::S3::Bucket", "AWS::RDS::DBInstance"],
    });
    return {
      inputs: {
        policies: [claims],
        estate: place,
        attestations: made.attestations,
        waivers: made.waivers,
        only: [],
      },
      evidence: evidence([listing, ...readings]),
    };
  });

function other(kind: string, service: string, index: number, where: string): Subject {
  const id = `arn:aws:${service}:${where}:123456789012:${service}-${index}`;
  return bucket(`${service}-${index}`, { kind, id, region: where });
}

function encryption(subject: Subject, enabled: boolean | null | undefined): Observation[] {
  if (enabled === undefined) return [];
  return [
    observe(subject, "encryption", {
      enabled,
      algorithm: null,
      algorithmSource: null,
      algorithmReference: null,
      keyManagement: null,
      caveat: null,
    }),
  ];
}

function exposure(subject: Subject, anonymousAccess: boolean | null | undefined): Observation[] {
  if (anonymousAccess === undefined) return [];
  const ways = { openNetwork: null, through: [], closedBy: [] };
  return [observe(subject, "exposure", { anonymousAccess, ...ways })];
}

function redundancy(subject: Subject, zones: number | null): Observation[] {
  if (zones === null) return [];
  return [
    observe(subject, "redundancy", {
      zones,
      zoneRedundant: zones > 1,
      geoRedundant: null,
      setting: zones > 1 ? "Multi-AZ" : "Single-AZ",
    }),
  ];
}
