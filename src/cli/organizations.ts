import { probeContext, targetLimits, type ScanSettings } from "#gather/context.ts";
import type { Estate, Target, TargetOf } from "#model/estate.ts";
import type { Problem } from "#model/evidence.ts";
import type { Failure } from "#model/probe.ts";
import { targetSubject } from "#model/subject.ts";

/** An estate in which every account of its organizations is a target. */
interface WithMembers {
  readonly estate: Estate;
  /** Targets that stand for accounts that could not be listed: there is nothing to ask them. */
  readonly unread: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

const PROBE = "aws-organization";

/**
 * Puts the accounts of every declared organization into the estate, each as a target of its own; those that it
 * declares already stay as they are. Where they cannot be listed, a target stands for the ones that are not known, of
 * which nothing is read, so that no claim is upheld without them. Never throws.
 */
export async function withMembers(estate: Estate, settings: ScanSettings): Promise<WithMembers> {
  const targets = [...estate.targets];
  const unread = new Set<string>();
  const problems: Problem[] = [];
  for (const target of estate.targets) {
    if (target.provider !== "aws" || target.organization === undefined) continue;
    const { listMembers, MEMBERS_OPERATION } = await import("#probes/aws/organization.ts");
    const { classifyAws } = await import("#probes/aws/errors.ts");
    const limits = targetLimits(target, settings.signal);
    const probe = { id: PROBE, kinds: ["*"], classify: classifyAws };
    const context = probeContext(probe, target, limits, settings);
    const { partition, active, closed, failure } = await listMembers(target, context);
    limits.release();

    const declared = new Set(targets.map((one) => (one.provider === "aws" ? one.account : "")));
    for (const account of active) {
      if (!declared.has(account)) targets.push(member(target, account, partition, targets));
    }
    const said = (about: Target, fields: Pick<Problem, "reason" | "message" | "kinds">) =>
      context.problem({
        operation: MEMBERS_OPERATION,
        subject: targetSubject(about),
        facets: ["inventory"],
        permission: fields.reason === "denied" ? MEMBERS_OPERATION : null,
        ...fields,
      });
    if (closed.length > 0) {
      const message = `accounts of the organization that are suspended or closed were not looked at: ${closed.join(", ")}`;
      problems.push(said(target, { reason: "partial", message, kinds: [] }));
    }
    if (failure !== null) {
      const others = { ...target, id: freeId(`${target.id}-members`, targets), backups: [] };
      targets.push(others);
      unread.add(others.id);
      problems.push({ ...said(others, notListed(failure, target)), target: others.id });
    }
  }
  return { estate: { ...estate, targets }, unread, problems };
}

function notListed({ reason, message }: Failure, target: TargetOf<"aws">) {
  return {
    reason,
    message: `the accounts of the organization of ${target.account} were not all listed: ${message}`,
    kinds: ["*"],
  };
}

/** A member account, reached by the role that is assumed there by the declaring target's own credentials. */
function member(
  target: TargetOf<"aws">,
  account: string,
  partition: string,
  targets: readonly Target[],
): TargetOf<"aws"> {
  const { organization, credentials = {}, ...rest } = target;
  const { roleArn, externalIdFrom, through = [], ...own } = credentials;
  const roles = roleArn === undefined ? through : [...through, { roleArn, externalIdFrom }];
  const { role = "", externalIdFrom: externalId } = organization ?? {};
  return {
    ...rest,
    id: freeId(`${target.id}-${account}`, targets),
    account,
    backups: [],
    credentials: {
      ...own,
      ...(roles.length === 0 ? {} : { through: roles }),
      roleArn: `arn:${partition}:iam::${account}:role/${role}`,
      ...(externalId === undefined ? {} : { externalIdFrom: externalId }),
    },
  };
}

/** The id, or the first of those that follow it which no target has. */
function freeId(id: string, targets: readonly Target[]): string {
  const taken = new Set(targets.map((target) => target.id));
  for (let number = 1; ; number += 1) {
    const free = number === 1 ? id : `${id}-${number}`;
    if (!taken.has(free)) return free;
  }
}
