import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { answerOf, sourceOf, tell, type Known } from "#probes/common/known.ts";
import { listInside, understood, type Child, type Parent } from "./inside.ts";
import type { Selected } from "./plans.ts";
import { toOwnPoints, toRecoveryServicesPoint } from "./recovery-points.ts";
import { toItem, type ProtectedItem } from "./recovery-policy.ts";
import type { AzureSession } from "./session.ts";
import { RECOVERY_VAULT } from "./vault-facets.ts";
import { VAULT_VERSIONS } from "./vault-places.ts";

export const ITEM_KIND =
  "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems";
export const POINT_KIND = `${ITEM_KIND}/recoveryPoints`;
export const POLICY_KIND = "Microsoft.RecoveryServices/vaults/backupPolicies";
export const ITEMS_READ = "Microsoft.RecoveryServices/vaults/backupProtectedItems/read";
const API = VAULT_VERSIONS[RECOVERY_VAULT];

/** An item as the listing of its vault shows it. */
export interface Item {
  readonly item: ProtectedItem;
  readonly child: Child;
}

/** The item itself. */
export function subjectOf({ child }: Item) {
  return child.subject;
}

/** The policies and the items of a vault. */
export async function readVault(vault: Parent, session: AzureSession) {
  const [policies, children] = await Promise.all([
    listInside(session, vault, { rest: "backupPolicies", kind: POLICY_KIND, apiVersion: API }),
    listInside(session, vault, { rest: "backupProtectedItems", kind: ITEM_KIND, apiVersion: API }),
  ]);
  const items = understood(children, (child): Item => ({ item: toItem(child.raw), child }));
  return { vault, policies, items };
}

/** The machines that each policy backs up. */
export function selectedOf(known: Known<readonly Item[]>): Known<readonly Selected[]> {
  if (!known.ok) return known;
  const value = known.value.flatMap(({ item }): readonly Selected[] => {
    if (!item.active || item.policy === null) return [];
    const id = item.machine ? item.source : null;
    return [{ policy: item.policy, id, withoutDisks: item.selective }];
  });
  return { ...known, value };
}

/** Whether what was protected is still there is not told, so nothing is said of whether it lacks a backup. */
export function stopped({ state }: ProtectedItem): Known<never> {
  const message = `its backups do not go on (${state}); whether what they were made of is still there is not told`;
  return {
    ok: false,
    operation: "GET Microsoft.RecoveryServices/vaults/{name}/backupProtectedItems",
    permission: ITEMS_READ,
    failure: { reason: "partial", message, retryable: false },
  };
}

/** The recovery points of an item. */
export interface Points {
  readonly item: Item;
  readonly points: Known<readonly Child[]>;
  /** Points of the log, where there may be some. */
  readonly logs: Known<readonly Child[]> | null;
}

/** As Azure's own tools ask for the chain of logs: https://learn.microsoft.com/cli/azure/backup/recoverypoint */
const LOG = `$filter=${encodeURIComponent("restorePointQueryType eq 'Log' and extendedInfo eq 'True'")}`;

/** Asks for them; those of the log too, where there may be some. */
export async function readPoints(found: Item, session: AzureSession): Promise<Points> {
  const { item, child } = found;
  const { subject, parent, source } = child;
  // What is scheduled for deletion can be brought back, but not be recovered from.
  if (item.deleted) {
    const points = { ok: true, permission: ITEMS_READ, value: [], ...source } as const;
    return { item: found, logs: null, points };
  }
  const place = { ...parent, subject: { ...subject, id: withFabric(subject.id, parent) } };
  const ask = { rest: "recoveryPoints", kind: POINT_KIND, apiVersion: API };
  const [points, logs] = await Promise.all([
    listInside(session, place, ask),
    item.database ? listInside(session, place, ask, LOG) : null,
  ]);
  return { item: found, points, logs };
}

/** Some answers leave the fabric, which is always Azure, out of an item's id. */
function withFabric(id: string, { subject }: Parent): string {
  const rest = id.slice(subject.id.length);
  return /^\/backupFabrics\//i.test(rest) ? id : `${subject.id}/backupFabrics/Azure${rest}`;
}

/** Each point, and of what is no resource of its own all of them together. */
export function* tellPoints(
  { item: { item, child }, points, logs }: Points,
  retention: string | null,
  wanted: ReadonlySet<FacetName>,
  { context }: AzureSession,
): Generator<Observation | Problem> {
  const of = item.machine ? item.source : child.subject.id;
  if (wanted.has("recoveryPoint") && points.ok) {
    for (const { subject, raw } of points.value) {
      yield tell(context, subject, "recoveryPoint", sourceOf(points, child.source), () =>
        toRecoveryServicesPoint(raw, of),
      );
    }
  }
  if (!wanted.has("recoveryPoints") || item.machine) return;
  yield tell(context, child.subject, "recoveryPoints", sourceOf(points, child.source), () =>
    toOwnPoints(
      answerOf(item.active ? points : stopped(item)).map(({ raw }) =>
        toRecoveryServicesPoint(raw, of),
      ),
      logs === null ? [] : answerOf(logs).map(({ raw }) => raw),
      retention,
    ),
  );
}
