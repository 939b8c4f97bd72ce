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

/** NNTP (RFC 4642, RFC 3977). CAPABILITIES is younger than many servers, so STARTTLS is tried even where it is not listed. */
export function nntp(): Preamble {
  let asked: "nothing" | "CAPABILITIES" | "STARTTLS" = "nothing";
  let listed: boolean | null = null;
  let listing = false;
  const ask = (command: "CAPABILITIES" | "STARTTLS") => {
    asked = command;
    return send(command);
  };
  return lineTalk(null, (line) => {
    if (listing) {
      if (/^STARTTLS\s*$/i.test(line)) listed = true;
      listing = line !== ".";
      return listing ? null : ask("STARTTLS");
    }
    const code = Number(/^([1-5]\d\d)(?: |$)/.exec(line)?.[1] ?? 0);
    if (code === 0) return notSpoken("NNTP", line);
    if (asked === "nothing") {
      const greets = code === 200 || code === 201;
      return greets ? ask("CAPABILITIES") : broken(`greets with an error: ${shown(line)}`);
    }
    if (asked === "CAPABILITIES") {
      if (code === 101) {
        listed = false;
        listing = true;
        return null;
      }
      return code >= 500 ? ask("STARTTLS") : broken(`refuses CAPABILITIES: ${shown(line)}`);
    }
    if (code === 382) return ready(listed);
    // RFC 4642 2.2.1: 580 is a fault of its settings, or one that passes; of a server that lists TLS it tells nothing.
    const passing = code < 500 || (code === 580 && listed === true);
    return passing ? forNow("STARTTLS", line) : refusal("STARTTLS", listed, line);
  });
}
