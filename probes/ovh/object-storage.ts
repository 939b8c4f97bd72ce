import { defineProbe } from "#model/probe.ts";
import type { Fields } from "#probes/common/json.ts";
import { answerOf, type Known } from "#probes/common/known.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, tellListed } from "#probes/rest/listing.ts";
import { ACCESS_ACTIONS, accessTelling } from "./bucket-access.ts";
import {
  settingsOf,
  toEncryption,
  toImmutability,
  toReplication,
  toVersioning,
  type Settings,
} from "./bucket-facets.ts";
import { ACTIONS, BUCKET, listBuckets, V2_ACTION, type BucketAnswers } from "./buckets.ts";
import { openSession } from "./session.ts";

const BY_EITHER = { permissions: [...ACTIONS, V2_ACTION] };

/** Buckets as OVHcloud's own interface tells of them: by its version 1, and by 2 what that leaves out. */
export default defineProbe({
  id: "ovh-object-storage",
  title: "OVHcloud object storage, by OVHcloud's own interface",
  provider: "ovh",
  kinds: [BUCKET],
  provides: {
    inventory: BY_EITHER,
    encryption: BY_EITHER,
    versioning: BY_EITHER,
    immutability: BY_EITHER,
    replication: { permissions: ACTIONS },
    accessPolicy: { permissions: [...ACTIONS, ...ACCESS_ACTIONS] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    const session = openSession(target, context);
    const { buckets, answersOf } = await listBuckets(session);
    const access = accessTelling(session);
    yield* observeInventory(buckets, target, context);
    yield* tellListed(
      buckets,
      (found) => {
        const answers = answersOf(found);
        const by =
          <Facet>(setting: keyof Settings, map: (settings: Settings) => Facet) =>
          () =>
            told(answers, setting, map);
        return {
          encryption: by("encryption", toEncryption),
          versioning: by("versioning", toVersioning),
          immutability: by("objectLock", toImmutability),
          // Version 2 tells nothing of replication.
          replication: async () => {
            const known = await answers.first();
            return { from: known, map: () => toReplication(answerOf(known)) };
          },
          accessPolicy: access(found, answers.first),
        };
      },
      wanted,
      context,
    );
  },
});

/** By the first answer that says something of the setting; where neither does, by the first that there is. */
async function told<Facet>(
  { first, second }: BucketAnswers,
  setting: keyof Settings,
  map: (settings: Settings) => Facet,
) {
  const one = await first();
  if (says(one, setting)) return { from: one, map: () => map(settingsOf(answerOf(one))) };
  const other = await second();
  if (other === null) return { from: one, map: () => map(settingsOf(answerOf(one))) };
  if (says(other, setting)) return { from: other, map: () => map(settingsOf(answerOf(other))) };
  // Neither says it. That the other was refused is worth knowing: it might have.
  const best = one.ok ? one : other;
  return {
    from: best,
    map: () => map(settingsOf(answerOf(best))),
    parts: [one, other].filter((known) => known !== best),
  };
}

function says(known: Known<Fields>, setting: keyof Settings): boolean {
  return known.ok && settingsOf(known.value)[setting] !== null;
}
