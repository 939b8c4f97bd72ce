import { type SuiteTier, suiteTier } from "#facts/suite-tiers.ts";
import type { TlsProfile } from "#facts/tls-profiles.ts";
import type { CipherSuites, Offered, Protocols, SuitePreference } from "#model/tls-facets.ts";
import {
  addFact,
  addNotes,
  addUnder,
  byVersion,
  factRoom,
  some,
  type View,
} from "./check-lines.ts";
import type { Tone } from "./style.ts";
import { groupBy } from "./subjects.ts";
import { cutItems } from "./items.ts";
import { cut, type Span } from "./width.ts";
import { count } from "./words.ts";

const NAMES_SHOWN = { broken: 6, weak: 4 } as const;
const TIER_TONES: Readonly<Record<SuiteTier, Tone>> = {
  recommended: "good",
  permitted: "good",
  weak: "warn",
  broken: "bad",
};
const TIERS: readonly SuiteTier[] = ["recommended", "permitted", "weak", "broken"];
const TIER_COLUMN = "recommended ".length;

/** Adds the protocol versions: what is accepted, what is not, and what gave no clear answer. */
export function addProtocols({ page, tight }: View, protocols: Protocols | null): void {
  const having = (status: string) =>
    (protocols?.versions ?? []).filter((entry) => entry.status === status).toReversed();
  const words = (["accepted", "rejected"] as const).flatMap((status) => {
    const versions = having(status).map(({ version }) => version);
    return versions.length === 0 ? [] : [`${status}: ${versions.join(", ")}`];
  });
  const unknown = having("unknown").map(({ version, why }) =>
    why === null || tight ? version : `${version} (${cut(why, 80)})`,
  );
  if (unknown.length > 0) words.push(`not known: ${unknown.join(", ")}`);
  addFact(page, "Protocols", words.join(" · ") || "not read");
}

/** Adds the suites of each version, the newest first: how many of each tier, or all of them one by one. */
export function addSuites(view: View, facet: CipherSuites | null): void {
  const { page, check, verbose, profile } = view;
  if (facet === null || facet.suites.length === 0) addFact(page, "Suites", "not read");
  if (facet === null) return;
  if (view.tight) addTightly(view, facet.suites);
  else {
    for (const suites of byVersion(facet.suites)) {
      const [{ version }] = suites;
      const preference = facet.preferences.find((one) => one.version === version);
      addVersion(view, suites, preference);
    }
  }
  if (!verbose) addWorst(view, facet.suites);
  if (verbose || !check.policy.builtIn) addFact(page, "Tiers", `by ${profile.title}`);
  addNotes(view, facet.unfinished, (versions) => `the list for ${versions} is not complete`);
}

/** The suites to be rid of, each once, whichever versions accept it. */
function addWorst({ page, profile, tight }: View, suites: readonly Offered[]): void {
  for (const tier of ["broken", "weak"] as const) {
    const own = suites.filter((suite) => suiteTier(codeOf(suite), profile) === tier);
    if (own.length === 0) continue;
    const names = [...new Set(own.map(name))];
    const label = tier === "broken" ? "Broken" : "Weak";
    const text = tight
      ? cutItems(names.join(", "), factRoom(page))
      : some(names, NAMES_SHOWN[tier]);
    addFact(page, label, [{ text, tone: TIER_TONES[tier] }]);
  }
}

/** Versions with as many suites of each tier share a line. */
function addTightly({ page, profile }: View, suites: readonly Offered[]): void {
  const versions = byVersion(suites).map((own) => ({
    version: own[0].version,
    shares: sharesOf(own, profile),
  }));
  for (const same of groupBy(versions, ({ shares }) => JSON.stringify(shares))) {
    const [{ version, shares }, ...others] = same;
    const also = others.map((one) => one.version).join(", ");
    addFact(page, version, [...(also === "" ? [] : [`and ${also}: `]), ...shares]);
  }
}

function addVersion(
  { page, verbose, profile }: View,
  suites: readonly [Offered, ...Offered[]],
  preference: SuitePreference | undefined,
): void {
  const [first] = suites;
  const shares = sharesOf(suites, profile);
  const order = orderWords(preference, verbose);
  const choice = preference?.order === "server" && !verbose ? `, first ${name(first)}` : "";
  addFact(page, first.version, [...shares, order === "" ? "" : ` · ${order}${choice}`]);
  if (!verbose) return;
  for (const suite of suites) {
    const tier = suiteTier(codeOf(suite), profile);
    addUnder(page, `${cut(suite.code, 10)} ${name(suite)}`, {
      prefix: [{ text: tier, tone: TIER_TONES[tier] }],
      hang: TIER_COLUMN,
    });
  }
}

/** `3 suites: 2 recommended, 1 broken`. */
function sharesOf(suites: readonly Offered[], profile: TlsProfile): readonly (string | Span)[] {
  const tiers = Map.groupBy(suites, (suite) => suiteTier(codeOf(suite), profile));
  const present = TIERS.filter((tier) => tiers.has(tier));
  const [only] = present;
  const size = count(suites.length, "suite");
  return present.length === 1 && only !== undefined
    ? [`${size}, ${suites.length > 1 ? "all " : ""}`, { text: only, tone: TIER_TONES[only] }]
    : present.flatMap((tier, index) => [
        index === 0 ? `${size}: ` : ", ",
        { text: `${tiers.get(tier)?.length ?? 0} ${tier}`, tone: TIER_TONES[tier] },
      ]);
}

function orderWords(preference: SuitePreference | undefined, verbose: boolean): string {
  if (preference === undefined) return "";
  const { order, chachaForClients } = preference;
  if (order === null) return verbose ? "whose order is not known" : "";
  if (order === "client") return "the client's order";
  const chacha = verbose && chachaForClients === true;
  return `the server's order${chacha ? ", but ChaCha20 for clients that put it first" : ""}`;
}

function name(suite: Offered): string {
  return cut(suite.name, 60);
}

function codeOf(suite: Offered): number {
  return Number.parseInt(suite.code, 16);
}
