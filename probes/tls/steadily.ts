import type { Outcome } from "./outcomes.ts";
import type { ReadTo } from "./records.ts";
import type { Question, Wire } from "./wire.ts";

/**
 * Asks a question of a chain, with the patience that doubtful answers need (see `Patience`).
 * @param known a question that the server has answered
 * @returns `silence` for a no without words; `malformed` where even what is known to be answered is not
 */
export async function askSteadily(
  wire: Wire,
  question: Question,
  known: Question,
  read: ReadTo = "hello",
): Promise<Outcome | "silence"> {
  const ask = () => wire.ask(question, read, 1);
  const answer = await wire.patience.ask(ask, (outcome) => outcome, known);
  if (answer.kind === "unsteady") return { kind: "malformed", why: answer.why };
  return answer.kind === "silence" ? "silence" : answer;
}
