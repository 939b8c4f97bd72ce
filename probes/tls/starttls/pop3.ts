import {
  broken,
  forNow,
  lineTalk,
  notSpoken,
  type Preamble,
  ready,
  refusal,
  send,
  shown,
} from "./talk.ts";

/** Response codes of a no that may be a yes later (RFC 2449 8.1.2, RFC 3206). */
const PASSING = /^-ERR \[(?:SYS\/TEMP|IN-USE|LOGIN-DELAY)\]/i;

/** POP3 (RFC 2595 4). CAPA came after it (RFC 2449), so STLS is tried even where it is not listed. */
export function pop3(): Preamble {
  let asked: "nothing" | "CAPA" | "STLS" = "nothing";
  let listed: boolean | null = null;
  let listing = false;
  const ask = (command: "CAPA" | "STLS") => {
    asked = command;
    return send(command);
  };
  return lineTalk(null, (line) => {
    if (listing) {
      if (/^STLS\s*$/i.test(line)) listed = true;
      listing = line !== ".";
      return listing ? null : ask("STLS");
    }
    const good = /^\+OK(?: |$)/i.test(line);
    if (!good && !/^-ERR(?: |$)/i.test(line)) return notSpoken("POP3", line);
    if (asked === "nothing") {
      return good ? ask("CAPA") : broken(`greets with an error: ${shown(line)}`);
    }
    if (asked === "CAPA") {
      if (!good) return ask("STLS");
      listed = false;
      listing = true;
      return null;
    }
    if (good) return ready(listed);
    return PASSING.test(line) ? forNow("STLS", line) : refusal("STLS", listed, line);
  });
}
