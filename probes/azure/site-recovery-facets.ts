/** Site Recovery's replicated items and plans; pure. Each throws when the answer cannot be understood. */
import type { RecoveryTest } from "#model/backup-facets.ts";
import type { ReplicationDestination } from "#model/facets.ts";
import { fields, text, type Fields, list, moment } from "#probes/common/json.ts";
import { region } from "./arm.ts";
import { propertiesOf } from "./facets.ts";

/**
 * A moment that Site Recovery tells; null where it never was. Never is told by leaving it out, and by the zero of .NET's,
 * Windows' or SQL Server's calendar.
 * @throws when it is no moment
 */
function momentOrNever(value: unknown): string | null {
  if (value === undefined || value === null || value === "") return null;
  const written = text(value) ?? "";
  if (/^(?:0001|1601|1753)-01-01T/.test(written)) return null;
  const at = moment(written);
  if (at === null) throw new TypeError("a moment of Site Recovery that is none");
  return at;
}

/** The machine that an item replicates, where it is one of Azure; null for another. */
export function machineOf(raw: Fields): string | null {
  return text(fields(propertiesOf(raw)["providerSpecificDetails"])["fabricObjectId"]);
}

const HEALTH: Readonly<Record<string, ReplicationDestination["status"]>> = {
  normal: "active",
  // It replicates, with something to be said of it: how far behind it is shows in its lag.
  warning: "active",
  critical: "degraded",
};

/** Where an item of Azure is replicated to, and how far behind the copy is. */
export function toDestination(raw: Fields): ReplicationDestination {
  const properties = propertiesOf(raw);
  const details = fields(properties["providerSpecificDetails"]);
  const isProtected = text(properties["protectionState"]) === "Protected";
  const here = text(properties["activeLocation"])?.toLowerCase() === "primary";
  const health = text(properties["replicationHealth"])?.toLowerCase() ?? "";
  const { unprotectedDisks } = details;
  return {
    region: region(details["recoveryFabricLocation"]),
    subject: null,
    status: isProtected && here ? (HEALTH[health] ?? "unknown") : "unknown",
    whole: Array.isArray(unprotectedDisks) ? unprotectedDisks.length === 0 : null,
    lastSync: lastSync(details),
  };
}

/** The lag is told together with the moment at which it was that. */
function lastSync({ rpoInSeconds, lastRpoCalculatedTime }: Fields): string | null {
  const at = moment(lastRpoCalculatedTime);
  if (at === null || typeof rpoInSeconds !== "number" || !(rpoInSeconds >= 0)) return null;
  const synced = Date.parse(at) - rpoInSeconds * 1000;
  return synced > 0 ? new Date(synced).toISOString() : null;
}

/** The test failovers of one item. */
export function toItemTest(raw: Fields): RecoveryTest {
  const properties = propertiesOf(raw);
  const { scenarioName, startTime } = fields(properties["currentScenario"]);
  const lastSuccess = momentOrNever(properties["lastSuccessfulTestFailoverTime"]);
  const running = text(scenarioName) === "TestFailover" ? momentOrNever(startTime) : null;
  const state = text(properties["testFailoverStateDescription"] ?? properties["testFailoverState"]);
  return {
    lastSuccess,
    lastAttempt: running ?? lastSuccess,
    lastOutcome:
      running !== null ? (state?.slice(0, 100) ?? null) : lastSuccess === null ? null : "Succeeded",
    since: null,
  };
}

/** Ids of the items that a plan recovers. */
export function itemsOfPlan(raw: Fields): readonly string[] {
  const groups = list(propertiesOf(raw)["groups"]);
  const items = groups.flatMap(({ replicationProtectedItems }) => list(replicationProtectedItems));
  return items.map(({ id }) => {
    const named = text(id);
    if (named === null) throw new TypeError("a plan with an item without id");
    return named;
  });
}

/**
 * The test failovers of a plan. It tells when it was last tried, and not how that ended; the items tell it, each of which
 * a test of the plan that succeeded has tested. Where they do not, what came of the plan's tests is not known.
 * @param tests those of its items
 */
export function toPlanTest(raw: Fields, tests: readonly RecoveryTest[]): RecoveryTest {
  const properties = propertiesOf(raw);
  const attempt = momentOrNever(properties["lastTestFailoverTime"]);
  const successes = tests.map(({ lastSuccess }) => lastSuccess);
  const [oldest] = successes.flatMap((at) => at ?? []).sort();
  const all = oldest !== undefined && !successes.includes(null);
  const status =
    text(properties["currentScenarioStatusDescription"]) ??
    text(properties["currentScenarioStatus"]);
  return {
    lastSuccess: all ? oldest : null,
    lastAttempt: attempt ?? (all ? oldest : null),
    lastOutcome: all
      ? "each of its items was tested"
      : attempt === null
        ? null
        : (status?.slice(0, 100) ?? "not told"),
    since: all ? null : attempt,
  };
}
