/** Names out of certificates, which anyone may write: bounded, on one line, without control characters. */
import { plain } from "#model/text.ts";

const MAX_NAME = 300;
const MAX_ALT_NAMES = 1000;

/** A distinguished name on one line: `CN=www.example.com, O=Example`. */
export function nameOf(name: string | undefined): string {
  return plain((name ?? "").split("\n").join(", "), MAX_NAME);
}

/**
 * The alternative names of Node's list (`DNS:a.example, IP Address:192.0.2.1`): host names and addresses bare,
 * others with their type. Node puts names with odd characters in JSON quotes.
 */
export function altNames(list: string | undefined): string[] {
  return entriesOf(list ?? "").map((entry) => {
    const name = entry.trim().replace(/^(?:DNS|IP Address):/, "");
    return plain(name.startsWith('"') ? unquoted(name) : name, MAX_NAME);
  });
}

/** The entries between the commas that stand outside quotes; one walk, for the text may be hostile and long. */
function entriesOf(list: string): string[] {
  const entries: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at <= list.length && entries.length < MAX_ALT_NAMES; at += 1) {
    const character = list[at];
    if (quoted && character === "\\") at += 1;
    else if (character === '"') quoted = !quoted;
    else if (at === list.length || (character === "," && !quoted)) {
      if (at > start) entries.push(list.slice(start, at));
      start = at + 1;
    }
  }
  return entries;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
