/** Defender's plans as facets; pure. Each throws where the answer has another shape than Azure documents. */
import type { SecurityService, SecurityServices } from "#model/security-facets.ts";
import { text, type Fields, list } from "#probes/common/json.ts";
import { enabledFlag, propertiesOf } from "./facets.ts";

interface Plan {
  readonly name: string;
  readonly on: boolean;
  readonly subPlan: string | null;
  /** Azure says that it does not reach all of the subscription. */
  readonly partial: boolean;
  readonly extensions: readonly { readonly name: string; readonly on: boolean | null }[];
}

/** The plans that still exist; the old ones were taken into others. @throws where one has another shape */
function toPlans(pricings: readonly Fields[]): readonly Plan[] {
  return pricings.flatMap((pricing) => {
    const properties = propertiesOf(pricing);
    if (properties["deprecated"] === true) return [];
    const name = text(pricing["name"]);
    const tier = text(properties["pricingTier"])?.toLowerCase();
    if (name === null || (tier !== "free" && tier !== "standard")) {
      throw new TypeError("a plan without name or with an unknown pricingTier");
    }
    return [
      {
        name: name.slice(0, 100),
        on: tier === "standard",
        subPlan: text(properties["subPlan"]),
        partial: text(properties["resourcesCoverageStatus"])?.toLowerCase() === "partiallycovered",
        extensions: list(properties["extensions"]).map((extension) => ({
          name: text(extension["name"])?.slice(0, 100) ?? "",
          on: enabledFlag(extension["isEnabled"]),
        })),
      },
    ];
  });
}

/** Plans that look at settings and attack paths, not at what happens. */
const POSTURE: ReadonlySet<string> = new Set(["cloudposture", "discovery", "fofsinglesignon"]);

/**
 * Defender for Cloud detects by its paid plans, each for its own kind of resource.
 * https://learn.microsoft.com/azure/defender-for-cloud/defender-for-cloud-introduction
 * @param watching names of the Sentinel workspaces that are sent the activity log; null: it cannot be told
 */
export function toDetection(
  pricings: readonly Fields[],
  watching: readonly string[] | null,
): SecurityServices {
  const plans = toPlans(pricings).filter(({ name }) => !POSTURE.has(name.toLowerCase()));
  const on = plans.filter((plan) => plan.on);
  const defender: SecurityService = {
    name: "Defender for Cloud",
    region: null,
    enabled: on.length > 0,
    covers: on.map(({ name, partial }) => (partial ? `${name} (partly)` : name)),
    omits: plans.filter((plan) => !plan.on).map(({ name }) => name),
  };
  if (watching !== null && watching.length === 0) return { services: [defender] };
  const sentinel: SecurityService = {
    name: "Sentinel",
    region: null,
    enabled: watching === null ? null : true,
    covers: watching === null ? [] : watching.map((name) => `activity log in ${name}`),
    omits: [],
  };
  return { services: [defender, sentinel] };
}

/**
 * Which plans bring an assessment of vulnerabilities, and by which extension where one must be on.
 * https://learn.microsoft.com/azure/defender-for-cloud/defender-for-servers-overview,
 * https://learn.microsoft.com/azure/defender-for-cloud/agentless-vulnerability-assessment-azure,
 * https://learn.microsoft.com/azure/defender-for-cloud/sql-azure-vulnerability-assessment-overview
 */
const SCANS: readonly (readonly [plan: string, extensions: readonly string[] | null])[] = [
  ["virtualmachines", ["agentlessvmscanning", "mdedesignatedsubscription"]],
  ["containers", ["containerregistriesvulnerabilityassessments", "agentlessvmscanning"]],
  ["sqlservers", null],
  ["sqlservervirtualmachines", null],
];

/** What the plans that are on scan for vulnerabilities. */
export function toScanning(pricings: readonly Fields[]): SecurityServices {
  const plans = new Map(toPlans(pricings).map((plan) => [plan.name.toLowerCase(), plan]));
  const covers: string[] = [];
  const omits: string[] = [];
  let unknown = false;
  for (const [name, needed] of SCANS) {
    const plan = plans.get(name);
    if (plan === undefined) continue;
    const scanning = needed === null ? true : anyOn(plan, needed);
    if (!plan.on || scanning === false) omits.push(plan.name);
    else if (scanning === null) unknown = true;
    else covers.push(plan.partial ? `${plan.name} (partly)` : plan.name);
  }
  const enabled = covers.length > 0 ? true : unknown ? null : false;
  return {
    services: [{ name: "Defender for Cloud", region: null, enabled, covers, omits }],
  };
}

/** null: an extension tells no state. */
function anyOn({ extensions }: Plan, needed: readonly string[]): boolean | null {
  const own = extensions.filter(({ name }) => needed.includes(name.toLowerCase()));
  if (own.some(({ on }) => on === true)) return true;
  return own.some(({ on }) => on === null) ? null : false;
}
