import { EXIT } from "./exit.ts";

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
  if (debug) process.stderr.write(`${known.stack ?? known.message}\n`);
  if (USER_ERRORS.has(known.name)) {
    if (!debug) process.stderr.write(`${known.message}\n`);
    return EXIT.usage;
  }
  if (!debug) {
    process.stderr.write(
      `Probity failed: ${known.message}\nThis is a defect of Probity, not a verdict. Run it again with --debug and report what it shows.\n`,
    );
  }
  return EXIT.software;
}
