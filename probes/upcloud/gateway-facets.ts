/** Network gateways and their tunnels; pure. https://developers.upcloud.com/1.3/19-network-gateways/ */
import type { Link } from "#model/security-facets.ts";
import { fields, list, text, type Fields } from "#probes/common/json.ts";

/** Whether a gateway can have tunnels at all. @throws TypeError where it does not name its features */
export function isVpn({ features }: Fields): boolean {
  if (!Array.isArray(features) || features.some((one: unknown) => text(one) === null)) {
    throw new TypeError("the gateway names no features");
  }
  return features.includes("vpn");
}

/**
 * States of a tunnel. Those of the SDK are more than those of the page, and lack `idle`, which was seen. While keys are
 * renewed nothing is told: the tunnel may come back or not.
 */
const UP: ReadonlyMap<string, boolean> = new Map([
  ["established", true],
  ["uninitialized", false],
  ["created", false],
  ["idle", false],
  ["connecting", false],
  ["deleting", false],
  ["destroying", false],
]);

/** @param connections those of a gateway with VPN; none of one that only translates addresses */
export function toLink(connections: readonly unknown[]): Link {
  const tunnels = connections.map(fields).flatMap((connection) => {
    if (!Array.isArray(connection["tunnels"])) throw new TypeError("a connection without tunnels");
    const own = text(connection["name"]) ?? "connection";
    return list(connection["tunnels"]).map((tunnel) => ({ own, tunnel }));
  });
  const peers = tunnels.flatMap(
    ({ tunnel }) => text(fields(tunnel["remote_address"])["address"]) ?? [],
  );
  const encrypted = tunnels.map(({ tunnel }) => encrypts(fields(tunnel["ipsec"])));
  return {
    kind: "vpn",
    encrypted: encrypted.includes(false)
      ? false
      : encrypted.length === 0 || encrypted.includes(null)
        ? null
        : true,
    tunnels: tunnels.map(({ own, tunnel }) => ({
      name: `${own}/${text(tunnel["name"]) ?? "tunnel"}`.slice(0, 130),
      up: UP.get(text(tunnel["operational_state"]) ?? "") ?? null,
      since: null,
    })),
    peer: peers.length === 0 ? null : [...new Set(peers)].slice(0, 3).join(", ").slice(0, 200),
  };
}

/** Ciphers of IPsec that encrypt, alone or with a tag: `aes256`, `aes256gcm128`. */
const CIPHER = /^aes(?:128|192|256)(?:gcm\d{2,3}|ctr)?$/;

/** Whether whatever the two sides agree on encrypts what goes through; null: the algorithms are not told or not known. */
function encrypts({ phase2_algorithms: algorithms }: Fields): boolean | null {
  if (!Array.isArray(algorithms) || algorithms.length === 0) return null;
  const words = algorithms.map((one: unknown) => text(one)?.toLowerCase() ?? "");
  // What only signs does not encrypt.
  if (words.some((word) => word === "null" || word === "none" || word.endsWith("gmac")))
    return false;
  return words.every((word) => CIPHER.test(word)) ? true : null;
}
