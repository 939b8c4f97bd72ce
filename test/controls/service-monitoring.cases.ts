import control from "#controls/detection/service-monitoring.ts";
import type { ServiceMonitoring } from "#model/security-facets.ts";
import { defineCases, type CaseReading } from "./cases.ts";

type Alert = readonly [enabled: boolean | null, notifies: boolean];

const project = (alerts: readonly Alert[], checks: readonly (boolean | null)[]): CaseReading => {
  const serviceMonitoring: ServiceMonitoring = {
    alerts: alerts.map(([enabled, notifies], at) => ({ name: `alert-${at}`, enabled, notifies })),
    checks: checks.map((enabled, at) => ({ name: `check-${at}`, enabled })),
  };
  return { facets: { serviceMonitoring } };
};
const BOTH = { alertPolicies: "required", uptimeChecks: "required" };

export default defineCases(control, [
  {
    name: "an alarm that somebody gets, and a check",
    expect: BOTH,
    readings: [project([[true, true]], [true])],
    judgements: [["pass", null, "alarms by alert-0; uptime is checked by check-0; declared:"]],
  },
  {
    name: "one project watches over another",
    expect: BOTH,
    readings: [project([], []), project([[true, true]], [true])],
    judgements: [["pass", null, "alarms by alert-0"]],
  },
  {
    name: "nothing watches",
    expect: BOTH,
    readings: [project([], [])],
    judgements: [["fail", null, "no alert policy; no uptime check; declared: alert policies"]],
  },
  {
    name: "all of it is off",
    expect: BOTH,
    readings: [project([[false, true]], [false])],
    judgements: [["fail", null, "every alert policy is off (alert-0); every uptime check is off"]],
  },
  {
    name: "nothing is seen, and not all was read",
    expect: BOTH,
    readings: [project([], [])],
    complete: false,
    judgements: [["unknown", null, "no alert policy, but not all in scope was read"]],
  },
  {
    name: "what was read is enough, whatever the rest is",
    expect: BOTH,
    readings: [project([[true, true]], [true])],
    complete: false,
    judgements: [["pass", null, "uptime is checked by check-0"]],
  },
  {
    name: "alarms that nobody gets",
    expect: BOTH,
    readings: [project([[true, false]], [true])],
    judgements: [["unknown", null, "alert-0 tell nobody: no notification channel"]],
  },
  {
    name: "whether the alarm can fire is not told",
    expect: { alertPolicies: "required" },
    readings: [project([[null, true]], [])],
    judgements: [["unknown", null, "whether alert-0 can fire is not known"]],
  },
  {
    name: "whether the check is on is not told",
    expect: { uptimeChecks: "required" },
    readings: [project([], [null])],
    judgements: [["unknown", null, "whether check-0 is on is not known"]],
  },
  {
    name: "one missing is enough to fail",
    expect: BOTH,
    readings: [project([[true, true]], [])],
    judgements: [["fail", null, "no uptime check"]],
  },
]);
