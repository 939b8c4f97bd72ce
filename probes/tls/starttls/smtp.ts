import { replyTalk } from "./replies.ts";
import { broken, forNow, type Preamble, ready, refusal, send, type Step } from "./talk.ts";

/**
 * Nobody's name (RFC 2606), which still tells an administrator who asks. An address literal such as `[127.0.0.1]` would
 * claim to be the server itself, and many refuse that as forged.
 */
const CLIENT = "probity.invalid";

type Asked = "nothing" | "EHLO" | "LHLO" | "HELO" | "STARTTLS";

/**
 * SMTP and LMTP (RFC 3207, RFC 5321, RFC 2033). STARTTLS is tried even where it is not listed: boxes in between blot it
 * out of the list, and only a no to the command itself is the server's own word.
 */
export function smtp(protocol: "SMTP" | "LMTP"): Preamble {
  const hello = protocol === "LMTP" ? "LHLO" : "EHLO";
  let asked: Asked = "nothing";
  let listed: boolean | null = null;
  const ask = (command: Exclude<Asked, "nothing">): Step => {
    asked = command;
    return send(command === "STARTTLS" ? command : `${command} ${CLIENT}`);
  };
  return replyTalk(protocol, ({ code, texts, words }) => {
    const refuses = code >= 500 && code < 600;
    if (asked === "nothing") {
      return code === 220 ? ask(hello) : broken(`greets with an error: ${words}`);
    }
    if (asked === "STARTTLS") {
      if (code === 220) return ready(listed);
      // RFC 3207 4: 454, not available for a temporary reason.
      return refuses ? refusal("STARTTLS", listed, words) : forNow("STARTTLS", words);
    }
    if (code === 250) {
      // Who knows HELO only has no list.
      if (asked !== "HELO") listed = texts.slice(1).some((text) => /^STARTTLS\s*$/i.test(text));
      return ask("STARTTLS");
    }
    // RFC 5321 3.2
    return asked === "EHLO" && refuses ? ask("HELO") : broken(`refuses ${asked}: ${words}`);
  });
}
