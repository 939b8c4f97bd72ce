import { randomBytes } from "node:crypto";
import { ALERT, alertWords } from "../alerts.ts";
import { offer } from "../offers.ts";
import type { Wire } from "../wire.ts";
import { attempt, type Progress } from "./attempt.ts";
import { RECORD } from "./channel.ts";
import { agree, greet } from "./client.ts";
import type { Script } from "./script.ts";
import {
  type Attack,
  canFinish,
  type Finding,
  newestWith,
  type OlderSurface,
  type Opening,
  opening,
  sound,
  unknown,
  vulnerable,
} from "./surface.ts";

/** RFC 6520 2 */
const HEARTBEAT_EXTENSION = 15;
const PEER_MAY_SEND = Buffer.of(1);
const EXTENSIONS = [[HEARTBEAT_EXTENSION, PEER_MAY_SEND]] as const;
const TYPE = { request: 1, response: 2 } as const;

const PADDING_BYTES = 16;

const SENT_BYTES = 16;
/** As few more as prove the flaw. */
const CLAIMED_BYTES = SENT_BYTES + 4;
/** Of the request that is in order; another length, so that the answers cannot be confused. */
const ORDERLY_BYTES = 18;

/**
 * Heartbleed (CVE-2014-0160): a heartbeat request that claims four bytes more than it has is discarded by a sound server
 * (RFC 6520 4), and answered with that many by a flawed one. What it gives away is neither looked at nor kept. One
 * connection. The request goes out behind the client's Finished, as OpenSSL holds an answer back that is due before; and
 * behind it one in order, whose answer alone proves that the first was discarded.
 */
export const heartbleed: Attack = {
  test: "heartbleed",
  run: async (wire, surface) => {
    const usable = newestWith(surface, canFinish);
    if (usable === null) return withoutHandshake(wire, surface);
    const trial = await attempt(wire, surface, (progress) =>
      beat(opening(wire, surface, usable.version, usable.suites, EXTENSIONS), progress),
    );
    if (trial.kind === "failed") return trial.finding;
    return trial.kind === "concluded" ? trial.result : NO_ANSWER;
  },
};

const NOT_NEGOTIATED = sound("does not negotiate heartbeat");
const NO_ANSWER = unknown("negotiates heartbeat, and answers none");

/** Where no handshake can be finished, the server's hello may still tell that it knows no heartbeat. */
async function withoutHandshake(wire: Wire, surface: OlderSurface): Promise<Finding> {
  const { version, shape, hello } = surface.older;
  const outcome = await wire.ask({ ...offer(version, shape, [hello.suite]), extra: EXTENSIONS });
  // Hellos of SSLv3 have no room to ask for it.
  return outcome.kind !== "hello" ||
    version === "SSLv3" ||
    outcome.extensions.has(HEARTBEAT_EXTENSION)
    ? unknown("none of its suites can be spoken here")
    : NOT_NEGOTIATED;
}

function* beat({ offer, channel }: Opening, progress: Progress): Script<Finding> {
  const greeting = yield* greet(channel, offer);
  if (greeting.kind === "refused") return unknown(`no handshake: ${greeting.why}`);
  if (!greeting.hello.extensions.has(HEARTBEAT_EXTENSION)) {
    return NOT_NEGOTIATED;
  }
  const sent = randomBytes(SENT_BYTES);
  const orderly = randomBytes(ORDERLY_BYTES + PADDING_BYTES);
  const agreement = yield* agree(channel, greeting, {
    behind: () => {
      channel.send(RECORD.heartbeat, Buffer.concat([head(TYPE.request, CLAIMED_BYTES), sent]));
      channel.send(RECORD.heartbeat, Buffer.concat([head(TYPE.request, ORDERLY_BYTES), orderly]));
      progress.begun = true;
    },
  });
  if (agreement.kind === "refused") return unknown(`no handshake: ${agreement.why}`);
  for (;;) {
    const event = yield* channel.next();
    // Whoever takes his leave may not have meant the heartbeat, and some send what was due before all the same.
    if (event.kind === "alert" && event.fatal && event.description !== ALERT.closeNotify) {
      return sound(`refuses heartbeats: ${alertWords(event.description)}`);
    }
    if (event.kind !== "heartbeat") continue;
    const { body } = event;
    const claimed = isAnswer(body, CLAIMED_BYTES, sent);
    const inOrder = isAnswer(body, ORDERLY_BYTES, orderly.subarray(0, ORDERLY_BYTES));
    // It may be of the server's memory.
    body.fill(0);
    if (claimed) return vulnerable("answers a heartbeat with more bytes than it was sent");
    if (inOrder) {
      return sound("discards a heartbeat that claims more than it has, and answers one in order");
    }
  }
}

/** Whether it is the answer to a request of so many bytes that began with these, which are all that is looked at. */
function isAnswer(body: Buffer, bytes: number, sent: Buffer): boolean {
  return (
    body.length >= 3 + bytes &&
    body.subarray(0, 3).equals(head(TYPE.response, bytes)) &&
    body.subarray(3, 3 + sent.length).equals(sent)
  );
}

function head(type: number, bytes: number): Buffer {
  return Buffer.from([type, bytes >> 8, bytes]);
}
