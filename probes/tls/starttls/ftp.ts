import { replyTalk } from "./replies.ts";
import { broken, forNow, type Preamble, ready, refusal, send } from "./talk.ts";

/** FTP (RFC 4217). FEAT is not asked: the command itself tells as much. Servers before the RFC know `AUTH SSL` only. */
export function ftp(): Preamble {
  let asked: "nothing" | "AUTH TLS" | "AUTH SSL" = "nothing";
  return replyTalk("FTP", ({ code, words }) => {
    // A preliminary reply, such as 120: ready in so many minutes (RFC 959 4.2.1).
    if (code < 200) return null;
    if (asked === "nothing") {
      if (code !== 220) return broken(`greets with an error: ${words}`);
      asked = "AUTH TLS";
      return send(asked);
    }
    if (code === 234) return ready(null);
    if (code < 500 || code > 599) return forNow(asked, words);
    if (asked === "AUTH SSL") return refusal("AUTH TLS and AUTH SSL", null, words);
    asked = "AUTH SSL";
    return send(asked);
  });
}
