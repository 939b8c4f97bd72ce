import type { ScanSettings } from "#gather/context.ts";
import { tellJson } from "./stderr.ts";

/** A log on standard error when --debug asks for it; otherwise nothing is even loaded. */
export async function openLog(debug: boolean): Promise<ScanSettings["log"]> {
  if (!debug) return () => {};
  const { pino } = await import("pino");
  const logger = pino({ base: null, level: "debug" }, { write: tellJson });
  return (message, fields) => logger.debug(fields ?? {}, message);
}
