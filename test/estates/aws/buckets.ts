import { seedBuckets } from "../../probes/aws/seed-moto.ts";
import { SEEDS } from "../../probes/aws/seeds.ts";
import type { Seed } from "#fixtures/estate/seeded/truth.ts";

/** What is wrong with the buckets that the S3 probe is tested with, or only looks wrong. */
const NOTES: Readonly<Record<string, Partial<Seed>>> = {
  plain: { violates: "a bucket that answers in clear text" },
  "tls-bucket-only": { violates: "TLS demanded for the bucket and not for its objects" },
  "tls-objects-only": { violates: "TLS demanded for the objects and not for the bucket" },
  "tls-reads-only": { violates: "TLS demanded for reading alone" },
  "tls-with-condition": { violates: "TLS demanded of some addresses alone" },
  "tls-reversed": { violates: "a policy that denies TLS instead of clear text" },
  "tls-one-account": { violates: "TLS demanded of one account alone" },
  "stray-virginia": { violates: "a bucket in a region that nobody declared" },
  "acl-public": { violates: "a bucket that an access list opens to everyone" },
  "acl-accounts": { violates: "a bucket that an access list opens to every account" },
  "policy-public": { violates: "a bucket that its policy opens" },
  "policy-public-blocked-late": { trap: "blocking new public policies leaves the old one" },
  "policy-internet": { violates: "a bucket that is open to the world in two halves" },
  "no-encryption": { trap: "an answer from before 2023 that says nothing" },
  "tls-only-aws": { trap: "everyone, written in another way" },
  "acl-ignored": { trap: "a public access list that is ignored" },
  "policy-public-restricted": { trap: "a public policy that is restricted" },
  "policy-org": { trap: "everyone, of one organization" },
  "old-defaults": { trap: "nothing blocks, and access lists are on" },
};

/** Seeds the buckets of one account. */
export async function seedStorage(endpoint: string): Promise<readonly Seed[]> {
  await seedBuckets(
    endpoint,
    SEEDS.map(({ bucket }) => bucket),
  );
  return SEEDS.map(({ bucket: { name }, verdicts }) => ({
    name,
    ...NOTES[name.replace("seed-", "")],
    expected: {
      "encryption-at-rest": verdicts.encrypted,
      "https-only": verdicts.tlsOnly,
      "public-access": verdicts.notPublic,
      "data-residency": verdicts.inParis,
    },
  }));
}
