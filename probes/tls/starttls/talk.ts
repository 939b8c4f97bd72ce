/** What the talks of all protocols have in common: their steps, their words, and how they read. */
import { plainServerText } from "#probes/common/server-text.ts";

/** What follows from what the server said. */
export type Step =
  | { readonly send: Buffer }
  /**
   * The next byte is to be a ClientHello. `send` goes out first: such a server does not answer before the hello.
   * `unlisted`: the server takes the command, but does not list it, so that ordinary clients go on in clear text.
   */
  | { readonly ready: true; readonly send?: Buffer; readonly unlisted?: true }
  /** The server offers no TLS: a finding. */
  | { readonly refused: string }
  /** It is no such protocol, or no answer that tells: nothing is known. */
  | { readonly broken: string };

/** The talk in clear text that begins TLS. One for each connection. */
export interface Preamble {
  /** What to send when the connection stands; null where the server speaks first. */
  readonly open: () => Buffer | null;
  /** Takes what the server says, in whatever pieces; null to read on. */
  readonly push: (chunk: Buffer) => Step | null;
}

/** More lines than this no server says before TLS; 64 KiB bound them too. */
const MOST_LINES = 100;

/**
 * A talk of lines. They come without their end, each byte one character.
 * @param options.end the character that ends one
 * @param options.most the most of them
 */
export function lineTalk(
  opening: string | null,
  take: (line: string) => Step | null,
  { end = "\n", most = MOST_LINES } = {},
): Preamble {
  let pending = "";
  let lines = 0;
  return {
    open: () => (opening === null ? null : Buffer.from(opening)),
    push: (chunk) => {
      const text = chunk.toString("latin1");
      let said: Step | null = null;
      let from = 0;
      for (let at = text.indexOf(end); at !== -1; at = text.indexOf(end, from)) {
        const line = (pending + text.slice(from, at)).replace(/\r$/, "");
        pending = "";
        from = at + end.length;
        lines += 1;
        if (lines > most)
          return broken(`says more than ${most} ${end === "\n" ? "lines" : "tags"} before TLS`);
        const step = take(line);
        if (step === null) continue;
        if ("broken" in step || "refused" in step) return step;
        if (said !== null) return broken(`answers before it is asked: ${shown(line)}`);
        if ("ready" in step) return nothingBehind(step, text.slice(from));
        said = step;
      }
      pending += text.slice(from);
      return said;
    },
  };
}

/** The longest message of a talk that is not of lines. */
const MOST_BYTES = 4096;

/** A talk of one message in bytes. `take` gets all that came; it gives what follows, and how many bytes that was. */
export function byteTalk(
  opening: Buffer | null,
  take: (bytes: Buffer) => { readonly step: Step; readonly used: number } | null,
): Preamble {
  let pending: Buffer = Buffer.alloc(0);
  return {
    open: () => opening,
    push: (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      const taken = take(pending);
      if (taken === null) {
        return pending.length > MOST_BYTES
          ? broken(`sends a message of more than ${MOST_BYTES} bytes before TLS`)
          : null;
      }
      const { step, used } = taken;
      return "ready" in step ? nothingBehind(step, pending.toString("latin1", used)) : step;
    },
  };
}

/** Behind the go-ahead comes nothing before the hello: an attacker in between could have put it there (CVE-2011-0411). */
function nothingBehind(step: Step, rest: string): Step {
  return rest === "" ? step : early(rest);
}

/** The step for bytes that came between the go-ahead and the hello; each byte one character. */
export function early(text: string): Step {
  return broken(`goes on in clear text after its go-ahead for TLS: ${shown(text)}`);
}

/** One command of a protocol of lines. */
export function send(command: string): Step {
  return { send: Buffer.from(`${command}\r\n`) };
}

/** @param listed whether the server's list of what it can do has it; null where there is no such list */
export function ready(listed: boolean | null): Step {
  return listed === false ? { ready: true, unlisted: true } : { ready: true };
}

export function broken(why: string): Step {
  return { broken: why };
}

/** It says something else than its protocol's servers do. */
export function notSpoken(protocol: string, said: string): Step {
  return broken(`does not speak ${protocol}: ${shown(said)}`);
}

/** A no to the command that begins TLS. */
export function refusal(command: string, listed: boolean | null, said: string): Step {
  const words = listed === null ? "" : listed ? ", which it lists" : ", which it does not list";
  return { refused: `refuses ${command}${words}: ${shown(said)}` };
}

/** A no that may be a yes later. */
export function forNow(command: string, said: string): Step {
  return broken(`${command} fails for now: ${shown(said)}`);
}

/** What a server said, fit for a message; each byte of it one character. */
export function shown(said: string): string {
  const words = plainServerText(
    Buffer.from(said, "latin1").toString().trim().replaceAll(/\s+/g, " "),
  );
  return words === "" ? "(an empty line)" : words;
}
