import { EXIT } from "./exit.ts";
import { tell } from "./stderr.ts";

/** Errors that people can mend themselves. */
const USER_ERRORS = new Set([
  "UsageError",
  "ConfigurationError",
  "EvidenceError",
  "CredentialError",
]);

/** Tells what happened on standard error and gives the exit code; a stack trace only when asked for. */
export function reportFailure(error: unknown, debug: boolean): number {
  const known = error instanceof Error ? error : new Error(String(error));
  if (debug) tell(known.stack ?? known.message);
  if (USER_ERRORS.has(known.name)) {
    if (!debug) tell(known.message);
    return EXIT.usage;
  }
  if (!debug) {
    tell(
      `Probity failed: ${known.message}\nThis is a defect of Probity, not a verdict. Run it again with --debug and report what it shows.`,
    );
  }
  return EXIT.software;
}
