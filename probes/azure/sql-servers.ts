import type { Transport } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { plain } from "#model/text.ts";
import type { Telling } from "#probes/common/telling.ts";
import { fields, text, type Fields } from "#probes/common/json.ts";
import { doorTelling } from "./database-door.ts";
import type { Door } from "./database-firewall.ts";
import { classifyAzure } from "./errors.ts";
import { propertiesOf } from "./facets.ts";
import { listResources, type Found } from "./listing.ts";
import { inSubscriptions, type AzureSession } from "./session.ts";
import { tellResources } from "./telling-resources.ts";
import { tlsVersion } from "./tls-setting.ts";

export const SQL_API = "2023-08-01";
const KIND = "Microsoft.Sql/servers";
const READ = "Microsoft.Sql/servers/read";
const FIREWALL = { permissions: [READ, "Microsoft.Sql/servers/firewallRules/read"] };

/** Azure SQL's logical servers: the door to their databases. */
export default defineProbe({
  id: "azure-sql-servers",
  title: "Azure SQL servers",
  provider: "azure",
  kinds: [KIND],
  provides: { transport: { permissions: [READ] }, exposure: FIREWALL, ingress: FIREWALL },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || wanted.size === 0) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const servers = await listResources({ [KIND]: SQL_API }, session);
      yield* tellResources(servers, wanted, session, (one) => telling(one, session));
    });
  },
});

function telling(server: Found, session: AzureSession): Telling {
  return {
    transport: () => Promise.resolve({ from: null, map: () => toTransport(server.raw) }),
    ...doorTelling(server, toDoor(server.raw), SQL_API, session),
  };
}

/**
 * Each database may have rules of its own, which only T-SQL shows.
 * https://learn.microsoft.com/azure/azure-sql/database/firewall-configure
 */
export function toDoor(raw: Fields): Door {
  return {
    access: fields(raw["properties"])["publicNetworkAccess"],
    subnet: null,
    port: 1433,
    unseen: "firewall rules for IPv6 and for single databases",
  };
}

/** TLS 1.0 and 1.1 are retired for all of Azure's databases, and without a minimum clear text was let in too. */
export const TLS_RETIREMENT =
  "https://techcommunity.microsoft.com/t5/azure-sql-blog/azure-sql-is-deprecating-the-no-minimum-tls-mintls-none/ba-p/4508933";

/**
 * Of servers and of managed instances. `None` lets in every version, and clear text; with any minimum a connection must be
 * encrypted. What an absent minimum means has changed over the years, so nothing is known then.
 * https://learn.microsoft.com/azure/azure-sql/database/connectivity-settings
 */
export function toTransport(raw: Fields): Transport {
  const { minimalTlsVersion, fullyQualifiedDomainName } = propertiesOf(raw);
  const setting = text(minimalTlsVersion);
  const none = setting?.toLowerCase() === "none";
  const minimumTls = none ? "TLSv1.0" : tlsVersion(setting);
  const name = text(fullyQualifiedDomainName);
  return {
    secureOnly: none ? false : minimumTls === null ? null : true,
    minimumTls,
    minimumTlsIsDefault: false,
    platformFloor: { version: "TLSv1.2", reference: TLS_RETIREMENT },
    ...(name === null ? {} : { hostNames: [name.slice(0, 253)] }),
    detail: none
      ? "minimalTlsVersion None, which Azure documents as every version and clear text too"
      : `minimalTlsVersion ${plain(setting ?? "is not stated", 60)}`,
  };
}
