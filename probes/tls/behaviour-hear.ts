import { VERSION_CODES } from "./client-hello.ts";
import { words } from "./outcomes.ts";
import type { HelloReply } from "./records.ts";
import type { Question, Wire } from "./wire.ts";

/** What came of a hello: an answer in what was offered, or else what, in words. */
export type Heard =
  | { readonly hello: HelloReply }
  | {
      readonly hello: null;
      /** null where it was none. */
      readonly alert: number | null;
      readonly why: string;
    };

/** Alerts of servers that find nothing to choose in a hello; the first is the right one (RFC 5246 7.2.2). */
export const NOTHING_TO_CHOOSE: ReadonlySet<number | null> = new Set([40, 47, 71]);

/**
 * One hello, asked with the patience that doubtful answers need.
 * @param known a question that the server has answered
 */
export async function hear(wire: Wire, question: Question, known: Question): Promise<Heard> {
  // Nothing follows it, so that nothing is dialled ahead.
  const ask = () => wire.ask(question);
  const answer = await wire.patience.ask(ask, (outcome) => outcome, known);
  if (answer.kind === "unsteady") return { hello: null, alert: null, why: answer.why };
  const outcome = answer.kind === "silence" ? answer.last : answer;
  if (outcome.kind === "alert") {
    return { hello: null, alert: outcome.description, why: words(outcome) };
  }
  if (outcome.kind !== "hello") return { hello: null, alert: null, why: words(outcome) };
  const offered =
    outcome.version === VERSION_CODES[question.version] && question.suites.includes(outcome.suite);
  return offered
    ? { hello: outcome }
    : { hello: null, alert: null, why: "an answer in what was not offered" };
}
