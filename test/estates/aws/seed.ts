import { PARIS } from "#fixtures/estate/aws-recorded/organization.ts";

/** Where strays are. */
export const STRAY = "us-east-1";
export const ZONES = [`${PARIS}a`, `${PARIS}b`, `${PARIS}c`] as const;

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
