import type {
  BackupVaultListMember,
  ListRecoveryPointsByBackupVaultOutput,
  RecoveryPointByBackupVault,
} from "@aws-sdk/client-backup";
import { defineProbe } from "#model/probe.ts";
import { toEncryption, toRecoveryPoint } from "./backup-point-facets.ts";
import { vaults } from "./backup-vaults.ts";
import { classifyAws } from "./errors.ts";
import { failedAlike } from "./failed-alike.ts";
import {
  defineListing,
  listAll,
  listRegion,
  observeListed,
  type Found,
  type Listed,
} from "./listing.ts";
import { inAccount, targetProblem, type AwsSession } from "./session.ts";

const POINT_KIND = "AWS::Backup::RecoveryPoint";
const OPERATION = "ListRecoveryPointsByBackupVault";
const PERMISSION = "backup:ListRecoveryPointsByBackupVault";

/** Recovery points of all vaults: of what, from when, whether one can recover from them, and whether they are encrypted. */
export default defineProbe({
  id: "aws-backup-recovery-points",
  title: "AWS Backup recovery points",
  provider: "aws",
  kinds: [POINT_KIND],
  provides: {
    inventory: {
      permissions: [
        "ec2:DescribeRegions",
        "backup:ListBackupVaults",
        PERMISSION,
        "tag:GetResources",
      ],
    },
    encryption: { permissions: [PERMISSION] },
    recoveryPoint: { permissions: [PERMISSION] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      yield* observeListed(points(""), await listPoints(session), wanted, session);
    });
  },
});

/** The recovery points of one vault. */
function points(BackupVaultName: string) {
  return defineListing({
    kinds: [POINT_KIND],
    service: "backup",
    operation: OPERATION,
    permission: PERMISSION,
    reach: "everywhere",
    page: (NextToken) => async (client, options) => {
      const { ListRecoveryPointsByBackupVaultCommand } = await import("@aws-sdk/client-backup");
      const input = { BackupVaultName, NextToken, MaxResults: 1000 };
      return client.send(new ListRecoveryPointsByBackupVaultCommand(input), options);
    },
    next: (page: ListRecoveryPointsByBackupVaultOutput) => page.NextToken,
    items: (page) => page.RecoveryPoints,
    subject: (point: RecoveryPointByBackupVault) => {
      const id = point.RecoveryPointArn;
      if (id === undefined) throw new TypeError("a recovery point without ARN");
      const of = point.ResourceName ?? point.ResourceArn ?? "";
      const name = of === "" ? id : `${of} ${point.CreationDate?.toISOString() ?? ""}`.trimEnd();
      return { id, name, tags: "elsewhere" };
    },
    facets: { encryption: toEncryption, recoveryPoint: toRecoveryPoint },
  });
}

/** The points of every vault; a vault that could not be read leaves the listing incomplete and costs no other. */
async function listPoints(session: AwsSession): Promise<Listed<RecoveryPointByBackupVault>> {
  const listed = await listAll(vaults, session);
  const parts = await Promise.all(
    listed.found.map(async (vault) => ({ vault, ...(await listVault(vault, session)) })),
  );
  const found = parts.flatMap((part) => part.found);
  const failed = parts.flatMap(({ vault, failure }) =>
    failure === null ? [] : [{ vault, failure }],
  );
  const unlisted = listed.problems.map((problem) => ({ ...problem, kinds: [POINT_KIND] }));
  const unread = failedAlike(failed).map(({ failure, same }) => {
    const names = same
      .slice(0, 5)
      .map(({ vault }) => `${vault.place.region}/${vault.subject.name}`);
    const more = same.length > names.length ? ` and ${same.length - names.length} more` : "";
    const message = `vault ${names.join(", ")}${more}: ${failure.message}`;
    return targetProblem(
      session,
      `backup:${OPERATION}`,
      PERMISSION,
      { ...failure, message },
      {
        kinds: [POINT_KIND],
        facets: found.length === 0 ? [] : ["inventory"],
      },
    );
  });
  const tagProblems = new Map(
    parts.flatMap((part) => part.tagProblems.map((problem) => [problem.message, problem] as const)),
  );
  // Problems of the vaults' own tags are none of the points'.
  const relevant = unlisted.filter(({ operation }) => operation !== "tagging:GetResources");
  return {
    found,
    complete: listed.complete && failed.length === 0,
    failures: listed.failures,
    problems: [...relevant, ...unread, ...tagProblems.values()],
  };
}

async function listVault({ subject, place }: Found<BackupVaultListMember>, session: AwsSession) {
  const { found, failure, tagProblems } = await listRegion(
    points(subject.name),
    place.region,
    session,
  );
  // The tagging service does not know recovery points of all kinds: no tags there are no proof of none.
  const own = found.map((point) => {
    const { tags } = point.subject;
    const known = tags !== null && Object.keys(tags).length > 0;
    return known ? point : { ...point, subject: { ...point.subject, tags: null } };
  });
  return { found: own, failure, tagProblems };
}
