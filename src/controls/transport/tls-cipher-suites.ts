import { notApplicable, settle } from "#controls/settle.ts";
import { cipherSuite } from "#facts/cipher-suites.ts";
import { suiteTier } from "#facts/suite-tiers.ts";
import { TLS_PROFILES, tlsProfile } from "#facts/tls-profiles.ts";
import { defineControl } from "#model/control.ts";
import type { OfferedSuite } from "#model/facets.ts";
import { z } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const PROFILE_IDS = TLS_PROFILES.map(({ id }) => id).join(", ");

const expectation = z.strictObject({
  profile: z
    .string()
    .refine((id) => tlsProfile(id) !== undefined, {
      error: `expected a known profile: ${PROFILE_IDS}`,
    })
    .describe(`Published profile with its version, one of ${PROFILE_IDS}.`),
  violates: z
    .enum(["broken", "weak"])
    .default("broken")
    .describe(
      "Which accepted suites violate: broken ones only, or weak ones (outside the profile) too.",
    ),
});

export default defineControl({
  id: "tls-cipher-suites",
  title: "TLS cipher suites",
  rationale:
    "A broken suite (no encryption, no authentication, export keys, RC4, single DES) lets others read or change the traffic. " +
    "A weak one, outside the recommended profile, gives less margin but is no open door.",
  severity: "high",
  judges: "subject",
  needs: ["cipherSuites"],
  expectation,
  evaluate: ({ expect, facets }) => {
    const facet = facets.cipherSuites;
    const profile = tlsProfile(expect.profile);
    if (facet === undefined || profile === undefined) return notApplicable("offers no TLS suites");
    const tiered = (tier: string) =>
      facet.suites.filter((suite) => suiteTier(codeOf(suite), profile) === tier);
    const broken = tiered("broken");
    const weak = tiered("weak");
    // Nobody registered them, so it cannot be said that they are not broken.
    const unregistered = weak.filter((suite) => cipherSuite(codeOf(suite)) === undefined);
    const failures = broken.length > 0 ? [`accepts broken suites: ${names(broken)}`] : [];
    if (expect.violates === "weak" && weak.length > 0) {
      failures.push(`accepts suites outside ${profile.id}: ${names(weak)}`);
    }
    if (failures.length > 0 && expect.violates === "broken" && weak.length > 0) {
      failures.push(`also weak, which does not violate: ${names(weak)}`);
    }
    const open = facet.unfinished.map(
      ({ version, why }) => `the list of ${version} could not be finished (${plain(why)})`,
    );
    if (unregistered.length > 0) open.push(`no registry knows ${names(unregistered)}`);
    if (facet.suites.length === 0 && open.length === 0) open.push("no suite was seen");
    const all = `accepts ${facet.suites.length} suites, none broken`;
    return settle({
      failures,
      open,
      held:
        weak.length > 0
          ? `${all}; weak, outside the profile: ${names(weak)}`
          : `accepts ${facet.suites.length} suites, all of them in the profile`,
      declared: `${profile.id}, ${expect.violates} suites violate`,
      actual: {
        accepted: facet.suites.length,
        broken: [...new Set(broken.map(({ name }) => name))],
        weak: [...new Set(weak.map(({ name }) => name))],
        unfinished: facet.unfinished.map(({ version }) => version),
      },
    });
  },
  remediation:
    "Set the server's list of suites to the named profile (https://ssl-config.mozilla.org makes the lines for each server); " +
    "on a cloud service choose a newer TLS policy.",
  references: [
    "https://wiki.mozilla.org/Security/Server_Side_TLS",
    "https://www.rfc-editor.org/rfc/rfc9325#section-4",
  ],
});

function codeOf(suite: OfferedSuite): number {
  return Number.parseInt(suite.code, 16);
}

/** Each name once, with the versions that accept it. */
function names(suites: readonly OfferedSuite[]): string {
  const versions = Map.groupBy(suites, ({ name }) => name);
  return listed(
    [...versions].map(([name, same]) => `${name} (${same.map((s) => s.version).join(", ")})`),
  );
}
