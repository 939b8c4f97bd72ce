import type { RecoveryPointByBackupVault } from "@aws-sdk/client-backup";
import type { RecoveryPoint } from "#model/backup-facets.ts";
import type { Encryption } from "#model/facets.ts";
import { VAULT_ENCRYPTION } from "./backup-vaults.ts";

/** https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html */
export function toEncryption({
  IsEncrypted,
  EncryptionKeyType,
}: RecoveryPointByBackupVault): Encryption {
  const encrypted = IsEncrypted === true;
  return {
    enabled: IsEncrypted ?? null,
    algorithm: encrypted ? "AES-256" : null,
    algorithmSource: encrypted ? "published-design" : null,
    algorithmReference: encrypted ? VAULT_ENCRYPTION : null,
    keyManagement:
      EncryptionKeyType === "CUSTOMER_MANAGED_KMS_KEY"
        ? "customer"
        : EncryptionKeyType === "AWS_OWNED_KMS_KEY"
          ? "provider"
          : null,
    caveat: null,
  };
}

/** States from which one can recover; AVAILABLE is that of a continuous backup. */
const USABLE: ReadonlySet<string> = new Set(["COMPLETED", "AVAILABLE"]);

const UNUSABLE: ReadonlySet<string> = new Set([
  "CREATING",
  "DELETING",
  "EXPIRED",
  "PARTIAL",
  "STOPPED",
]);

/** @throws when the point has no state that AWS documents, or no date */
export function toRecoveryPoint(point: RecoveryPointByBackupVault): RecoveryPoint {
  const { Status, CreationDate, ResourceArn, CalculatedLifecycle } = point;
  if (Status === undefined || CreationDate === undefined) {
    throw new TypeError("a recovery point without state or date");
  }
  if (!USABLE.has(Status) && !UNUSABLE.has(Status)) {
    throw new TypeError("a recovery point in a state of another name");
  }
  return {
    of: ResourceArn ?? null,
    at: CreationDate.toISOString(),
    usable: USABLE.has(Status),
    deletedAt: CalculatedLifecycle?.DeleteAt?.toISOString() ?? null,
    state: Status,
  };
}
