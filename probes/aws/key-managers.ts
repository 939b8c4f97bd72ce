import type { AliasListEntry, ListAliasesResponse } from "@aws-sdk/client-kms";
import type { Observation, Problem } from "#model/evidence.ts";
import type { Encryption } from "#model/facets.ts";
import { plain } from "#model/text.ts";
import { chunks } from "#probes/common/chunks.ts";
import type { AwsClients } from "./clients.ts";
import { oncePer, tell, type Known } from "#probes/common/known.ts";
import { askAll } from "./known.ts";
import type { Found } from "./listing.ts";
import type { AwsSession } from "./session.ts";
import { tokenAfter } from "./pages.ts";

/** Who manages a KMS key; `by: null` with the reason where that was not read. */
export interface KeyManager {
  readonly by: Encryption["keyManagement"];
  readonly why: string | null;
}

/** The provider's own keys, for what names none. */
export const PROVIDER_KEY: KeyManager = { by: "provider", why: null };

type Aliases = (region: string) => Promise<Known<readonly AliasListEntry[]>>;
/** The probes of one account share what they learn of its keys. */
const known = new WeakMap<AwsClients, Aliases>();

/** Tells who manages the key that a resource in a region names. */
export function keyManagers(
  session: AwsSession,
): (region: string, key: string | undefined) => Promise<KeyManager> {
  const aliases = known.get(session.clients) ?? oncePer((region) => askAliases(region, session));
  known.set(session.clients, aliases);
  return async (region, key) => {
    if (key === undefined) return PROVIDER_KEY;
    return foreignKey(key, session.account.id) ?? toKeyManager(key, await aliases(region));
  };
}

/** By whose key each listed resource is encrypted, where the listing names the key. */
export async function* tellEncryption<Item extends { readonly KmsKeyId?: string | undefined }>(
  found: readonly Found<Item>[],
  toEncryption: (item: Item, manager: KeyManager) => Encryption,
  session: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const { context } = session;
  const managerOf = keyManagers(session);
  for await (const chunk of chunks(found, context.signal)) {
    for (const { subject, item, place, source } of chunk) {
      const manager = await managerOf(place.region, item.KmsKeyId);
      yield tell(context, subject, "encryption", source, () => toEncryption(item, manager));
    }
  }
}

/** A key of another account was made by that account: AWS's own keys serve the account that they are in alone. */
function foreignKey(key: string, account: string): KeyManager | null {
  const owner = /^arn:[^:]*:kms:[^:]*:(\d{12}):/.exec(key)?.[1];
  return owner === undefined || owner === account ? null : { by: "customer", why: null };
}

/**
 * AWS manages the keys that an alias `aws/…` stands for; no account can make such an alias itself.
 * https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html
 */
export function toKeyManager(
  key: string,
  aliases: Known<readonly Pick<AliasListEntry, "AliasName" | "TargetKeyId">[]>,
): KeyManager {
  if (/(?:^|:)alias\/aws\//.test(key)) return PROVIDER_KEY;
  if (!aliases.ok) {
    const { failure, permission } = aliases;
    const missing = failure.reason === "denied" ? ` (permission ${permission})` : "";
    return {
      by: null,
      why: `whose key it is was not read${missing}: ${plain(failure.message)}`,
    };
  }
  const id = key.slice(key.lastIndexOf("/") + 1);
  const own = aliases.value.some(
    ({ AliasName, TargetKeyId }) => TargetKeyId === id && AliasName?.startsWith("alias/aws/"),
  );
  return { by: own ? "provider" : "customer", why: null };
}

function askAliases(region: string, session: AwsSession) {
  return askAll(session, {
    service: "kms",
    region,
    operation: "ListAliases",
    permission: "kms:ListAliases",
    page: (Marker) => async (client, options) => {
      const { ListAliasesCommand } = await import("@aws-sdk/client-kms");
      return client.send(new ListAliasesCommand({ Limit: 100, Marker }), options);
    },
    next: (page: ListAliasesResponse) => tokenAfter(page.Truncated, page.NextMarker),
    items: (page) => page.Aliases,
  });
}
