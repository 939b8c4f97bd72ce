import type { BackupPlan, BackupRule, BackupSelection } from "#model/backup-facets.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { answerOf, sourceOf, tell, type From, type Known } from "#probes/common/known.ts";
import type { Fields } from "#probes/common/json.ts";
import { observeInside, type Child, type Parent, type Parents } from "./inside.ts";
import { listResources } from "./listing.ts";
import type { VaultPlace } from "./recovery-policy.ts";
import type { AzureSession } from "./session.ts";
import { VAULT_VERSIONS, vaultPlaces } from "./vault-places.ts";

/** One thing that a policy backs up. */
export interface Selected {
  /** Id of the policy. */
  readonly policy: string;
  /** Id of the resource, in whatever case; null where it is no resource of its own. */
  readonly id: string | null;
  /** Some of its disks are left out. */
  readonly withoutDisks: boolean;
}

/** The policies of one vault, and what they back up. */
export interface VaultPolicies {
  readonly vault: Parent;
  readonly policies: Known<readonly Child[]>;
  readonly selected: Known<readonly Selected[]>;
}

interface Reading {
  readonly kind: string;
  readonly vaults: Parents;
  readonly wanted: ReadonlySet<FacetName>;
  /** Throws where the policy is not as documented. */
  readonly toRules: (policy: Fields, vault: VaultPlace, from: Date) => readonly BackupRule[];
}

/**
 * The policies of all vaults as backup plans, each with what it backs up as its selections.
 * @returns what was seen, and the rules of a policy by its id
 */
export async function readPolicies(
  { kind, vaults, wanted, toRules }: Reading,
  read: readonly VaultPolicies[],
  session: AzureSession,
): Promise<{
  readonly observations: readonly (Observation | Problem)[];
  readonly rulesOf: (policy: string) => Known<readonly BackupRule[]>;
}> {
  const { context } = session;
  const children = read.flatMap(({ policies }) => (policies.ok ? policies.value : []));
  const answers = read.flatMap(({ policies, selected }) => [policies, named(policies, selected)]);
  const observations: (Observation | Problem)[] = [
    ...observeInside(
      kind,
      children.map(({ subject }) => subject),
      vaults,
      answers,
      session,
    ),
  ];
  const needed = wanted.has("backupPlan") || wanted.has("backups");
  const rules = new Map<string, Known<readonly BackupRule[]>>();
  const places = needed ? await placesOfVaults(kind, session) : new Map<string, VaultPlace>();
  const spelt = await spelling(session);
  for (const { vault, policies, selected } of needed ? read : []) {
    if (!policies.ok) continue;
    const { subject } = vault;
    const place = places.get(subject.id.toLowerCase()) ?? unplaced(vault);
    for (const { subject: policy, raw } of policies.value) {
      const source = sourceOf(policies, policies);
      const from = new Date(source.observedAt);
      rules.set(
        policy.id.toLowerCase(),
        rulesKnown(policies, () => toRules(raw, place, from)),
      );
      if (!wanted.has("backupPlan")) continue;
      const decided = selected.ok ? source : sourceOf(selected, source);
      observations.push(
        tell(context, policy, "backupPlan", decided, (): BackupPlan => {
          const own = answerOf(selected).filter(({ policy: id }) => isSame(id, policy.id));
          const selections = selectionsOf(own, spelt);
          // What a policy that backs up no resource would do is nobody's business.
          return {
            rules: selections.length === 0 ? [] : toRules(raw, place, from),
            selections,
          };
        }),
      );
    }
  }
  const rulesOf = (id: string) =>
    rules.get(id.toLowerCase()) ?? {
      ok: false as const,
      operation: `GET ${kind}`,
      permission: `${kind}/read`,
      failure:
        read.flatMap(({ policies }) => (policies.ok ? [] : [policies.failure]))[0] ??
        partial("its policy was not listed"),
    };
  return { observations, rulesOf };
}

/** Whether every policy by which something is backed up is among those that were listed. */
function named(
  policies: Known<readonly Child[]>,
  selected: Known<readonly Selected[]>,
): Known<unknown> {
  if (!policies.ok || !selected.ok) return selected;
  const ids = new Set(policies.value.map(({ subject }) => subject.id.toLowerCase()));
  const missing = selected.value.find(({ policy }) => !ids.has(policy.toLowerCase()));
  if (missing === undefined) return selected;
  const { operation, permission } = policies;
  const message = `something is backed up by ${missing.policy.slice(0, 300)}, which is not among the vault's policies`;
  return { ok: false, operation, permission, failure: partial(message) };
}

function selectionsOf(
  own: readonly Selected[],
  spelt: (id: string) => string,
): readonly BackupSelection[] {
  const of = (withoutDisks: boolean) =>
    own.flatMap((one) => (one.withoutDisks === withoutDisks && one.id !== null ? [one.id] : []));
  const selection = (name: string, ids: readonly string[]) => ({
    name,
    include: ids.map(spelt),
    exclude: [],
    anyTag: [],
    allTags: [],
    leftOut: [],
  });
  const [whole, partly] = [of(false), of(true)];
  return [
    ...(whole.length === 0 ? [] : [selection("protected", whole)]),
    // Which disks are left out is told by their numbers in the machine only.
    ...(partly.length === 0
      ? []
      : [
          {
            ...selection("protected without some disks", partly),
            withoutParts: ["Microsoft.Compute/disks"],
          },
        ]),
  ];
}

/** Ids as ARM's own list spells them: case makes no difference to Azure, but to whoever compares them. */
export async function spelling(session: AzureSession): Promise<(id: string) => string> {
  const listings = await Promise.all(session.subscriptions.readable.map(session.resources));
  return (id) => {
    const key = id.toLowerCase();
    return listings.flatMap(({ items }) => items.get(key) ?? [])[0]?.id ?? id;
  };
}

/** Where each vault keeps recovery points. */
async function placesOfVaults(
  kind: string,
  session: AzureSession,
): Promise<ReadonlyMap<string, VaultPlace>> {
  const versions = Object.entries(VAULT_VERSIONS).filter(([vault]) => kind.startsWith(`${vault}/`));
  const { found } = await listResources(Object.fromEntries(versions), session);
  const places = vaultPlaces(session);
  const read = await Promise.all(
    found.map(async (vault) => {
      const { pair } = await places.pair(vault);
      return placed({ subject: vault.subject, subscription: vault.subscription }, pair);
    }),
  );
  return new Map(read.map((place) => [place.id.toLowerCase(), place]));
}

function placed({ subject }: Parent, pair: () => string | null): VaultPlace {
  try {
    const copy = pair();
    return { id: subject.id, region: subject.region, copies: copy === null ? [] : [copy] };
  } catch {
    return { id: subject.id, region: subject.region, copies: [null] };
  }
}

/** A vault that was not read: whether it has copies elsewhere is not known. */
function unplaced({ subject }: Parent): VaultPlace {
  return { id: subject.id, region: subject.region, copies: [null] };
}

function rulesKnown(
  known: From & Known<unknown>,
  make: () => readonly BackupRule[],
): Known<readonly BackupRule[]> {
  const { operation, permission, observedAt, sha256 } = known;
  try {
    return { ok: true, value: make(), operation, permission, observedAt, sha256 };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const failure = { reason: "malformed", message, retryable: false } as const;
    return { ok: false, operation, permission, failure };
  }
}

function partial(message: string) {
  return { reason: "partial", message, retryable: false } as const;
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
