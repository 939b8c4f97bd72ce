/** Names out of certificates, which anyone may write: bounded, on one line, without control characters. */
import { plain } from "#model/text.ts";

const MAX_NAME = 300;

/** A distinguished name on one line: `CN=www.example.com, O=Example`. */
export function nameOf(name: string | undefined): string {
  return plain((name ?? "").split("\n").join(", "), MAX_NAME);
}
