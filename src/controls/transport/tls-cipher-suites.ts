import { codeNumber, type Noted, offeredNames, openLists } from "#controls/offered.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import { cipherSuite } from "#facts/cipher-suites.ts";
import { brokenSuite, hasForwardSecrecy, suiteTier } from "#facts/suite-tiers.ts";
import { profileId } from "#controls/profile-id.ts";
import { type TlsProfile, tlsProfile } from "#facts/tls-profiles.ts";
import { type SettingPart, settingsInWords } from "#facts/tls-settings.ts";
import { defineControl } from "#model/control.ts";
import type { SchemaKit } from "#model/schema.ts";
import type { CipherSuites, Offered } from "#model/tls-facets.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    profile: profileId({ z }),
    violates: z
      .enum(["broken", "weak"])
      .default("broken")
      .describe(
        "Which accepted suites violate: broken ones only, or weak ones (that the profile neither recommends nor permits) too.",
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
      facet.suites.filter((suite) => suiteTier(codeNumber(suite), profile) === tier);
    const broken = tiered("broken");
    const weak = tiered("weak");
    // Nobody registered them, so it cannot be said that they are not broken.
    const unregistered = weak.filter((suite) => cipherSuite(codeNumber(suite)) === undefined);
    const choice = choiceOfClients(facet, [...broken, ...weak]);
    const failures =
      broken.length > 0 ? [`accepts broken suites: ${offeredNames(broken.map(withReason))}`] : [];
    if (expect.violates === "weak" && weak.length > 0) {
      failures.push(`accepts suites outside ${profile.id}: ${offeredNames(weak)}`);
    }
    if (failures.length > 0 && expect.violates === "broken" && weak.length > 0) {
      failures.push(`also weak, which does not violate: ${offeredNames(weak)}`);
    }
    if (failures.length > 0) failures.push(...withoutSecrecy(weak), ...choice);
    const open = [...openLists("list", facet.unfinished)];
    if (unregistered.length > 0) open.push(`no registry knows ${offeredNames(unregistered)}`);
    if (facet.suites.length === 0 && open.length === 0) open.push("no suite was seen");
    const all = `accepts ${facet.suites.length} suites`;
    const held =
      weak.length > 0
        ? [
            `${all}, none broken`,
            `weak, outside the profile: ${offeredNames(weak)}`,
            ...withoutSecrecy(weak),
            ...choice,
          ]
        : [`${all}, all of them in the profile`];
    return {
      ...settle({
        failures,
        open,
        held: held.join("; "),
        declared: `${profile.id}, ${expect.violates} suites violate`,
        actual: {
          accepted: facet.suites.length,
          broken: namesOf(broken),
          weak: namesOf(weak),
          permitted: namesOf(tiered("permitted")),
          withoutForwardSecrecy: namesOf(facet.suites.filter((suite) => !isForwardSecret(suite))),
          unfinished: facet.unfinished.map(({ version }) => version),
        },
      }),
      ...(failures.length > 0
        ? { remediation: settingsInWords(profile, partsFor([...broken, ...weak], profile)) }
        : {}),
    };
  },
  remediation:
    "Set the server's list of suites to the named profile (https://ssl-config.mozilla.org makes the lines for each server); " +
    "on a cloud service choose a newer TLS policy.",
  references: [
    "https://wiki.mozilla.org/Security/Server_Side_TLS",
    "https://www.rfc-editor.org/rfc/rfc9325#section-4",
  ],
});

/** Old versions go with their suites; the suites of TLS 1.3 have a setting of their own. */
function partsFor(bad: readonly Offered[], profile: TlsProfile): readonly SettingPart[] {
  const old = bad.some(({ version }) => !profile.versions.includes(version));
  const modern = bad.some(({ version }) => version === "TLSv1.3");
  return [
    ...(old ? (["versions"] as const) : []),
    "suites",
    ...(modern ? (["suites13"] as const) : []),
  ];
}

function withReason(suite: Offered): Noted {
  const facts = cipherSuite(codeNumber(suite));
  const reason = facts === undefined ? undefined : brokenSuite(facts)?.reason;
  return { ...suite, reason: reason === undefined || reason === suite.version ? null : reason };
}

/** Of an unregistered suite nothing is known, so nothing is said. */
function isForwardSecret(suite: Offered): boolean {
  const facts = cipherSuite(codeNumber(suite));
  return facts === undefined || hasForwardSecrecy(facts);
}

function withoutSecrecy(weak: readonly Offered[]): readonly string[] {
  const names = namesOf(weak.filter((suite) => !isForwardSecret(suite)));
  return names.length === 0 ? [] : [`${names.length} of them without forward secrecy`];
}

/** Where the client's order decides, it may settle on the worst that both can. */
function choiceOfClients(facet: CipherSuites, bad: readonly Offered[]): readonly string[] {
  const versions = facet.preferences
    .filter(({ version, order }) => order === "client" && bad.some((s) => s.version === version))
    .map(({ version }) => version);
  return versions.length === 0
    ? []
    : [`in ${versions.join(", ")} the client's order decides, so a client may end up with them`];
}

function namesOf(suites: readonly Offered[]): string[] {
  return [...new Set(suites.map(({ name }) => name))];
}
