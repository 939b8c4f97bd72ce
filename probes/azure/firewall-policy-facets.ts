/** Azure's web application firewall policies, of Front Door, CDN and Application Gateway; pure. */
import type { WebFirewall } from "#model/security-facets.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";
import { enabledFlag, propertiesOf } from "./facets.ts";

/** What a policy does. */
export interface PolicyReading extends Pick<
  WebFirewall,
  "enabled" | "mode" | "managedRules" | "countingRules"
> {
  readonly name: string;
}

const MOST_RULES = 500;

/** @throws where the policy has not the documented shape */
export function toPolicy(raw: Fields): PolicyReading {
  const { policySettings, managedRules } = propertiesOf(raw);
  const { enabledState, state, mode } = fields(policySettings);
  const name = text(raw["name"]);
  if (name === null) throw new TypeError("a firewall policy without name");
  const sets = list(fields(managedRules)["managedRuleSets"]).map(toRuleSet);
  return reading(name.slice(0, 128), enabledFlag(enabledState ?? state), modeOf(mode), sets);
}

/** The firewall that is set at an application gateway itself, without a policy. */
export function ofGateway(configuration: Fields): PolicyReading {
  const { enabled, firewallMode, ruleSetType, ruleSetVersion, disabledRuleGroups } = configuration;
  const name = nameOf(ruleSetType, ruleSetVersion);
  const off = list(disabledRuleGroups).flatMap(({ ruleGroupName, rules }) => {
    const group = text(ruleGroupName)?.slice(0, 120) ?? "a group";
    // A group without rules is disabled as a whole.
    return Array.isArray(rules) && rules.length > 0
      ? rules.map((rule) => `${name}: ${String(rule).slice(0, 60)}`)
      : [`${name}: ${group}`];
  });
  const set = { name, counts: false, disarmed: off };
  return reading("the gateway's own firewall", flag(enabled), modeOf(firewallMode), [set]);
}

interface RuleSet {
  readonly name: string;
  /** Whether the whole set only writes down what it matches. */
  readonly counts: boolean;
  readonly disarmed: readonly string[];
}

/** What is off, only detects or does not say is not known to hold anything back: its rule sets are there, and not in force. */
function reading(
  name: string,
  enabled: boolean | null,
  mode: WebFirewall["mode"],
  sets: readonly RuleSet[],
): PolicyReading {
  const works = enabled !== false && mode === "prevention";
  const armed = works ? sets.filter(({ counts }) => !counts) : [];
  const idle = sets.filter((set) => !armed.includes(set));
  const disarmed = armed.flatMap((set) => set.disarmed);
  return {
    name,
    enabled,
    mode,
    managedRules: armed.map((set) => set.name),
    countingRules: [...idle.map((set) => set.name), ...disarmed].slice(0, MOST_RULES),
  };
}

function modeOf(mode: unknown): WebFirewall["mode"] {
  const word = text(mode)?.toLowerCase();
  return word === "prevention" || word === "detection" ? word : null;
}

function toRuleSet(raw: Fields): RuleSet {
  const name = nameOf(raw["ruleSetType"], raw["ruleSetVersion"]);
  const disarmed = list(raw["ruleGroupOverrides"]).flatMap(({ rules }) =>
    list(rules).flatMap((rule) =>
      isArmed(rule) ? [] : [`${name}: ${text(rule["ruleId"])?.slice(0, 60) ?? "a rule"}`],
    ),
  );
  return { name, counts: stopsNothing(raw["ruleSetAction"]), disarmed };
}

/** An override that states no state disables its rule. */
function isArmed({ state, enabledState, action }: Fields): boolean {
  return enabledFlag(enabledState ?? state) === true && !stopsNothing(action);
}

/** Any action but these adds to a score, blocks, redirects or challenges. */
function stopsNothing(action: unknown): boolean {
  const word = text(action)?.toLowerCase();
  return word === "log" || word === "allow";
}

function nameOf(type: unknown, version: unknown): string {
  const named = text(type);
  if (named === null) throw new TypeError("a managed rule set without type");
  return [named, text(version) ?? ""].join(" ").trim().slice(0, 120);
}
