/** Links of a virtual network to other networks, as ARM shows them; pure. */
import type { Link } from "#model/security-facets.ts";
import { fields, text, type Fields, list, moment } from "#probes/common/json.ts";
import { propertiesOf } from "./facets.ts";

/**
 * A connection of a virtual network gateway. Between sites and between networks it is IPsec always, which a policy may
 * set to no encryption; one to an ExpressRoute circuit is the circuit's line, which is not encrypted by itself.
 * https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-compliance-crypto,
 * https://learn.microsoft.com/azure/expressroute/expressroute-about-encryption
 * @param raw the connection's own answer; in listings its state may be missing or old
 * @param circuit the circuit's own encryption; null: cannot be told
 * @throws TypeError for a type of connection that is not documented
 */
export function toConnectionLink(raw: Fields, circuit: boolean | null): Link {
  const properties = propertiesOf(raw);
  const type = text(properties["connectionType"])?.toLowerCase();
  if (type === "expressroute") {
    return {
      kind: "dedicated",
      encrypted: circuit,
      tunnels: [wholeTunnel(raw)],
      peer: nameOf(properties["peer"]),
    };
  }
  if (type !== "ipsec" && type !== "vnet2vnet" && type !== "vpnclient") {
    throw new TypeError("a connection of an unknown type");
  }
  const tunnels = list(properties["tunnelConnectionStatus"]).map((tunnel) => ({
    name: text(tunnel["tunnel"])?.slice(0, 100) ?? "tunnel",
    up: isUp(tunnel["connectionStatus"]),
    since: moment(tunnel["lastConnectionEstablishedUtcTime"]),
  }));
  return {
    kind: "vpn",
    encrypted: encrypts(list(properties["ipsecPolicies"])),
    tunnels: tunnels.length > 0 ? tunnels : [wholeTunnel(raw)],
    peer: nameOf(
      properties["localNetworkGateway2"] ?? properties["virtualNetworkGateway2"] ?? undefined,
    ),
  };
}

/** Whether a connection is one to an ExpressRoute circuit, and to which; in lower case. */
export function circuitOf(raw: Fields): string | null {
  const { connectionType, peer } = propertiesOf(raw);
  if (text(connectionType)?.toLowerCase() !== "expressroute") return null;
  return text(fields(peer)["id"])?.toLowerCase() ?? null;
}

/** The tunnel that is the connection as a whole, where none is shown by itself. */
function wholeTunnel(raw: Fields): Link["tunnels"][number] {
  return {
    name: text(raw["name"])?.slice(0, 100) ?? "connection",
    up: isUp(propertiesOf(raw)["connectionStatus"]),
    since: null,
  };
}

function isUp(status: unknown): boolean | null {
  const word = text(status)?.toLowerCase();
  if (word === "connected") return true;
  return word === "notconnected" || word === "connecting" ? false : null;
}

/** Ciphers of https://learn.microsoft.com/azure/vpn-gateway/ipsec-ike-policy-howto that encrypt. */
const CIPHER = /^(?:des3?|aes(?:128|192|256)|gcmaes(?:128|192|256))$/;

/** Whether all policies encrypt; without a policy the gateway's own are used, of which all do. */
function encrypts(policies: readonly Fields[]): boolean | null {
  const ciphers = policies.map(({ ipsecEncryption }) => text(ipsecEncryption)?.toLowerCase() ?? "");
  if (ciphers.includes("none")) return false;
  return ciphers.every((cipher) => CIPHER.test(cipher)) ? true : null;
}

/**
 * An ExpressRoute circuit: a line of a provider's, or one on the customer's own port. Its tunnels are its peerings. Where
 * circuit, provider and peering are all enabled nothing in the answer says whether the routers speak to each other.
 * https://learn.microsoft.com/azure/expressroute/expressroute-workflows
 * @param ports the ports that are the customer's own, by id in lower case
 */
export function toCircuitLink(raw: Fields, ports: ReadonlyMap<string, Fields>): Link {
  const properties = propertiesOf(raw);
  const { serviceProviderProperties, peerings } = properties;
  const ready = both(
    isState(properties["circuitProvisioningState"], "enabled", ["disabled"]),
    // A circuit on an own port has no provider.
    properties["expressRoutePort"] === undefined || properties["expressRoutePort"] === null
      ? isState(properties["serviceProviderProvisioningState"], "provisioned", [
          "notprovisioned",
          "provisioning",
          "deprovisioning",
        ])
      : true,
  );
  const provider = fields(serviceProviderProperties);
  const words = [provider["serviceProviderName"], provider["peeringLocation"]].flatMap(
    (word) => text(word)?.slice(0, 100) ?? [],
  );
  return {
    kind: "dedicated",
    encrypted: circuitEncryption(raw, ports),
    tunnels: list(peerings).map((peering) => {
      const on = isState(propertiesOf(peering)["state"], "enabled", ["disabled"]);
      return {
        name: text(peering["name"])?.slice(0, 100) ?? "peering",
        up: both(ready, on) === false ? false : null,
        since: null,
      };
    }),
    peer: words.length === 0 ? null : words.join(", "),
  };
}

/**
 * Whether MACsec is on, which only the customer's own ports have; a line of a provider's carries clear text.
 * https://learn.microsoft.com/azure/expressroute/expressroute-about-encryption
 */
export function circuitEncryption(raw: Fields, ports: ReadonlyMap<string, Fields>): boolean | null {
  const { expressRoutePort } = propertiesOf(raw);
  if (expressRoutePort === undefined || expressRoutePort === null) return false;
  const port = ports.get(text(fields(expressRoutePort)["id"])?.toLowerCase() ?? "");
  if (port === undefined) return null;
  const links = list(propertiesOf(port)["links"]).map(propertiesOf);
  const used = links.filter(({ adminState }) => text(adminState)?.toLowerCase() !== "disabled");
  if (used.length === 0) return null;
  return used.every(({ macSecConfig }) => {
    const { cknSecretIdentifier, cakSecretIdentifier } = fields(macSecConfig);
    return text(cknSecretIdentifier) !== null && text(cakSecretIdentifier) !== null;
  });
}

function isState(value: unknown, yes: string, no: readonly string[]): boolean | null {
  const word = text(value)?.toLowerCase();
  if (word === yes) return true;
  return no.includes(word ?? "") ? false : null;
}

function both(one: boolean | null, other: boolean | null): boolean | null {
  if (one === false || other === false) return false;
  return one === null || other === null ? null : true;
}

/** The name of what is referred to. */
function nameOf(reference: unknown): string | null {
  return text(fields(reference)["id"])?.split("/").at(-1)?.slice(0, 100) ?? null;
}
