import type { NetworkAclEntry } from "@aws-sdk/client-ec2";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRange } from "#model/address-ranges.ts";
import type { IngressRule } from "#model/security-facets.ts";
import { throughAcls, toInboundAcl } from "#probes/aws/network-acl.ts";

const entry = (
  RuleNumber: number,
  RuleAction: "allow" | "deny",
  fields: Partial<NetworkAclEntry> = {},
): NetworkAclEntry => ({
  RuleNumber,
  RuleAction,
  Egress: false,
  Protocol: "-1",
  CidrBlock: "0.0.0.0/0",
  ...fields,
});
const acl = (...Entries: NetworkAclEntry[]) => toInboundAcl({ NetworkAclId: "acl-1", Entries });
const rule = (fields: Partial<IngressRule> = {}): IngressRule => ({
  protocol: "tcp",
  ports: [22, 22],
  ranges: ["0.0.0.0/0"],
  others: [],
  rule: "ssh",
  ...fields,
});
const tcp = (From: number, To: number) => ({ Protocol: "6", PortRange: { From, To } });
const short = (rules: readonly IngressRule[]) =>
  rules.map(({ protocol, ports, ranges }) => [protocol, ports, ranges]);

describe("network ACLs before a security group", () => {
  test("the default one lets all in, and changes nothing", () => {
    const rules = [rule(), rule({ protocol: "all", ports: null })];
    expect(throughAcls(rules, [acl(entry(100, "allow"), entry(32_767, "deny"))])).toEqual(rules);
  });

  test("an explicit denial of lower number goes first, whatever the order of the answer", () => {
    const denies = acl(entry(100, "allow"), entry(90, "deny", tcp(22, 22)));
    expect(throughAcls([rule()], [denies])).toEqual([]);
    const late = acl(entry(100, "allow"), entry(110, "deny", tcp(22, 22)));
    expect(throughAcls([rule()], [late])).toEqual([rule()]);
  });

  test("what no rule lets in is denied", () => {
    expect(throughAcls([rule()], [acl()])).toEqual([]);
    expect(throughAcls([rule()], [acl(entry(1, "allow", { Egress: true }))])).toEqual([]);
  });

  test("ports in the middle of a range are cut out", () => {
    const cut = acl(entry(1, "deny", tcp(22, 22)), entry(2, "allow"));
    expect(short(throughAcls([rule({ ports: [20, 25] })], [cut]))).toEqual([
      ["tcp", [20, 21], ["0.0.0.0/0"]],
      ["tcp", [23, 25], ["0.0.0.0/0"]],
    ]);
  });

  test("every protocol but one port of one", () => {
    const cut = acl(entry(1, "deny", tcp(0, 1023)), entry(2, "allow"));
    expect(short(throughAcls([rule({ protocol: "all", ports: null })], [cut]))).toEqual([
      ["tcp", [1024, 65_535], ["0.0.0.0/0"]],
      ["udp", [0, 65_535], ["0.0.0.0/0"]],
      ["any other protocol", null, ["0.0.0.0/0"]],
    ]);
  });

  test("ranges are cut too, in both families", () => {
    const half = acl(
      entry(1, "deny", { CidrBlock: "128.0.0.0/1" }),
      entry(2, "allow"),
      entry(3, "deny", { CidrBlock: undefined, Ipv6CidrBlock: "::/0" }),
    );
    const both = rule({ ranges: ["0.0.0.0/0", "::/0"] });
    expect(short(throughAcls([both], [half]))).toEqual([["tcp", [22, 22], ["0.0.0.0/1"]]]);
  });

  test("what one of several ACLs lets in comes in", () => {
    const no = acl(entry(1, "deny"));
    const some = acl(entry(1, "allow", { CidrBlock: "192.0.2.0/24" }));
    expect(short(throughAcls([rule()], [no, some]))).toEqual([["tcp", [22, 22], ["192.0.2.0/24"]]]);
  });

  test("sources that are no ranges stay", () => {
    const rules = [rule({ others: ["sg-1"], unresolved: ["pl-1"] })];
    expect(throughAcls(rules, [acl()])).toEqual([{ ...rules[0], ranges: [] }]);
  });

  test("a range that cannot be read is not taken away", () => {
    const rules = [rule({ ranges: ["0.0.0.0/0", "somewhere"] })];
    expect(throughAcls(rules, [acl()])).toEqual(rules);
  });

  test("one type of ICMP denied is not all of it", () => {
    const echo = { Protocol: "1", IcmpTypeCode: { Type: 8, Code: -1 } };
    const rules = [rule({ protocol: "icmp", ports: null })];
    expect(throughAcls(rules, [acl(entry(1, "deny", echo), entry(2, "allow"))])).toEqual(rules);
    const every = { Protocol: "1", IcmpTypeCode: { Type: -1, Code: -1 } };
    expect(throughAcls(rules, [acl(entry(1, "deny", every), entry(2, "allow"))])).toEqual([]);
  });

  test.each([
    [{ NetworkAclId: undefined }],
    [{ Entries: [{ ...entry(1, "allow"), RuleNumber: undefined }] }],
    [{ Entries: [entry(1, "allow", { CidrBlock: undefined })] }],
    [{ Entries: [entry(1, "allow", { CidrBlock: "everywhere" })] }],
    [{ Entries: [entry(1, "allow", { Protocol: "6" })] }],
    [{ Entries: [entry(1, "allow", { Protocol: undefined })] }],
    [{ Entries: [{ ...entry(1, "allow"), RuleAction: undefined }] }],
  ])("%j has not the documented shape", (fields) => {
    expect(() => toInboundAcl({ NetworkAclId: "acl-1", ...fields })).toThrow(TypeError);
  });

  test("a packet comes in exactly where the group and the first matching rule of an ACL let it", () => {
    const cidr = fc.constantFrom("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/2", "192.0.2.0/24", "::/0");
    const span = fc
      .tuple(fc.integer({ min: 20, max: 26 }), fc.integer({ min: 0, max: 4 }))
      .map(([first, more]): [number, number] => [first, first + more]);
    const anyEntry = fc
      .record({
        number: fc.integer({ min: 1, max: 9 }),
        action: fc.constantFrom<"allow" | "deny">("allow", "deny"),
        protocol: fc.constantFrom("-1", "6", "17", "47"),
        span,
        cidr,
      })
      .map(({ number, action, protocol, span: [From, To], cidr: range }) =>
        entry(number, action, {
          Protocol: protocol,
          PortRange: { From, To },
          CidrBlock: range.includes(":") ? undefined : range,
          Ipv6CidrBlock: range.includes(":") ? range : undefined,
        }),
      );
    const anyAcl = fc
      .uniqueArray(anyEntry, { maxLength: 6, selector: ({ RuleNumber }) => RuleNumber })
      .map((entries) => acl(...entries));
    const anyRule = fc
      .record({
        protocol: fc.constantFrom("all", "tcp", "udp", "47"),
        span,
        ranges: fc.array(cidr, { maxLength: 2 }),
      })
      .map(({ protocol, span: ports, ranges }) =>
        rule({ protocol, ports: /tcp|udp/.test(protocol) ? ports : null, ranges }),
      );
    const within = (text: string, address: string) => {
      const [range, one] = [parseRange(text), parseRange(address)];
      if (range === null || one === null) throw new Error("no range");
      return range.family === one.family && range.first <= one.first && one.last <= range.last;
    };
    const matches = (one: IngressRule, protocol: string, port: number, address: string) =>
      (one.protocol === "all" || protocol.split("|").includes(one.protocol)) &&
      (one.ports === null || (one.ports[0] <= port && port <= one.ports[1])) &&
      one.ranges.some((text) => within(text, address));
    fc.assert(
      fc.property(
        fc.array(anyRule, { maxLength: 3 }),
        fc.array(anyAcl, { minLength: 1, maxLength: 2 }),
        fc.constantFrom("tcp", "udp", "47", "50"),
        fc.integer({ min: 19, max: 31 }),
        fc.constantFrom("1.2.3.4", "129.0.0.1", "192.0.2.7", "200.0.0.1", "2001:db8::1"),
        (rules, acls, protocol, port, address) => {
          const inside = parseRange(address);
          const passes = acls.some(
            (one) =>
              one.rules.find(
                (each) =>
                  (each.protocol === "all" || each.protocol === protocol) &&
                  (each.ports === null || (each.ports[0] <= port && port <= each.ports[1])) &&
                  inside !== null &&
                  each.range.family === inside.family &&
                  each.range.first <= inside.first &&
                  inside.last <= each.range.last,
              )?.allow === true,
          );
          const before = rules.some((one) => matches(one, protocol, port, address));
          // A protocol that no ACL names is among the others.
          const apart = acls.some((one) => one.rules.some((each) => each.protocol === protocol));
          const named = apart || /tcp|udp/.test(protocol);
          const names = named ? protocol : `${protocol}|any other protocol`;
          const after = throughAcls(rules, acls).some((one) => matches(one, names, port, address));
          expect(after).toBe(before && passes);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
