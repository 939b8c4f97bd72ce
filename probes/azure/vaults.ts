import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { chunks, cutOff } from "#probes/common/chunks.ts";
import { unanswered } from "#probes/common/known.ts";
import { tellAll } from "#probes/common/telling.ts";
import { classifyAzure } from "./errors.ts";
import { askInside } from "./inside.ts";
import { facetsOf, listResources, type Found } from "./listing.ts";
import { inSubscriptions, type AzureSession } from "./session.ts";
import {
  isBackupVault,
  LOCATIONS,
  STORAGE_CONFIG,
  VAULT_VERSIONS,
  vaultPlaces,
  type VaultPlaces,
} from "./vault-places.ts";
import {
  BACKUP_VAULT,
  namesItsKey,
  RECOVERY_VAULT,
  toEncryption,
  toImmutability,
  toLocation,
  toRedundancy,
} from "./vault-facets.ts";

const READ = [
  "Microsoft.RecoveryServices/vaults/read",
  "Microsoft.DataProtection/backupVaults/read",
];

/** Vaults of Azure Backup: where their copies are, by whose key they encrypt, and whether they are locked. */
export default defineProbe({
  id: "azure-vaults",
  title: "Azure Recovery Services and Backup vaults",
  provider: "azure",
  kinds: [RECOVERY_VAULT, BACKUP_VAULT],
  provides: {
    location: { permissions: [...READ, STORAGE_CONFIG, LOCATIONS] },
    encryption: {
      permissions: [...READ, "Microsoft.RecoveryServices/vaults/backupEncryptionConfigs/read"],
    },
    redundancy: { permissions: [...READ, STORAGE_CONFIG] },
    immutability: { permissions: READ },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || wanted.size === 0) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const { found, unread } = await listResources(VAULT_VERSIONS, session);
      for (const { subject, known } of unread) {
        if (known.ok) continue;
        yield* facetsOf(subject, wanted).map((facet) => unanswered(context, subject, facet, known));
      }
      const places = vaultPlaces(session);
      for await (const some of chunks(found, context.signal)) {
        const told = some.map((vault) => readVault(vault, places, wanted, session));
        yield* (await Promise.all(told)).flat();
      }
      if (context.signal.aborted) yield cutOff(context, "GET vaults", wanted);
    });
  },
});

function readVault(
  vault: Found,
  places: VaultPlaces,
  wanted: ReadonlySet<FacetName>,
  session: AzureSession,
): Promise<readonly (Observation | Problem)[]> {
  const { raw } = vault;
  return tellAll(vault, wanted, session, {
    immutability: () => Promise.resolve({ from: null, map: () => toImmutability(raw) }),
    redundancy: async () => {
      const { copies, from } = await places.copies(vault);
      return { from, map: () => toRedundancy(copies()) };
    },
    location: async () => {
      const { from, pair } = await places.pair(vault);
      return { from, map: () => toLocation(raw, pair()) };
    },
    encryption: async () => {
      if (isBackupVault(vault.subject) || namesItsKey(raw)) {
        return { from: null, map: () => toEncryption(raw, null) };
      }
      const config = await askInside(
        session,
        vault,
        "backupEncryptionConfigs/backupResourceEncryptionConfig",
        VAULT_VERSIONS[RECOVERY_VAULT],
      );
      // That there is encryption is known without it; whose key it is, is not.
      return {
        from: null,
        parts: [config],
        map: () => toEncryption(raw, config.ok ? config.value : null),
      };
    },
  });
}
