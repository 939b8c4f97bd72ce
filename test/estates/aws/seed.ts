import type { Outcome } from "#model/control.ts";

/** The region in which everything is declared to be, and the one where strays are. */
export const PARIS = "eu-west-3";
export const STRAY = "us-east-1";
export const ZONES = [`${PARIS}a`, `${PARIS}b`, `${PARIS}c`] as const;

/** One seeded resource and what is true of it. */
export interface Seed {
  /** The name or the end of the id by which the report knows the subject. */
  readonly name: string;
  /** What breaks a promise, in words; each words stands for one kind of violation. */
  readonly violates?: string;
  /** What looks like a violation and is none, or hides one. */
  readonly trap?: string;
  /** By control, what it must come to; controls that are left out are not asked. */
  readonly expected: Readonly<Record<string, Outcome>>;
}

/** How to reach the emulator for one account. */
export interface Emulator {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** What AWS always gives and its types leave open. */
export function given<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`the emulator gave no ${what}`);
  return value;
}
