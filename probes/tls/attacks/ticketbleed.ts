import { randomBytes } from "node:crypto";
import { EXTENSION, type HelloVersion } from "../client-hello.ts";
import { serverHello } from "../messages.ts";
import { attempt, type Progress } from "./attempt.ts";
import { MESSAGE } from "./channel.ts";
import { type Agreement, type Part, type Refusal, refusal, shakeHands } from "./client.ts";
import { helloBody } from "./hello.ts";
import { BrokenAnswer, type Script } from "./script.ts";
import {
  absent,
  type Attack,
  canFinish,
  newestWith,
  type Opening,
  opening,
  sound,
  unknown,
  vulnerable,
} from "./surface.ts";

const ASKS_FOR_TICKET = [[EXTENSION.sessionTicket, Buffer.alloc(0)]] as const;
/** A flawed server fills the session id up to 32 bytes from its memory: with so many there is one left to fill. */
const SESSION_BYTES = 31;
const MAX_SESSION_BYTES = 32;
/** A longer one does not fit into a hello of one record with everything else. */
const MAX_TICKET_BYTES = 8192;

/**
 * Ticketbleed (CVE-2016-9244): who resumes a session by its ticket may send any session id, which comes back as it was
 * (RFC 5077 3.4); a flawed server sends 32 bytes back whatever it was given. Two connections: one for a ticket, and one to
 * resume by it with 31 bytes, so that a flawed server gives away one byte.
 */
export const ticketbleed: Attack = {
  test: "ticketbleed",
  run: async (wire, surface) => {
    const usable = newestWith(surface, canFinish);
    if (usable === null) return unknown("none of its suites can be spoken here to get a ticket");
    const { version } = usable;
    const open = (suites: readonly number[], ticket?: Buffer) =>
      opening(
        wire,
        surface,
        version,
        suites,
        ticket === undefined ? ASKS_FOR_TICKET : [[EXTENSION.sessionTicket, ticket]],
      );
    const first = await attempt(wire, surface, () => getTicket(open(usable.suites)));
    if (first.kind === "failed") return first.finding;
    if (first.kind !== "concluded") return unknown("no handshake came about");
    const got = first.result;
    if (got.kind === "refused") return unknown(`no handshake: ${got.why}`);
    const { ticket, suite } = got;
    if (ticket === null || ticket.length === 0) return noTicket(surface, version);
    if (ticket.length > MAX_TICKET_BYTES) return unknown(`a ticket of ${ticket.length} bytes`);
    const second = await attempt(wire, surface, (progress) =>
      resume(open([suite], ticket), progress),
    );
    if (second.kind === "failed") return second.finding;
    if (second.kind !== "concluded") return unknown("says nothing to a session ticket");
    const { result } = second;
    if (result.kind === "refused") {
      return unknown(`does not take its own session ticket: ${result.why}`);
    }
    return CONCLUSIONS[result.kind];
  },
};

const CONCLUSIONS = {
  padded: vulnerable("answers a session id of 31 bytes with 32, the last from its memory"),
  echoed: sound("gives the session id back as it was sent"),
  "not-resumed": unknown("does not resume the session of its own ticket"),
} as const;

type Resumption = Refusal | { readonly kind: keyof typeof CONCLUSIONS };

function noTicket(surface: Parameters<typeof absent>[0], version: HelloVersion) {
  return version === surface.older?.version
    ? sound("issues no session tickets")
    : unknown(`issues no session tickets in ${version}, and newer versions cannot be spoken here`);
}

function* getTicket({ offer, channel }: Opening): Part<Agreement | Refusal> {
  return yield* shakeHands(channel, offer);
}

function* resume({ offer, channel }: Opening, progress: Progress): Script<Resumption> {
  const sessionId = randomBytes(SESSION_BYTES);
  channel.sendMessage(MESSAGE.clientHello, helloBody(offer, { sessionId }));
  progress.begun = true;
  for (;;) {
    const event = yield* channel.next();
    if (event.kind === "alert" && event.fatal) return refusal(event.description);
    if (event.kind !== "message") continue;
    const hello = event.type === MESSAGE.serverHello ? serverHello(event.body) : null;
    if (hello === null) throw new BrokenAnswer("no ServerHello that can be read");
    const answered = hello.sessionId;
    if (answered.equals(sessionId)) return { kind: "echoed" };
    const padded =
      answered.length === MAX_SESSION_BYTES &&
      answered.subarray(0, SESSION_BYTES).equals(sessionId);
    return { kind: padded ? "padded" : "not-resumed" };
  }
}
