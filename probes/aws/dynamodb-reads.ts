import type { BackupSummary, ListBackupsOutput } from "@aws-sdk/client-dynamodb";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import {
  isContinuous,
  toBackups,
  toEncryption,
  toRecoveryPoints,
  toReplication,
} from "./dynamodb-facets.ts";
import type { keyManagers } from "./key-managers.ts";
import { answerOf, sourceOf, tell, type Known } from "#probes/common/known.ts";
import { askAll, askOnce } from "./known.ts";
import type { Found } from "./listing.ts";
import type { AwsSession } from "./session.ts";

/** What the description of a table tells. */
export async function readTable(
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

/** How a table is backed up, and what can be recovered of it. */
export async function readBackups(
  { subject, place, source }: Found<string>,
  wanted: ReadonlySet<FacetName>,
  session: AwsSession,
  onDemandOf: (region: string) => Promise<OnDemand>,
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
    const onDemand = await onDemandOf(region);
    told.push(
      tell(context, subject, "recoveryPoints", from, () => {
        const raw = answerOf(backups);
        const all = onDemand.ok || !isContinuous(raw) ? answerOf(onDemand) : null;
        const own = all?.filter(({ TableArn }) => TableArn === subject.id) ?? null;
        return toRecoveryPoints(raw, own, from.observedAt);
      }),
    );
  }
  return told;
}

type OnDemand = Known<readonly BackupSummary[]>;

/** All backups on demand of a region. */
export function askOnDemand(region: string, session: AwsSession): Promise<OnDemand> {
  return askAll(session, {
    service: "dynamodb",
    region,
    operation: "ListBackups",
    permission: "dynamodb:ListBackups",
    page: (ExclusiveStartBackupArn) => async (client, options) => {
      const { ListBackupsCommand } = await import("@aws-sdk/client-dynamodb");
      const command = new ListBackupsCommand({
        BackupType: "ALL",
        Limit: 100,
        ExclusiveStartBackupArn,
      });
      return client.send(command, options);
    },
    next: (page: ListBackupsOutput) => page.LastEvaluatedBackupArn,
    items: (page) => page.BackupSummaries,
  });
}
