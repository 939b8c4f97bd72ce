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

/** Response codes of a no that may be a yes later (RFC 5530). */
const PASSING = /^\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]/i;

/** IMAP (RFC 3501 6.2.1, RFC 9051). STARTTLS is tried even where it is not listed. */
export function imap(): Preamble {
  let asked: "nothing" | "CAPABILITY" | "STARTTLS" = "nothing";
  let listed: boolean | null = null;
  return lineTalk(null, (line) => {
    const [, tag, status = "", text = ""] = /^(\*|a[12]) ([A-Z]+) ?(.*)$/is.exec(line) ?? [];
    const word = status.toUpperCase();
    if (asked === "nothing") {
      if (tag === "*" && word === "OK") {
        asked = "CAPABILITY";
        return send("a1 CAPABILITY");
      }
      if (tag === "*" && word === "PREAUTH") {
        // RFC 3501 6.2.1: STARTTLS is of the not authenticated state only.
        return { refused: `takes its client as known, and then has no STARTTLS: ${shown(line)}` };
      }
      const bye = tag === "*" && word === "BYE";
      return bye ? broken(`greets with an error: ${shown(line)}`) : notSpoken("IMAP", line);
    }
    if (line.startsWith("* ")) {
      if (word === "BYE") return broken(`takes its leave: ${shown(line)}`);
      // Other news may come at any time (RFC 3501 7).
      if (word === "CAPABILITY") listed = text.toUpperCase().split(" ").includes("STARTTLS");
      return null;
    }
    if (!["OK", "NO", "BAD"].includes(word)) return notSpoken("IMAP", line);
    if (tag !== (asked === "CAPABILITY" ? "a1" : "a2")) {
      return broken(`answers what was not asked: ${shown(line)}`);
    }
    if (asked === "CAPABILITY") {
      asked = "STARTTLS";
      return send("a2 STARTTLS");
    }
    if (word === "OK") return ready(listed);
    return PASSING.test(text) ? forNow("STARTTLS", line) : refusal("STARTTLS", listed, line);
  });
}
