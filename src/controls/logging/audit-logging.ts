import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import type { AuditLog } from "#model/security-facets.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    regions: z
      .union([z.literal("all"), z.array(z.string().min(1)).min(1)])
      .default("all")
      .describe(
        "Regions whose actions must be recorded, in the provider's names; all: those that are opened later too.",
      ),
    events: z
      .enum(["all", "writes"])
      .default("all")
      .describe("Whether reads of the management plane must be recorded too, or changes only."),
    destination: z
      .enum(["required", "optional"])
      .default("required")
      .describe("Whether the log must be kept somewhere beyond the service's own short history."),
    integrity: z
      .enum(["required", "optional"])
      .default("optional")
      .describe("Whether tampering with the log must show."),
    omissions: z
      .enum(["allowed", "forbidden"])
      .default("allowed")
      .describe(
        "Whether single sources with many events (keys, queries) may be left out by setting.",
      ),
  });
type Expectation = z.output<ReturnType<typeof expectation>>;

/** What keeps a log from being what was declared, surely or perhaps. */
interface Log {
  readonly log: AuditLog;
  readonly failures: readonly string[];
  readonly open: readonly string[];
}

export default defineControl({
  id: "audit-logging",
  title: "Logs of administrative actions",
  rationale: "What nobody wrote down cannot be found out: who did what, and when it began.",
  severity: "high",
  judges: "subject",
  needs: ["auditLogs"],
  expectation,
  // One log that is all that was declared is enough, whatever the others are; regions may each have one of their own.
  evaluate: ({ expect, facets }) => {
    const facet = facets.auditLogs;
    if (facet === undefined) return notApplicable("has no log of administrative actions");
    const logs = facet.logs.map((log) => judged(log, expect));
    const places = expect.regions === "all" ? [null] : [...new Set(expect.regions)];
    const failures: string[] = [];
    const open: string[] = [];
    const used = new Set<AuditLog>();
    for (const place of places) {
      const reaching = logs.filter(({ log }) => reaches(log, place));
      const good = reaching.find((one) => one.failures.length === 0 && one.open.length === 0);
      if (good !== undefined) {
        used.add(good.log);
        continue;
      }
      const where = place === null ? "" : ` in ${plain(place, 40)}`;
      const perhaps = reaching.filter((one) => one.failures.length === 0);
      if (perhaps.length > 0) {
        open.push(...perhaps.flatMap((one) => one.open.map((text) => `${nameOf(one)}${text}`)));
      } else if (reaching.length > 0) {
        failures.push(
          ...reaching.flatMap((one) => one.failures.map((text) => `${nameOf(one)}${text}`)),
        );
      } else if (place === null && facet.logs.length > 0) {
        const names = listed(facet.logs.map(({ name }) => name));
        failures.push(`no log records all regions, only parts (${names})`);
      } else failures.push(`nothing records what is done${where}`);
    }
    const omits = [...new Set([...used].flatMap((log) => log.omits))];
    const left = omits.length === 0 ? "" : `, without the events of ${listed(omits)}`;
    return settle({
      failures: [...new Set(failures)],
      open: [...new Set(open)],
      held: `recorded by ${listed([...used].map(({ name }) => name))}${left}`,
      declared: inWords(expect),
      actual: { logs: facet.logs.map((log) => ({ ...log })) },
    });
  },
  remediation:
    "Create one trail (or diagnostic setting) for all regions with management events, reads and writes, delivered to a store of another account, and start it.",
  references: [
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
    "https://learn.microsoft.com/azure/azure-monitor/platform/activity-log",
    "https://cloud.google.com/logging/docs/audit/best-practices",
  ],
});

/** A log of all regions reaches each; what was not read of one region may reach it. */
function reaches({ regions }: AuditLog, place: string | null): boolean {
  if (regions === "all") return true;
  if (place === null) return false;
  return regions.some((region) => region.toLowerCase() === place.toLowerCase());
}

function nameOf({ log }: Log): string {
  return `${plain(log.name, 80)}: `;
}

function judged(log: AuditLog, expect: Expectation): Log {
  const failures: string[] = [];
  const open: string[] = [];
  if (log.active === false) failures.push("does not record now");
  if (log.active === null) open.push("whether it records now is not known");
  if (log.events === null) open.push("what it records is not known");
  else if (log.events !== "all" && !(expect.events === "writes" && log.events === "writes")) {
    failures.push(log.events === "none" ? "no management events" : `${log.events} only`);
  }
  if (expect.omissions === "forbidden" && log.omits.length > 0) {
    failures.push(`leaves out the events of ${listed(log.omits)}`);
  }
  if (expect.destination === "required" && log.destination === null) {
    if (log.active === null && log.events === null) open.push("where it is kept is not known");
    else failures.push("is kept nowhere");
  }
  if (expect.integrity === "required" && log.integrity !== true) {
    if (log.integrity === null) open.push("whether tampering would show is not known");
    else failures.push("tampering would not show");
  }
  if (log.failure !== null) failures.push(`is not delivered (${plain(log.failure)})`);
  return { log, failures, open };
}

function inWords({ regions, events, destination, integrity, omissions }: Expectation): string {
  return [
    events === "all" ? "reads and writes" : "writes",
    regions === "all" ? "of all regions" : `of ${listed(regions)}`,
    ...(destination === "required" ? ["kept"] : []),
    ...(integrity === "required" ? ["proof against tampering"] : []),
    ...(omissions === "forbidden" ? ["nothing left out"] : []),
  ].join(", ");
}
