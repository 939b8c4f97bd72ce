import type { TargetOf } from "#model/estate.ts";
import { ENDPOINT_KIND, type Subject, TLS_ENDPOINT_KIND } from "#model/subject.ts";

const HTTPS_PORT = 443;
const HTTP_PORT = 80;

/** Where an endpoint is reached and by which name it is asked for. */
export interface EndpointAddress {
  /** Host name or IP address to connect to, without brackets. */
  readonly host: string;
  /** Port that speaks TLS. */
  readonly port: number;
  /** Port that is asked in clear text; of no use for `tls://`. */
  readonly httpPort: number;
  /** The declared host: what the certificate must cover and what SNI asks for; an IP address is never sent as SNI. */
  readonly serverName: string;
}

/**
 * Where to connect for an endpoint: the declared address, or what `connect` puts in its place.
 * An `https://` or `tls://` address without a port means 443. An `http://` address names the clear-text port,
 * and TLS is looked for at 443 of the same host.
 */
export function endpointAddress(target: TargetOf<"endpoint">): EndpointAddress {
  const { scheme, host, port } = parts(target);
  const clear = scheme === "http" ? port : null;
  const secure = scheme === "http" ? null : port;
  return {
    host: target.connect?.host ?? host,
    port: target.connect?.port ?? secure ?? HTTPS_PORT,
    httpPort: target.connect?.httpPort ?? clear ?? HTTP_PORT,
    serverName: host,
  };
}

/** The subject that stands for an endpoint: named by the declared host and TLS port, wherever `connect` leads. */
export function endpointSubject(target: TargetOf<"endpoint">): Subject {
  const { scheme, host, port } = parts(target);
  const name = host.includes(":") ? `[${host}]` : host;
  const id = `${name}:${scheme === "http" ? HTTPS_PORT : (port ?? HTTPS_PORT)}`;
  return {
    target: target.id,
    provider: "endpoint",
    kind: scheme === "tls" ? TLS_ENDPOINT_KIND : ENDPOINT_KIND,
    id,
    name: id,
    region: null,
    tags: {},
  };
}

/** An endpoint in the words of a message: its declared host and port, and where it was asked if that is elsewhere. */
export function endpointPlace(target: TargetOf<"endpoint">): string {
  const { name } = endpointSubject(target);
  const { host, port } = endpointAddress(target);
  return target.connect === undefined ? name : `${name} (asked at ${host}, port ${port})`;
}

function parts(target: TargetOf<"endpoint">): {
  scheme: string;
  host: string;
  port: number | null;
} {
  const scheme = target.url.slice(0, target.url.indexOf(":")).toLowerCase();
  // Only for the web's own schemes does URL lower-case the host and turn it into its ASCII form.
  const url = new URL(target.url.replace(/^tls:/i, "https:"));
  return {
    scheme,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? null : Number(url.port),
  };
}
