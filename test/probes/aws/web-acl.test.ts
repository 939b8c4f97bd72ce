import { describe, expect, test } from "vitest";
import type { ApiAnswers } from "#fixtures/estate/aws/answers.ts";
import probe from "#probes/aws/load-balancers.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const region = "eu-west-3";
const none = { None: {} };
const count = { Count: {} };
const managed = (Name: string, fields: object = {}, OverrideAction: object = none) => ({
  Name,
  Priority: 1,
  OverrideAction,
  Statement: { ManagedRuleGroupStatement: { VendorName: "AWS", Name, ...fields } },
});
const own = (fields: object = {}, OverrideAction: object = none) => ({
  Name: "own",
  Priority: 2,
  OverrideAction,
  Statement: {
    RuleGroupReferenceStatement: {
      ARN: "arn:aws:wafv2:eu-west-3:1:regional/rulegroup/own/1",
      ...fields,
    },
  },
});
const rule = (Action: object) => ({ Name: "rate", Priority: 3, Statement: {}, Action });
const toCount = (...names: string[]) => names.map((Name) => ({ Name, ActionToUse: { Count: {} } }));

const acl = (Rules: readonly object[], fields: object = {}) => ({
  WebACL: {
    Name: "edge",
    Id: "1",
    ARN: "arn:aws:wafv2:eu-west-3:1:regional/webacl/edge/1",
    DefaultAction: { Allow: {} },
    Rules,
    ...fields,
  },
});

const BALANCERS: ApiAnswers = {
  "elbv2:DescribeLoadBalancers": {
    LoadBalancers: [
      {
        LoadBalancerArn: `arn:aws:elasticloadbalancing:${region}:${ACCOUNT}:loadbalancer/app/web/1`,
        LoadBalancerName: "web",
        Scheme: "internet-facing",
        Type: "application",
        State: { Code: "active" },
        AvailabilityZones: [],
      },
    ],
  },
  "elbv2:DescribeListeners": { Listeners: [] },
  "wafv2:DescribeManagedRuleGroup": { Rules: [{ Name: "A" }, { Name: "B" }] },
  "wafv2:GetRuleGroup": {
    RuleGroup: {
      Name: "own",
      Rules: [
        { Name: "stops", Action: { Block: {} } },
        { Name: "counts", Action: { Count: {} } },
      ],
    },
  },
};

async function firewall(answer: object, answers: ApiAnswers = {}) {
  const aws = await fakeAws({
    answers: { ...BALANCERS, "wafv2:GetWebACLForResource": answer, ...answers },
  });
  const found = await aws.scan().gather(probe, ["webFirewall"]);
  return { aws, found, facet: facetOf(found, "web", "webFirewall") };
}

describe("the web ACL before a balancer", () => {
  test.each([
    ["an answer without one", {}, { policy: null, enabled: null, mode: null }],
    [
      "a managed rule set in force",
      acl([managed("AWSManagedRulesCommonRuleSet")]),
      { mode: "prevention", managedRules: ["AWSManagedRulesCommonRuleSet"], countingRules: [] },
    ],
    [
      "one that only counts",
      acl([managed("AWSManagedRulesCommonRuleSet", {}, count)]),
      { mode: "detection", managedRules: [], countingRules: ["AWSManagedRulesCommonRuleSet"] },
    ],
    [
      "some of its rules count",
      acl([managed("Common", { RuleActionOverrides: toCount("A") })]),
      { mode: "prevention", managedRules: ["Common"], countingRules: ["Common: A"] },
    ],
    [
      "all of its rules count, one by one",
      acl([managed("Common", { RuleActionOverrides: toCount("A", "B") })]),
      { mode: "detection", managedRules: [], countingRules: ["Common"] },
    ],
    [
      "all of its rules are excluded, in the older way",
      acl([managed("Common", { ExcludedRules: [{ Name: "A" }, { Name: "B" }] })]),
      { mode: "detection", managedRules: [], countingRules: ["Common"] },
    ],
    [
      "an override that allows disarms too",
      acl([
        managed("Common", {
          RuleActionOverrides: [...toCount("A"), { Name: "B", ActionToUse: { Allow: {} } }],
        }),
      ]),
      { mode: "detection", managedRules: [] },
    ],
    [
      "an override that blocks does not",
      acl([
        managed("Common", { RuleActionOverrides: [{ Name: "A", ActionToUse: { Block: {} } }] }),
      ]),
      { mode: "prevention", managedRules: ["Common"], countingRules: [] },
    ],
    [
      "for some requests only",
      acl([
        managed("Common", { ScopeDownStatement: { GeoMatchStatement: { CountryCodes: ["FR"] } } }),
      ]),
      { mode: "prevention", managedRules: ["Common (some requests only)"] },
    ],
    [
      "of another vendor",
      acl([managed("Rules", { VendorName: "Fortinet" })]),
      { managedRules: ["Fortinet Rules"] },
    ],
    [
      "a rule of its own that blocks",
      acl([rule({ Block: {} })]),
      { mode: "prevention", managedRules: [] },
    ],
    ["a rule that challenges", acl([rule({ Challenge: {} })]), { mode: "prevention" }],
    ["rules that count or allow", acl([rule(count), rule({ Allow: {} })]), { mode: "detection" }],
    ["no rule", acl([]), { policy: "edge", enabled: true, mode: "detection" }],
    [
      "no rule, and nothing let in by default",
      acl([], { DefaultAction: { Block: {} } }),
      { mode: "prevention", managedRules: [] },
    ],
    ["a rule group of its own", acl([own()]), { mode: "prevention", managedRules: [] }],
    [
      "a rule group of its own whose one blocking rule counts",
      acl([own({ RuleActionOverrides: toCount("stops") })]),
      { mode: "detection" },
    ],
    ["a rule group of its own that counts", acl([own({}, count)]), { mode: "detection" }],
    [
      "what a firewall manager adds",
      acl([], {
        PreProcessFirewallManagerRuleGroups: [
          {
            Name: "first",
            Priority: 0,
            OverrideAction: none,
            FirewallManagerStatement: {
              ManagedRuleGroupStatement: { VendorName: "AWS", Name: "Common" },
            },
          },
        ],
      }),
      { mode: "prevention", managedRules: ["Common"] },
    ],
  ])("%s", async (_, answer, expected) => {
    const { found, facet } = await firewall(answer);
    expect(found.problems).toEqual([]);
    expect(facet).toMatchObject(expected);
  });

  test("what an answer must have and has not", async () => {
    for (const answer of [
      acl([managed("Common", {}, {})]),
      acl([], { DefaultAction: undefined }),
      acl([managed("Common", { VendorName: undefined })]),
    ]) {
      const { found, facet } = await firewall(answer);
      expect(facet).toBeUndefined();
      expect(found.problems).toMatchObject([
        { facets: ["webFirewall"], reason: "malformed", subject: { name: "web" } },
      ]);
    }
  });

  test.each([
    ["DescribeManagedRuleGroup", acl([managed("Common", { RuleActionOverrides: toCount("A") })])],
    ["GetRuleGroup", acl([own()])],
    ["GetWebACLForResource", acl([])],
  ])("without %s", async (operation, answer) => {
    const aws = await fakeAws({
      answers: { ...BALANCERS, "wafv2:GetWebACLForResource": answer },
    });
    aws.setFaults({ operation, fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe, ["webFirewall"]);
    expect(found.problems).toMatchObject([
      { reason: "denied", permission: `wafv2:${operation}`, facets: ["webFirewall"] },
    ]);
  });

  test("an item that does not exist is no word for none", async () => {
    const { ApiError } = await import("#fixtures/estate/aws/answers.ts");
    const { found, facet } = await firewall(new ApiError("WAFNonexistentItemException"));
    expect(facet).toBeUndefined();
    expect(found.problems).toHaveLength(1);
  });

  test("a group is looked into once, and only where its rules were changed", async () => {
    const twice = acl([
      managed("Common", { RuleActionOverrides: toCount("A") }),
      managed("Common", { RuleActionOverrides: toCount("B") }),
      managed("Other"),
    ]);
    const { aws } = await firewall(twice);
    expect(
      aws.calls.filter(({ operation }) => operation === "DescribeManagedRuleGroup"),
    ).toHaveLength(1);
  });
});
