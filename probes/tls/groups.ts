import { cipherSuite } from "#facts/cipher-suites.ts";
import { chain, type End, explore, isWhole, SILENT, type Step, WHOLE } from "./explore.ts";
import {
  bundled,
  commonSuites,
  ellipticSuites,
  groupsFor,
  offer,
  suitesFor,
  withoutEcdsa,
} from "./offers.ts";
import { judge } from "./outcomes.ts";
import type { HelloReply } from "./records.ts";
import { askSteadily } from "./steadily.ts";
import type { Accepted } from "./versions.ts";
import type { Question, Wire } from "./wire.ts";

/** Groups of one version, in the order in which the server prefers them or the hello offers them. */
export interface GroupList extends End {
  readonly version: Accepted["version"];
  readonly groups: readonly number[];
}

/**
 * Lists the groups of an accepted version, by taking away the one that is chosen until the server refuses. In TLS 1.3 a
 * HelloRetryRequest (or ServerHello) names it, up to 1.2 the ServerKeyExchange.
 */
export async function listGroups(wire: Wire, accepted: Accepted): Promise<GroupList> {
  const { version } = accepted;
  const sets = version === "TLSv1.3" ? [suitesFor(version)] : exchangeSuites(accepted);
  let list: GroupList = { version, groups: [], ...WHOLE };
  for (const suites of sets) {
    list = await listGroupsWith(wire, accepted, suites);
    if (list.groups.length > 0 || !isWhole(list)) break;
  }
  return list;
}

async function listGroupsWith(
  wire: Wire,
  accepted: Accepted,
  suites: readonly number[],
): Promise<GroupList> {
  const { version, shape, hello } = accepted;
  const tls13 = version === "TLSv1.3";
  const offered = groupsFor(version, shape.compact);
  const found: number[] = [];
  const ask = askerOf(wire, accepted, suites);

  const [forth, back] = await Promise.all([
    tls13 ? readGroup(hello, version, suites) : ask(offered),
    tls13 || version === "SSLv3" ? null : ask(offered.toReversed()),
  ]);
  const few = shape.compact ? COMPACT_END : shape.keyShares ? SHARES_END : null;
  if (few !== null) return { version, groups: "group" in forth ? [forth.group] : [], ...few };
  if (!("group" in forth)) return { version, groups: [], ...endOf(forth) };
  // SSLv3 has no say in groups: its servers take the one they like.
  if (version === "SSLv3") return { version, groups: [forth.group], ...WHOLE };
  if (!offered.includes(forth.group)) return { version, groups: [], ...UNOFFERED };
  found.push(forth.group);

  const inTurn = inTurnStep(ask, found, forth.elliptic);
  const rest = without(offered, found);
  const differs = (choice: Choice | null) =>
    !forth.elliptic && choice !== null && isOther(choice, forth.group);
  // Up to 1.2 both orders have been asked at once; else the other one beside the next step.
  const [next, turned] = differs(back)
    ? [WHOLE, back]
    : await Promise.all([inTurn(rest), back ?? ask(offered.toReversed())]);
  if (typeof next === "number") found.push(next);
  // An elliptic certificate's curve must not be missing from any hello, so that no two halves can be made.
  if (forth.elliptic || turned === null || !isOther(turned, forth.group)) {
    const end =
      typeof next === "number" ? await chain(inTurn, without(offered, found), found) : next;
    return { version, groups: found, ...end };
  }
  if (!offered.includes(turned.group)) return { version, groups: found, ...UNOFFERED };
  if (!found.includes(turned.group)) found.push(turned.group);
  const end = await explore(inTurn, without(offered, found), found);
  return { version, groups: offered.filter((group) => found.includes(group)), ...end };
}

/** Another group for the same offer the other way round: the client's order decides. */
function isOther(choice: Choice, group: number): choice is Extract<Choice, { group: number }> {
  return "group" in choice && choice.group !== group;
}

/** The group that was chosen, and whether the certificate is an elliptic one; or why there is none. */
type Choice =
  | { readonly group: number; readonly elliptic: boolean }
  | { readonly refused: true }
  | { readonly end: End };
type Ask = (groups: readonly number[]) => Promise<Choice>;

const UNOFFERED: End = {
  unfinished: "groups: answered with a group that was not offered",
  silentEnd: false,
};

const COMPACT_END: End = {
  unfinished: "groups: the server takes only short hellos, in which not all of them fit",
  silentEnd: false,
};

const SHARES_END: End = {
  unfinished:
    "groups: the server takes no hello without a key share, and not all groups were tried",
  silentEnd: false,
};

function askerOf(wire: Wire, { version, shape, hello }: Accepted, suites: readonly number[]): Ask {
  const known: Question = offer(version, shape, [hello.suite]);
  return async (groups) => {
    const question = offer(version, shape, suites, groups);
    const outcome = await askSteadily(wire, question, known, "exchange");
    if (outcome === "silence") return { end: SILENT };
    const verdict = judge(outcome, version, suites);
    if (verdict.kind === "accepted") return readGroup(verdict.hello, version, suites);
    if (verdict.kind === "refused") return { refused: true };
    return { end: { unfinished: `groups: ${verdict.why}`, silentEnd: false } };
  };
}

function readGroup(hello: HelloReply, version: string, suites: readonly number[]): Choice {
  const { group, suite, cut } = hello;
  if (group !== null) {
    return { group, elliptic: cipherSuite(suite)?.authentication === "ECDSA" };
  }
  // Some choose the suite first, and then find no group for it.
  if (cut === "refused") return { refused: true };
  const why = suites.includes(suite) ? "the answer names no group" : `${version} was not chosen`;
  return { end: { unfinished: `groups: ${why}`, silentEnd: false } };
}

function endOf(choice: Exclude<Choice, { group: number }>): End {
  return "end" in choice ? choice.end : WHOLE;
}

/**
 * Takes groups away for good. Up to 1.2 a server with an elliptic certificate refuses a hello without its certificate's
 * curve: the curve whose taking away brought the first refusal is that one, and goes last from there on.
 */
function inTurnStep(ask: Ask, found: readonly number[], ellipticAtFirst: boolean): Step {
  let elliptic = ellipticAtFirst;
  let kept: number | undefined;
  return async (candidates) => {
    for (;;) {
      const choice = await ask(kept === undefined ? candidates : [...candidates, kept]);
      if ("group" in choice) {
        elliptic ||= choice.elliptic;
        if (choice.group === kept) return WHOLE;
        return candidates.includes(choice.group) ? choice.group : UNOFFERED;
      }
      if ("end" in choice) return choice.end;
      if (kept !== undefined || !elliptic) return WHOLE;
      kept = found.at(-1);
    }
  };
}

function without(offered: readonly number[], found: readonly number[]): number[] {
  return offered.filter((group) => !found.includes(group));
}

/**
 * Suites with a key exchange that names a curve, to be tried in turn: those without elliptic certificates alone where the
 * server did not choose one, and apart where it cannot take all at once.
 */
function exchangeSuites({ version, shape, hello }: Accepted): readonly (readonly number[])[] {
  const all = ellipticSuites(version);
  const rsa = withoutEcdsa(all);
  if (shape.compact) return [all.filter((suite) => commonSuites(version).includes(suite))];
  if (shape.bundle < suitesFor(version).length) return bundled(all, shape.bundle);
  return [rsa.includes(hello.suite) ? rsa : all];
}
