/** What a Recovery Services or Backup vault tells of itself; pure. Each throws when the answer cannot be understood. */
import type { Immutability } from "#model/backup-facets.ts";
import type { Encryption, Location, Redundancy } from "#model/facets.ts";
import { fields, text, type Fields, list } from "#probes/common/json.ts";
import { region } from "./arm.ts";
import { byDesign, ownLocation, propertiesOf } from "./facets.ts";

export const RECOVERY_VAULT = "Microsoft.RecoveryServices/vaults";
export const BACKUP_VAULT = "Microsoft.DataProtection/backupVaults";

/** Backed-up data is encrypted by AES of 256 bits whoever manages the key. */
const VAULT_ENCRYPTION = "https://learn.microsoft.com/azure/backup/backup-encryption";

/** How a vault keeps copies; `setting` is Azure's word. */
export interface VaultCopies {
  readonly setting: string;
  readonly geo: boolean;
  readonly zones: number;
}

/** https://learn.microsoft.com/azure/backup/backup-create-recovery-services-vault#set-storage-redundancy */
const COPIES: Readonly<Record<string, Omit<VaultCopies, "setting">>> = {
  locallyredundant: { zones: 1, geo: false },
  zoneredundant: { zones: 3, geo: false },
  georedundant: { zones: 1, geo: true },
  // The word of the storage setting for geo-redundant with reading at the other end.
  readaccessgeozoneredundant: { zones: 3, geo: true },
};

function copiesOf(setting: string | null): VaultCopies {
  const known = COPIES[setting?.toLowerCase() ?? ""];
  if (setting === null || known === undefined) {
    const shown = setting?.slice(0, 60) ?? "not stated";
    throw new TypeError(`a vault whose redundancy is ${shown}`);
  }
  return { setting, ...known };
}

/** Of a Backup vault: its vault store's; snapshots stay beside their source. @throws where it is not stated */
export function backupVaultCopies(raw: Fields): VaultCopies {
  const settings = list(propertiesOf(raw)["storageSettings"]);
  // Azure spells it both ways.
  const store = settings.find(
    ({ dataStoreType, datastoreType }) =>
      text(dataStoreType ?? datastoreType)?.toLowerCase() === "vaultstore",
  );
  return copiesOf(text(store?.["type"]));
}

/** Of a Recovery Services vault. @throws where it is not stated, so that its storage setting has to be asked */
export function recoveryVaultCopies(raw: Fields): VaultCopies {
  return copiesOf(ownCopies(raw));
}

/** What a Recovery Services vault itself calls its redundancy; null where it does not say. */
export function ownCopies({ properties }: Fields): string | null {
  return text(fields(fields(properties)["redundancySettings"])["standardTierStorageRedundancy"]);
}

/** Of `backupstorageconfig/vaultstorageconfig`. */
export function storageConfigCopies(raw: Fields): VaultCopies {
  const { storageModelType, storageType } = propertiesOf(raw);
  return copiesOf(text(storageModelType) ?? text(storageType));
}

export function toRedundancy({ setting, geo, zones }: VaultCopies): Redundancy {
  return { zones, zoneRedundant: zones > 1, geoRedundant: geo, setting };
}

/** @param pair region of the copies, where the vault has such */
export function toLocation(raw: Fields, pair: string | null): Location {
  const own = ownLocation(raw);
  return pair === null ? own : { regions: [...own.regions, pair], zones: null };
}

/** Azure's pairs of regions, of `/subscriptions/{id}/locations`. */
export function regionPairs(locations: readonly Fields[]): ReadonlyMap<string, string> {
  return new Map(
    locations.flatMap(({ name, metadata }) => {
      const [pair] = list(fields(metadata)["pairedRegion"]);
      const [own, other] = [region(name), region(pair?.["name"])];
      return own === null || other === null ? [] : [[own, other] as const];
    }),
  );
}

/**
 * Nobody can turn the encryption of a vault off; who manages the key is said by the vault or by its encryption setting.
 * @param config `backupEncryptionConfigs/backupResourceEncryptionConfig`; null: not asked, or not answered
 */
export function toEncryption(raw: Fields, config: Fields | null): Encryption {
  const properties = propertiesOf(raw);
  const { encryption, securitySettings } = properties;
  const own = fields(encryption ?? fields(securitySettings)["encryptionSettings"]);
  const { state, keyVaultProperties } = own;
  const configured = config === null ? null : text(propertiesOf(config)["encryptionAtRestType"]);
  const off = text(state)?.toLowerCase() === "disabled";
  const named = text(fields(keyVaultProperties)["keyUri"]) !== null && !off;
  const word = configured?.toLowerCase();
  return byDesign(
    VAULT_ENCRYPTION,
    named || word === "customermanaged"
      ? "customer"
      : off || word === "microsoftmanaged"
        ? "provider"
        : null,
  );
}

/** Whether the vault's own answer names its key. */
export function namesItsKey({ properties }: Fields): boolean {
  const { encryption } = fields(properties);
  return text(fields(fields(encryption)["keyVaultProperties"])["keyUri"]) !== null;
}

/**
 * A locked vault lets nobody delete recovery points before their time, and nobody unlock it; one that is not locked yet
 * keeps them until somebody turns that off.
 * https://learn.microsoft.com/azure/backup/backup-azure-immutable-vault-concept
 */
export function toImmutability(raw: Fields): Immutability {
  const { immutabilitySettings, softDeleteSettings } = fields(
    propertiesOf(raw)["securitySettings"],
  );
  const state = text(fields(immutabilitySettings)["state"]);
  const soft = fields(softDeleteSettings);
  const softState = text(soft["softDeleteState"] ?? soft["state"]);
  const modes: Readonly<Record<string, Immutability["mode"]>> = {
    locked: "compliance",
    unlocked: "governance",
    disabled: "none",
  };
  const days = soft["softDeleteRetentionPeriodInDays"] ?? soft["retentionDurationInDays"];
  return {
    mode: modes[state?.toLowerCase() ?? ""] ?? null,
    minimumDays: null,
    detail: [
      `immutability ${state?.slice(0, 60) ?? "is not stated"}`,
      `soft delete ${softState?.slice(0, 60) ?? "is not stated"}`,
      ...(typeof days === "number" ? [`${days} days`] : []),
    ].join(", "),
  };
}
