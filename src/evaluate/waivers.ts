import { selectorMatcher, type Membership } from "#derive/scope.ts";
import type { Waiver } from "#model/exceptions.ts";
import { namesClaim } from "#model/claim-name.ts";
import type { SubjectEntry } from "./subjects.ts";

/** What waivers say of one failing subject: the one in force that excuses it, or one of which that cannot be told. */
export interface WaiverAnswer {
  readonly membership: Membership;
  readonly waiver: Waiver | null;
}

/** Compiles the waivers in force for one claim. An expired waiver, and one of the future, counts for nothing. */
export function waiversFor(
  policy: string,
  claim: string,
  waivers: readonly Waiver[],
  now: Date,
): (entry: SubjectEntry) => WaiverAnswer {
  const inForce = waivers
    .filter((waiver) => isInForce(waiver, now) && namesClaim(waiver.claims, policy, claim))
    .map((waiver) => ({ waiver, matches: selectorMatcher(waiver.covers) }));
  return (entry) => {
    let answer: WaiverAnswer = { membership: "no", waiver: null };
    for (const { waiver, matches } of inForce) {
      const membership = matches(entry);
      if (membership === "yes") return { membership, waiver };
      if (membership === "unknown") answer = { membership, waiver };
    }
    return answer;
  };
}

/** From the start of its date to the end of its expiry day, UTC. */
export function isInForce(
  dated: { readonly date: string; readonly expires: string },
  now: Date,
): boolean {
  const day = now.toISOString().slice(0, 10);
  return dated.date <= day && day <= dated.expires;
}
