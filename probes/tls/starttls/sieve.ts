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

/** ManageSieve (RFC 5804): the greeting is the list, and ends with OK. STARTTLS is tried even where it is not listed. */
export function sieve(): Preamble {
  let begun = false;
  let greeted = false;
  let listed = false;
  return lineTalk(null, (line) => {
    const word = /^(OK|NO|BYE)(?: |$)/i.exec(line)?.[1]?.toUpperCase();
    if (word === undefined) {
      // A capability begins with a string; after the first, its value may be a literal of any lines.
      if (greeted || (!begun && !/^["{]/.test(line))) return notSpoken("ManageSieve", line);
      begun = true;
      listed ||= /^"STARTTLS"\s*$/i.test(line);
      return null;
    }
    if (word === "BYE") return broken(`takes its leave: ${shown(line)}`);
    if (!greeted) {
      if (word === "NO") return broken(`greets with an error: ${shown(line)}`);
      greeted = true;
      return send("STARTTLS");
    }
    if (word === "OK") return ready(listed);
    const passing = /^NO \(TRYLATER/i.test(line);
    return passing ? forNow("STARTTLS", line) : refusal("STARTTLS", listed, line);
  });
}
