import type { Link } from "#model/security-facets.ts";
import { defineProbe } from "#model/probe.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { listed, observeInventory, observeListed } from "#probes/rest/listing.ts";
import { listInProjects } from "./listings.ts";
import { computeSubject, lastPart } from "./names.ts";
import { asking } from "./session.ts";

const TUNNEL = "compute.googleapis.com/VpnTunnel";
const LIST = "compute.vpnTunnels.list";

/** Tunnels of Cloud VPN. */
export default defineProbe({
  id: "gcp-vpn",
  title: "Google Cloud VPN tunnels",
  provider: "gcp",
  kinds: [TUNNEL],
  provides: { inventory: { permissions: [LIST] }, link: { permissions: [LIST] } },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "gcp") return;
    const parts = await listInProjects(
      target,
      asking(target, context, "compute"),
      { operation: LIST, permission: LIST, field: "vpnTunnels", aggregated: true },
      (project) =>
        path`/compute/v1/projects/${project}/aggregated/vpnTunnels?returnPartialSuccess=true`,
    );
    const all = listed(target, [TUNNEL], parts, (raw) => computeSubject(TUNNEL, raw));
    yield* observeInventory(all, target, context);
    yield* observeListed(all, { link: toLink }, wanted, context);
  },
});

/** States in which nothing goes through: https://cloud.google.com/compute/docs/reference/rest/v1/vpnTunnels */
const DOWN: ReadonlySet<string> = new Set([
  "ALLOCATING_RESOURCES",
  "AUTHORIZATION_ERROR",
  "DEPROVISIONING",
  "FAILED",
  "FIRST_HANDSHAKE",
  "NEGOTIATION_FAILURE",
  "NETWORK_ERROR",
  "NO_INCOMING_PACKETS",
  "PROVISIONING",
  "REJECTED",
  "STOPPED",
  "WAITING_FOR_FULL_CONFIG",
]);

/**
 * Cloud VPN is IPsec with no cipher that does not encrypt (https://cloud.google.com/network-connectivity/docs/vpn/concepts/supported-ike-ciphers).
 * The two interfaces of an HA gateway are a tunnel each, and a subject each.
 */
export function toLink(raw: Fields): Link {
  const status = text(raw["status"]);
  if (status === null) throw new TypeError("a tunnel without status");
  const name = text(raw["name"])?.slice(0, 100) ?? "tunnel";
  const side = raw["vpnGatewayInterface"];
  const up = status === "ESTABLISHED" ? true : DOWN.has(status) ? false : null;
  const gateway = lastPart(raw["peerExternalGateway"]) ?? lastPart(raw["peerGcpGateway"]);
  const peer = text(raw["peerIp"]) ?? gateway;
  return {
    kind: "vpn",
    encrypted: true,
    tunnels: [
      {
        name: typeof side === "number" ? `${name}, interface ${side}` : name,
        up,
        since: null,
      },
    ],
    peer: peer?.slice(0, 100) ?? null,
  };
}
