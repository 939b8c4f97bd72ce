import { defineProbe } from "#model/probe.ts";
import {
  toBackups,
  toEncryption,
  toExposure,
  toLocation,
  toRedundancy,
  toReplication,
  toTransport,
} from "./cosmos-facets.ts";
import { classifyAzure } from "./errors.ts";
import { listResources, observeResources, type FacetMaps } from "./listing.ts";
import { inSubscriptions } from "./session.ts";

const KIND = "Microsoft.DocumentDB/databaseAccounts";
const READ = { permissions: [`${KIND}/read`] };

/** Azure Cosmos DB: accounts of its own API and of those of MongoDB, Cassandra, Gremlin and Table. */
export default defineProbe({
  id: "azure-cosmos",
  title: "Azure Cosmos DB",
  provider: "azure",
  kinds: [KIND],
  provides: {
    location: READ,
    encryption: READ,
    transport: READ,
    exposure: READ,
    redundancy: READ,
    replication: READ,
    backups: READ,
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || wanted.size === 0) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const accounts = await listResources({ [KIND]: "2024-08-15" }, session);
      const maps: FacetMaps = {
        location: toLocation,
        encryption: toEncryption,
        transport: toTransport,
        exposure: toExposure,
        redundancy: toRedundancy,
        replication: (raw, { subject }) => toReplication(raw, subject),
        backups: toBackups,
      };
      yield* observeResources(accounts, maps, wanted, session);
    });
  },
});
