import type { CheckReport } from "#model/check-report.ts";
import { endpointKind, parseEndpointUrl } from "#model/endpoint-url.ts";
import { SSH_ENDPOINT_KIND } from "#model/subject.ts";
import { cut } from "./width.ts";

/** What follows from that HTTPS does not answer, before the reason why it does not. */
const NO_HTTPS = /^HTTPS does not answer, so nothing can be said of clear text: /;
/** A facet that was not read, and the kind of reason: words of programs, before those for people. */
const NOT_READ = /^(?:(\w+) was )?not read: [a-z-]+, /;

const SEEN: Readonly<Record<string, string>> = {
  protocols: "TLS versions",
  cipherSuites: "suites",
  keyExchange: "key exchange",
  certificate: "certificate",
  tlsService: "service",
  tlsBehaviour: "behaviour",
  tlsAttacks: "active tests",
  http: "clear text",
  sshKeys: "host keys",
  sshService: "algorithms",
  httpAnswer: "headers",
  authentication: "what strangers get",
  published: "published pages",
};

/** The reason in the message of a problem, without the place, which the verdict has named. */
export function causeOf(message: string, { target }: CheckReport): string {
  const place = `${target.host}:${target.port}: `;
  const without = message.startsWith(place) ? message.slice(place.length) : message;
  return without.replace(NO_HTTPS, "");
}

/** What a judgement could not see and why; null where it says something else. */
export function unseenOf(
  message: string,
  check: CheckReport,
): { readonly what: string | null; readonly why: string } | null {
  const [read, facet] = NOT_READ.exec(message) ?? [];
  if (read === undefined) return null;
  const what = facet === undefined ? null : (SEEN[facet] ?? facet);
  return { what, why: causeOf(message.slice(read.length), check) };
}

/** What the endpoint was asked in. */
export function spokenOf({ target }: CheckReport): "SSH" | "TLS" {
  return endpointKind(target.url) === SSH_ENDPOINT_KIND ? "SSH" : "TLS";
}

/** Host and port as they were asked for, with the scheme where it is not the usual one. */
export function placeOf({ target }: CheckReport): string {
  const parsed = parseEndpointUrl(target.url);
  const scheme = parsed === null || parsed.scheme === "https" ? "" : `${parsed.scheme}://`;
  // An http:// address names another port than the one that TLS is looked for at.
  const port = parsed?.scheme === "http" ? (parsed.port ?? 80) : target.port;
  return `${scheme}${cut(target.host, 100)}:${port}`;
}
