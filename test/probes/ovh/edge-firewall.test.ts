import { describe, expect, test } from "vitest";
import { admissions } from "#controls/open-ports.ts";
import type { Fields } from "#probes/common/json.ts";
import { toIngress, toProtection } from "#probes/ovh/edge-firewall.ts";

const BLOCK = "203.0.113.10/32";
const ROUTED = { routedTo: { serviceName: "ns1.example" } };

function rule(sequence: number, more: Fields): Fields {
  return {
    sequence,
    action: "permit",
    protocol: "tcp",
    source: "any",
    sourcePort: null,
    destinationPort: null,
    tcpOption: null,
    fragments: false,
    state: "ok",
    ...more,
  };
}
const permit = (sequence: number, port: string | null, more: Fields = {}) =>
  rule(sequence, { destinationPort: port, ...more });
const deny = (sequence: number, more: Fields = {}) =>
  rule(sequence, { action: "deny", protocol: "ipv4", ...more });

function ingress(rules: readonly Fields[], settings: Fields = { enabled: true, state: "ok" }) {
  return toIngress(BLOCK, ROUTED, [{ address: "203.0.113.10", settings, rules }]);
}

/** `tcp 22: 0.0.0.0/0`, runs of ports beside each other apart. */
function open(rules: readonly Fields[]): readonly string[] {
  return ingress(rules).allowed.map(
    ({ protocol, ports, ranges }) => `${protocol} ${ports?.join("-")}: ${ranges.join(" ")}`,
  );
}

describe("what the rules let in", () => {
  const EVERYTHING = ["tcp 0-65535: 0.0.0.0/0", "udp 0-65535: 0.0.0.0/0"];
  test.each<[string, readonly Fields[], readonly string[]]>([
    ["no rule: everything", [], EVERYTHING],
    ["a denial of everything", [deny(19)], []],
    [
      "permits alone do nothing",
      [permit(0, "eq 443")],
      [
        "tcp 0-442: 0.0.0.0/0",
        "tcp 443-443: 0.0.0.0/0",
        "tcp 444-65535: 0.0.0.0/0",
        "udp 0-65535: 0.0.0.0/0",
      ],
    ],
    ["a permit and a final denial", [permit(0, "eq 443"), deny(19)], ["tcp 443-443: 0.0.0.0/0"]],
    [
      "in the order of their sequence, however they are listed",
      [deny(19), permit(0, "eq 443")],
      ["tcp 443-443: 0.0.0.0/0"],
    ],
    ["a denial before a permit", [deny(0), permit(1, "eq 22")], []],
    [
      "a denial of TCP alone leaves UDP",
      [deny(0, { protocol: "tcp" })],
      ["udp 0-65535: 0.0.0.0/0"],
    ],
    [
      "a permit of some",
      [permit(0, "eq 22", { source: "198.51.100.0/24" }), deny(1)],
      ["tcp 22-22: 198.51.100.0/24"],
    ],
    [
      "a denial of some before a permit of all",
      [deny(0, { source: "128.0.0.0/1" }), permit(1, "range 20 21"), deny(2)],
      ["tcp 20-21: 0.0.0.0/1"],
    ],
    [
      "what is established lets nobody in",
      [permit(0, null, { tcpOption: "established" }), deny(1)],
      [],
    ],
    [
      "a denial of what is established denies nobody",
      [deny(0, { tcpOption: "established", protocol: "tcp" })],
      EVERYTHING,
    ],
    [
      "a denial of what opens",
      [deny(0, { tcpOption: "syn", protocol: "tcp" })],
      ["udp 0-65535: 0.0.0.0/0"],
    ],
    [
      "whoever connects chooses his port",
      [permit(0, "eq 22", { sourcePort: "eq 53" }), deny(1)],
      ["tcp 22-22: 0.0.0.0/0"],
    ],
    [
      "a denial of one source port is none of the others",
      [deny(0, { sourcePort: "eq 53", protocol: "tcp" }), deny(1, { protocol: "udp" })],
      ["tcp 0-65535: 0.0.0.0/0"],
    ],
    ["a denial of fragments is none of the rest", [deny(0, { fragments: true })], EVERYTHING],
    ["a denial of a length is none of the rest", [deny(0, { l3PacketLength: 128 })], EVERYTHING],
    ["ICMP is no port", [permit(0, null, { protocol: "icmp" }), deny(1)], []],
    [
      "ports that overlap",
      [permit(0, "range 20 25"), permit(1, "range 22 30", { source: "198.51.100.0/24" }), deny(2)],
      ["tcp 20-25: 0.0.0.0/0", "tcp 26-30: 198.51.100.0/24"],
    ],
  ])("%s", (_, rules, expected) => {
    expect(open(rules)).toEqual(expected);
  });

  test("of fragments nobody knows what gets in", () => {
    const { allowed } = ingress([permit(0, "eq 22", { fragments: true }), deny(1)]);
    expect(allowed).toMatchObject([
      { ranges: [], unresolved: [expect.stringContaining("rule 0")] },
    ]);
  });

  test.each<[string, Fields]>([
    ["a rule that is being made", { state: "creationPending" }],
    ["a rule that is being taken away", { state: "removalPending" }],
    ["a rule without state", { state: null }],
    ["another action", { action: "log" }],
    ["another protocol", { protocol: "sctp" }],
    ["another option", { tcpOption: "fin" }],
    ["an option that is no word", { tcpOption: { a: 1 } }],
    ["a source port that is no word", { sourcePort: 53 }],
    ["ports in other words", { destinationPort: "gt 1024" }],
    ["a port beyond all", { destinationPort: "eq 70000" }],
    ["ports the wrong way round", { destinationPort: "range 30 20" }],
    ["a source that is none", { source: "office" }],
    ["no source", { source: null }],
    ["no sequence", { sequence: null }],
  ])("%s is not judged", (_, more) => {
    expect(() => ingress([rule(0, more), deny(1)])).toThrow(TypeError);
  });
});

describe("the firewall itself", () => {
  test("switched off: its rules are in force during an attack only", () => {
    const off = ingress([permit(0, "gt nonsense"), deny(1)], { enabled: false, state: "ok" });
    expect(off).toMatchObject({ firewall: false, reachable: true });
    expect(off.allowed).toMatchObject([
      {
        protocol: "all",
        ranges: ["0.0.0.0/0"],
        rule: expect.stringContaining("during an attack only"),
      },
    ]);
  });

  test("on", () => {
    expect(ingress([deny(0)])).toMatchObject({ allowed: [], firewall: true, reachable: true });
  });

  test.each<[string, Fields]>([
    ["being switched on", { enabled: true, state: "enableFirewallPending" }],
    ["being switched off", { enabled: true, state: "disableFirewallPending" }],
    ["of no state", { enabled: true }],
    ["not saying whether it is on", { state: "ok" }],
  ])("%s is not judged", (_, settings) => {
    expect(() => ingress([deny(0)], settings)).toThrow(TypeError);
  });

  test("none: everything is let in", () => {
    const { allowed, firewall } = toIngress(BLOCK, ROUTED, []);
    expect(firewall).toBe(false);
    expect(admissions({ allowed })).toMatchObject([
      { protocol: "tcp", first: 0, last: 65_535 },
      { protocol: "udp", first: 0, last: 65_535 },
    ]);
  });

  test("before one address of several: the others are bare", () => {
    const one = {
      address: "203.0.113.9",
      settings: { enabled: true, state: "ok" },
      rules: [deny(0)],
    };
    const told = toIngress("203.0.113.8/30", ROUTED, [one]);
    expect(told).toMatchObject({ firewall: false, allowed: [{ protocol: "all" }] });
    expect(told.detail).toContain("1 of 4 addresses");
  });

  test("before an address of another block counts for nothing", () => {
    const other = {
      address: "192.0.2.1",
      settings: { enabled: true, state: "ok" },
      rules: [deny(0)],
    };
    expect(toIngress(BLOCK, ROUTED, [other])).toMatchObject({ firewall: false });
  });

  test("IPv6 has none, and what the machine refuses is not seen", () => {
    const told = toIngress("2001:db8::/64", ROUTED, []);
    expect(told).toMatchObject({
      firewall: false,
      reachable: null,
      allowed: [{ ranges: ["::/0"] }],
    });
    expect(told.detail).toContain("IPv4 only");
  });

  test.each([{}, { routedTo: null }, { routedTo: {} }])(
    "routed nowhere that is told: %j",
    (told) => {
      expect(toIngress(BLOCK, told, [])).toMatchObject({ reachable: null });
    },
  );

  test("no block of addresses", () => {
    expect(() => toIngress("somewhere", ROUTED, [])).toThrow(TypeError);
  });
});

describe("mitigation", () => {
  test.each([
    [[], "of no address"],
    [[{ auto: true, permanent: false }], "of no address"],
    [[{ auto: false, permanent: true }], "of 1 addresses"],
  ])("%j: automatic always, by published design", (list, words) => {
    const told = toProtection(list);
    expect(told).toMatchObject({ platform: { name: "OVHcloud Anti-DDoS" }, advanced: null });
    expect(told.detail).toContain(words);
  });
});
