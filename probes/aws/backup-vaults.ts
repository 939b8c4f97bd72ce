import type { BackupVaultListMember, ListBackupVaultsOutput } from "@aws-sdk/client-backup";
import type { AccessPolicy, Immutability } from "#model/backup-facets.ts";
import type { Encryption } from "#model/facets.ts";
import { defineProbe, defineRead, type AnyRead } from "#model/probe.ts";
import { toAccessPolicy } from "./access-policy.ts";
import type { Account } from "./account.ts";
import { awsQuestion, isAbsent, orAbsent, type Absent } from "./calls.ts";
import { classifyAws } from "./errors.ts";
import { defineListing, listAll, observeListed, type Found } from "./listing.ts";
import { inAccount, type AwsSession } from "./session.ts";

const VAULT_KIND = "AWS::Backup::BackupVault";
export const VAULT_ENCRYPTION =
  "https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html";

/** Backup vaults: by which key they encrypt, whether they are locked, and whom their policies let in. */
export default defineProbe({
  id: "aws-backup-vaults",
  title: "AWS Backup vaults",
  provider: "aws",
  kinds: [VAULT_KIND],
  provides: {
    inventory: {
      permissions: ["ec2:DescribeRegions", "backup:ListBackupVaults", "tag:GetResources"],
    },
    encryption: { permissions: ["backup:ListBackupVaults"] },
    immutability: { permissions: ["backup:ListBackupVaults"] },
    accessPolicy: { permissions: ["backup:GetBackupVaultAccessPolicy"] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const now = context.now();
      const own = { ...vaults, facets: { encryption: toEncryption, immutability: lockAt(now) } };
      const listed = await listAll(own, session);
      yield* observeListed(own, listed, wanted, session);
      if (!wanted.has("accessPolicy")) return;
      yield* context.readAll(listed.found.map((vault) => policyRead(vault, session)));
    });
  },
});

/** Every vault of every region that the account has enabled. */
export const vaults = defineListing({
  kinds: [VAULT_KIND],
  service: "backup",
  operation: "ListBackupVaults",
  permission: "backup:ListBackupVaults",
  reach: "everywhere",
  page: (NextToken) => async (client, options) => {
    const { ListBackupVaultsCommand } = await import("@aws-sdk/client-backup");
    return client.send(new ListBackupVaultsCommand({ NextToken }), options);
  },
  next: (page: ListBackupVaultsOutput) => page.NextToken,
  items: (page) => page.BackupVaultList,
  subject: ({ BackupVaultArn: id, BackupVaultName: name }: BackupVaultListMember) => {
    if (id === undefined || name === undefined) throw new TypeError("a vault without name");
    return { id, name, tags: "elsewhere" };
  },
});

/** A vault always has a key: https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html */
export function toEncryption({
  EncryptionKeyArn,
  EncryptionKeyType,
}: BackupVaultListMember): Encryption {
  const encrypted = EncryptionKeyArn !== undefined || EncryptionKeyType !== undefined;
  return {
    enabled: encrypted ? true : null,
    algorithm: encrypted ? "AES-256" : null,
    algorithmSource: encrypted ? "published-design" : null,
    algorithmReference: VAULT_ENCRYPTION,
    keyManagement:
      EncryptionKeyType === "CUSTOMER_MANAGED_KMS_KEY"
        ? "customer"
        : EncryptionKeyType === "AWS_OWNED_KMS_KEY"
          ? "provider"
          : null,
    caveat:
      "the vault's key encrypts recovery points that AWS Backup manages in full; the others are encrypted as their source is, and each tells it of itself",
  };
}

/**
 * `Locked` is true as soon as there is a lock, which whoever has the right to may take away until its LockDate; without
 * such a date for ever. https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
 */
export function lockAt(now: Date): (vault: BackupVaultListMember) => Immutability {
  return ({ Locked, LockDate, MinRetentionDays, MaxRetentionDays, VaultType }) => {
    const minimumDays = MinRetentionDays ?? null;
    const kept = [
      ...(MinRetentionDays === undefined ? [] : [`at least ${MinRetentionDays} days`]),
      ...(MaxRetentionDays === undefined ? [] : [`at most ${MaxRetentionDays} days`]),
    ].join(", ");
    const said = (mode: Immutability["mode"], words: string): Immutability => ({
      mode,
      minimumDays: mode === "none" ? null : minimumDays,
      detail: kept === "" || mode === "none" ? words : `${words}, ${kept}`,
    });
    // https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html
    if (VaultType === "LOGICALLY_AIR_GAPPED_BACKUP_VAULT") {
      return said("compliance", "logically air-gapped vault, locked in compliance mode");
    }
    if (Locked === undefined)
      return said(null, "the answer does not say whether the vault is locked");
    if (!Locked) return said("none", "no vault lock");
    if (LockDate === undefined) return said("governance", "vault lock without lock date");
    const date = LockDate.toISOString();
    return LockDate.getTime() <= now.getTime()
      ? said("compliance", `vault lock, immutable since ${date}`)
      : said("governance", `vault lock that can be taken away until ${date}`);
  };
}

function policyRead(
  { subject, place }: Found<BackupVaultListMember>,
  session: AwsSession,
): AnyRead {
  const BackupVaultName = subject.name;
  const send = orAbsent<"backup", { readonly Policy?: string | undefined }>(
    ["ResourceNotFoundException"],
    async (client, options) => {
      const { GetBackupVaultAccessPolicyCommand } = await import("@aws-sdk/client-backup");
      return client.send(new GetBackupVaultAccessPolicyCommand({ BackupVaultName }), options);
    },
  );
  const operation = "GetBackupVaultAccessPolicy";
  return defineRead({
    ...awsQuestion(session.clients, "backup", place.region, operation, send),
    subject,
    facet: "accessPolicy",
    permission: "backup:GetBackupVaultAccessPolicy",
    map: (raw) => toVaultAccess(raw, session.account),
  });
}

/** @throws when the answer holds no policy or one that is no policy document */
export function toVaultAccess(
  raw: { readonly Policy?: string | undefined } | Absent,
  account: Account,
): AccessPolicy {
  if (!isAbsent(raw) && raw.Policy === undefined) throw new TypeError("an answer without policy");
  return toAccessPolicy(isAbsent(raw) ? null : (raw.Policy ?? null), account, [
    "identity policies of the account let its principals in whatever the vault's policy does not deny",
    "recovery points of services that keep them themselves (EBS, RDS and others) are reached by those services' own calls",
  ]);
}
