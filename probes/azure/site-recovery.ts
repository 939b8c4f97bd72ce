import type { RecoveryTest } from "#model/backup-facets.ts";
import { defineProbe } from "#model/probe.ts";
import { answerOf, tell, type From, type Known } from "#probes/common/known.ts";
import { classifyAzure } from "./errors.ts";
import { listInside, observeInside, parentsOf, understood, type Child } from "./inside.ts";
import { inSubscriptions } from "./session.ts";
import {
  itemsOfPlan,
  machineOf,
  toDestination,
  toItemTest,
  toPlanTest,
} from "./site-recovery-facets.ts";
import { RECOVERY_VAULT } from "./vault-facets.ts";
import { VAULT_VERSIONS } from "./vault-places.ts";

const MACHINE = "Microsoft.Compute/virtualMachines";
const ITEM_KIND = `${RECOVERY_VAULT}/replicationFabrics/replicationProtectionContainers/replicationProtectedItems`;
const PLAN_KIND = `${RECOVERY_VAULT}/replicationRecoveryPlans`;
const ITEMS_READ = `${RECOVERY_VAULT}/replicationProtectedItems/read`;
const PLANS_READ = `${PLAN_KIND}/read`;

/** Site Recovery: where machines are replicated to, how far behind, and when a failover was last tested. */
export default defineProbe({
  id: "azure-site-recovery",
  title: "Azure Site Recovery",
  provider: "azure",
  kinds: [ITEM_KIND, PLAN_KIND, MACHINE],
  provides: {
    inventory: { permissions: [ITEMS_READ, PLANS_READ], kinds: [ITEM_KIND, PLAN_KIND] },
    recoveryTest: { permissions: [ITEMS_READ, PLANS_READ], kinds: [ITEM_KIND, PLAN_KIND] },
    replication: { permissions: [ITEMS_READ], kinds: [MACHINE] },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure") return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const vaults = await parentsOf([RECOVERY_VAULT], session);
      const apiVersion = VAULT_VERSIONS[RECOVERY_VAULT];
      const list = (rest: string, kind: string) =>
        Promise.all(
          vaults.items.map((vault) => listInside(session, vault, { rest, kind, apiVersion })),
        );
      const [read, plansRead] = await Promise.all([
        list("replicationProtectedItems", ITEM_KIND),
        list("replicationRecoveryPlans", PLAN_KIND),
      ]);
      const items = read.flatMap((known) => (known.ok ? known.value : []));
      const plans = plansRead.flatMap((known) => (known.ok ? known.value : []));
      yield* observeInside(ITEM_KIND, items.map(subjectOf), vaults, read, session);
      yield* observeInside(PLAN_KIND, plans.map(subjectOf), vaults, plansRead, session);
      if (wanted.has("recoveryTest")) {
        for (const { subject, raw, source } of items) {
          yield tell(context, subject, "recoveryTest", source, () => toItemTest(raw));
        }
        const testOf = testsOf(items, read);
        for (const { subject, raw, source } of plans) {
          yield tell(context, subject, "recoveryTest", source, () =>
            toPlanTest(raw, itemsOfPlan(raw).map(testOf)),
          );
        }
      }
      if (!wanted.has("replication")) return;
      const machines = await parentsOf([MACHINE], session);
      const told = read.map((known) =>
        understood(known, (item) => ({ item, machine: machineOf(item.raw)?.toLowerCase() })),
      );
      const ofMachine = Map.groupBy(
        told.flatMap((known) => (known.ok ? known.value : [])),
        ({ machine }) => machine,
      );
      // A vault that was not read may be the one that replicates a machine.
      const missing = told.find((known) => !known.ok) ?? vaults.unread;
      for (const { subject } of machines.items) {
        const own = ofMachine.get(subject.id.toLowerCase()) ?? [];
        const source = own[0]?.item.source ?? told.flatMap(sourceOfRead)[0] ?? machines.source;
        if (source === null) continue;
        yield tell(context, subject, "replication", source, () => {
          if (missing !== null) answerOf(missing);
          return { destinations: own.map(({ item }) => toDestination(item.raw)) };
        });
      }
    });
  },
});

function sourceOfRead(known: Known<unknown>): readonly From[] {
  if (!known.ok) return [];
  const { operation, observedAt, sha256 } = known;
  return [{ operation, observedAt, sha256 }];
}

function subjectOf({ subject }: Child) {
  return subject;
}

/** The tests of an item by its id. */
function testsOf(
  items: readonly Child[],
  read: readonly Known<unknown>[],
): (id: string) => RecoveryTest {
  const byId = new Map(items.map((item) => [item.subject.id.toLowerCase(), item]));
  const failed = read.find((known) => !known.ok);
  return (id) => {
    const item = byId.get(id.toLowerCase());
    if (item !== undefined) return toItemTest(item.raw);
    if (failed !== undefined) answerOf(failed);
    throw new TypeError("the plan has an item that is not among those of its vault");
  };
}
