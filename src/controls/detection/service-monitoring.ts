import { defineControl, type Reading, type ScopeJudgement } from "#model/control.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { listed } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z
    .strictObject({
      alertPolicies: z
        .literal("required")
        .optional()
        .describe("At least one rule that raises an alarm is on and tells somebody."),
      uptimeChecks: z
        .literal("required")
        .optional()
        .describe("At least one check of whether the service answers is on."),
    })
    .refine(({ alertPolicies, uptimeChecks }) => (alertPolicies ?? uptimeChecks) !== undefined, {
      error: "expected alertPolicies, uptimeChecks or both",
    });
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "service-monitoring",
  title: "Monitoring of the service",
  rationale:
    "A service that nobody watches is down for as long as it takes a customer to call. Alarms that are off, or that nobody gets, watch nothing.",
  severity: "medium",
  judges: "scope",
  needs: ["serviceMonitoring"],
  expectation,
  // One project may watch over others, so all in scope are looked at together.
  evaluate: ({ expect, readings, complete }) => {
    const wanted = [
      ...(expect.alertPolicies === undefined ? [] : [alarms(readings)]),
      ...(expect.uptimeChecks === undefined ? [] : [checks(readings)]),
    ];
    // What is missing may be in what was not read.
    const settled = wanted.map((one) =>
      one.outcome === "fail" && !complete
        ? { outcome: "unknown" as const, words: `${one.words}, but not all in scope was read` }
        : one,
    );
    const said = (outcome: Found["outcome"]) => settled.filter((one) => one.outcome === outcome);
    const outcome =
      said("fail").length > 0 ? "fail" : said("unknown").length > 0 ? "unknown" : "pass";
    const judgement: ScopeJudgement = {
      subject: null,
      outcome,
      actual: { found: settled.map((one) => one.words), complete },
      message: `${said(outcome)
        .map((one) => one.words)
        .join("; ")}; declared: ${declaredInWords(expect)}`,
    };
    return [judgement];
  },
  remediation:
    "Create an alert policy with a notification channel that somebody reads, and an uptime check of the service's public address; turn on those that are off.",
  references: [
    "https://cloud.google.com/monitoring/alerts",
    "https://cloud.google.com/monitoring/uptime-checks/introduction",
  ],
});

interface Found {
  readonly outcome: "pass" | "fail" | "unknown";
  readonly words: string;
}

function alarms(readings: readonly Reading[]): Found {
  const all = readings.flatMap(({ facets }) => facets.serviceMonitoring?.alerts ?? []);
  const on = all.filter(({ enabled }) => enabled === true);
  const heard = on.filter(({ notifies }) => notifies);
  const perhaps = all.filter(({ enabled }) => enabled === null);
  const names = (some: typeof all) =>
    listed(
      some.map(({ name }) => name),
      3,
    );
  if (heard.length > 0) return { outcome: "pass", words: `alarms by ${names(heard)}` };
  if (perhaps.length > 0) {
    return { outcome: "unknown", words: `whether ${names(perhaps)} can fire is not known` };
  }
  // Somebody may look at the console all day.
  if (on.length > 0) {
    return { outcome: "unknown", words: `${names(on)} tell nobody: no notification channel` };
  }
  return {
    outcome: "fail",
    words: all.length === 0 ? "no alert policy" : `every alert policy is off (${names(all)})`,
  };
}

function checks(readings: readonly Reading[]): Found {
  const all = readings.flatMap(({ facets }) => facets.serviceMonitoring?.checks ?? []);
  const names = (some: typeof all) =>
    listed(
      some.map(({ name }) => name),
      3,
    );
  const on = all.filter(({ enabled }) => enabled === true);
  const perhaps = all.filter(({ enabled }) => enabled === null);
  if (on.length > 0) return { outcome: "pass", words: `uptime is checked by ${names(on)}` };
  if (perhaps.length > 0) {
    return { outcome: "unknown", words: `whether ${names(perhaps)} is on is not known` };
  }
  return {
    outcome: "fail",
    words: all.length === 0 ? "no uptime check" : `every uptime check is off (${names(all)})`,
  };
}

function declaredInWords({ alertPolicies, uptimeChecks }: Expectation): string {
  return [
    ...(alertPolicies === undefined ? [] : ["alert policies that are on"]),
    ...(uptimeChecks === undefined ? [] : ["uptime checks that are on"]),
  ].join(", ");
}
