import { parseEndpointUrl, type StartTlsProtocol } from "#model/endpoint-url.ts";
import type { TargetOf } from "#model/estate.ts";
import type { Subject } from "#model/subject.ts";

const HTTP_PORT = 80;

/** Where an endpoint is reached and by which name it is asked for. */
export interface EndpointAddress {
  /** Host name or IP address to connect to, without brackets. */
  readonly host: string;
  /** Port that speaks TLS, or SSH. */
  readonly port: number;
  /** Port that is asked in clear text; of use for web servers only. */
  readonly httpPort: number;
  /** The declared host: what the certificate must cover and what SNI asks for; an IP address is never sent as SNI. */
  readonly serverName: string;
  /** The protocol that begins TLS by a command; null where TLS comes first. */
  readonly startTls: StartTlsProtocol | null;
}

/**
 * Where to connect for an endpoint: the declared address, or what `connect` puts in its place.
 * An address without a port means the usual one of its scheme, 443 for `tls://`. An `http://` address names the
 * clear-text port, and TLS is looked for at 443 of the same host.
 */
export function endpointAddress(target: TargetOf<"endpoint">): EndpointAddress {
  const { name, port, clearPort, startTls } = parts(target);
  return {
    host: target.connect?.host ?? name,
    port: target.connect?.port ?? port,
    httpPort: target.connect?.httpPort ?? clearPort ?? HTTP_PORT,
    // The dot at the end of a full name is no part of it here (RFC 6066 3).
    serverName: name.replace(/\.$/, ""),
    startTls,
  };
}

/** The subject that stands for an endpoint: named by the declared host and port, wherever `connect` leads. */
export function endpointSubject(target: TargetOf<"endpoint">): Subject {
  const { host, port, kind } = parts(target);
  const id = `${host}:${port}`;
  return {
    target: target.id,
    provider: "endpoint",
    kind,
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

/** @throws Error for a target that is not from the estate's schema or the command line, which both check the address */
function parts({ url }: TargetOf<"endpoint">) {
  const parsed = parseEndpointUrl(url);
  if (parsed === null) throw new Error(`${url} is no address of an endpoint`);
  const { scheme, host, port, usualPort, startTls, kind } = parsed;
  const clear = scheme === "http";
  return {
    /** As it stands before a port. */
    host,
    /** Without brackets. */
    name: host.replace(/^\[|\]$/g, ""),
    port: clear ? usualPort : (port ?? usualPort),
    clearPort: clear ? port : null,
    startTls,
    kind,
  };
}
