import type { Encryption, Exposure, Redundancy, Transport } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";
import { classifyAzure } from "./errors.ts";
import { byDesign, exposureOf, ownLocation, propertiesOf, zonesOf } from "./facets.ts";
import { listResources, observeResources } from "./listing.ts";
import { inSubscriptions } from "./session.ts";
import { tlsVersion } from "./tls-setting.ts";

const KIND = "Microsoft.Cache/Redis";
const READ = { permissions: ["Microsoft.Cache/Redis/read"] };
/** https://learn.microsoft.com/azure/azure-cache-for-redis/cache-how-to-encryption */
const DISK_ENCRYPTION =
  "https://learn.microsoft.com/azure/azure-cache-for-redis/cache-how-to-encryption";

/** Azure Cache for Redis. */
export default defineProbe({
  id: "azure-redis",
  title: "Azure Cache for Redis",
  provider: "azure",
  kinds: [KIND],
  provides: {
    location: READ,
    encryption: READ,
    transport: READ,
    exposure: READ,
    redundancy: READ,
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || wanted.size === 0) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const caches = await listResources({ [KIND]: "2024-11-01" }, session);
      const maps = {
        location: ownLocation,
        encryption: toEncryption,
        transport: toTransport,
        exposure: toExposure,
        redundancy: toRedundancy,
      };
      yield* observeResources(caches, maps, wanted, session);
    });
  },
});

/** The disks of a cache are encrypted by design since 2023; what only rests in memory is no data at rest. */
export function toEncryption(): Encryption {
  return byDesign(DISK_ENCRYPTION, "provider");
}

/**
 * An absent minimum: new caches refuse less than TLS 1.2, older ones do not, so nothing is known.
 * https://learn.microsoft.com/azure/azure-cache-for-redis/cache-remove-tls-10-11
 */
export function toTransport(raw: Fields): Transport {
  const { minimumTlsVersion, enableNonSslPort, hostName } = propertiesOf(raw);
  const clear = flag(enableNonSslPort);
  const name = text(hostName);
  return {
    secureOnly: clear === null ? null : !clear,
    minimumTls: tlsVersion(minimumTlsVersion),
    minimumTlsIsDefault: false,
    platformFloor: null,
    ...(name === null ? {} : { hostNames: [name.slice(0, 253)] }),
    detail: `enableNonSslPort ${clear ?? "is not stated"}; minimumTlsVersion ${text(minimumTlsVersion)?.slice(0, 60) ?? "is not stated"}`,
  };
}

/** A cache in a virtual network has no public address; the firewall of any other is not in this answer. */
export function toExposure(raw: Fields): Exposure {
  const properties = propertiesOf(raw);
  return text(properties["subnetId"]) === null
    ? exposureOf(properties, undefined, "")
    : exposureOf(properties, null, "subnetId: it lies in a virtual network");
}

/** Copies in other regions are linked caches, which are caches of their own. */
export function toRedundancy(raw: Fields): Redundancy {
  const { zonalAllocationPolicy, linkedServers, sku } = propertiesOf(raw);
  const zones = zonesOf(raw)?.length ?? null;
  const policy = text(zonalAllocationPolicy);
  return {
    zones,
    zoneRedundant: zones !== null ? zones > 1 : policy?.toLowerCase() === "nozones" ? false : null,
    geoRedundant: list(linkedServers).length > 0,
    setting: [text(fields(sku)["name"]) ?? "no SKU stated", policy ?? ""].join(" ").trim(),
  };
}
