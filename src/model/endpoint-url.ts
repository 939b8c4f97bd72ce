/** Addresses of endpoints: what their schemes and ports mean. Loads next to nothing, as the command line reads them first of all. */
import { ENDPOINT_KIND, SSH_ENDPOINT_KIND, TLS_ENDPOINT_KIND } from "./subject.ts";

/** Protocols in which a command begins TLS on a connection that was clear text until then. */
export const STARTTLS_PROTOCOLS = [
  "smtp",
  "lmtp",
  "imap",
  "pop3",
  "ftp",
  "ldap",
  "postgres",
  "mysql",
  "xmpp",
  "xmpp-server",
  "nntp",
  "sieve",
] as const;
export type StartTlsProtocol = (typeof STARTTLS_PROTOCOLS)[number];

interface Scheme {
  /** Port of an address that names none: that of IANA's registry of service names. */
  readonly port: number;
  /** null where TLS comes first. */
  readonly startTls: StartTlsProtocol | null;
}

const STARTTLS_PORTS: Readonly<Record<StartTlsProtocol, number>> = {
  smtp: 25,
  lmtp: 24,
  imap: 143,
  pop3: 110,
  ftp: 21,
  ldap: 389,
  postgres: 5432,
  mysql: 3306,
  xmpp: 5222,
  "xmpp-server": 5269,
  nntp: 119,
  sieve: 4190,
};
/** `http` names the clear-text port of a web server whose TLS is looked for at 443. */
const TLS_PORTS: Readonly<Record<string, number>> = {
  https: 443,
  http: 443,
  tls: 443,
  smtps: 465,
  imaps: 993,
  pop3s: 995,
  ftps: 990,
  ldaps: 636,
  nntps: 563,
};
const SSH = "ssh";
const SSH_PORT = 22;

const SCHEMES = new Map<string, Scheme>([
  ...Object.entries(TLS_PORTS).map(([name, port]) => [name, { port, startTls: null }] as const),
  ...STARTTLS_PROTOCOLS.map(
    (name) => [name, { port: STARTTLS_PORTS[name], startTls: name }] as const,
  ),
  [SSH, { port: SSH_PORT, startTls: null }],
]);
const BY_PORT: ReadonlyMap<number, StartTlsProtocol> = new Map([
  ...STARTTLS_PROTOCOLS.map((name) => [STARTTLS_PORTS[name], name] as const),
  // Submission (RFC 6409).
  [587, "smtp"],
]);

/** The schemes that an address of an endpoint may have. */
export const ENDPOINT_SCHEMES: readonly string[] = [...SCHEMES.keys()];

/** An address, taken apart. */
export interface EndpointUrl {
  /** In lower case. */
  readonly scheme: string;
  /** Lower case, ASCII, an IPv6 address in brackets. */
  readonly host: string;
  /** As it is named; null where it is not. */
  readonly port: number | null;
  /** The port where none is named. */
  readonly usualPort: number;
  readonly path: string;
  /** How TLS begins; null where it comes first. */
  readonly startTls: StartTlsProtocol | null;
  /** What kind of subject it is: HTTP is spoken inside of TLS, something else is, or SSH in its place. */
  readonly kind: string;
}

/** Takes an address apart; null where its scheme is not one of an endpoint, or its host is none. */
export function parseEndpointUrl(address: string): EndpointUrl | null {
  const name = schemeOf(address);
  const scheme = SCHEMES.get(name);
  // Only for the web's own schemes does URL check the host and write it in one way; each of them hides its own port.
  const secure = URL.parse(under("https", address));
  const clear = URL.parse(under("http", address));
  if (scheme === undefined || secure === null || clear === null || secure.hostname === "") {
    return null;
  }
  const port = secure.port === "" ? clear.port : secure.port;
  return {
    scheme: name,
    host: secure.hostname,
    port: port === "" ? null : Number(port),
    usualPort: scheme.port,
    path: secure.pathname,
    startTls: scheme.startTls,
    kind: endpointKind(address),
  };
}

/** Whether an address is that of a web server, which is judged by more than its TLS. */
export function isWebUrl(address: string): boolean {
  return ["https", "http"].includes(schemeOf(address));
}

/** The kind of subject that stands for an address. */
export function endpointKind(address: string): string {
  if (isWebUrl(address)) return ENDPOINT_KIND;
  return schemeOf(address) === SSH ? SSH_ENDPOINT_KIND : TLS_ENDPOINT_KIND;
}

/** The address as one of the web, for which URL checks the host; as it stands where it is not one of an endpoint. */
export function asWebUrl(address: string): string {
  return SCHEMES.has(schemeOf(address)) ? under("https", address) : address;
}

/** The protocol whose port by IANA's registry it is and that begins TLS by a command; null for any other port. */
export function startTlsOfPort(port: number): StartTlsProtocol | null {
  return BY_PORT.get(port) ?? null;
}

/** The scheme of an address that names a port alone: that of the port by IANA's registry, `tls` for any other. */
export function schemeOfPort(port: number): string {
  return port === SSH_PORT ? SSH : (startTlsOfPort(port) ?? "tls");
}

function schemeOf(address: string): string {
  return address.slice(0, Math.max(0, address.indexOf(":"))).toLowerCase();
}

function under(scheme: "https" | "http", address: string): string {
  return scheme + address.slice(Math.max(0, address.indexOf(":")));
}
