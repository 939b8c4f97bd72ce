import { channel } from "node:diagnostics_channel";
import { setImmediate } from "node:timers/promises";

/** Told when the first bytes to an endpoint are written. */
export const UNDER_WAY = channel("probity.under-way");

/**
 * Resolves when what is written now is on its way, as far as its connection stands: in the first turn connections are met
 * and their bytes sent, and whatever is loaded in the second has the time until the answers.
 */
export async function untilSent(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
