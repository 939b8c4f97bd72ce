import type { Exposure, Transport } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { flag, list, type Fields } from "#probes/common/json.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, observeListed } from "#probes/rest/listing.ts";
import { isPublicEndpoint, networkExposure } from "./doors.ts";
import { toLocation, unseenEncryption } from "./facets.ts";
import { listKinds, scaleway, type Listing } from "./session.ts";

const LISTING: Listing = {
  kind: "scaleway/redis-cluster",
  product: "redis",
  version: "v1",
  name: "clusters",
  permission: "RedisReadOnly",
};
const READ = { permissions: [LISTING.permission] };

/** Managed databases for Redis. */
export default defineProbe({
  id: "scaleway-redis",
  title: "Scaleway Managed Database for Redis",
  provider: "scaleway",
  kinds: [LISTING.kind],
  provides: { inventory: READ, location: READ, encryption: READ, transport: READ, exposure: READ },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "scaleway") return;
    const found = await listKinds(scaleway(target, context), [LISTING]);
    yield* observeInventory(found, target, context);
    const maps = {
      location: toLocation,
      encryption: unseenEncryption("Redis clusters"),
      transport: toTransport,
      exposure: toExposure,
    };
    yield* observeListed(found, maps, wanted, context);
  },
});

/** A cluster speaks TLS only, or none. */
export function toTransport({ tls_enabled: enabled }: Fields): Transport {
  const secureOnly = flag(enabled);
  if (secureOnly === null) throw new TypeError("no tls_enabled");
  return {
    secureOnly,
    minimumTls: null,
    minimumTlsIsDefault: false,
    platformFloor: null,
    detail: `tls_enabled: ${secureOnly}`,
  };
}

/** @throws TypeError where there is no list of endpoints */
export function toExposure(raw: Fields): Exposure {
  if (!Array.isArray(raw["endpoints"])) throw new TypeError("no endpoints");
  // All are looked at before one decides.
  const isOpen = list(raw["endpoints"]).map(isPublicEndpoint).includes(true);
  const rules = raw["acl_rules"];
  if (isOpen && !Array.isArray(rules)) throw new TypeError("no acl_rules");
  const allowed = list(rules).map(({ ip_cidr: range }) => ({ ip: range, action: "allow" }));
  return networkExposure(isOpen, allowed);
}
