import type { ListTablesOutput } from "@aws-sdk/client-dynamodb";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { chunks } from "#probes/common/chunks.ts";
import { toBackups, toEncryption, toRecoveryPoints, toReplication } from "./dynamodb-facets.ts";
import { classifyAws } from "./errors.ts";
import { keyManagers } from "./key-managers.ts";
import { answerOf, askOnce, sourceOf, tell } from "./known.ts";
import { defineListing, listAll, observeListed, type Found } from "./listing.ts";
import { inAccount, type AwsSession } from "./session.ts";

const TABLE_KIND = "AWS::DynamoDB::Table";

/** DynamoDB tables. A replica of a global table is a table of its own in its region. */
export default defineProbe({
  id: "aws-dynamodb",
  title: "Amazon DynamoDB",
  provider: "aws",
  kinds: [TABLE_KIND],
  provides: {
    inventory: { permissions: ["dynamodb:ListTables", "tag:GetResources"] },
    encryption: { permissions: ["dynamodb:DescribeTable", "kms:ListAliases"] },
    replication: { permissions: ["dynamodb:DescribeTable"] },
    backups: { permissions: ["dynamodb:DescribeContinuousBackups"] },
    recoveryPoints: { permissions: ["dynamodb:DescribeContinuousBackups"] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listed = await listAll(tables, session);
      yield* observeListed(tables, listed, wanted, session);
      const managerOf = keyManagers(session);
      for await (const chunk of chunks(listed.found, context.signal)) {
        const read = chunk.flatMap((table) => [
          readTable(table, wanted, session, managerOf),
          readBackups(table, wanted, session),
        ]);
        yield* (await Promise.all(read)).flat();
      }
    });
  },
});

const tables = defineListing({
  kinds: [TABLE_KIND],
  service: "dynamodb",
  operation: "ListTables",
  permission: "dynamodb:ListTables",
  reach: "everywhere",
  page: (ExclusiveStartTableName) => async (client, options) => {
    const { ListTablesCommand } = await import("@aws-sdk/client-dynamodb");
    return client.send(new ListTablesCommand({ ExclusiveStartTableName }), options);
  },
  next: (page: ListTablesOutput) => page.LastEvaluatedTableName,
  items: (page) => page.TableNames ?? [],
  subject: (name: string, { account, region }) => ({
    id: `arn:${account.partition}:dynamodb:${region}:${account.id}:table/${name}`,
    name,
    tags: "elsewhere",
  }),
});

async function readTable(
  { subject, place, source }: Found<string>,
  wanted: ReadonlySet<FacetName>,
  session: AwsSession,
  managerOf: ReturnType<typeof keyManagers>,
): Promise<readonly (Observation | Problem)[]> {
  if (!wanted.has("encryption") && !wanted.has("replication")) return [];
  const { region } = place;
  const table = await askOnce(session, {
    service: "dynamodb",
    region,
    operation: "DescribeTable",
    permission: "dynamodb:DescribeTable",
    send: async (client, options) => {
      const { DescribeTableCommand } = await import("@aws-sdk/client-dynamodb");
      return client.send(new DescribeTableCommand({ TableName: subject.name }), options);
    },
  });
  const from = sourceOf(table, source);
  const told: (Observation | Problem)[] = [];
  if (wanted.has("encryption")) {
    const key = table.ok ? table.value.Table?.SSEDescription?.KMSMasterKeyArn : undefined;
    const manager = await managerOf(region, key);
    told.push(
      tell(session.context, subject, "encryption", from, () =>
        toEncryption(answerOf(table), manager),
      ),
    );
  }
  if (wanted.has("replication")) {
    told.push(
      tell(session.context, subject, "replication", from, () =>
        toReplication(answerOf(table), subject.id),
      ),
    );
  }
  return told;
}

async function readBackups(
  { subject, place, source }: Found<string>,
  wanted: ReadonlySet<FacetName>,
  session: AwsSession,
): Promise<readonly (Observation | Problem)[]> {
  if (!wanted.has("backups") && !wanted.has("recoveryPoints")) return [];
  const { region } = place;
  const backups = await askOnce(session, {
    service: "dynamodb",
    region,
    operation: "DescribeContinuousBackups",
    permission: "dynamodb:DescribeContinuousBackups",
    send: async (client, options) => {
      const { DescribeContinuousBackupsCommand } = await import("@aws-sdk/client-dynamodb");
      const command = new DescribeContinuousBackupsCommand({ TableName: subject.name });
      return client.send(command, options);
    },
  });
  const from = sourceOf(backups, source);
  const { context } = session;
  const told: (Observation | Problem)[] = [];
  if (wanted.has("backups")) {
    told.push(tell(context, subject, "backups", from, () => toBackups(answerOf(backups), region)));
  }
  if (wanted.has("recoveryPoints")) {
    told.push(
      tell(context, subject, "recoveryPoints", from, () =>
        toRecoveryPoints(answerOf(backups), from.observedAt),
      ),
    );
  }
  return told;
}
