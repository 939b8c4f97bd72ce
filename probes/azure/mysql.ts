import { defineProbe } from "#model/probe.ts";
import { classifyAzure } from "./errors.ts";
import { permissionsOf, readFlexible } from "./flexible-servers.ts";
import { inSubscriptions } from "./session.ts";

const KIND = "Microsoft.DBforMySQL/flexibleServers";
const FLAVOUR = {
  kind: KIND,
  apiVersion: "2023-12-30",
  port: 3306,
  tlsParameter: "tls_version",
  encryption: "https://learn.microsoft.com/azure/mysql/flexible-server/overview",
} as const;

/** Azure Database for MySQL, flexible servers. */
export default defineProbe({
  id: "azure-mysql",
  title: "Azure Database for MySQL",
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
