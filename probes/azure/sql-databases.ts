import { defineProbe } from "#model/probe.ts";
import type { Subject } from "#model/subject.ts";
import { classifyAzure } from "./errors.ts";
import { listResources, type Listed } from "./listing.ts";
import { inSubscriptions } from "./session.ts";
import { serverAsks, tellDatabase } from "./sql-database-reads.ts";
import { SQL_API } from "./sql-servers.ts";
import { tellResources } from "./telling-resources.ts";

const DATABASE = "Microsoft.Sql/servers/databases";
const INSTANCE = "Microsoft.Sql/managedInstances";
const INSTANCE_DATABASE = "Microsoft.Sql/managedInstances/databases";
const POOL = "Microsoft.Sql/servers/elasticPools";

/** The actions below a database of either kind, and those that only one of them needs. */
function needs(below: readonly string[], ...others: readonly string[]) {
  const each = [DATABASE, INSTANCE_DATABASE].flatMap((kind) =>
    ["", ...below].map((type) => `${kind}/${type === "" ? "" : `${type}/`}read`),
  );
  return { permissions: [...each, ...others.map((action) => `Microsoft.Sql/${action}/read`)] };
}
const RETENTION = ["backupShortTermRetentionPolicies", "backupLongTermRetentionPolicies"];

/** Azure SQL databases, and those of managed instances. */
export default defineProbe({
  id: "azure-sql-databases",
  title: "Azure SQL databases",
  provider: "azure",
  kinds: [DATABASE, INSTANCE_DATABASE],
  provides: {
    location: needs([], "managedInstances"),
    encryption: needs(
      ["transparentDataEncryption"],
      "servers/encryptionProtector",
      "managedInstances/encryptionProtector",
    ),
    redundancy: {
      permissions: [
        `${DATABASE}/read`,
        `${POOL}/read`,
        "Microsoft.Sql/servers/databases/replicationLinks/read",
      ],
    },
    replication: {
      permissions: [
        `${DATABASE}/read`,
        "Microsoft.Sql/servers/databases/replicationLinks/read",
        "Microsoft.Sql/servers/failoverGroups/read",
      ],
    },
    backups: needs(RETENTION, "managedInstances"),
    recoveryPoints: needs(
      RETENTION.slice(0, 1),
      "managedInstances",
      "servers/recoverableDatabases",
      "managedInstances/recoverableDatabases",
    ),
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || wanted.size === 0) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const all = [DATABASE, INSTANCE_DATABASE, INSTANCE, POOL];
      const listed = await listResources(
        Object.fromEntries(all.map((kind) => [kind, SQL_API])),
        session,
      );
      const databases = partOf(listed, ({ kind }) => /\/databases$/i.test(kind));
      const around = partOf(listed, ({ kind }) => !/\/databases$/i.test(kind));
      const asks = serverAsks(session);
      yield* tellResources(databases, wanted, session, (one) =>
        tellDatabase(one, around, asks, session),
      );
    });
  },
});

function partOf({ found, unread }: Listed, belongs: (subject: Subject) => boolean): Listed {
  return {
    found: found.filter(({ subject }) => belongs(subject)),
    unread: unread.filter(({ subject }) => belongs(subject)),
  };
}
