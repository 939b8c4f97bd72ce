import control from "#controls/exposure/access-restriction.ts";
import type { DeclaredRanges } from "#model/control.ts";
import type { Ingress, IngressRule } from "#model/security-facets.ts";
import { defineCases } from "./cases.ts";

const rule = (
  protocol: string,
  ports: IngressRule["ports"],
  ranges: readonly string[],
  fields: Partial<IngressRule> = {},
): IngressRule => ({ protocol, ports, ranges, others: [], rule: "a rule", ...fields });
const lets = (
  allowed: readonly IngressRule[],
  fields: Partial<Ingress> = {},
): { ingress: Ingress } => ({
  ingress: { allowed, reachable: true, detail: "1 interface", ...fields },
});
const declares = (name: string, ranges: readonly string[], certain = true): DeclaredRanges => ({
  name,
  ranges,
  certain,
});
const OFFICE = [declares("office", ["192.0.2.0/24", "2001:db8::/48"])];
const RULES = { rules: "declared-ranges-only" };

export default defineCases(control, [
  {
    name: "SSH from the office",
    expect: RULES,
    declaredRanges: OFFICE,
    facets: lets([rule("tcp", [22, 22], ["192.0.2.7/32", "2001:db8::/64"])]),
    outcome: "pass",
    says: "lets in for administration declared ranges only; declared: only declared ranges for administration (office)",
  },
  {
    name: "SSH from the office and from elsewhere",
    expect: RULES,
    declaredRanges: OFFICE,
    facets: lets([rule("tcp", [22, 22], ["192.0.2.0/23"])]),
    outcome: "fail",
    says: "what is not declared: 192.0.3.0/24 (a rule)",
  },
  {
    name: "several ranges add up",
    expect: RULES,
    declaredRanges: [declares("a", ["192.0.2.0/25"]), declares("b", ["192.0.2.128/25"])],
    facets: lets([rule("tcp", [3389, 3389], ["192.0.2.0/24"])]),
    outcome: "pass",
    says: "(a, b)",
  },
  {
    name: "a range of ports that holds one of administration",
    expect: RULES,
    declaredRanges: OFFICE,
    facets: lets([rule("tcp", [1, 1000], ["198.51.100.0/24"])]),
    outcome: "fail",
    says: "198.51.100.0/24",
  },
  {
    name: "the web is for everyone",
    expect: RULES,
    declaredRanges: OFFICE,
    facets: lets([rule("tcp", [443, 443], ["0.0.0.0/0"]), rule("icmp", null, ["0.0.0.0/0"])]),
    outcome: "pass",
    says: "lets no address in for administration",
  },
  {
    name: "unless all ports are promised",
    expect: { ...RULES, ports: "all" },
    declaredRanges: OFFICE,
    facets: lets([rule("tcp", [443, 443], ["0.0.0.0/0"])]),
    outcome: "fail",
    says: "lets in what is not declared: 0.0.0.0/1, 128.0.0.0/2",
  },
  {
    name: "any protocol counts where all is promised",
    expect: { ...RULES, ports: "all" },
    declaredRanges: OFFICE,
    facets: lets([rule("47", null, ["198.51.100.1/32"])]),
    outcome: "fail",
    says: "198.51.100.1/32",
  },
  {
    name: "every protocol is administration too",
    expect: RULES,
    declaredRanges: OFFICE,
    facets: lets([rule("all", null, ["198.51.100.1/32"])]),
    outcome: "fail",
    says: "198.51.100.1/32",
  },
  {
    name: "no range is declared",
    expect: RULES,
    facets: lets([rule("tcp", [22, 22], ["192.0.2.0/24"])]),
    outcome: "unknown",
    says: "192.0.2.0/24 (a rule), and no range is declared: list what may come in under ranges in the estate",
  },
  {
    name: "none is needed where nobody comes in",
    expect: RULES,
    facets: lets([rule("tcp", [443, 443], ["0.0.0.0/0"])]),
    outcome: "pass",
    says: "lets no address in for administration",
  },
  {
    name: "the statement's own ranges",
    expect: { ...RULES, ranges: ["192.0.2.0/24"] },
    facets: lets([rule("tcp", [22, 22], ["192.0.2.0/24"])]),
    outcome: "pass",
    says: "(those of the statement)",
  },
  {
    name: "a range that may be declared for it",
    expect: RULES,
    declaredRanges: [declares("vpn", ["192.0.2.0/24"], false)],
    facets: lets([rule("tcp", [22, 22], ["192.0.2.0/24"])]),
    outcome: "unknown",
    says: "depends on tags or a region that were not read",
  },
  {
    name: "one that is declared in no case",
    expect: RULES,
    declaredRanges: [declares("vpn", ["192.0.2.0/24"], false)],
    facets: lets([rule("tcp", [22, 22], ["198.51.100.0/24"])]),
    outcome: "fail",
    says: "198.51.100.0/24",
  },
  {
    name: "groups are no addresses",
    expect: RULES,
    declaredRanges: OFFICE,
    facets: lets([rule("tcp", [22, 22], [], { others: ["sg-1"] })]),
    outcome: "pass",
    says: "lets no address in",
  },
  {
    name: "a prefix list that was not read",
    expect: RULES,
    declaredRanges: OFFICE,
    facets: lets([rule("tcp", [22, 22], [], { unresolved: ["pl-1"] })]),
    outcome: "unknown",
    says: "whom it lets in through pl-1 is not known",
  },
  {
    name: "a range in words",
    expect: RULES,
    declaredRanges: OFFICE,
    facets: lets([rule("tcp", [22, 22], ["VirtualNetwork"])]),
    outcome: "unknown",
    says: "through VirtualNetwork is not known",
  },
  {
    name: "nobody knows what stands behind it: a firewall before it was perhaps not read",
    expect: RULES,
    declaredRanges: OFFICE,
    facets: lets([rule("tcp", [22, 22], ["198.51.100.0/24"])], { reachable: null }),
    outcome: "unknown",
    says: "what stands behind it is not known (1 interface)",
  },
  {
    name: "what the Internet cannot address may still be reached from within",
    expect: RULES,
    declaredRanges: OFFICE,
    facets: lets([rule("tcp", [22, 22], ["10.0.0.0/8"])], { reachable: false }),
    outcome: "fail",
    says: "10.0.0.0/8",
  },
  {
    name: "nothing stands behind it",
    expect: RULES,
    declaredRanges: OFFICE,
    facets: lets([rule("tcp", [22, 22], ["10.0.0.0/8"])], { reachable: false, idle: true }),
    outcome: "pass",
    says: "lets in for administration what is not declared, but nothing stands behind it",
  },
  {
    name: "an endpoint is not asked from outside yet",
    expect: { outsideAddress: "refused" },
    facets: { protocols: { versions: [] } },
    outcome: "unknown",
    says: "nothing asks from there yet",
  },
  {
    name: "an endpoint has no rules",
    expect: RULES,
    facets: { protocols: { versions: [] } },
    outcome: "not-applicable",
    says: "has nothing that could restrict",
  },
]);
