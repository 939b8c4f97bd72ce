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
  const entries = (list ?? "").match(/(?:[^",]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  return entries.slice(0, MAX_ALT_NAMES).map((entry) => {
    const name = entry.trim().replace(/^(?:DNS|IP Address):/, "");
    return plain(name.startsWith('"') ? unquoted(name) : name, MAX_NAME);
  });
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
