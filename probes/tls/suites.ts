import { cipherSuite } from "#facts/cipher-suites.ts";
import { ALERT } from "./alerts.ts";
import { type HelloOffer, type HelloVersion, VERSION_CODES } from "./client-hello.ts";
import type { Outcome } from "./dialogue.ts";
import { offer, type Shape, suitesFor } from "./offers.ts";
import { isSilence, judge, words } from "./outcomes.ts";
import type { HelloReply } from "./records.ts";
import type { Wire } from "./wire.ts";

/** How a list ended. */
export interface End {
  /** Why there may be more; null when the list is whole. */
  readonly unfinished: string | null;
  /** True when it ends at a repeated silence instead of a word: then it is whole only on a steady server. */
  readonly silentEnd: boolean;
}

/** The suites of one accepted version. */
export interface SuiteList extends End {
  readonly version: HelloVersion;
  /** In the server's order where it has one, else in the order of the offer. */
  readonly suites: readonly number[];
  /** Whether the server's order decides; null where nothing tells. */
  readonly serverPreference: boolean | null;
}

type Question = Omit<HelloOffer, "serverName">;

/**
 * Lists the suites of a version: offers all, takes away the one that is chosen, and asks again until the server refuses.
 * @param first the answer to the hello that offered everything, if there was one of that shape
 */
export async function listSuites(
  wire: Wire,
  version: HelloVersion,
  shape: Shape,
  first: HelloReply | null,
): Promise<SuiteList> {
  const offered = suitesFor(version);
  const found = first === null ? [] : [first.suite];
  const ends: End[] = [];
  for (let start = 0; start < offered.length; start += shape.bundle) {
    const bundle = offered.slice(start, start + shape.bundle);
    ends.push(await chain(wire, version, shape, bundle, found));
  }
  // Each bundle has an order of its own; asking once more for what was found gives one order for all.
  const merged: number[] = [];
  const several = ends.length > 1 && found.length > 1;
  if (several) await chain(wire, version, shape, found.slice(0, shape.bundle), merged);
  const suites = [...merged, ...found.filter((suite) => !merged.includes(suite))];
  return {
    version,
    suites,
    unfinished: ends.find((end) => end.unfinished !== null)?.unfinished ?? null,
    silentEnd: ends.some((end) => end.silentEnd),
    serverPreference: await preference(wire, version, shape, suites, offered),
  };
}

/** Removes the chosen suite until nothing more is chosen; adds to `found`. */
async function chain(
  wire: Wire,
  version: HelloVersion,
  shape: Shape,
  offered: readonly number[],
  found: number[],
): Promise<End> {
  const remaining = new Set(offered.filter((suite) => !found.includes(suite)));
  while (remaining.size > 0) {
    const suites = [...remaining];
    const known = found[0];
    const outcome = await askSteadily(
      wire,
      offer(version, shape, suites),
      known === undefined ? null : offer(version, shape, [known]),
    );
    if (outcome === "silence") return { unfinished: null, silentEnd: true };
    const verdict = judge(outcome, version, suites);
    if (verdict.kind === "refused") return { unfinished: null, silentEnd: false };
    if (verdict.kind !== "accepted") return { unfinished: verdict.why, silentEnd: false };
    found.push(verdict.hello.suite);
    remaining.delete(verdict.hello.suite);
  }
  return { unfinished: null, silentEnd: false };
}

/**
 * Asks; where the answer may be an overload's (silence, an internal error), pauses and asks again.
 * What stays is believed only when a hello that the server is known to answer is answered in between:
 * the result is then `silence`, or the alert itself.
 */
export async function askSteadily(
  wire: Wire,
  question: Question,
  known: Question | null,
  keyExchange?: "ECDHE" | "DHE",
): Promise<Outcome | "silence"> {
  let outcome = await wire.ask(question, keyExchange);
  for (let attempt = 0; doubtful(outcome) && attempt < 2; attempt += 1) {
    await wire.calm(attempt);
    const before = outcome;
    outcome = await wire.ask(question, keyExchange);
    if (isSilence(before) && !doubtful(outcome)) wire.blame();
    // A second wait of full length would tell no more.
    if (outcome.kind === "timeout") break;
  }
  if (!doubtful(outcome) || known === null) return outcome;
  const control = await wire.ask(known);
  if (control.kind === "hello") return isSilence(outcome) ? "silence" : outcome;
  if (isSilence(control)) wire.blame();
  const why = `${words(outcome)}, and so does what was answered before`;
  return { kind: "malformed", why };
}

function doubtful(outcome: Outcome): boolean {
  const overload = outcome.kind === "alert" && outcome.description === ALERT.internalError;
  return overload || isSilence(outcome);
}

/**
 * Whose order decides: the server's if its order differs from the offer's, or if it turns down a reversed offer of two.
 * ChaCha20 never leads that offer, as some servers then follow the client out of courtesy.
 */
async function preference(
  wire: Wire,
  version: HelloVersion,
  shape: Shape,
  suites: readonly number[],
  offered: readonly number[],
): Promise<boolean | null> {
  const asOffered = offered.filter((suite) => suites.includes(suite));
  if (suites.some((suite, index) => suite !== asOffered[index])) return true;
  const second = suites.find(
    (suite, index) => index > 0 && cipherSuite(suite)?.cipher !== "CHACHA20",
  );
  const first = suites[0];
  if (first === undefined || second === undefined) return null;
  const reply = await wire.ask(offer(version, shape, [second, first]));
  if (reply.kind !== "hello" || reply.version !== VERSION_CODES[version]) return null;
  return reply.suite === first ? true : reply.suite === second ? false : null;
}
