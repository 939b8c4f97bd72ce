import type {
  FirewallManagerRuleGroup,
  ManagedRuleGroupStatement,
  OverrideAction,
  Rule,
  RuleAction,
  RuleActionOverride,
  RuleGroupReferenceStatement,
  WebACL,
} from "@aws-sdk/client-wafv2";
import type { Problem } from "#model/evidence.ts";
import type { WebFirewall } from "#model/security-facets.ts";
import { plain } from "#model/text.ts";

/** What a rule group holds, by the key of `groupsToAsk`: the names of its rules that can stop a request. */
export type GroupRules = ReadonlyMap<string, readonly string[]>;

/** A rule group whose own rules decide whether it stops anything. */
export type GroupToAsk =
  | { readonly key: string; readonly managed: ManagedRuleGroupStatement }
  | { readonly key: string; readonly arn: string };

/** A rule group as a web ACL makes use of it. */
interface UsedGroup {
  readonly name: string;
  readonly managed: ManagedRuleGroupStatement | undefined;
  readonly reference: RuleGroupReferenceStatement | undefined;
  /** Whether the whole group only counts. */
  readonly counts: boolean;
  /** The rules that are told to do something else than to stop a request. */
  readonly disarmed: readonly string[];
}

/** The reading of what could have a firewall and has none. */
export const NO_FIREWALL: WebFirewall = {
  policy: null,
  enabled: null,
  mode: null,
  managedRules: [],
  countingRules: [],
};

/** The reading of what can have no web application firewall. */
export function withoutFirewall(inapplicable: string): WebFirewall {
  return { inapplicable, ...NO_FIREWALL };
}

/**
 * The rule groups that must be looked into to know whether the web ACL stops anything: own ones always, managed ones where
 * rules of theirs were told to count.
 * @throws where a group is not as documented
 */
export function groupsToAsk(acl: WebACL): readonly GroupToAsk[] {
  return usedGroups(acl).flatMap((group): readonly GroupToAsk[] => {
    if (group.counts) return [];
    if (group.managed !== undefined) {
      return group.disarmed.length === 0
        ? []
        : [{ key: keyOf(group.managed), managed: group.managed }];
    }
    const arn = group.reference?.ARN;
    return arn === undefined ? [] : [{ key: arn, arn }];
  });
}

/**
 * What a web ACL does. It prevents if at least one thing in it stops a request: a rule, a rule group that is not only
 * counted, or the default. https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-rule-group-override-options.html
 * @throws where the web ACL is not as documented
 */
export function toWebFirewall(acl: WebACL, groups: GroupRules): WebFirewall {
  if (acl.Name === undefined || acl.DefaultAction === undefined) {
    throw new TypeError("a web ACL without name or default action");
  }
  let stops =
    acl.DefaultAction.Block !== undefined ||
    (acl.Rules ?? []).some(({ Action }) => Action !== undefined && stopsRequests(Action));
  const managedRules: string[] = [];
  const countingRules: string[] = [];
  for (const group of usedGroups(acl)) {
    const { name, managed, disarmed } = group;
    const armed = !group.counts && isArmed(group, groups);
    stops ||= armed;
    if (managed === undefined) continue;
    if (armed) {
      managedRules.push(name);
      countingRules.push(...disarmed.map((rule) => `${name}: ${rule}`));
    } else countingRules.push(name);
  }
  return {
    policy: acl.Name,
    enabled: true,
    mode: stops ? "prevention" : "detection",
    managedRules,
    countingRules,
  };
}

/** Whether an action keeps a request from its destination; Captcha and Challenge do until they are answered. */
export function stopsRequests(action: RuleAction): boolean {
  return (
    action.Block !== undefined || action.Captcha !== undefined || action.Challenge !== undefined
  );
}

function isArmed({ managed, reference, disarmed }: UsedGroup, groups: GroupRules): boolean {
  if (managed !== undefined && disarmed.length === 0) return true;
  const rules = groups.get(managed === undefined ? (reference?.ARN ?? "") : keyOf(managed));
  if (rules === undefined) throw new TypeError("a rule group that was not looked into");
  return rules.some((rule) => !disarmed.includes(rule));
}

function usedGroups(acl: WebACL): readonly UsedGroup[] {
  const ofManager = [
    ...(acl.PreProcessFirewallManagerRuleGroups ?? []),
    ...(acl.PostProcessFirewallManagerRuleGroups ?? []),
  ];
  return [...(acl.Rules ?? []).map(ofRule), ...ofManager.map(ofFirewallManager)].filter(
    (group) => group !== null,
  );
}

function ofRule({ Statement, OverrideAction }: Rule): UsedGroup | null {
  return usedGroup(
    Statement?.ManagedRuleGroupStatement,
    Statement?.RuleGroupReferenceStatement,
    OverrideAction,
  );
}

function ofFirewallManager({
  FirewallManagerStatement: statement,
  OverrideAction,
}: FirewallManagerRuleGroup): UsedGroup | null {
  return usedGroup(
    statement?.ManagedRuleGroupStatement,
    statement?.RuleGroupReferenceStatement,
    OverrideAction,
  );
}

function usedGroup(
  managed: ManagedRuleGroupStatement | undefined,
  reference: RuleGroupReferenceStatement | undefined,
  override: OverrideAction | undefined,
): UsedGroup | null {
  const statement = managed ?? reference;
  if (statement === undefined) return null;
  if (override?.Count === undefined && override?.None === undefined) {
    throw new TypeError("a rule group without override action");
  }
  const { ExcludedRules = [], RuleActionOverrides = [] } = statement;
  return {
    name: managed === undefined ? (reference?.ARN ?? "") : shownAs(managed),
    managed,
    reference,
    counts: override.Count !== undefined,
    disarmed: [
      ...ExcludedRules.map(({ Name }) => Name ?? ""),
      ...RuleActionOverrides.filter(isDisarming).map(({ Name }) => Name ?? ""),
    ],
  };
}

function isDisarming({ ActionToUse }: RuleActionOverride): boolean {
  return ActionToUse === undefined || !stopsRequests(ActionToUse);
}

function nameOf({ VendorName, Name }: ManagedRuleGroupStatement): string {
  if (VendorName === undefined || Name === undefined) {
    throw new TypeError("a managed rule group without name");
  }
  return VendorName === "AWS" ? Name : `${VendorName} ${Name}`;
}

/** A group may be held back from all requests but those of one statement. */
function shownAs(managed: ManagedRuleGroupStatement): string {
  const narrowed = managed.ScopeDownStatement === undefined ? "" : " (some requests only)";
  return `${nameOf(managed)}${narrowed}`;
}

function keyOf(managed: ManagedRuleGroupStatement): string {
  return `${nameOf(managed)} ${managed.Version ?? ""}`;
}

/** What can be said of a web ACL of WAF Classic: that it is there, not what it does. */
export function classicFirewall(
  id: string,
): Pick<Problem, "facets" | "reason" | "permission" | "message"> {
  return {
    facets: ["webFirewall"],
    reason: "unsupported",
    permission: null,
    message: `the web ACL ${plain(id, 80)} is one of WAF Classic, whose rules are not read`,
  };
}
