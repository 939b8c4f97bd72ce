import type { BehaviourTest } from "#model/tls-facets.ts";
import { tested, type Tested } from "./behaviour-answers.ts";
import type { Contact } from "./versions.ts";

/** A yes to these is one of all accepted versions. */
const OF_ALL: ReadonlySet<BehaviourTest> = new Set([
  "secure-renegotiation",
  "extended-master-secret",
  "downgrade-sentinel",
]);

/**
 * Takes back what rests on the versions that are accepted where it is not known of some whether they are: a yes of all, and
 * what does not apply for want of another version.
 */
export function settleBehaviour(
  tests: readonly Tested[],
  contacts: readonly Contact[],
): readonly Tested[] {
  const open = contacts.filter(
    ({ version, verdict }) =>
      version !== "SSLv2" && (verdict.kind === "failed" || verdict.kind === "silent"),
  );
  if (open.length === 0) return tests;
  const unknown = `it is not known whether ${open.map(({ version }) => version).join(", ")} is accepted`;
  return tests.map(({ test, answer, why }) =>
    answer === "not-applicable" || (answer === "yes" && OF_ALL.has(test))
      ? tested(test, "unknown", why === null ? unknown : `${why}, as far as is known: ${unknown}`)
      : { test, answer, why },
  );
}
