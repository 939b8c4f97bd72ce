import type { DescribeSecurityConfigurationOutput } from "@aws-sdk/client-emr";
import type { Encryption } from "#model/facets.ts";
import type { KeyManager } from "./key-managers.ts";

/** How a security configuration encrypts the local disks of a cluster. */
export interface LocalDisks {
  readonly provider: "AwsKms" | "Custom";
  readonly key: string | undefined;
  /** Whether EBS encrypts its volumes, the root volumes among them. */
  readonly byVolume: boolean;
}

/**
 * What a security configuration says of local disks; null: they are left as they are.
 * https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html
 * @throws when it is no such document
 */
export function localDisks(raw: DescribeSecurityConfigurationOutput): LocalDisks | null {
  const document: unknown = JSON.parse(raw.SecurityConfiguration ?? "");
  if (!isRecord(document)) throw new TypeError("a security configuration that is no object");
  const encryption = part(document, "EncryptionConfiguration");
  if (encryption === null) return null;
  const enabled = encryption["EnableAtRestEncryption"];
  if (typeof enabled !== "boolean") throw new TypeError("no EnableAtRestEncryption");
  const atRest = part(encryption, "AtRestEncryptionConfiguration");
  const disks = atRest === null ? null : part(atRest, "LocalDiskEncryptionConfiguration");
  if (!enabled || disks === null) return null;
  const provider = disks["EncryptionKeyProviderType"];
  if (provider !== "AwsKms" && provider !== "Custom") {
    throw new TypeError("no EncryptionKeyProviderType");
  }
  const key = disks["AwsKmsKey"];
  const named = typeof key === "string" && key !== "" ? key : undefined;
  if (provider === "AwsKms" && named === undefined) throw new TypeError("no AwsKmsKey");
  return { provider, key: named, byVolume: disks["EnableEbsEncryption"] === true };
}

/**
 * The encryption of a cluster's local disks, where HDFS lies; what it keeps in S3 is the bucket's. Without a setting
 * of its own nothing is said: its volumes may be encrypted by themselves, and are subjects of their own.
 * https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-data-encryption-options.html
 */
export function toEncryption(disks: LocalDisks | null, manager: KeyManager): Encryption {
  const none = { algorithm: null, algorithmSource: null, algorithmReference: null };
  if (disks === null) {
    const caveat =
      "no security configuration encrypts its local disks; its volumes may be encrypted by themselves";
    return { enabled: null, ...none, keyManagement: null, caveat };
  }
  const root = disks.byVolume ? [] : ["its root volumes are not encrypted by this setting"];
  const { by, why } =
    disks.provider === "Custom" ? { by: "customer" as const, why: null } : manager;
  const caveats = [...root, ...(why === null ? [] : [why])];
  return {
    enabled: true,
    ...none,
    keyManagement: by,
    caveat: caveats.length === 0 ? null : caveats.join("; "),
  };
}

type Properties = Readonly<Record<string, unknown>>;

/** null: it is left out. @throws when it is no object */
function part(document: Properties, name: string): Properties | null {
  const value = document[name];
  if (value === undefined) return null;
  if (!isRecord(value)) throw new TypeError(`${name} is no object`);
  return value;
}

function isRecord(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
