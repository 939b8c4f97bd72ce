import type { HeadObjectOutput, ListObjectsV2Output } from "@aws-sdk/client-s3";
import type { Encryption, ObjectSample } from "#model/facets.ts";
import { plain } from "#model/text.ts";
import type { KeyManager } from "./key-managers.ts";
import { OLDER_OBJECTS } from "./s3-facets.ts";

/** An object of a listing: enough to ask for it and to know the answer as its own. */
export interface Listed {
  readonly key: string;
  readonly tag: string;
  readonly written: number;
}

/** What of an answer about an object tells its encryption; nothing else of it is kept. */
export type Seen = Pick<
  HeadObjectOutput,
  "ETag" | "ServerSideEncryption" | "SSEKMSKeyId" | "SSECustomerAlgorithm"
>;

/**
 * The objects to look at: the oldest of a page. S3 encrypts whatever is written since 2023, so only what is older can
 * be found without. https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
 * @throws when the page counts other objects than it holds, or an object has no name, date or tag
 */
export function toSample(page: ListObjectsV2Output, most: number): readonly Listed[] {
  const objects = page.Contents ?? [];
  if (page.KeyCount !== objects.length) throw new TypeError("the page counts other objects");
  const isEncoded = page.EncodingType === "url";
  const listed = objects.map(({ Key, ETag: tag, LastModified }) => {
    const written = LastModified?.getTime() ?? Number.NaN;
    const key = isEncoded ? decodeURIComponent((Key ?? "").replaceAll("+", " ")) : (Key ?? "");
    if (key === "" || tag === undefined || Number.isNaN(written)) {
      throw new TypeError("an object without name, tag or date");
    }
    return { key, tag, written };
  });
  return listed.toSorted((a, b) => a.written - b.written).slice(0, most);
}

/** How one object is encrypted. */
export type Finding =
  | { readonly kind: "none" }
  /** In a way that S3 does not document. */
  | { readonly kind: "untold"; readonly why: string }
  | { readonly kind: "keys"; readonly manager: KeyManager };

/** Ways that S3 documents, but for those that name a key. */
const OTHER_WAYS: ReadonlySet<string> = new Set(["aws:fsx", "aws:backup"]);

/**
 * The encryption of one object. Without a word of it S3 has it in clear text; the tag shows that S3's own word is there.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 * @param managerOf tells whose a KMS key is
 * @throws when the answer is about another object than the listing's
 */
export async function toFinding(
  { ETag, ServerSideEncryption, SSEKMSKeyId, SSECustomerAlgorithm }: Seen,
  { tag }: Listed,
  managerOf: (key: string | undefined) => Promise<KeyManager>,
): Promise<Finding> {
  if (ETag !== tag) throw new TypeError("the answer is about another object than was listed");
  const way: string | undefined = ServerSideEncryption;
  if (way === undefined) {
    if (SSECustomerAlgorithm === undefined) return { kind: "none" };
    return { kind: "keys", manager: { by: "customer", why: null } };
  }
  if (way === "AES256") return { kind: "keys", manager: { by: "provider", why: null } };
  if (way === "aws:kms" || way === "aws:kms:dsse") {
    const manager: KeyManager =
      SSEKMSKeyId === undefined
        ? { by: null, why: "S3 names no key" }
        : await managerOf(SSEKMSKeyId);
    return { kind: "keys", manager };
  }
  if (OTHER_WAYS.has(way)) {
    return { kind: "keys", manager: { by: null, why: `encrypted by ${way}` } };
  }
  return { kind: "untold", why: `“${plain(way, 60)}” is no encryption that S3 documents` };
}

/** The counts of what was found. No object is named: names tell of customers. */
export function tally(
  findings: readonly Finding[],
  { KeyCount = 0, IsTruncated }: ListObjectsV2Output,
): ObjectSample {
  const keys = findings.flatMap((one) => (one.kind === "keys" ? [one.manager] : []));
  const by = (who: KeyManager["by"]) => keys.filter((manager) => manager.by === who).length;
  const untold = findings.flatMap((one) => (one.kind === "untold" ? [one.why] : []));
  const unread = keys.flatMap(({ by: who, why }) => (who === null && why !== null ? [why] : []));
  return {
    looked: findings.length,
    listed: KeyCount,
    more: IsTruncated === true,
    unencrypted: findings.filter(({ kind }) => kind === "none").length,
    untold: untold.length,
    providerKeys: by("provider"),
    customerKeys: by("customer"),
    unknownKeys: by(null),
    why: untold[0] ?? unread[0] ?? null,
  };
}

const BESIDE =
  "default encryption is not retroactive, and objects that were not sampled may be older than it";

/** The setting with what was sampled beside it: neither takes anything from the other. */
export function withSample(setting: Encryption, sampled: ObjectSample): Encryption {
  return { ...setting, caveat: setting.caveat?.replace(OLDER_OBJECTS, BESIDE) ?? null, sampled };
}
