import { cipherSuite } from "#facts/cipher-suites.ts";
import type { SuitePreference } from "#model/tls-facets.ts";
import { type HelloVersion, VERSION_CODES } from "./client-hello.ts";
import { chain, type End, explore, isWhole, SILENT, type Step, WHOLE, worst } from "./explore.ts";
import { bundled, NAMED_FIELDS, offer, type Shape, suitesFor, withoutEcdsa } from "./offers.ts";
import { judge, type Outcome } from "./outcomes.ts";
import type { HelloReply } from "./records.ts";
import { askSteadily } from "./steadily.ts";
import type { Accepted } from "./versions.ts";
import type { Wire } from "./wire.ts";

/** The suites of one accepted version. */
export interface SuiteList extends End {
  readonly version: HelloVersion;
  /** In the server's order where it has one, else in the order of the offer. */
  readonly suites: readonly number[];
  readonly preference: Omit<SuitePreference, "version">;
  /** Those that are chosen only for clients that name their finite field (RFC 7919). */
  readonly named: readonly number[];
}

/**
 * Lists the suites of a version: offers all, takes away the one that is chosen, and asks again until the server refuses.
 * @param accepted the version, and any answer in it
 * @param first the answer to the hello that offered everything, if there was one of that shape
 */
export async function listSuites(
  wire: Wire,
  accepted: Accepted,
  first: HelloReply | null,
): Promise<SuiteList> {
  const { version, shape } = accepted;
  const offered = suitesFor(version);
  if (first === null || shape.bundle < offered.length) {
    return listBundles(wire, accepted, first, offered);
  }
  const found = [first.suite];
  const rest = offered.filter((suite) => suite !== first.suite);
  const refused: (readonly number[])[] = [];
  const ask = stepOf(wire, accepted);
  const step: Step = async (candidates) => {
    const answer = await ask(candidates);
    if (typeof answer !== "number") refused.push(candidates);
    return answer;
  };
  const aside = (suites: readonly number[]) => pick(wire, version, shape, suites);
  const dhe = version === "SSLv3" ? [] : offered.filter(isDhe);
  const named = namedFieldStep(wire, version, shape, first);
  // Beside the next step of the chain: the same backwards, and with ChaCha20 first.
  const [next, last, chacha, finite] = await Promise.all([
    rest.length === 0 ? WHOLE : step(rest),
    aside(backwards(offered)),
    rest.some(isChaCha) ? aside(chachaFirst(offered)) : null,
    dhe.length === 0 ? WHOLE : named(dhe),
  ]);
  const clientOrder = last !== null && last !== first.suite;
  const seen = [last, chacha].filter((suite) => suite !== null);
  if (typeof next === "number") found.push(next);
  if (clientOrder) found.push(...seen.filter((suite) => !found.includes(suite)));
  const remaining = offered.filter((suite) => !found.includes(suite));
  const listed =
    typeof next !== "number"
      ? next
      : clientOrder
        ? await explore(step, remaining, found, found.length > 2 ? 0 : undefined)
        : await chain(step, remaining, found);
  const ends = [await behindElliptic(step, listed, offered, found)];
  const left = () => offered.filter((suite) => !found.includes(suite));
  // Where the list ended in parts, each refused by itself, no one failure hides what is in the others.
  const atOnce = refused.some((candidates) => candidates.length >= left().length);
  const fields: number[] = [];
  const finished = await Promise.all([
    version === "TLSv1.3" || !atOnce || !isWhole(ends[0] ?? WHOLE)
      ? WHOLE
      : behindFailing(step, left(), found),
    // What it chooses for a client that names its field it takes from others too: the naming changes nothing.
    typeof finite !== "number"
      ? finite
      : found.includes(finite)
        ? WHOLE
        : chain(named, left().filter(isDhe), fields),
  ]);
  found.push(...fields);
  const end = worst([...ends, ...finished]);
  // What was chosen aside belongs to the list, but one who refuses it in the chain says two things.
  const suites = [...new Set([...found, ...seen])];
  const contradicted = isWhole(end) && suites.length > found.length;
  const order = clientOrder
    ? "client"
    : await orderOf(wire, version, shape, suites, offered, last !== null);
  return {
    version,
    ...(contradicted ? CONTRADICTED : end),
    suites: order === "client" ? offered.filter((suite) => suites.includes(suite)) : suites,
    named: fields,
    preference: {
      order,
      chachaForClients:
        order !== "server" || chacha === null || isChaCha(first.suite) || !suites.some(isChaCha)
          ? null
          : isChaCha(chacha),
    },
  };
}

/**
 * A server may choose a suite first and then fail for it, which ends the list for all that it likes less. Two halves show
 * whether anything is hidden so. Adds to `found`.
 */
async function behindFailing(step: Step, left: readonly number[], found: number[]): Promise<End> {
  if (left.length < 2) return WHOLE;
  const before = found.length;
  const end = await explore(step, left, found, 0);
  return found.length === before
    ? end
    : {
        unfinished: "it fails for a suite that it chooses, which may hide others",
        silentEnd: false,
      };
}

/**
 * Some servers have DHE only for clients that name its finite field (RFC 7919 4), which the other hellos leave out: it makes
 * others hide theirs.
 */
function namedFieldStep(wire: Wire, version: HelloVersion, shape: Shape, first: HelloReply): Step {
  const known = offer(version, shape, [first.suite]);
  return async (candidates) => {
    const question = offer(version, shape, candidates, NAMED_FIELDS);
    return chosenOf(await askSteadily(wire, question, known), version, candidates);
  };
}

/** The suite that was chosen, or how the list ended. */
function chosenOf(
  outcome: Outcome | "silence",
  version: HelloVersion,
  candidates: readonly number[],
): number | End {
  if (outcome === "silence") return SILENT;
  const verdict = judge(outcome, version, candidates);
  if (verdict.kind === "accepted") return verdict.hello.suite;
  return verdict.kind === "refused" ? WHOLE : { unfinished: verdict.why, silentEnd: false };
}

const CONTRADICTED: End = {
  unfinished: "a suite was chosen in one hello and refused in another",
  silentEnd: false,
};

/**
 * Some servers choose the certificate before the suite: as long as a hello has any suite for the elliptic one they refuse
 * the others. Adds to `found` what they accept without those.
 */
async function behindElliptic(
  step: Step,
  end: End,
  offered: readonly number[],
  found: number[],
): Promise<End> {
  const others = withoutEcdsa(offered).filter((suite) => !found.includes(suite));
  const elliptic = withoutEcdsa(found).length < found.length;
  if (!elliptic || end.unfinished !== null) return end;
  return worst([end, await chain(step, others, found)]);
}

/** For servers that cannot take everything in one hello: bundle by bundle. */
async function listBundles(
  wire: Wire,
  accepted: Accepted,
  first: HelloReply | null,
  offered: readonly number[],
): Promise<SuiteList> {
  const { version, shape } = accepted;
  const step = stepOf(wire, accepted);
  const found = first === null ? [] : [first.suite];
  const ends: End[] = [];
  const bundles = bundled(offered, shape.bundle);
  for (const bundle of bundles) {
    const candidates = bundle.filter((suite) => !found.includes(suite));
    ends.push(await chain(step, candidates, found));
  }
  // Each bundle has an order of its own; asking once more for what was found gives one order for all.
  const merged: number[] = [];
  if (ends.length > 1 && found.length > 1) {
    await chain(step, found.slice(0, shape.bundle), merged);
  }
  const suites = [...merged, ...found.filter((suite) => !merged.includes(suite))];
  const order = await orderOf(wire, version, shape, suites, bundles.flat(), false);
  return {
    version,
    ...worst(ends),
    suites,
    named: [],
    preference: { order, chachaForClients: null },
  };
}

function stepOf(wire: Wire, { version, shape, hello }: Accepted): Step {
  const known = offer(version, shape, [hello.suite]);
  return async (candidates) => {
    const outcome = await askSteadily(wire, offer(version, shape, candidates), known);
    return chosenOf(outcome, version, candidates);
  };
}

/** What is chosen of these; null where that cannot be told. */
async function pick(
  wire: Wire,
  version: HelloVersion,
  shape: Shape,
  suites: readonly number[],
): Promise<number | null> {
  const reply = await wire.ask(offer(version, shape, suites));
  const chosen = reply.kind === "hello" && reply.version === VERSION_CODES[version];
  return chosen && suites.includes(reply.suite) ? reply.suite : null;
}

/**
 * Whose order decides: the server's if its order differs from the offer's, or if it turns down an offer of two
 * the other way round. ChaCha20 never leads that offer, as some servers then follow the client out of courtesy.
 * @param asked whether the whole offer backwards brought the same suite as forwards
 */
async function orderOf(
  wire: Wire,
  version: HelloVersion,
  shape: Shape,
  suites: readonly number[],
  offered: readonly number[],
  asked: boolean,
): Promise<SuitePreference["order"]> {
  const [first, second] = suites;
  if (first === undefined || second === undefined) return null;
  const plain = suites.filter((suite) => !isChaCha(suite));
  // It stood last in the offer.
  if (isChaCha(first) && plain.length > 0) return "server";
  const inOrder = offered.filter((suite) => plain.includes(suite));
  if (plain.some((suite, index) => suite !== inOrder[index])) return "server";
  if (asked && plain.length !== 1) return "server";
  const [low, high] = plain.length > 1 ? [plain[1], plain[0]] : [second, first];
  const lead = isChaCha(low ?? 0) ? offered.find((suite) => !suites.includes(suite)) : undefined;
  const turned = [...(lead === undefined ? [] : [lead]), low, high].filter(
    (suite) => suite !== undefined,
  );
  const reply = await pick(wire, version, shape, turned);
  return reply === high ? "server" : reply === low ? "client" : null;
}

function isChaCha(suite: number): boolean {
  return cipherSuite(suite)?.cipher === "CHACHA20";
}

function isDhe(suite: number): boolean {
  return cipherSuite(suite)?.keyExchange === "DHE";
}

function backwards(suites: readonly number[]): number[] {
  const turned = suites.toReversed();
  return [...turned.filter((suite) => !isChaCha(suite)), ...turned.filter(isChaCha)];
}

function chachaFirst(suites: readonly number[]): number[] {
  return [...suites.filter(isChaCha), ...suites.filter((suite) => !isChaCha(suite))];
}
