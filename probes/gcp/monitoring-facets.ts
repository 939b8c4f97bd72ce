/** What watches over a project's services, as Cloud Monitoring shows it; pure. */
import { fields, flag, text, type Fields } from "#probes/common/json.ts";
import type { ServiceMonitoring } from "#model/security-facets.ts";

/**
 * @param alerts alert policies: whether one is on is always told, so that one that does not tell is not known
 * (https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies)
 * @param checks uptime checks: `disabled` is left out where it is false
 * (https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs)
 */
export function toServiceMonitoring(
  alerts: readonly Fields[],
  checks: readonly Fields[],
): ServiceMonitoring {
  return {
    alerts: alerts.map((raw) => {
      const { conditions, notificationChannels, validity } = raw;
      const on = flag(raw["enabled"]);
      const broken = validity !== undefined && fields(validity)["code"] !== undefined;
      const empty = !Array.isArray(conditions) || conditions.length === 0;
      return {
        name: nameOf(raw),
        enabled: on === true && (broken || empty) ? null : on,
        notifies: Array.isArray(notificationChannels) && notificationChannels.length > 0,
      };
    }),
    checks: checks.map((raw) => ({
      name: nameOf(raw),
      enabled: raw["disabled"] === undefined ? true : negated(flag(raw["disabled"])),
    })),
  };
}

function negated(value: boolean | null): boolean | null {
  return value === null ? null : !value;
}

/** @throws where the entry is nothing that has a name */
function nameOf(raw: Fields): string {
  const name = text(raw["displayName"]) ?? text(raw["name"]);
  if (name === null) throw new TypeError("an entry without name");
  return name.slice(0, 100);
}
