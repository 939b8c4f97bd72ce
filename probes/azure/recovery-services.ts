import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe } from "#model/probe.ts";
import { chunks, cutOff } from "#probes/common/chunks.ts";
import { answerOf, sourceOf, tell, type Known } from "#probes/common/known.ts";
import { classifyAzure } from "./errors.ts";
import { observeInside, parentsOf, type Child } from "./inside.ts";
import { readPolicies } from "./plans.ts";
import {
  ITEM_KIND,
  ITEMS_READ,
  POINT_KIND,
  POLICY_KIND,
  readPoints,
  readVault,
  selectedOf,
  stopped,
  subjectOf,
  tellPoints,
} from "./recovery-items.ts";
import { keptFor, toRules } from "./recovery-policy.ts";
import { inSubscriptions } from "./session.ts";
import { RECOVERY_VAULT } from "./vault-facets.ts";
import { vaultPermissions } from "./vault-places.ts";

const POLICIES_READ = "Microsoft.RecoveryServices/vaults/backupPolicies/read";
const POINTS_READ = `${POINT_KIND}/read`;

/** Recovery Services vaults: their policies, what these protect, and the recovery points that exist. */
export default defineProbe({
  id: "azure-recovery-services",
  title: "Azure Backup in Recovery Services vaults",
  provider: "azure",
  kinds: [POLICY_KIND, ITEM_KIND, POINT_KIND],
  provides: {
    inventory: { permissions: [POLICIES_READ, ITEMS_READ, POINTS_READ] },
    backupPlan: {
      kinds: [POLICY_KIND],
      permissions: [POLICIES_READ, ITEMS_READ, ...vaultPermissions(RECOVERY_VAULT)],
    },
    backups: {
      kinds: [ITEM_KIND],
      permissions: [POLICIES_READ, ITEMS_READ, ...vaultPermissions(RECOVERY_VAULT)],
    },
    recoveryPoints: { kinds: [ITEM_KIND], permissions: [ITEMS_READ, POINTS_READ] },
    recoveryPoint: { kinds: [POINT_KIND], permissions: [ITEMS_READ, POINTS_READ] },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure") return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const vaults = await parentsOf([RECOVERY_VAULT], session);
      const read = await Promise.all(vaults.items.map((vault) => readVault(vault, session)));
      const items = read.flatMap(({ items: known }) => (known.ok ? known.value : []));
      const itemAnswers = read.map((vault) => vault.items);
      const inner = items.filter(({ item }) => !item.machine);
      yield* observeInside(ITEM_KIND, inner.map(subjectOf), vaults, itemAnswers, session);
      const { rulesOf, observations } = await readPolicies(
        { kind: POLICY_KIND, vaults, wanted, toRules },
        read.map(({ vault, policies, items: known }) => ({
          vault,
          policies,
          selected: selectedOf(known),
        })),
        session,
      );
      yield* observations;
      if (wanted.has("backups")) {
        for (const { item, child } of inner) {
          const known = item.active ? rulesOf(item.policy ?? "") : stopped(item);
          const source = sourceOf(known, child.source);
          yield tell(context, child.subject, "backups", source, () => ({
            rules: answerOf(known),
            partOf: [],
          }));
        }
      }
      if (!wanted.has("recoveryPoint") && !wanted.has("recoveryPoints")) return;
      const points: Known<readonly Child[]>[] = [];
      const subjects: Child["subject"][] = [];
      const told: (Observation | Problem)[] = [];
      for await (const some of chunks(items, context.signal)) {
        for (const one of await Promise.all(some.map((item) => readPoints(item, session)))) {
          points.push(one.points);
          if (one.points.ok) subjects.push(...one.points.value.map(({ subject }) => subject));
          const rules = rulesOf(one.item.item.policy ?? "");
          told.push(...tellPoints(one, rules.ok ? keptFor(rules.value) : null, wanted, session));
        }
      }
      const answers = [...itemAnswers, ...points];
      const all = { ...vaults, complete: vaults.complete && !context.signal.aborted };
      yield* observeInside(POINT_KIND, subjects, all, answers, session);
      yield* told;
      if (context.signal.aborted) yield cutOff(context, `GET ${POINT_KIND}`, wanted);
    });
  },
});
