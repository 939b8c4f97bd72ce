import { isIP, type LookupFunction } from "node:net";
import { lookup } from "node:dns";
import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import { PUBLIC_ADDRESSES } from "#facts/internet-addresses.ts";
import { coversRanges, parseRange } from "#model/address-ranges.ts";
import type { TargetOf } from "#model/estate.ts";
import { TlsScanError } from "#probes/tls/errors.ts";
import { operationAt } from "#probes/tls/operation.ts";

/** Where to connect for an address, and by which name its certificate must be. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
  /** How the host's name is looked up. */
  readonly lookup: LookupFunction;
}

const HTTPS_PORT = 443;

/**
 * Where an address of a target's identity endpoints is asked. `connect` leads elsewhere for the target's own host and port.
 * A host that the estate declares may have any address; one that only a server names (a key set may lie elsewhere than its
 * issuer) must have public ones, for a server must not have us ask what lies inside the scanner's network.
 * @throws TlsScanError for what is no https address, or one of a host that may not be asked
 */
export function placeOf(address: string, target: TargetOf<"endpoint">): Place {
  const url = URL.parse(address);
  if (url?.protocol !== "https:") throw refused("it is no https address");
  if (url.username !== "" || url.password !== "") throw refused("it holds credentials");
  const own = ownAddress(url, target);
  if (own !== null) return own;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const serverName = host.replace(/\.$/, "");
  const port = portOf(url);
  if (declaredHosts(target).has(url.hostname)) return { host, port, serverName, lookup };
  if (isIP(host) !== 0 && !isPublic(host)) {
    throw refused("its address is no public one, and the estate does not declare it");
  }
  return { host, port, serverName, lookup: publicLookup };
}

/** An operation as evidence names it: where `connect` leads elsewhere, evidence says what was really asked. */
export function operationOf(
  operation: string,
  address: string,
  target: TargetOf<"endpoint">,
): string {
  const url = URL.parse(address);
  const own = url === null ? null : ownAddress(url, target);
  return own === null ? operation : operationAt(operation, target, ["port"]);
}

/** Where the target itself is reached, for addresses at its own host and port; null for others. */
function ownAddress(url: URL, target: TargetOf<"endpoint">): Place | null {
  if (`${url.hostname}:${portOf(url)}` !== endpointSubject(target).id) return null;
  const { host, port, serverName } = endpointAddress(target);
  return { host, port, serverName, lookup };
}

function portOf({ port }: URL): number {
  return port === "" ? HTTPS_PORT : Number(port);
}

function declaredHosts(target: TargetOf<"endpoint">): ReadonlySet<string> {
  const { url, identity } = target;
  const addresses = [url, identity?.oidc, identity?.saml];
  return new Set(addresses.flatMap((address) => URL.parse(address ?? "")?.hostname ?? []));
}

/** Gives public addresses only: what it gives is what is connected to, so that no second answer can lead elsewhere. */
const publicLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) {
      done(error, []);
      return;
    }
    const open = found.filter(({ address }) => isPublic(address));
    const [first] = open;
    if (first === undefined) {
      const why = "its name has no public address, and the estate does not declare it";
      done(new Error(`is not asked: ${why}`), []);
    } else if (options.all === true) done(null, open);
    else done(null, first.address, first.family);
  });
};

/** Whether a stranger on the Internet may have this address; an IPv4 address inside an IPv6 one is none. */
export function isPublic(address: string): boolean {
  const range = parseRange(address);
  return range !== null && coversRanges(PUBLIC_ADDRESSES, [range]);
}

function refused(why: string): TlsScanError {
  return new TlsScanError("malformed", `is not asked: ${why}`);
}
