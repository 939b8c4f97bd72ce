import { ALERT } from "../alerts.ts";
import { VERSION_CODES } from "../client-hello.ts";
import { attempt, type Progress } from "./attempt.ts";
import { RECORD } from "./channel.ts";
import { agree, greet, type Refusal, refusal, shakeHands } from "./client.ts";
import { cipherSpec } from "./cipher-spec.ts";
import type { Script } from "./script.ts";
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

/**
 * POODLE in TLS (CVE-2014-8730): a server must refuse a record of CBC whose padding is wrong, even where its MAC is right
 * (RFC 5246 6.2.3.2). A request so padded follows a handshake in order. A server that is neither heard to refuse it nor to
 * answer it, as all that do not speak HTTP, is shown wrong padding where its protocol does not matter: in the Finished of
 * a second connection, which the first has proved to be all that is wrong with it.
 */
export const tlsPoodle: Attack = {
  test: "tls-poodle",
  run: async (wire, surface) => {
    const usable = newestWith(
      surface,
      (facts, version) =>
        canFinish(facts, version) && cipherSpec(facts.code, VERSION_CODES[version])?.kind === "cbc",
    );
    if (usable === null) {
      const other = newestWith(
        surface,
        ({ mode }, version) => mode === "CBC" && version !== "SSLv3",
      );
      return other === null
        ? absent(surface, "no suite of TLS with CBC")
        : unknown("none of its suites with CBC can be spoken here");
    }
    const open = () => opening(wire, surface, usable.version, usable.suites);
    const first = await attempt(wire, surface, (progress) =>
      request(open(), wire.address.serverName, progress),
    );
    if (first.kind === "failed") return first.finding;
    if (first.kind === "concluded") {
      const { result } = first;
      if (result.kind === "no-handshake") return unknown(`no handshake with CBC: ${result.why}`);
      if (result.kind === "took") return vulnerable("answers a request whose padding is wrong");
      if (result.kind === "refused") return sound(`refuses wrong padding: ${result.why}`);
    }
    const second = await attempt(wire, surface, (progress) => finish(open(), progress));
    if (second.kind === "failed") return second.finding;
    if (second.kind === "silent") return unknown("says nothing to wrong padding");
    if (second.kind === "ended") return sound("ends the connection at wrong padding");
    const { result } = second;
    if (result.kind === "no-handshake") return unknown(`no handshake with CBC: ${result.why}`);
    return result.kind === "took"
      ? vulnerable("takes a Finished message whose padding is wrong")
      : sound(`refuses wrong padding: ${result.why}`);
  },
};

type Seen =
  | Refusal
  /** What only a server does that took the record. */
  | { readonly kind: "took" }
  | { readonly kind: "no-handshake"; readonly why: string };

/** No server begins with this before it was asked. */
const ANSWER = "HTTP/";

function* request(
  { offer, channel }: Opening,
  serverName: string | null,
  progress: Progress,
): Script<Seen | { readonly kind: "spoke" }> {
  const agreement = yield* shakeHands(channel, offer);
  if (agreement.kind === "refused") return { kind: "no-handshake", why: agreement.why };
  const host = serverName === null ? "" : `Host: ${serverName}\r\n`;
  channel.send(RECORD.data, Buffer.from(`HEAD / HTTP/1.0\r\n${host}\r\n`), true);
  progress.begun = true;
  let heard = "";
  for (;;) {
    const event = yield* channel.next();
    // Whoever takes his leave may not have meant the record.
    if (event.kind === "alert" && event.description === ALERT.closeNotify) return { kind: "spoke" };
    if (event.kind === "alert" && event.fatal) return refusal(event.description);
    if (event.kind !== "data") continue;
    heard += event.body.toString("latin1", 0, ANSWER.length);
    if (heard.length >= ANSWER.length) {
      return { kind: heard.startsWith(ANSWER) ? "took" : "spoke" };
    }
  }
}

function* finish({ offer, channel }: Opening, progress: Progress): Script<Seen> {
  const greeting = yield* greet(channel, offer);
  if (greeting.kind === "refused") return { kind: "no-handshake", why: greeting.why };
  progress.begun = true;
  const agreement = yield* agree(channel, greeting, { wrongPadding: true });
  return agreement.kind === "agreed" ? { kind: "took" } : agreement;
}
