import type { Target } from "#model/estate.ts";
import type { Observation } from "#model/evidence.ts";
import type { ProbeContext } from "#model/probe.ts";
import { BACKUP_SET_KIND, targetSubject, type Subject } from "#model/subject.ts";

/** The backup sets of a target, all of which its owner declares. */
export function observeDeclared(
  target: Pick<Target, "id" | "provider">,
  items: readonly Subject[],
  context: ProbeContext,
): Observation {
  return context.observe(
    targetSubject(target),
    "inventory",
    { kinds: [BACKUP_SET_KIND], complete: true, items },
    { operation: "declared in the estate" },
  );
}
