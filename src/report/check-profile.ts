import { newestProfile, tlsProfile, type TlsProfile } from "#facts/tls-profiles.ts";
import type { CheckReport } from "#model/check-report.ts";

/**
 * The profile by which suites and groups stand in tiers: the one that they were judged by; where none was, the newest
 * of the built-in policy.
 */
export function profileOf({ judgements }: CheckReport): TlsProfile {
  for (const { expected } of judgements) {
    if (typeof expected !== "object" || expected === null || !("profile" in expected)) continue;
    const { profile } = expected;
    const known = typeof profile === "string" ? tlsProfile(profile) : undefined;
    if (known !== undefined) return known;
  }
  const newest = newestProfile("mozilla-intermediate");
  if (newest === undefined) throw new Error("the table of TLS profiles lacks mozilla-intermediate");
  return newest;
}
