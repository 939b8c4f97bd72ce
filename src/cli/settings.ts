import { setTimeout as delay } from "node:timers/promises";
import { credentialValue } from "#estate/credentials.ts";
import { createRedactor } from "#gather/redact.ts";
import type { ScanSettings } from "#gather/context.ts";

/** Largest answer that any call may bring, bytes. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** Environment variables that hold secrets of the providers' default credential chains. */
const SECRET_VARIABLES =
  /^(?:AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|AZURE_CLIENT_SECRET|AZURE_PASSWORD|AZURE_CLIENT_CERTIFICATE_PASSWORD|IDENTITY_HEADER|.*_(?:SECRET|TOKEN|PASSWORD|SECRET_KEY))$/;

/** The real clock, the real chance and everything else that a scan from the command line runs with. */
export function scanSettings(options: {
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
    redactor: createRedactor(secretsInReach()),
    secret: (target, name) => credentialValue(target.credentials, name, process.env),
    environment: process.env,
    active: options.active,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  };
}

/** The secrets of the default chains; those that an estate refers to are learnt when they are looked up. */
function secretsInReach(): readonly string[] {
  return Object.entries(process.env).flatMap(([name, value]) =>
    SECRET_VARIABLES.test(name) && value !== undefined ? [value] : [],
  );
}
