import type { Link } from "#model/security-facets.ts";
import { defineProbe } from "#model/probe.ts";
import { list, text, type Fields } from "#probes/common/json.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, observeListed } from "#probes/rest/listing.ts";
import { listKinds, scaleway, type Listing } from "./session.ts";

const LISTING: Listing = {
  kind: "scaleway/vpn-connection",
  product: "s2s-vpn",
  version: "v1alpha1",
  name: "connections",
  permission: "SiteToSiteVPNReadOnly",
};
const READ = { permissions: [LISTING.permission] };

/** Connections of Site-to-Site VPN. */
export default defineProbe({
  id: "scaleway-vpn",
  title: "Scaleway Site-to-Site VPN",
  provider: "scaleway",
  kinds: [LISTING.kind],
  provides: { inventory: READ, link: READ },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "scaleway") return;
    const found = await listKinds(scaleway(target, context), [LISTING]);
    yield* observeInventory(found, target, context);
    yield* observeListed(found, { link: toLink }, wanted, context);
  },
});

/** Ciphers of ESP that encrypt: https://www.scaleway.com/en/developers/api/site-to-site-vpn/ */
const ENCRYPTS = /^(?:aes(?:128|192|256)(?:gcm|ccm)?|chacha20poly1305)$/;

/** A connection is one IPsec tunnel. */
export function toLink(raw: Fields): Link {
  const ciphers = list(raw["esp_ciphers"]).map(({ encryption }) => text(encryption) ?? "");
  const known = ciphers.length > 0 && ciphers.every((cipher) => ENCRYPTS.test(cipher));
  const status = text(raw["tunnel_status"]);
  if (status === null) throw new TypeError("no tunnel_status");
  const up = status === "up" ? true : status === "down" ? false : null;
  return {
    kind: "vpn",
    encrypted: known ? true : null,
    tunnels: [{ name: (text(raw["name"]) ?? "tunnel").slice(0, 100), up, since: null }],
    peer: text(raw["customer_gateway_id"])?.slice(0, 100) ?? null,
  };
}
