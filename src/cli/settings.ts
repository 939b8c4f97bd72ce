import { setTimeout as delay } from "node:timers/promises";
import { createRedactor } from "#gather/redact.ts";
import type { ScanSettings } from "#gather/context.ts";
import type { Target } from "#model/estate.ts";

/** Largest answer that any call may bring, bytes. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** Environment variables that hold secrets of the providers' default credential chains. */
const SECRET_VARIABLES =
  /^(?:AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|AZURE_CLIENT_SECRET|AZURE_PASSWORD|AZURE_CLIENT_CERTIFICATE_PASSWORD|.*_(?:SECRET|TOKEN|PASSWORD|SECRET_KEY))$/;

/** The real clock, the real chance and everything else that a scan from the command line runs with. */
export function scanSettings(options: {
  readonly targets: readonly Target[];
  readonly signal: AbortSignal;
  readonly active: boolean;
  readonly log: ScanSettings["log"];
}): ScanSettings {
  return {
    now: () => new Date(),
    sleep: async (milliseconds, signal) => {
      await delay(milliseconds, undefined, { signal }).catch(() => {});
    },
    random: Math.random,
    signal: options.signal,
    log: options.log,
    redactor: createRedactor(secretsInReach(options.targets)),
    environment: process.env,
    active: options.active,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  };
}

/** The secrets that this process can reach: whatever else happens, they are taken out of all that is kept. */
function secretsInReach(targets: readonly Target[]): readonly string[] {
  const named = targets.flatMap((target) => Object.values(target.credentials?.env ?? {}));
  const names = new Set([
    ...named.filter((name) => !/(?:_ID|_NAME|_REGION)$/i.test(name)),
    ...Object.keys(process.env).filter((name) => SECRET_VARIABLES.test(name)),
  ]);
  return [...names].flatMap((name) => process.env[name] ?? []);
}
