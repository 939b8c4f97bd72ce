import { answerOf, oncePer, type Known } from "#probes/common/known.ts";
import type { Fields } from "#probes/common/json.ts";
import { below, listArm } from "./asks.ts";
import { askInside } from "./inside.ts";
import type { Found } from "./listing.ts";
import type { AzureSession } from "./session.ts";
import {
  BACKUP_VAULT,
  backupVaultCopies,
  ownCopies,
  RECOVERY_VAULT,
  recoveryVaultCopies,
  regionPairs,
  storageConfigCopies,
  type VaultCopies,
} from "./vault-facets.ts";

export const VAULT_VERSIONS = { [RECOVERY_VAULT]: "2024-04-01", [BACKUP_VAULT]: "2024-04-01" };
export const STORAGE_CONFIG = "Microsoft.RecoveryServices/vaults/backupstorageconfig/read";
export const LOCATIONS = "Microsoft.Resources/subscriptions/locations/read";

/** What reading where a vault keeps its copies takes. */
export function vaultPermissions(kind: string): readonly string[] {
  const recovery = kind === RECOVERY_VAULT ? [STORAGE_CONFIG] : [];
  return [`${kind}/read`, ...recovery, LOCATIONS];
}

/** Where vaults keep their copies. What is given out throws where the answer that it rests on is missing. */
export interface VaultPlaces {
  readonly copies: (
    vault: Found,
  ) => Promise<{ readonly from: Known<Fields> | null; readonly copies: () => VaultCopies }>;
  /** The region of the copies; null: there are none elsewhere. */
  readonly pair: (
    vault: Found,
  ) => Promise<{ readonly from: Known<unknown> | null; readonly pair: () => string | null }>;
}

export function vaultPlaces(session: AzureSession): VaultPlaces {
  const locationsOf = oncePer((subscription) =>
    listArm(session, {
      under: subscription,
      path: below(`/subscriptions/${subscription}`, "locations"),
      apiVersion: "2022-12-01",
      permission: LOCATIONS,
    }),
  );
  const copies: VaultPlaces["copies"] = async (vault) => {
    const { subject, raw } = vault;
    if (isBackupVault(subject)) return { from: null, copies: () => backupVaultCopies(raw) };
    if (ownCopies(raw) !== null) return { from: null, copies: () => recoveryVaultCopies(raw) };
    const apiVersion = VAULT_VERSIONS[RECOVERY_VAULT];
    const rest = "backupstorageconfig/vaultstorageconfig";
    const config = await askInside(session, vault, rest, apiVersion);
    return { from: config, copies: () => storageConfigCopies(answerOf(config)) };
  };
  return {
    copies,
    pair: async (vault) => {
      const { from, copies: told } = await copies(vault);
      if (!isGeo(told)) {
        return {
          from,
          pair: () => {
            told();
            return null;
          },
        };
      }
      const locations = await locationsOf(vault.subscription);
      return {
        from: locations,
        pair: () => {
          const own = vault.subject.region ?? "";
          const pair = regionPairs(answerOf(locations)).get(own);
          if (pair !== undefined) return pair;
          throw new TypeError(`the vault is geo-redundant, and Azure names no pair of ${own}`);
        },
      };
    },
  };
}

export function isBackupVault({ kind }: Found["subject"]): boolean {
  return kind.toLowerCase() === BACKUP_VAULT.toLowerCase();
}

/** Whether there are copies elsewhere; false where that is not told, which asking further does not change. */
function isGeo(copies: () => VaultCopies): boolean {
  try {
    return copies().geo;
  } catch {
    return false;
  }
}
