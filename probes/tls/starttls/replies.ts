import { lineTalk, notSpoken, type Preamble, shown, type Step } from "./talk.ts";

/** A reply of SMTP, LMTP or FTP. */
export interface Reply {
  readonly code: number;
  /** The text of each line, without the code. */
  readonly texts: readonly string[];
  /** Its last line, fit for a message. */
  readonly words: string;
}

/**
 * A talk of replies with codes of three digits, in one line or many: the last has a space, or nothing, after the code of
 * the first (RFC 5321 4.2.1; RFC 959 4.2, by which the lines between need no code).
 */
export function replyTalk(protocol: string, take: (reply: Reply) => Step | null): Preamble {
  let open: string | null = null;
  let texts: string[] = [];
  return lineTalk(null, (line) => {
    const [, code, mark, text = ""] = /^(\d{3})(?:([ -])(.*))?$/s.exec(line) ?? [];
    const between = open !== null && code !== open;
    if (code === undefined && !between) return notSpoken(protocol, line);
    texts.push(between ? line : text);
    if (between || code === undefined) return null;
    open = mark === "-" ? code : null;
    if (open !== null) return null;
    const reply = { code: Number(code), texts, words: shown(line) };
    texts = [];
    return take(reply);
  });
}
