import { describe, expect, test } from "vitest";
import {
  throughBoth,
  throughServices,
  toIngressRule,
  toOpenings,
} from "#probes/azure/security-rules.ts";

const SSH = { destinationPortRange: "22" };
const deny = { access: "Deny" };
let at = 0;
const rule = (fields: object, priority = (at += 1)) => ({
  name: `r${priority}`,
  properties: {
    direction: "Inbound",
    access: "Allow",
    protocol: "Tcp",
    sourcePortRange: "*",
    destinationPortRange: "*",
    sourceAddressPrefix: "*",
    destinationAddressPrefix: "*",
    priority,
    ...fields,
  },
});
const openings = (...rules: readonly object[]) =>
  toOpenings({ properties: { securityRules: rules } });
/** `tcp 22 < 10.0.0.0/8` for each opening. */
const read = (...rules: readonly object[]) =>
  openings(...rules)
    .map(toIngressRule)
    .map(({ protocol, ports, ranges, others, unresolved = [] }) => {
      const sources = [...ranges, ...others.map((one) => `(${one})`)];
      return `${protocol} ${ports?.join("-") ?? "*"} < ${[...sources, ...unresolved.map((one) => `?${one}`)].join(" ")}`;
    });
const WORLD = "0.0.0.0/0 ::/0";
const group = (name: string) => ({
  sourceAddressPrefix: undefined,
  sourceApplicationSecurityGroups: [{ id: `/s/applicationSecurityGroups/${name}` }],
});

describe("one rule", () => {
  test.each([
    [{}, [`tcp * < ${WORLD}`]],
    [SSH, [`tcp 22-22 < ${WORLD}`]],
    [{ protocol: "*", ...SSH }, [`all 22-22 < ${WORLD}`]],
    [{ protocol: "Icmp", ...SSH }, [`icmp * < ${WORLD}`]],
    [{ sourceAddressPrefix: "Any" }, [`tcp * < ${WORLD}`]],
    [{ sourceAddressPrefix: "0.0.0.0/0" }, ["tcp * < 0.0.0.0/0"]],
    [{ sourceAddressPrefix: "::/0" }, ["tcp * < ::/0"]],
    [{ sourceAddressPrefix: "192.0.2.1" }, ["tcp * < 192.0.2.1/32"]],
    // Both fields at once, and the plural alone.
    [
      { sourceAddressPrefix: "10.0.0.0/8", sourceAddressPrefixes: ["192.0.2.0/24"] },
      ["tcp * < 10.0.0.0/8 192.0.2.0/24"],
    ],
    [{ sourceAddressPrefix: "", sourceAddressPrefixes: ["*"] }, [`tcp * < ${WORLD}`]],
    [
      { destinationPortRange: undefined, destinationPortRanges: ["22", "8000-8999"] },
      [`tcp 22-22 < ${WORLD}`, `tcp 8000-8999 < ${WORLD}`],
    ],
    [{ destinationPortRange: "0-65535" }, [`tcp * < ${WORLD}`]],
    [{ sourceAddressPrefix: "VirtualNetwork" }, ["tcp * < (VirtualNetwork)"]],
    [{ sourceAddressPrefix: "AzureCloud.westeurope" }, ["tcp * < ?AzureCloud.westeurope"]],
    [{ sourceAddressPrefix: "10.0.0.0-10.0.0.9" }, ["tcp * < ?10.0.0.0-10.0.0.9"]],
    [group("web"), ["tcp * < (web)"]],
    [{ direction: "Outbound" }, []],
    [deny, []],
    // Who sends chooses the port that it is sent from.
    [{ ...SSH, sourcePortRange: "1024-2000" }, [`tcp 22-22 < ${WORLD}`]],
  ])("%j", (fields, expected) => {
    expect(read(rule(fields))).toEqual(expected);
  });

  test("the Internet is what strangers have, and not the networks behind", () => {
    const [one] = openings(rule({ sourceAddressPrefix: "Internet" })).map(toIngressRule);
    expect(one?.ranges).toEqual(expect.arrayContaining(["1.0.0.0/8", "2000::/3"]));
    expect(one?.ranges).not.toContain("10.0.0.0/8");
    expect(one?.rule).toMatch(/tcp from Internet$/);
  });

  test.each([
    { direction: "Sideways" },
    { access: "Perhaps" },
    { protocol: undefined },
    { priority: "100" },
    { destinationPortRange: undefined },
    { destinationPortRange: "ssh" },
    { destinationPortRange: "70000" },
    { destinationPortRange: "30-20" },
    { sourceAddressPrefix: undefined },
    { sourceAddressPrefixes: "*" },
    { sourceAddressPrefixes: [7] },
    { destinationAddressPrefix: undefined },
    { sourceApplicationSecurityGroups: [{}] },
  ])("%j is of no known shape", (fields) => {
    expect(() => openings(rule(fields))).toThrow(TypeError);
  });

  test.each([{}, { properties: {} }, { properties: { securityRules: {} } }])(
    "%j is no group",
    (raw) => {
      expect(() => toOpenings(raw)).toThrow(TypeError);
    },
  );

  test("more rules than Azure allows are not judged", () => {
    const many = Array.from({ length: 5001 }, () => rule({}));
    expect(() => openings(...many)).toThrow("more than 5000 rules");
  });
});

describe("priority", () => {
  const open = (fields: object = {}) => rule({ ...SSH, ...fields }, 300);
  const before = (fields: object = {}) => rule({ ...deny, ...fields }, 200);

  test.each([
    ["a denial of all", [before()], []],
    ["a denial of the port", [before(SSH)], []],
    ["of every protocol", [before({ protocol: "*", ...SSH })], []],
    ["of another protocol", [before({ protocol: "Udp" })], [`tcp 22-22 < ${WORLD}`]],
    ["of other ports", [before({ destinationPortRange: "80" })], [`tcp 22-22 < ${WORLD}`]],
    ["of a lower priority", [rule(deny, 400)], [`tcp 22-22 < ${WORLD}`]],
    [
      "of half of the Internet",
      [before({ sourceAddressPrefix: "128.0.0.0/1" })],
      ["tcp 22-22 < 0.0.0.0/1 ::/0"],
    ],
    ["of IPv4 only", [before({ sourceAddressPrefix: "0.0.0.0/0" })], ["tcp 22-22 < ::/0"]],
    ["of a tag", [before({ sourceAddressPrefix: "AzureCloud" })], [`tcp 22-22 < ${WORLD}`]],
    ["by the sender's port", [before({ sourcePortRange: "1-1023" })], [`tcp 22-22 < ${WORLD}`]],
    [
      "to one address only",
      [before({ destinationAddressPrefix: "10.0.0.4" })],
      [`tcp 22-22 < ${WORLD}`],
    ],
    ["to IPv4 only", [before({ destinationAddressPrefix: "0.0.0.0/0" })], ["tcp 22-22 < ::/0"]],
    ["an allowance before the denial", [rule(SSH, 100), before()], [`tcp 22-22 < ${WORLD}`]],
    [
      "an exception before the denial",
      [rule({ ...SSH, sourceAddressPrefix: "192.0.2.0/24" }, 100), before()],
      ["tcp 22-22 < 192.0.2.0/24"],
    ],
    ["what goes out", [before({ direction: "Outbound" })], [`tcp 22-22 < ${WORLD}`]],
  ])("%s", (_, rules, expected) => {
    // Azure does not list by priority.
    expect(read(open(), ...rules)).toEqual(expected);
  });

  test.each([
    [
      "a port in the middle of a range",
      rule({ destinationPortRange: "20-30" }, 300),
      [before(SSH)],
      [`tcp 20-21 < ${WORLD}`, `tcp 23-30 < ${WORLD}`],
    ],
    [
      "one protocol of all",
      rule({ protocol: "*" }, 300),
      [before({ protocol: "Tcp", ...SSH })],
      [
        `tcp 0-21 < ${WORLD}`,
        `tcp 23-65535 < ${WORLD}`,
        ...["udp", "icmp", "esp", "ah", "any other protocol"].map((name) => `${name} * < ${WORLD}`),
      ],
    ],
    [
      "ports of every protocol",
      rule({ protocol: "*" }, 300),
      [before({ protocol: "*", destinationPortRange: "0-1023" })],
      [`all 1024-65535 < ${WORLD}`],
    ],
    [
      "ports are not those of a protocol without",
      rule({ protocol: "Icmp" }, 300),
      [before({ protocol: "*", ...SSH })],
      [`icmp * < ${WORLD}`],
    ],
    [
      "the same destination",
      open({ destinationAddressPrefix: "10.0.0.4" }),
      [before({ destinationAddressPrefix: "10.0.0.0/24" })],
      [],
    ],
    [
      "tags by name",
      open({
        sourceAddressPrefix: undefined,
        sourceAddressPrefixes: ["Storage", "VirtualNetwork"],
      }),
      [before({ sourceAddressPrefix: "storage" })],
      ["tcp 22-22 < (VirtualNetwork)"],
    ],
    ["tags by every source", open({ sourceAddressPrefix: "Storage" }), [before()], []],
    [
      "the Internet: what is left is the networks behind",
      open({ sourceAddressPrefix: "10.0.0.0/8" }),
      [before({ sourceAddressPrefix: "Internet" })],
      ["tcp 22-22 < 10.0.0.0/8"],
    ],
    [
      "two denials beside each other are one cut",
      rule({ destinationPortRange: "20-30" }, 300),
      [before(SSH), rule({ ...deny, destinationPortRange: "23" }, 210)],
      [`tcp 20-21 < ${WORLD}`, `tcp 24-30 < ${WORLD}`],
    ],
  ])("%s", (_, allowed, denials, expected) => {
    expect(read(allowed, ...denials)).toEqual(expected);
  });

  test("a rule that was cut says so, one that was not is told as it is written", () => {
    const cut = openings(open(), before({ sourceAddressPrefix: "128.0.0.0/1" }));
    expect(cut[0]?.rule).toBe(
      "tcp 22 of r300 (300), as far as rules of a higher priority let it in",
    );
    expect(openings(open())[0]?.rule).toBe("r300 (300): tcp 22 from *");
  });
});

describe("two groups, one before the other", () => {
  const both = (one: object, two: object) =>
    throughBoth(openings(rule(one, 1)), openings(rule(two, 1)))
      .map(toIngressRule)
      .map(({ protocol, ports, ranges, others, unresolved = [] }) =>
        [protocol, ports?.join("-") ?? "*", ...ranges, ...others, ...unresolved].join(" "),
      );
  const from = (sourceAddressPrefix: string) => ({ sourceAddressPrefix });

  test.each([
    [{}, SSH, ["tcp 22-22 0.0.0.0/0 ::/0"]],
    [SSH, { destinationPortRange: "443" }, []],
    [SSH, { protocol: "Udp" }, []],
    [{ protocol: "*" }, SSH, ["tcp 22-22 0.0.0.0/0 ::/0"]],
    [SSH, from("192.0.2.0/24"), ["tcp 22-22 192.0.2.0/24"]],
    [from("10.0.0.0/8"), from("192.0.2.0/24"), []],
    [{}, from("VirtualNetwork"), ["tcp * VirtualNetwork"]],
    [from("VirtualNetwork"), from("10.0.0.0/8"), []],
    // Nobody shows which of a tag's addresses the other lets in.
    [from("AzureCloud"), from("192.0.2.0/24"), ["tcp * AzureCloud"]],
    [{}, from("AzureCloud"), ["tcp * AzureCloud"]],
    [from("AzureCloud"), from("VirtualNetwork"), []],
  ])("%j and %j", (one, two, expected) => {
    expect(both(one, two)).toEqual(expected);
  });
});

test("behind a load balancer strangers come in at what it passes on, and neighbours anywhere", () => {
  const services = [{ protocol: "tcp", ports: [443, 443] as const }];
  const own = openings(rule({ destinationPortRange: "0-1023" }, 1));
  const [inside, passed] = throughServices(own, services).map(toIngressRule);
  expect(inside?.ports).toEqual([0, 1023]);
  expect(inside?.ranges).toContain("10.0.0.0/8");
  expect(inside?.ranges).not.toContain("0.0.0.0/0");
  expect(passed).toMatchObject({ ports: [443, 443], ranges: ["0.0.0.0/0", "::/0"] });
});
