/** What Google's firewalls let in: order, denials, targets, policies, and whether the Internet can address it at all. */
import { describe, expect, test } from "vitest";
import { toIngress } from "#probes/gcp/instance-ingress.ts";

const NETWORK = "//compute.googleapis.com/projects/p/global/networks/n";
const link = (name: string) =>
  `https://www.googleapis.com/compute/v1/projects/p/global/networks/${name}`;
const REGION = "europe-north1";

let made = 0;
const rule = (fields: object) => {
  made += 1;
  return {
    name: `rule-${made}`,
    direction: "INGRESS",
    priority: 1000,
    sourceRanges: ["0.0.0.0/0"],
    allowed: [{ IPProtocol: "tcp", ports: ["22"] }],
    ...fields,
  };
};
const denied = (fields: object) => {
  const { allowed: _, ...rest } = rule({});
  return { ...rest, denied: [{ IPProtocol: "tcp", ports: ["22"] }], ...fields };
};
const policyRule = (fields: object) => ({
  direction: "INGRESS",
  priority: 10,
  action: "allow",
  match: { srcIpRanges: ["0.0.0.0/0"], layer4Configs: [{ ipProtocol: "tcp", ports: ["22"] }] },
  ...fields,
});
const machine = (fields: object = {}) => ({
  tags: { items: ["web"] },
  serviceAccounts: [{ email: "web@p.iam.gserviceaccount.com" }],
  networkInterfaces: [{ network: link("n"), accessConfigs: [{ natIP: "34.88.0.1" }] }],
  ...fields,
});

const ingress = (firewalls: readonly object[], firewallPolicys: readonly object[] = []) =>
  toIngress(
    machine(),
    REGION,
    [{ network: NETWORK, effective: { firewalls, firewallPolicys } }],
    [],
    [],
  );

/** Where the Internet surely gets in, and where that is not known: protocol and ports. */
function told(firewalls: readonly object[], policies: readonly object[] = []) {
  const { allowed } = ingress(firewalls, policies);
  const words = ({ protocol, ports }: (typeof allowed)[number]) =>
    `${protocol} ${ports === null ? "all" : ports.join("-")}`;
  return {
    open: allowed.flatMap((one) => (one.ranges.includes("0.0.0.0/0") ? [words(one)] : [])),
    doubtful: allowed.flatMap((one) => (one.unresolved === undefined ? [] : [words(one)])),
  };
}

test.each<readonly [string, readonly object[], readonly string[]]>([
  ["no rule: what none matches is denied", [], []],
  ["a port", [rule({})], ["tcp 22-22"]],
  ["a rule without sources is for everybody", [rule({ sourceRanges: undefined })], ["tcp 22-22"]],
  ["all protocols", [rule({ allowed: [{ IPProtocol: "all" }] })], ["all all"]],
  [
    "a protocol by its number",
    [rule({ allowed: [{ IPProtocol: "6", ports: ["80-90"] }] })],
    ["tcp 80-90"],
  ],
  ["one that is off", [rule({ disabled: true })], []],
  ["one for what goes out", [rule({ direction: "EGRESS", sourceRanges: undefined })], []],
  ["one for the machine's tag", [rule({ targetTags: ["web"] })], ["tcp 22-22"]],
  ["one for another tag", [rule({ targetTags: ["db"] })], []],
  [
    "one for its account",
    [rule({ targetServiceAccounts: ["web@p.iam.gserviceaccount.com"] })],
    ["tcp 22-22"],
  ],
  [
    "one for another account",
    [rule({ targetServiceAccounts: ["db@p.iam.gserviceaccount.com"] })],
    [],
  ],
  ["one for some sources", [rule({ sourceRanges: ["203.0.113.0/24"] })], []],
  ["one for tagged sources alone", [rule({ sourceRanges: undefined, sourceTags: ["web"] })], []],
  ["denied before it", [rule({}), denied({ priority: 900 })], []],
  ["denied at the same priority", [rule({}), denied({})], []],
  ["denied behind it", [rule({}), denied({ priority: 1100 })], ["tcp 22-22"]],
  [
    "a denial for other machines",
    [rule({}), denied({ priority: 900, targetTags: ["db"] })],
    ["tcp 22-22"],
  ],
  [
    "a denial of another protocol",
    [rule({}), denied({ priority: 1, denied: [{ IPProtocol: "udp" }] })],
    ["tcp 22-22"],
  ],
  [
    "a denial of everything",
    [rule({}), denied({ priority: 1, denied: [{ IPProtocol: "all" }] })],
    [],
  ],
  [
    "a denial of one port among many",
    [rule({ allowed: [{ IPProtocol: "tcp" }] }), denied({ priority: 1 })],
    ["tcp 0-21", "tcp 23-65535"],
  ],
])("%s", (_, firewalls, open) => {
  expect(told(firewalls)).toEqual({ open, doubtful: [] });
});

test("a denial of some sources leaves the others", () => {
  const { allowed } = ingress([rule({}), denied({ priority: 1, sourceRanges: ["0.0.0.0/1"] })]);
  expect(allowed).toMatchObject([{ ports: [22, 22], ranges: ["128.0.0.0/1"] }]);
});

test("of all protocols only what is denied is taken away", () => {
  const firewalls = [rule({ allowed: [{ IPProtocol: "all" }] }), denied({ priority: 1 })];
  expect(told(firewalls).open).toEqual([
    "tcp 0-21",
    "tcp 23-65535",
    "udp all",
    "icmp all",
    "esp all",
    "ah all",
    "sctp all",
    "any other protocol all",
  ]);
});

const policy = (type: string, ...rules: object[]) => ({ type, displayName: "org", rules });

test.each<
  readonly [string, readonly object[], readonly object[], readonly string[], readonly string[]]
>([
  [
    "a policy of the organisation lets in",
    [],
    [policy("HIERARCHY", policyRule({}))],
    ["tcp 22-22"],
    [],
  ],
  [
    "one denies before the network's rules",
    [rule({})],
    [policy("HIERARCHY", policyRule({ action: "deny" }))],
    [],
    [],
  ],
  [
    "one for other networks",
    [rule({})],
    [policy("HIERARCHY", policyRule({ action: "deny", targetResources: [link("other")] }))],
    ["tcp 22-22"],
    [],
  ],
  [
    "one that passes on to the network's rules",
    [rule({})],
    [policy("HIERARCHY", policyRule({ action: "goto_next" }))],
    ["tcp 22-22"],
    [],
  ],
  [
    "a denial behind what is passed on is in doubt",
    [rule({})],
    [
      policy(
        "HIERARCHY",
        policyRule({ action: "goto_next" }),
        policyRule({ action: "deny", priority: 20 }),
      ),
    ],
    [],
    ["tcp 22-22"],
  ],
  [
    "the network's own policy may come first",
    [rule({})],
    [policy("NETWORK", policyRule({ action: "deny" }))],
    [],
    ["tcp 22-22"],
  ],
  [
    "one by where the sender is",
    [],
    [policy("HIERARCHY", policyRule({ match: { srcRegionCodes: ["FI"], layer4Configs: [] } }))],
    [],
    ["all all"],
  ],
  [
    "one for machines by secure tags",
    [],
    [policy("HIERARCHY", policyRule({ targetSecureTags: [{ name: "tagValues/1" }] }))],
    [],
    ["tcp 22-22"],
  ],
  [
    "one that inspects",
    [],
    [policy("HIERARCHY", policyRule({ action: "apply_security_profile_group" }))],
    [],
    ["tcp 22-22"],
  ],
  ["one that is off", [], [policy("HIERARCHY", policyRule({ disabled: true }))], [], []],
])("%s", (_, firewalls, policies, open, doubtful) => {
  expect(told(firewalls, policies)).toEqual({ open, doubtful });
});

test.each([
  ["a direction that is not known", rule({ direction: "SIDEWAYS" })],
  ["no priority", rule({ priority: undefined })],
  ["no protocol", rule({ allowed: [{}] })],
  ["ports that are none", rule({ allowed: [{ IPProtocol: "tcp", ports: ["ssh"] }] })],
  ["neither allowed nor denied", rule({ allowed: undefined })],
  ["sources that are no list", rule({ sourceRanges: "0.0.0.0/0" })],
])("a rule with %s is malformed, not passed over", (_, firewall) => {
  expect(() => ingress([firewall])).toThrow(TypeError);
});

describe("whether the Internet can address it", () => {
  const front = [{ network: NETWORK, effective: { firewalls: [rule({})] } }];
  const inside = { networkInterfaces: [{ network: link("n") }] };
  const forwarding = (fields: object) => ({
    name: "lb",
    region: `https://www.googleapis.com/compute/v1/projects/p/regions/${REGION}`,
    loadBalancingScheme: "EXTERNAL",
    ...fields,
  });
  test.each([
    ["an external address", machine(), [], true],
    [
      "one that it has again once it is started",
      machine({
        networkInterfaces: [{ network: link("n"), accessConfigs: [{ type: "ONE_TO_ONE_NAT" }] }],
      }),
      [],
      true,
    ],
    [
      "one of IPv6",
      machine({ networkInterfaces: [{ network: link("n"), ipv6AccessType: "EXTERNAL" }] }),
      [],
      true,
    ],
    ["none", machine(inside), [], false],
    [
      "none, behind a load balancer that passes packets through",
      machine(inside),
      [forwarding({ backendService: "b" })],
      null,
    ],
    [
      "none, behind a target pool",
      machine(inside),
      [forwarding({ target: "x/targetPools/y" })],
      null,
    ],
    [
      "none, beside a proxy",
      machine(inside),
      [forwarding({ target: "x/targetHttpsProxies/y" })],
      false,
    ],
    [
      "none, beside an internal load balancer",
      machine(inside),
      [forwarding({ loadBalancingScheme: "INTERNAL" })],
      false,
    ],
    [
      "none, with a load balancer elsewhere",
      machine(inside),
      [forwarding({ region: "x/us-east1" })],
      false,
    ],
  ])("%s", (_, raw, rules, reachable) => {
    expect(toIngress(raw, REGION, front, [], rules)).toMatchObject({ reachable, firewall: true });
  });

  test("a policy of the region that is attached to the network leaves it open what is let in", () => {
    const regional = {
      name: "fp",
      region: `projects/p/regions/${REGION}`,
      associations: [{ attachmentTarget: link("n") }],
    };
    const found = toIngress(machine(), REGION, front, [regional], []);
    expect(found.allowed).toContainEqual(
      expect.objectContaining({ protocol: "all", unresolved: ["what the policy lets in"] }),
    );
    const other = { ...regional, associations: [{ attachmentTarget: link("other") }] };
    expect(toIngress(machine(), REGION, front, [other], []).allowed).toHaveLength(1);
  });

  test("of two interfaces the public one counts", () => {
    const raw = machine({
      networkInterfaces: [
        { network: link("n") },
        { network: link("shut"), accessConfigs: [{ natIP: "34.88.0.1" }] },
      ],
    });
    const shut = {
      network: "//compute.googleapis.com/projects/p/global/networks/shut",
      effective: { firewalls: [] },
    };
    expect(toIngress(raw, REGION, [...front, shut], [], [])).toMatchObject({
      allowed: [],
      reachable: true,
    });
  });
});

test.each([undefined, []])("interfaces that are %j are not none", (networkInterfaces) => {
  expect(() => toIngress(machine({ networkInterfaces }), REGION, [], [], [])).toThrow("interfaces");
});

test("a rule that does not tell whether it is in force is malformed", () => {
  expect(() => ingress([denied({ disabled: "perhaps" })])).toThrow("in force");
});

test("a policy's denial of nothing that is told denies nothing for sure", () => {
  const silent = policyRule({ action: "deny", match: { srcIpRanges: ["0.0.0.0/0"] } });
  const found = told([rule({})], [{ type: "HIERARCHY", rules: [silent] }]);
  expect(found).toEqual({ open: [], doubtful: ["tcp 22-22"] });
});

test("a rule of a protocol that nobody knows may be of any", () => {
  expect(() => ingress([rule({ allowed: [{ IPProtocol: "SOMETHING_NEW" }] })])).toThrow("protocol");
});
