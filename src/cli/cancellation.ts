import { tell } from "./stderr.ts";

/** A signal that the first SIGINT or SIGTERM aborts, so that the scan still reports; the second ends the process. */
export function cancellation(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(name === "SIGINT" ? 130 : 143);
    tell(`\n${name}: stopping; the report will be marked incomplete. Once more ends at once.`);
    controller.abort();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  return {
    signal: controller.signal,
    release: () => process.off("SIGINT", stop).off("SIGTERM", stop),
  };
}
