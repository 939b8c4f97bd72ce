/** Exit codes of every command. */
export const EXIT = {
  /** All declared claims are upheld (or attested, waived, not applicable). */
  upheld: 0,
  /** Something is violated. */
  violated: 1,
  /** The command line or a configuration file is wrong. */
  usage: 2,
  /** Nothing violated, but something unverified or lapsed. */
  unverified: 3,
  /** Probity itself failed. */
  software: 70,
} as const;

/** An error that is the user's to mend: shown as it is, with exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
