import type { Connection, VirtualInterface } from "@aws-sdk/client-direct-connect";
import type { VpnConnection } from "@aws-sdk/client-ec2";
import type { Link } from "#model/security-facets.ts";

/**
 * A site-to-site VPN. It is IPsec always: https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html
 * @param peer Address of the customer gateway; null where it was not read.
 * @throws TypeError when a tunnel has no address
 */
export function toVpnLink({ VgwTelemetry }: VpnConnection, peer: string | null): Link {
  return {
    kind: "vpn",
    encrypted: true,
    tunnels: (VgwTelemetry ?? []).map(({ OutsideIpAddress, Status, LastStatusChange }) => {
      if (OutsideIpAddress === undefined) throw new TypeError("a tunnel without address");
      return {
        name: OutsideIpAddress,
        up: Status === "UP" ? true : Status === "DOWN" ? false : null,
        since: LastStatusChange?.toISOString() ?? null,
      };
    }),
    peer,
  };
}

/**
 * A Direct Connect connection; its tunnels are its virtual interfaces. It is up where the line is available and a BGP
 * session is up: https://docs.aws.amazon.com/directconnect/latest/UserGuide/WorkingWithVirtualInterfaces.html
 * @param interfaces The virtual interfaces of its region.
 * @throws TypeError when something has no id
 */
export function toDirectConnectLink(
  connection: Connection,
  interfaces: readonly VirtualInterface[],
): Link {
  const { connectionId, lagId, connectionState, location } = connection;
  const own = interfaces.filter(
    ({ connectionId: on, virtualInterfaceState: state }) =>
      on !== undefined && (on === connectionId || on === lagId) && !isGone(state),
  );
  return {
    kind: "dedicated",
    encrypted: macsec(connection),
    tunnels: own.map((one) => {
      const { virtualInterfaceId: id, virtualInterfaceType: type } = one;
      if (id === undefined) throw new TypeError("a virtual interface without id");
      const up = both(isAvailable(connectionState), bgpUp(one));
      return { name: type === undefined ? id : `${id} (${type})`, up, since: null };
    }),
    peer: location ?? null,
  };
}

/** Whether a connection or an interface is no more, or never came to be. */
export function isGone(state: string | undefined): boolean {
  return state === "deleted" || state === "deleting" || state === "rejected";
}

/**
 * Whether MACsec is in force: encryption that is only wished for lets clear text through, and without it a line
 * carries clear text. https://docs.aws.amazon.com/directconnect/latest/UserGuide/MACSec.html
 */
function macsec({ encryptionMode, portEncryptionStatus, macSecCapable }: Connection) {
  if (encryptionMode === "must_encrypt" && portEncryptionStatus === "Encryption Up") return true;
  return encryptionMode === "no_encrypt" || macSecCapable === false ? false : null;
}

function isAvailable(state: string | undefined): boolean | null {
  return state === undefined || state === "unknown" ? null : state === "available";
}

function bgpUp({ virtualInterfaceState, bgpPeers }: VirtualInterface): boolean | null {
  const statuses = bgpPeers?.map(({ bgpStatus }) => bgpStatus) ?? [undefined];
  // Without a peer nothing is up.
  const up = statuses.includes("up")
    ? true
    : statuses.every((status) => status === "down")
      ? false
      : null;
  return both(isAvailable(virtualInterfaceState), up);
}

function both(a: boolean | null, b: boolean | null): boolean | null {
  if (a === false || b === false) return false;
  return a === null || b === null ? null : true;
}
