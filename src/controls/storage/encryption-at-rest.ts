import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import type { ObjectSample } from "#model/facets.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    algorithms: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        "Ciphers that keep the promise, any one of them in any mode, such as AES-256. Left out: any encryption does.",
      ),
    keyManagement: z
      .literal("customer")
      .optional()
      .describe(
        "customer: the keys must be managed by the provider's customer. Left out: whoever manages them.",
      ),
  });

type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "encryption-at-rest",
  title: "Encryption at rest",
  rationale:
    "Encryption at rest keeps data unreadable on lost, stolen or reused media, and for whoever copies a disk, a bucket or a backup.",
  severity: "high",
  judges: "subject",
  needs: ["encryption"],
  expectation,
  evaluate: ({ expect, facets }) => {
    const facet = facets.encryption;
    if (facet === undefined) return notApplicable("holds no data at rest");
    const {
      enabled,
      algorithm,
      algorithmSource,
      algorithmReference,
      keyManagement,
      caveat,
      sampled,
    } = facet;
    const { algorithms } = expect;
    const failures: string[] = [];
    const open: string[] = [];
    if (enabled === null) open.push("the provider does not say whether it is encrypted");
    if (enabled === false) failures.push("is not encrypted");
    const cipher = algorithm === null ? "" : ` with ${plain(algorithm)}`;
    // A published design is a source too, but it is never passed off as something that was seen.
    const known =
      algorithmSource === "setting" ||
      (algorithmSource === "published-design" && algorithmReference !== null);
    const design =
      algorithmSource === "published-design"
        ? ` by the platform's published design (${plain(algorithmReference ?? "no address")})`
        : "";
    if (enabled === true && algorithms !== undefined) {
      if (algorithm === null) open.push("nothing states with which cipher it is encrypted");
      else if (!known) open.push(`nothing says how it is known that it is encrypted${cipher}`);
      else if (!algorithms.some((declared) => names(algorithm, declared))) {
        failures.push(`is encrypted${cipher}${design}`);
      }
    }
    if (enabled === true && expect.keyManagement === "customer") {
      if (keyManagement === null) {
        const why = caveat === null ? "" : ` (${plain(caveat)})`;
        open.push(`the provider does not say who manages the keys${why}`);
      }
      if (keyManagement === "provider") failures.push("its keys are managed by the provider");
    }
    const sample = sampled === undefined ? null : judgeSample(sampled, expect);
    failures.push(...(sample?.failures ?? []));
    open.push(...(sample?.open ?? []));
    const keys = keyManagement === null ? "" : `, keys managed by the ${keyManagement}`;
    const but = caveat === null ? "" : `; ${plain(caveat)}`;
    return settle({
      failures,
      open,
      held: `encrypted${cipher}${design}${keys}${sample === null ? "" : `; ${sample.held}`}${but}`,
      declared: `encrypted${algorithms === undefined ? "" : ` with ${algorithms.join(" or ")}`}${expect.keyManagement === "customer" ? ", keys managed by the customer" : ""}`,
      actual: {
        enabled,
        algorithm,
        algorithmSource,
        algorithmReference,
        keyManagement,
        caveat,
        ...(sampled === undefined ? {} : { sampled: { ...sampled } }),
      },
    });
  },
  remediation:
    "Turn on the provider's encryption at rest, then copy what was written before: default encryption does not reach back.",
  references: [
    "https://csrc.nist.gov/pubs/fips/197/final",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html",
    "https://learn.microsoft.com/azure/security/fundamentals/encryption-atrest",
    "https://cloud.google.com/docs/security/encryption/default-encryption",
  ],
});

/**
 * What sampled objects say beside the setting: one that breaks the promise breaks it, one that is not understood leaves
 * it open, and any number that keep it prove nothing of the others.
 */
function judgeSample(sampled: ObjectSample, { keyManagement }: Expectation) {
  const { looked, listed, more, unencrypted, untold, providerKeys, unknownKeys, why } = sampled;
  const customer = keyManagement === "customer";
  const among = more ? `the oldest of the first ${listed} by name` : `the oldest of ${listed}`;
  const some = (count: number) =>
    `${count} of ${looked} sampled ${looked === 1 ? "object" : "objects"} (${among}) ${count === 1 ? "is" : "are"}`;
  const because = why === null ? "" : ` (${plain(why)})`;
  const encrypted = looked - unencrypted - untold;
  return {
    failures: [
      ...(unencrypted > 0 ? [`${some(unencrypted)} not encrypted`] : []),
      ...(customer && providerKeys > 0
        ? [`${some(providerKeys)} encrypted with keys that the provider manages`]
        : []),
    ],
    open: [
      ...(untold > 0 ? [`${some(untold)} encrypted nobody knows how${because}`] : []),
      ...(customer && unknownKeys > 0
        ? [
            `${some(unknownKeys)} encrypted with a key of which it is not known who manages it${because}`,
          ]
        : []),
    ],
    held: looked === 0 ? "there was no object to sample" : `${some(encrypted)} encrypted`,
  };
}

/** Whether a cipher is the declared one or a mode of it: `AES256`, `AES-256-GCM` and `XTS-AES-256` are all `AES-256`. */
function names(algorithm: string, declared: string): boolean {
  return algorithm === declared || words(algorithm).includes(words(declared));
}

function words(text: string): string {
  const spaced = text.toUpperCase().replaceAll(/(AES)(\d)/g, "$1-$2");
  return `-${spaced.split(/[^A-Z0-9]+/).join("-")}-`;
}
