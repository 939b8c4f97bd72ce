import control from "#controls/exposure/web-application-firewall.ts";
import type { WebFirewall } from "#model/security-facets.ts";
import { defineCases } from "./cases.ts";

function firewall(fields: Partial<WebFirewall> = {}): { webFirewall: WebFirewall } {
  return {
    webFirewall: {
      policy: "edge",
      enabled: true,
      mode: "prevention",
      managedRules: ["CommonRuleSet"],
      countingRules: [],
      ...fields,
    },
  };
}
const none = firewall({ policy: null, enabled: null, mode: null, managedRules: [] });
const attached = { attached: true, enabled: true };
const strict = { mode: "prevention", managedRuleSet: "required" };

export default defineCases(control, [
  {
    name: "one that is attached and switched on",
    expect: attached,
    facets: firewall(),
    outcome: "pass",
    says: "edge stands before it in prevention mode with CommonRuleSet; declared: an enabled web application firewall",
  },
  {
    name: "one that blocks with a managed rule set",
    expect: strict,
    facets: firewall(),
    outcome: "pass",
    says: "declared: a web application firewall in prevention mode with a managed rule set in force",
  },
  {
    name: "none",
    expect: attached,
    facets: none,
    outcome: "fail",
    says: "no web application firewall is attached",
  },
  {
    name: "none has no mode either",
    expect: strict,
    facets: none,
    outcome: "fail",
    says: "no web application firewall is attached",
  },
  {
    name: "one before some ways in, and none before others",
    expect: attached,
    facets: firewall({ unprotected: ["shop.example"] }),
    outcome: "fail",
    says: "no web application firewall stands before shop.example",
  },
  {
    name: "one that is switched off",
    expect: attached,
    facets: firewall({ enabled: false }),
    outcome: "fail",
    says: "edge is switched off",
  },
  {
    name: "one that is switched off prevents nothing",
    expect: strict,
    facets: firewall({ enabled: false }),
    outcome: "fail",
    says: "edge is switched off",
  },
  {
    name: "one that is switched off is still attached",
    expect: { attached: true },
    facets: firewall({ enabled: false }),
    outcome: "pass",
    says: "edge stands before it",
  },
  {
    name: "nobody says whether it is switched on",
    expect: attached,
    facets: firewall({ enabled: null }),
    outcome: "unknown",
    says: "nothing says whether edge is switched on",
  },
  {
    name: "one that only counts",
    expect: strict,
    facets: firewall({ mode: "detection", managedRules: [], countingRules: ["CommonRuleSet"] }),
    outcome: "fail",
    says: "edge only counts what it matches; no managed rule set of edge is in force (only counting: CommonRuleSet)",
  },
  {
    name: "counting is enough where only detection is declared",
    expect: { mode: "detection" },
    facets: firewall({ mode: "detection" }),
    outcome: "pass",
    says: "in detection mode",
  },
  {
    name: "blocking is stricter than detection",
    expect: { mode: "detection" },
    facets: firewall(),
    outcome: "pass",
    says: "in prevention mode",
  },
  {
    name: "own rules that block are no managed rule set",
    expect: strict,
    facets: firewall({ managedRules: [] }),
    outcome: "fail",
    says: "no managed rule set of edge is in force",
  },
  {
    name: "own rules will do where no managed rule set is declared",
    expect: { mode: "prevention" },
    facets: firewall({ managedRules: [] }),
    outcome: "pass",
    says: "edge stands before it in prevention mode",
  },
  {
    name: "a mode that cannot be told",
    expect: strict,
    facets: firewall({ mode: null, managedRules: [] }),
    outcome: "unknown",
    says: "nothing says whether edge blocks what it matches; no managed rule set of edge was seen",
  },
  {
    name: "a failure counts whatever else is open",
    expect: strict,
    facets: firewall({ enabled: null, managedRules: [] }),
    outcome: "fail",
    says: "no managed rule set",
  },
  {
    name: "what can have none",
    expect: attached,
    facets: firewall({
      inapplicable: "a network load balancer understands no HTTP",
      policy: null,
    }),
    outcome: "not-applicable",
    says: "a network load balancer understands no HTTP",
  },
  {
    name: "a kind without firewalls",
    expect: attached,
    facets: {},
    outcome: "not-applicable",
    says: "can have no web application firewall",
  },
  {
    name: "a name that would write over the line",
    expect: attached,
    facets: firewall({ policy: "edge\u202e\n" }),
    outcome: "pass",
    says: "edge\\u{202e}\\u{a} stands",
  },
]);
