import { randomBytes } from "node:crypto";
import { ALERT, alertWords } from "../alerts.ts";
import { attempt, type Progress } from "./attempt.ts";
import { RECORD } from "./channel.ts";
import { greet, type Refusal } from "./client.ts";
import type { Script } from "./script.ts";
import {
  type Attack,
  knownSuites,
  type Opening,
  opening,
  sound,
  unknown,
  vulnerable,
} from "./surface.ts";

type Seen = Refusal | { readonly kind: "alert"; readonly description: number };

/** What a server says that tried to decrypt: it took the change of cipher (bad_record_mac, decryption_failed). */
const DECRYPTED: ReadonlySet<number> = new Set([ALERT.badRecordMac, ALERT.decryptionFailed]);
/** A multiple of every block size. */
const RECORD_BYTES = 64;

/**
 * CCS injection (CVE-2014-0224): a ChangeCipherSpec before any key was agreed on is an unexpected message to a sound server;
 * a flawed one takes it, and fails to decrypt the record behind it. One connection; where that ends without a word one more,
 * with the early ChangeCipherSpec alone, for the end may have been about either record.
 */
export const ccsInjection: Attack = {
  test: "ccs-injection",
  run: async (wire, surface) => {
    const { version } = surface.older;
    const suites = knownSuites(surface, version);
    const trial = async (withRecord: boolean) =>
      attempt(wire, surface, (progress) =>
        inject(opening(wire, surface, version, suites, [], true), progress, withRecord),
      );
    const first = await trial(true);
    if (first.kind === "failed") return first.finding;
    if (first.kind === "silent") return unknown("says nothing to an early ChangeCipherSpec");
    if (first.kind === "ended") {
      const again = await trial(false);
      if (again.kind === "failed") return again.finding;
      return again.kind === "silent"
        ? unknown("ends the connection after an early ChangeCipherSpec, but not at once")
        : sound("ends the connection at an early ChangeCipherSpec");
    }
    const { result } = first;
    if (result.kind === "refused") return unknown(`no handshake: ${result.why}`);
    const why = alertWords(result.description);
    if (DECRYPTED.has(result.description)) {
      return vulnerable(`takes a ChangeCipherSpec before any key was agreed on: ${why}`);
    }
    return sound(`refuses an early ChangeCipherSpec: ${why}`);
  },
};

function* inject(
  { offer, channel }: Opening,
  progress: Progress,
  withRecord: boolean,
): Script<Seen> {
  const greeting = yield* greet(channel, offer);
  if (greeting.kind === "refused") return greeting;
  channel.send(RECORD.change, Buffer.of(1));
  if (withRecord) channel.send(RECORD.handshake, randomBytes(RECORD_BYTES));
  progress.begun = true;
  for (;;) {
    const event = yield* channel.next();
    if (event.kind !== "alert" || !event.fatal) continue;
    return { kind: "alert", description: event.description };
  }
}
