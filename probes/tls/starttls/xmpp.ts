import {
  broken,
  lineTalk,
  notSpoken,
  type Preamble,
  ready,
  refusal,
  send,
  type Step,
} from "./talk.ts";

const NAMESPACE = "urn:ietf:params:xml:ns:xmpp-tls";
/** Stream errors that say nothing of what was asked (RFC 6120 4.9.3). */
const PASSING: ReadonlySet<string> = new Set([
  "conflict",
  "connection-timeout",
  "host-gone",
  "host-unknown",
  "internal-server-error",
  "remote-connection-failed",
  "reset",
  "resource-constraint",
  "see-other-host",
  "system-shutdown",
]);
/** More tags than this are not read. */
const MOST_TAGS = 1000;

/**
 * XMPP (RFC 6120 5), for clients or for servers. The stream is read tag by tag, as text: an XML parser would obey what a
 * server declares. STARTTLS is tried even where the features lack it.
 * @param domain whom the stream is for: a server of many names has features for each
 */
export function xmpp(kind: "client" | "server", domain: string): Preamble {
  const to = domain.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  const opening =
    `<?xml version='1.0'?><stream:stream to='${to}' version='1.0' xmlns='jabber:${kind}' ` +
    `xmlns:stream='http://etherx.jabber.org/streams'>`;
  let begun = false;
  let asked = false;
  let listed = false;
  let failing: string | null = null;
  const ask = (): Step => {
    asked = true;
    return send(`<starttls xmlns='${NAMESPACE}'/>`);
  };
  const talk = lineTalk(
    opening,
    (text) => {
      const tag = text.slice(text.lastIndexOf("<") + 1);
      const [, close = "", name = ""] = /^(\/?)(?:[\w.-]+:)?([\w.-]+)/.exec(tag) ?? [];
      // An error's first child is its name (RFC 6120 4.9.2).
      if (failing !== null) return fails(failing, name);
      const single = tag.endsWith("/");
      if (name === "error" && close === "") failing = "stream error";
      else if (name === "failure" && close === "") {
        if (listed) return broken("fails to begin TLS, which it lists");
        return refusal("starttls", listed, "failure");
      } else if (name === "stream" && close !== "") return broken("ends the stream before TLS");
      else if (!asked && name === "starttls" && tag.includes(NAMESPACE)) listed = true;
      else if (!asked && name === "features" && (close !== "" || single)) return ask();
      else if (asked && name === "proceed") return ready(listed);
      return null;
    },
    { end: ">", most: MOST_TAGS },
  );
  const fails = (what: string, name: string): Step =>
    asked && !listed && !PASSING.has(name)
      ? refusal("starttls", listed, `${what} ${name}`)
      : broken(`ends the stream with an error: ${name}`);
  return {
    open: talk.open,
    push: (chunk) => {
      // What is no XML may never end a tag.
      const first = begun ? "" : chunk.toString("latin1").trimStart();
      if (first !== "" && !first.startsWith("<")) return notSpoken("XMPP", first);
      begun ||= first !== "";
      return talk.push(chunk);
    },
  };
}
