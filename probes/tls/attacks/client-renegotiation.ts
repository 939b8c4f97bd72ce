import { ALERT } from "../alerts.ts";
import { attempt, type Progress } from "./attempt.ts";
import { type Refusal, shakeHands } from "./client.ts";
import type { Script } from "./script.ts";
import {
  type Attack,
  canFinish,
  type Finding,
  newestWith,
  type Opening,
  opening,
  sound,
  unknown,
  vulnerable,
} from "./surface.ts";

/** Servers that limit it do so after 3, 5 or 9. */
const TRIES = 10;
/** So many times as long as the handshakes before took, a silence must last to be one. */
const PATIENCE = 5;
const RENEGOTIATION_INFO = 0xff01;

/**
 * Renegotiation by the client (CVE-2011-1473): each costs a server far more than the client that asks for it, so that it
 * must be refused or limited. One connection, in which the client asks for ten new handshakes, one after the other.
 */
export const clientRenegotiation: Attack = {
  test: "client-renegotiation",
  run: async (wire, surface) => {
    const usable = newestWith(surface, canFinish);
    if (usable === null) return unknown("none of its suites can be spoken here");
    const { version, suites } = usable;
    let done = 0;
    let began = performance.now();
    let last = began;
    const trial = await attempt(wire, surface, (progress) => {
      done = 0;
      began = last = performance.now();
      return renegotiate(opening(wire, surface, version, suites), progress, () => {
        done += 1;
        last = performance.now();
      });
    });
    if (trial.kind === "failed") return trial.finding;
    if (trial.kind === "ended") return limited(done, "ends the connection");
    if (trial.kind === "silent") {
      // All share the time of one dialogue: who was slow before may be no more than slow now.
      const patient = performance.now() - last > PATIENCE * ((last - began) / (done + 1));
      return patient
        ? limited(done, "says nothing")
        : unknown(
            `takes ${done} renegotiations that a client asks for, then there was no time left`,
          );
    }
    const { result } = trial;
    if (result.kind === "no-handshake") return unknown(`no handshake: ${result.why}`);
    // Many take their leave after the handshake whatever comes then.
    if (result.kind === "refused" && result.alert === ALERT.closeNotify && done === 0) {
      return unknown("ends the connection in order before it was asked to renegotiate");
    }
    return result.kind === "refused"
      ? limited(done, result.why)
      : vulnerable(`takes ${TRIES} renegotiations of ${TRIES} that a client asks for`);
  },
};

function limited(done: number, how: string): Finding {
  return sound(
    done === 0
      ? `refuses a renegotiation that a client asks for: ${how}`
      : `takes ${done} ${done === 1 ? "renegotiation" : "renegotiations"} that a client asks for, then no more: ${how}`,
  );
}

type Seen =
  | { readonly kind: "all" }
  | { readonly kind: "no-handshake"; readonly why: string }
  | Refusal;

function* renegotiate(
  { offer, channel }: Opening,
  progress: Progress,
  count: () => void,
): Script<Seen> {
  const first = yield* shakeHands(channel, offer);
  if (first.kind === "refused") return { kind: "no-handshake", why: first.why };
  const secure = first.hello.extensions.has(RENEGOTIATION_INFO);
  let { verified } = first;
  progress.begun = true;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const again = yield* shakeHands(channel, offer, {
      renegotiation: { verified: secure ? verified.client : null },
    });
    if (again.kind === "refused") return again;
    verified = again.verified;
    count();
  }
  return { kind: "all" };
}
