import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import type { SchemaKit } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z
    .strictObject({
      attached: z
        .literal(true)
        .optional()
        .describe(
          "That a firewall stands in front. Whatever else is expected asks for that as well.",
        ),
      enabled: z.literal(true).optional().describe("That the firewall is switched on."),
      mode: z
        .enum(["prevention", "detection"])
        .optional()
        .describe(
          "`prevention`: matches must be blocked; `detection`: counting them is enough. Left out: either will do.",
        ),
      managedRuleSet: z
        .enum(["required", "optional"])
        .default("optional")
        .describe(
          "Whether a rule set that its maker keeps up to date must be in force; one that only counts is not.",
        ),
    })
    .refine(
      ({ attached, enabled, mode, managedRuleSet }) =>
        attached === true ||
        enabled === true ||
        mode !== undefined ||
        managedRuleSet === "required",
      { error: "expected attached, enabled, mode or managedRuleSet: required" },
    );

export default defineControl({
  id: "web-application-firewall",
  title: "Web application firewall",
  rationale:
    "Attacks on an application come in well-formed requests that a network firewall lets through; one that only counts them stops none.",
  severity: "medium",
  judges: "subject",
  needs: ["webFirewall"],
  expectation,
  evaluate: ({ expect, facets }) => {
    const facet = facets.webFirewall;
    if (facet === undefined) return notApplicable("can have no web application firewall");
    if (facet.inapplicable !== undefined) {
      return notApplicable(
        `no web application firewall stands before it: ${plain(facet.inapplicable)}`,
      );
    }
    const { policy, unprotected = [], enabled, mode, managedRules, countingRules } = facet;
    const wantsManaged = expect.managedRuleSet === "required";
    const declared = [
      expect.enabled === true
        ? "an enabled web application firewall"
        : "a web application firewall",
      ...(expect.mode === undefined ? [] : [`in ${expect.mode} mode`]),
      ...(wantsManaged ? ["with a managed rule set in force"] : []),
    ].join(" ");
    const actual = {
      policy,
      ...(unprotected.length === 0 ? {} : { unprotected: [...unprotected] }),
      enabled,
      mode,
      managedRules: [...managedRules],
      countingRules: [...countingRules],
    };
    if (policy === null) {
      const failures = ["no web application firewall is attached"];
      return settle({ failures, open: [], held: "", declared, actual });
    }
    const name = plain(policy, 80);
    const failures: string[] = [];
    const open: string[] = [];
    if (unprotected.length > 0) {
      failures.push(`no web application firewall stands before ${listed(unprotected)}`);
    }
    // What is switched off neither prevents nor detects.
    const active = expect.enabled === true || expect.mode !== undefined || wantsManaged;
    if (active && enabled === false) failures.push(`${name} is switched off`);
    if (active && enabled === null) open.push(`nothing says whether ${name} is switched on`);
    if (expect.mode === "prevention") {
      if (mode === "detection") failures.push(`${name} only counts what it matches`);
      if (mode === null) open.push(`nothing says whether ${name} blocks what it matches`);
    }
    if (wantsManaged && managedRules.length === 0) {
      const counting =
        countingRules.length === 0 ? "" : ` (only counting: ${listed(countingRules)})`;
      // Where not even the mode could be told, the rules were not seen either.
      if (mode === null) open.push(`no managed rule set of ${name} was seen${counting}`);
      else failures.push(`no managed rule set of ${name} is in force${counting}`);
    }
    const rules = managedRules.length === 0 ? "" : ` with ${listed(managedRules)}`;
    const how = mode === null ? "" : ` in ${mode} mode`;
    return settle({
      failures,
      open,
      held: `${name} stands before it${how}${rules}`,
      declared,
      actual,
    });
  },
  remediation:
    "Attach a web application firewall with a managed rule set (AWS: a web ACL on the load balancer, the distribution or the stage; Azure: a WAF policy on Front Door or Application Gateway), and switch its rules from counting or detection to blocking.",
  references: [
    "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl.html",
    "https://learn.microsoft.com/azure/web-application-firewall/overview",
    "https://owasp.org/www-community/Web_Application_Firewall",
  ],
});
