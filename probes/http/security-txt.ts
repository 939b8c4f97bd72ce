import type { SecurityTxt } from "#model/http-facets.ts";
import { plain } from "#model/text.ts";
import { firstHeader } from "./messages.ts";
import type { Walk } from "./walk.ts";

/** RFC 9116 3. */
export const SECURITY_TXT_PATH = "/.well-known/security.txt";
/** RFC 9116 5.4 warns of large files. */
export const SECURITY_TXT_BYTES = 32_768;
const MOST_CONTACTS = 10;
const SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----";

/** What was found at the place of security.txt; pure. A page that every address gets is none. */
export function securityTxtOf({ last, end, steps }: Walk): SecurityTxt {
  if (end !== "answer") {
    const place = steps.at(-1)?.url.pathname ?? "";
    return nothing("unknown", `${plain(place, 100)} sends on and was not followed (${end})`);
  }
  const { status, content } = last;
  if (status === 404 || status === 410) return nothing("absent", `status ${status}`);
  if (status !== 200) return nothing("unknown", `status ${status}`);
  const type = firstHeader(last, "content-type") ?? "";
  // RFC 9116 3 asks for text/plain; many sites give their page for whatever address.
  if (/html/i.test(type)) return nothing("absent", "a page is there instead");
  if (content === null) return nothing("unknown", "its content could not be read");
  const text = content.data.toString("utf8").replace(/^\ufeff/, "");
  const values = (field: string) =>
    text.split(/\r?\n/).flatMap((line) => {
      const at = line.indexOf(":");
      return at > 0 && line.slice(0, at).trim().toLowerCase() === field
        ? [plain(line.slice(at + 1).trim())]
        : [];
    });
  const contacts = values("contact");
  if (contacts.length === 0) return nothing("absent", "a text without Contact is there instead");
  const expires = values("expires");
  return {
    status: "found",
    why: null,
    contacts: contacts.slice(0, MOST_CONTACTS),
    expires: expires.length === 1 ? (expires[0] ?? null) : null,
    signed: text.trimStart().startsWith(SIGNED),
  };
}

function nothing(status: "absent" | "unknown", why: string): SecurityTxt {
  return { status, why, contacts: [], expires: null, signed: false };
}
