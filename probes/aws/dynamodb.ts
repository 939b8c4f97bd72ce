import type { ListTablesOutput } from "@aws-sdk/client-dynamodb";
import { defineProbe } from "#model/probe.ts";
import { chunks } from "#probes/common/chunks.ts";
import { askOnDemand, readBackups, readTable } from "./dynamodb-reads.ts";
import { classifyAws } from "./errors.ts";
import { keyManagers } from "./key-managers.ts";
import { oncePer } from "#probes/common/known.ts";
import { defineListing, listAll, observeListed } from "./listing.ts";
import { inAccount } from "./session.ts";

const TABLE_KIND = "AWS::DynamoDB::Table";

/** DynamoDB tables. A replica of a global table is a table of its own in its region. */
export default defineProbe({
  id: "aws-dynamodb",
  title: "Amazon DynamoDB",
  provider: "aws",
  kinds: [TABLE_KIND],
  provides: {
    inventory: { permissions: ["ec2:DescribeRegions", "dynamodb:ListTables", "tag:GetResources"] },
    encryption: { permissions: ["dynamodb:DescribeTable", "kms:ListAliases"] },
    replication: { permissions: ["dynamodb:DescribeTable"] },
    backups: { permissions: ["dynamodb:DescribeContinuousBackups"] },
    recoveryPoints: {
      permissions: ["dynamodb:DescribeContinuousBackups", "dynamodb:ListBackups"],
    },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listed = await listAll(tables, session);
      yield* observeListed(tables, listed, wanted, session);
      const managerOf = keyManagers(session);
      const onDemandOf = oncePer((region) => askOnDemand(region, session));
      for await (const chunk of chunks(listed.found, context.signal)) {
        const read = chunk.flatMap((table) => [
          readTable(table, wanted, session, managerOf),
          readBackups(table, wanted, session, onDemandOf),
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
  items: (page) => page.TableNames,
  subject: (name: string, { account, region }) => ({
    id: `arn:${account.partition}:dynamodb:${region}:${account.id}:table/${name}`,
    name,
    tags: "elsewhere",
  }),
});
