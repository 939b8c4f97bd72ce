/** Plays a test's script, and tells a server that says nothing from one that is not there. */
import { offer } from "../offers.ts";
import { isDoubtful, isSilence, NOT_ASKED, words } from "../outcomes.ts";
import type { Wire } from "../wire.ts";
import { play, type Script } from "./script.ts";
import { type Finding, type OlderSurface, unknown } from "./surface.ts";

/** Kept by a script: whether the server was given what the test is about. */
export interface Progress {
  begun: boolean;
}

/** What became of a test. */
export type Trial<R> =
  | { readonly kind: "concluded"; readonly result: R }
  /** The server ended the connection without a word, after the test had begun. */
  | { readonly kind: "ended" }
  /** The connection stood, and nothing came in time. */
  | { readonly kind: "silent" }
  /** Nothing can be said. */
  | { readonly kind: "failed"; readonly finding: Finding };

/**
 * Plays a script once; and once more, after a pause, where the connection broke before the test had begun, for then the
 * server has seen nothing of it. An end without words counts only of a server that still answers its hello.
 */
export async function attempt<R>(
  wire: Wire,
  surface: OlderSurface,
  script: (progress: Progress) => Script<R>,
): Promise<Trial<R>> {
  const progress: Progress = { begun: false };
  let fate = await play(wire, concluding(script(progress)));
  if (!progress.begun && fate.kind !== "concluded" && isDoubtful(fate)) {
    await wire.calm(0);
    fate = await play(wire, concluding(script(progress)));
  }
  if (fate.kind === "concluded") return fate;
  if (fate.kind === "cancelled") return failed(NOT_ASKED);
  // What does not look like TLS after a test may be of the server's memory: it is not shown.
  if (fate.kind === "not-tls" && progress.begun)
    return failed("answers with something else than TLS");
  if (!isSilence(fate)) return failed(words(fate));
  if (!progress.begun) return failed(`${words(fate)} during the handshake`);
  const { version, shape, hello } = surface.older;
  // The control: what is known to be answered.
  const control = await wire.ask(offer(version, shape, [hello.suite]));
  if (control.kind === "hello") return { kind: fate.kind === "timeout" ? "silent" : "ended" };
  return control.kind === "cancelled"
    ? failed(NOT_ASKED)
    : failed(`${words(fate)}, and so it goes with what was answered before`);
}

function* concluding<R>(script: Script<R>): Script<{ kind: "concluded"; result: R }> {
  return { kind: "concluded", result: yield* script };
}

function failed(why: string): Trial<never> {
  return { kind: "failed", finding: unknown(why) };
}
