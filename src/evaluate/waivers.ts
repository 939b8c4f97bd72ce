import { selectorMatcher, type Labelled, type Membership } from "#derive/scope.ts";
import type { Waiver } from "#model/exceptions.ts";
import { namesClaim } from "#model/claim-name.ts";

/** What waivers say of one failing subject: the one in force that excuses it, or one of which that cannot be told. */
export interface WaiverAnswer {
  readonly membership: Membership;
  readonly waiver: Waiver | null;
}

const DAY_MS = 86_400_000;

/** Compiles the waivers in force for one claim. An expired waiver, and one of the future, counts for nothing. */
export function waiversFor(
  policy: string,
  claim: string,
  waivers: readonly Waiver[],
  now: Date,
): (entry: Labelled) => WaiverAnswer {
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

/** From the start of its date to the end of its expiry day, UTC. What is no date is never in force. */
export function isInForce(
  dated: { readonly date: string; readonly expires: string },
  now: Date,
): boolean {
  const from = Date.parse(`${dated.date}T00:00:00Z`);
  const lastDay = Date.parse(`${dated.expires}T00:00:00Z`);
  return from <= now.getTime() && now.getTime() < lastDay + DAY_MS;
}
