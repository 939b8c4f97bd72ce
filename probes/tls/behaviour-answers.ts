import type { BehaviourTest, TlsBehaviour, WireAnswer } from "#model/tls-facets.ts";

/** One entry of the facet. */
export type Tested = TlsBehaviour["tests"][number];

/** An entry: what was seen, or why nothing is known, in words. */
export function tested(test: BehaviourTest, answer: WireAnswer, why: string | null): Tested {
  return { test, answer, why };
}

/** An entry for what the accepted versions do not know. */
export function notApplicable(test: BehaviourTest, why: string): Tested {
  return tested(test, "not-applicable", why);
}

export const ONLY_TLS13 = "only TLS 1.3 is accepted";
export const NO_TLS13 = "TLS 1.3 is not accepted";
