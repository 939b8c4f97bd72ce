import { defineProbe } from "#model/probe.ts";
import { classifyAzure } from "./errors.ts";
import { permissionsOf, readFlexible } from "./flexible-servers.ts";
import { inSubscriptions } from "./session.ts";

const KIND = "Microsoft.DBforPostgreSQL/flexibleServers";
const FLAVOUR = {
  kind: KIND,
  apiVersion: "2024-08-01",
  port: 5432,
  tlsParameter: "ssl_min_protocol_version",
  encryption: "https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-security",
} as const;

/** Azure Database for PostgreSQL, flexible servers. */
export default defineProbe({
  id: "azure-postgresql",
  title: "Azure Database for PostgreSQL",
  provider: "azure",
  kinds: [KIND],
  provides: permissionsOf(KIND),
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || wanted.size === 0) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      yield* readFlexible(FLAVOUR, wanted, session);
    });
  },
});
