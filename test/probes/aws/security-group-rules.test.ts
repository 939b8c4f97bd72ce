import { describe, expect, test } from "vitest";
import { prefixListsOf, protocolName, toIngressRules } from "#probes/aws/security-group-rules.ts";

const WORLD = { IpRanges: [{ CidrIp: "0.0.0.0/0" }], Ipv6Ranges: [{ CidrIpv6: "::/0" }] };

describe("rules of a security group", () => {
  test("ports, ranges of both families and the words for people", () => {
    expect(toIngressRules([{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, ...WORLD }])).toEqual([
      {
        protocol: "tcp",
        ports: [22, 22],
        ranges: ["0.0.0.0/0", "::/0"],
        others: [],
        rule: "tcp 22 from 0.0.0.0/0, ::/0",
      },
    ]);
  });

  test("protocol -1 is every protocol, and has no ports", () => {
    expect(toIngressRules([{ IpProtocol: "-1", ...WORLD }])).toMatchObject([
      { protocol: "all", ports: null, rule: "all protocols from 0.0.0.0/0, ::/0" },
    ]);
  });

  test.each([
    [{ IpProtocol: "6", FromPort: 0, ToPort: 65_535 }, "tcp", [0, 65_535]],
    [{ IpProtocol: "17", FromPort: 53, ToPort: 53 }, "udp", [53, 53]],
    [{ IpProtocol: "tcp", FromPort: -1, ToPort: -1 }, "tcp", null],
    [{ IpProtocol: "icmp", FromPort: 8, ToPort: -1 }, "icmp", null],
    [{ IpProtocol: "icmpv6", FromPort: -1, ToPort: -1 }, "icmpv6", null],
    [{ IpProtocol: "50" }, "50", null],
  ])("%j", (permission, protocol, ports) => {
    expect(toIngressRules([{ ...permission, ...WORLD }])).toMatchObject([{ protocol, ports }]);
  });

  test("groups are no ranges", () => {
    const pairs = [{ GroupId: "sg-1", UserId: "111122223333" }, { GroupName: "default" }];
    expect(
      toIngressRules([{ IpProtocol: "tcp", FromPort: 1, ToPort: 2, UserIdGroupPairs: pairs }]),
    ).toEqual([
      {
        protocol: "tcp",
        ports: [1, 2],
        ranges: [],
        others: ["sg-1", "default"],
        rule: "tcp 1-2 from sg-1, default",
      },
    ]);
  });

  test("a prefix list stands for its ranges, and for anything where it was not read", () => {
    const permission = {
      IpProtocol: "tcp",
      FromPort: 22,
      ToPort: 22,
      PrefixListIds: [{ PrefixListId: "pl-1" }, { PrefixListId: "pl-2" }, { PrefixListId: "pl-3" }],
    };
    expect(prefixListsOf([permission])).toEqual(["pl-1", "pl-2", "pl-3"]);
    const lists = new Map([
      ["pl-1", ["192.0.2.0/24"]],
      ["pl-2", null],
    ]);
    expect(toIngressRules([permission], lists)).toEqual([
      {
        protocol: "tcp",
        ports: [22, 22],
        ranges: ["192.0.2.0/24"],
        others: [],
        unresolved: ["pl-2", "pl-3"],
        rule: "tcp 22 from pl-1, pl-2, pl-3",
      },
    ]);
  });

  test("no rules let nothing in, which is not to be without the list", () => {
    expect(toIngressRules([])).toEqual([]);
    expect(prefixListsOf([])).toEqual([]);
    expect(() => toIngressRules(undefined)).toThrow("without its rules");
  });

  test.each([
    [{ ...WORLD }],
    [{ IpProtocol: "tcp", ...WORLD }],
    [{ IpProtocol: "tcp", FromPort: 22, ...WORLD }],
    [{ IpProtocol: "tcp", FromPort: 30, ToPort: 22, ...WORLD }],
    [{ IpProtocol: "udp", FromPort: 0, ToPort: 70_000, ...WORLD }],
    [{ IpProtocol: "-1", IpRanges: [{}] }],
    [{ IpProtocol: "-1", PrefixListIds: [{}] }],
    [{ IpProtocol: "-1", UserIdGroupPairs: [{}] }],
  ])("%j has not the documented shape", (permission) => {
    expect(() => toIngressRules([permission])).toThrow(TypeError);
  });

  test("a protocol by number has one name", () => {
    expect(["-1", "6", "17", "TCP", "47"].map((name) => protocolName(name))).toEqual([
      "all",
      "tcp",
      "udp",
      "tcp",
      "47",
    ]);
  });
});
