import { isDoubtful as isDoubtfulOutcome, type Outcome, words } from "./outcomes.ts";
import type { Question, Wire } from "./wire.ts";

/** What was asked got nowhere, and neither did what was answered before. */
export interface Unsteady {
  readonly kind: "unsteady";
  readonly why: string;
}

/** It says no by silence, or by an error that might be an overload's, while it answers what it is known to answer. */
export interface Silence<R> {
  readonly kind: "silence";
  readonly last: R;
}

/** Asks what may be met with silence. */
export interface Patience {
  /**
   * Asks; where the answer may be an overload's (silence, an internal error, a refused connection), pauses and asks again.
   * It is believed only of a server that answers what it is known to answer.
   * @param failureOf the failure that an answer is; null for one that shows what was asked
   * @param known a question that the server has answered
   */
  readonly ask: <R>(
    ask: () => Promise<R>,
    failureOf: (answer: R) => Outcome | null,
    known: Question,
  ) => Promise<R | Silence<R> | Unsteady>;
}

/** Rounds of asking again before it is given up, and how often before the server is tried with what it is known to answer. */
const ROUNDS = 6;
const AGAIN = 2;

/**
 * Patience with one server. Doubtful answers are looked into one after the other: some servers refuse all that they do not
 * speak without a word, and once that is sure of one, each other costs a control and a second try, but no pause.
 */
export function createPatience(
  wire: Pick<Wire, "ask" | "calm" | "blame" | "slow" | "spent">,
): Patience {
  let queue: Promise<unknown> = Promise.resolve();
  const refusesBy = new Set<string>();

  const lookInto = async <R>(
    first: R,
    ask: () => Promise<R>,
    failureOf: (answer: R) => Outcome | null,
    known: Question,
  ): Promise<R | Silence<R> | Unsteady> => {
    let answer = first;
    for (let round = 0; ;) {
      let failure = failureOf(answer);
      const usual = round === 0 && refusesBy.has(failure?.kind ?? "");
      // A second wait of full length would tell no more.
      const again = failure?.kind === "timeout" ? (usual ? 0 : 1) : usual ? 1 : AGAIN;
      for (let attempt = 0; attempt < again && isDoubtful(failure); attempt += 1) {
        const before = failure;
        if (!usual) await wire.calm(round);
        round += 1;
        answer = await ask();
        failure = failureOf(answer);
        if (isDoubtful(before) && !isDoubtful(failure)) wire.blame();
      }
      if (failure === null || !isDoubtful(failure)) return answer;
      const control = await wire.ask(known);
      if (control.kind === "hello") {
        refusesBy.add(failure.kind);
        return failure.kind === "unreachable" ? answer : { kind: "silence", last: answer };
      }
      // Who had no time left to ask has nothing to say of the server.
      if (control.kind === "cancelled") {
        return { kind: "unsteady", why: `${words(failure)}, and no time was left to look into it` };
      }
      wire.blame();
      wire.slow();
      // Nobody is asked again without a pause.
      await wire.calm(round);
      round += 1;
      if (round >= ROUNDS || control.kind === "timeout" || wire.spent()) {
        const why = `${words(failure)}, and so does what was answered before`;
        return { kind: "unsteady", why };
      }
    }
  };

  return {
    ask: async (ask, failureOf, known) => {
      const answer = await ask();
      if (!isDoubtful(failureOf(answer))) return answer;
      const turn = queue.then(() => lookInto(answer, ask, failureOf, known));
      queue = turn;
      return turn;
    },
  };
}

function isDoubtful(failure: Outcome | null): boolean {
  return failure !== null && isDoubtfulOutcome(failure);
}
