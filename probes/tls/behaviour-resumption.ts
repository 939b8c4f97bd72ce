/** Whether sessions are resumed: by id and by ticket up to TLS 1.2, by a pre-shared key in TLS 1.3. */
import { setTimeout } from "node:timers/promises";
import { cipherSuite } from "#facts/cipher-suites.ts";
import { notApplicable, NO_TLS13, ONLY_TLS13, tested, type Tested } from "./behaviour-answers.ts";
import type { Meeting } from "./behaviour-handshake.ts";
import type { Line, Meetings } from "./behaviour-meeting.ts";
import { maxEarlyData } from "./behaviour-session.ts";
import { SHARE_GROUPS } from "./key-shares.ts";
import type { Accepted } from "./versions.ts";

/**
 * By id and by ticket, up to TLS 1.2. Each takes a handshake and a second one that offers what came of the first: a client
 * that takes tickets may get no id, and one that does not is the one to offer an id. Both begin at once; many servers give
 * no ticket, so that no second connection is dialled for one ahead.
 * @param older the newest accepted version before TLS 1.3; null where there is none
 */
export async function olderResumption(
  { line }: Meetings,
  older: Accepted | null,
): Promise<readonly [ids: Tested, tickets: Tested]> {
  if (older === null) {
    return [notApplicable("session-ids", ONLY_TLS13), notApplicable("session-tickets", ONLY_TLS13)];
  }
  const givesId = older.hello.sessionId.length > 0;
  const noId = tested("session-ids", "no", "its hello gives no id");
  if (older.version === "SSLv3") {
    // Nothing that is at hand makes a handshake of it.
    const why =
      "gives an id; no handshake of SSLv3 can be finished to see whether it takes it back";
    return [
      givesId ? tested("session-ids", "unknown", why) : noId,
      notApplicable("session-tickets", "SSLv3 has no extensions"),
    ];
  }
  // Who does not choose DHE where everything is offered does without it.
  const dhe = cipherSuite(older.hello.suite)?.keyExchange === "DHE";
  return Promise.all([givesId ? byId(line(2), dhe) : noId, byTicket(line(1), dhe)]);
}

async function byId({ meet, leave }: Line, dhe: boolean): Promise<Tested> {
  const test = "session-ids";
  const wish = { versions: "older", tickets: false, dhe } as const;
  const first = await meet(wish);
  if (first.kind === "failed" || first.session === null) {
    leave();
    return tested(test, "unknown", first.kind === "failed" ? first.why : NO_SESSION);
  }
  // A server may keep the session a moment after its last word: the end of the connection shows that it has.
  await Promise.race([first.gone, setTimeout(KEEPING_MS)]);
  return taken(test, await meet({ ...wish, session: first.session, last: true }));
}

async function byTicket({ meet, leave }: Line, dhe: boolean): Promise<Tested> {
  const test = "session-tickets";
  const wish = { versions: "older", tickets: true, dhe } as const;
  const first = await meet(wish);
  if (first.kind === "failed" || !first.ticket || first.session === null) {
    leave();
    if (first.kind === "failed") return tested(test, "unknown", first.why);
    return first.ticket ? tested(test, "unknown", NO_SESSION) : tested(test, "no", NO_TICKET);
  }
  return taken(test, await meet({ ...wish, session: first.session, last: true }));
}

const KEEPING_MS = 10;
const NO_SESSION = "OpenSSL keeps no session of its handshake";
const NO_TICKET = "gives no ticket";

/** What a handshake says that offered a session. */
function taken(test: Tested["test"], again: Meeting): Tested {
  if (again.kind === "failed") return tested(test, "unknown", again.why);
  return again.reused
    ? tested(test, "yes", null)
    : tested(test, "no", "a client that offers its session gets a new one");
}

/**
 * By a pre-shared key, and whether its ticket allows data before the handshake is done. Two handshakes, the first with a
 * post-quantum share.
 * @param tls13 the answer to the first hello of TLS 1.3, where it is accepted
 * @param large told whether a hello of more than one packet was answered; null where none was sent or something went wrong
 */
export async function tls13Resumption(
  { line }: Meetings,
  tls13: Accepted | null,
  large: (answered: true | null) => void,
): Promise<readonly [psk: Tested, earlyData: Tested]> {
  if (tls13 === null) {
    large(null);
    return [notApplicable("psk-resumption", NO_TLS13), notApplicable("early-data", NO_TLS13)];
  }
  const { meet, leave } = line(2);
  const newest = await meet({ versions: "TLSv1.3", large: CAN_BE_LARGE });
  const answered = newest.kind === "met" || newest.done;
  large(answered && CAN_BE_LARGE ? true : null);
  // Something on the way may drop a hello of two packets.
  const first =
    answered || !CAN_BE_LARGE ? newest : await meet({ versions: "TLSv1.3", large: false });
  if (first.kind === "failed" || first.session === null) {
    leave();
    const [answer, why] =
      first.kind === "failed" ? (["unknown", first.why] as const) : (["no", NO_TICKET] as const);
    return [tested("psk-resumption", answer, why), tested("early-data", answer, why)];
  }
  const wish = { versions: "TLSv1.3", session: first.session, last: true } as const;
  const psk = taken("psk-resumption", await meet(wish));
  return [psk, earlyData(psk, maxEarlyData(first.session))];
}

/** Whether it can send a share of X25519MLKEM768, as browsers do: 1,216 bytes. */
const CAN_BE_LARGE = SHARE_GROUPS.includes(0x11ec);

/** @param bytes that the ticket allows; null where that could not be read */
function earlyData(psk: Tested, bytes: number | null): Tested {
  const test = "early-data";
  if (bytes === null) return tested(test, "unknown", "the ticket's limit could not be read");
  if (bytes === 0) return tested(test, "no", "its ticket allows none");
  const why = `its ticket allows ${bytes} bytes`;
  return psk.answer === "no"
    ? tested(test, "no", `${why}, but it does not take the ticket back`)
    : tested(test, "yes", why);
}
