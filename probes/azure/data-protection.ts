import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe } from "#model/probe.ts";
import { chunks, cutOff } from "#probes/common/chunks.ts";
import { sourceOf, tell, type Known } from "#probes/common/known.ts";
import { toInstance, toRules, type BackupInstance } from "./data-protection-facets.ts";
import { classifyAzure } from "./errors.ts";
import {
  listInside,
  observeInside,
  parentsOf,
  understood,
  type Child,
  type Parent,
} from "./inside.ts";
import { readPolicies, spelling, type Selected } from "./plans.ts";
import { toBackupVaultPoint } from "./recovery-points.ts";
import { inSubscriptions, type AzureSession } from "./session.ts";
import { BACKUP_VAULT } from "./vault-facets.ts";
import { VAULT_VERSIONS, vaultPermissions } from "./vault-places.ts";

const INSTANCE_KIND = `${BACKUP_VAULT}/backupInstances`;
const POINT_KIND = `${INSTANCE_KIND}/recoveryPoints`;
const POLICY_KIND = `${BACKUP_VAULT}/backupPolicies`;
const API = VAULT_VERSIONS[BACKUP_VAULT];
const INSTANCES_READ = `${INSTANCE_KIND}/read`;
const POLICIES_READ = `${POLICY_KIND}/read`;
const POINTS_READ = `${POINT_KIND}/read`;

/**
 * Backup vaults: their policies, what these protect, and the recovery points that exist. An instance does not tell when it
 * was last backed up, and a job may have left nothing to recover from: the points do.
 */
export default defineProbe({
  id: "azure-data-protection",
  title: "Azure Backup in Backup vaults",
  provider: "azure",
  kinds: [POLICY_KIND, POINT_KIND],
  provides: {
    inventory: { permissions: [POLICIES_READ, INSTANCES_READ, POINTS_READ] },
    backupPlan: {
      kinds: [POLICY_KIND],
      permissions: [POLICIES_READ, INSTANCES_READ, ...vaultPermissions(BACKUP_VAULT)],
    },
    recoveryPoint: { kinds: [POINT_KIND], permissions: [INSTANCES_READ, POINTS_READ] },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure") return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const vaults = await parentsOf([BACKUP_VAULT], session);
      const read = await Promise.all(vaults.items.map((vault) => readVault(vault, session)));
      const { observations } = await readPolicies(
        { kind: POLICY_KIND, vaults, wanted, toRules },
        read.map(({ vault, policies, instances }) => ({
          vault,
          policies,
          selected: selectedOf(instances),
        })),
        session,
      );
      yield* observations;
      if (!wanted.has("recoveryPoint")) return;
      const spelt = await spelling(session);
      const instances = read.flatMap((vault) => (vault.instances.ok ? vault.instances.value : []));
      const answers: Known<unknown>[] = read.map((vault) => vault.instances);
      const subjects: Child["subject"][] = [];
      const told: (Observation | Problem)[] = [];
      for await (const some of chunks(instances, context.signal)) {
        const all = await Promise.all(
          some.map(async ({ instance, child }) => ({
            instance,
            points: await listPoints(child, session),
          })),
        );
        for (const { instance, points } of all) {
          answers.push(points);
          if (!points.ok) continue;
          const of = instance.source === null ? null : spelt(instance.source);
          for (const { subject, raw } of points.value) {
            subjects.push(subject);
            told.push(
              tell(context, subject, "recoveryPoint", sourceOf(points, points), () =>
                toBackupVaultPoint(raw, of),
              ),
            );
          }
        }
      }
      const all = { ...vaults, complete: vaults.complete && !context.signal.aborted };
      yield* observeInside(POINT_KIND, subjects, all, answers, session);
      yield* told;
      if (context.signal.aborted) yield cutOff(context, `GET ${POINT_KIND}`, wanted);
    });
  },
});

interface Instance {
  readonly instance: BackupInstance;
  readonly child: Child;
}

async function readVault(vault: Parent, session: AzureSession) {
  const [policies, children] = await Promise.all([
    listInside(session, vault, { rest: "backupPolicies", kind: POLICY_KIND, apiVersion: API }),
    listInside(session, vault, { rest: "backupInstances", kind: INSTANCE_KIND, apiVersion: API }),
  ]);
  const instances = understood(children, (child): Instance => ({
    instance: toInstance(child.raw),
    child,
  }));
  return { vault, policies, instances };
}

function listPoints({ subject, parent }: Child, session: AzureSession) {
  const ask = { rest: "recoveryPoints", kind: POINT_KIND, apiVersion: API };
  return listInside(session, { ...parent, subject }, ask);
}

/** What each policy backs up whole: an account of which it backs up some containers is not backed up. */
function selectedOf(known: Known<readonly Instance[]>): Known<readonly Selected[]> {
  if (!known.ok) return known;
  const value = known.value.flatMap(({ instance }): readonly Selected[] => {
    const { active, policy, source, partly } = instance;
    if (!active || policy === null) return [];
    return [{ policy, id: partly ? null : source, withoutDisks: false }];
  });
  return { ...known, value };
}
