import { describe, expect, test } from "vitest";
import { interfaces, rule, server, tcp, uuid } from "#fixtures/estate/upcloud/resources.ts";
import internetExposure from "#controls/exposure/internet-exposure.ts";
import { expectationOf } from "#model/expectation.ts";
import { parseRange } from "#model/address-ranges.ts";
import type { Fields } from "#probes/common/json.ts";
import { toAllowed } from "#probes/upcloud/firewall-rules.ts";
import { toIngress } from "#probes/upcloud/server-facets.ts";
import servers from "#probes/upcloud/servers.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeUpcloud, told } from "./upcloud.ts";

const OWN = ["94.237.10.20"].flatMap((text) => parseRange(text) ?? []);
const OFFICE = { source_address_start: "203.0.113.0", source_address_end: "203.0.113.255" };
const DROP = rule(9, "drop");
const UNDECIDED = "what no rule decides: no default rule for incoming traffic is set";

/** `tcp 22 from 0.0.0.0/0`, in short. */
function shown(rules: readonly Fields[], own = OWN): readonly string[] {
  return toAllowed(rules, own).map(
    ({ protocol, ports, ranges, unresolved = [] }) =>
      `${protocol} ${ports?.join("-") ?? "*"} from ${[...ranges, ...unresolved].join(" ")}`,
  );
}

describe("what a firewall lets in", () => {
  test.each<[string, readonly Fields[], readonly string[]]>([
    [
      "a port to everybody, the rest dropped",
      [rule(1, "accept", tcp(443)), DROP],
      ["tcp 443-443 from 0.0.0.0/0"],
    ],
    ["positions are texts, and ten comes after nine", [rule(10, "accept"), rule(9, "drop")], []],
    [
      "the first that matches decides",
      [rule(1, "drop", tcp(22)), rule(2, "accept", { protocol: "tcp" }), DROP],
      ["tcp 0-21 from 0.0.0.0/0", "tcp 23-65535 from 0.0.0.0/0"],
    ],
    ["reject is a denial too", [rule(1, "reject"), rule(2, "accept")], []],
    [
      "a range of addresses",
      [rule(1, "accept", { ...tcp(22), ...OFFICE }), DROP],
      ["tcp 22-22 from 203.0.113.0/24"],
    ],
    ["what goes out opens nothing", [rule(1, "accept", { direction: "out" }), DROP], []],
    ["a default that accepts", [rule(1, "accept")], ["all * from 0.0.0.0/0"]],
    [
      "no default: nobody knows",
      [rule(1, "accept", tcp(443))],
      [
        "tcp 443-443 from 0.0.0.0/0",
        `tcp 0-442 from ${UNDECIDED}`,
        `tcp 444-65535 from ${UNDECIDED}`,
        `udp * from ${UNDECIDED}`,
        `icmp * from ${UNDECIDED}`,
        `any other protocol * from ${UNDECIDED}`,
      ],
    ],
    ["no rule at all: nobody knows", [], [`all * from ${UNDECIDED}`]],
    [
      "a denial for each family is a default",
      [rule(1, "drop", { family: "IPv4" }), rule(2, "drop", { family: "IPv6" })],
      [],
    ],
    [
      "an IPv6 rule says nothing of a server with IPv4",
      [rule(1, "accept", { family: "IPv6" }), DROP],
      [],
    ],
    [
      "a source port is the sender's choice: an acceptance lets everybody in",
      [
        rule(1, "accept", { protocol: "udp", source_port_start: "53", source_port_end: "53" }),
        DROP,
      ],
      ["udp * from 0.0.0.0/0"],
    ],
    [
      "a source port is the sender's choice: a denial keeps nobody out",
      [
        rule(1, "drop", { protocol: "udp", source_port_start: "53", source_port_end: "53" }),
        rule(2, "accept", { protocol: "udp" }),
        DROP,
      ],
      ["udp * from 0.0.0.0/0"],
    ],
    [
      "only some kinds of ICMP",
      [
        rule(1, "drop", { protocol: "icmp", icmp_type: "8" }),
        rule(2, "accept", { protocol: "icmp" }),
        DROP,
      ],
      ["icmp * from 0.0.0.0/0"],
    ],
    [
      "for the utility address only",
      [
        rule(1, "accept", {
          destination_address_start: "10.6.6.10",
          destination_address_end: "10.6.6.10",
        }),
        DROP,
      ],
      [],
    ],
    [
      "for the public address",
      [
        rule(1, "accept", {
          ...tcp(22),
          destination_address_start: "94.237.10.20",
          destination_address_end: "94.237.10.20",
        }),
        DROP,
      ],
      ["tcp 22-22 from 0.0.0.0/0"],
    ],
    [
      "dropped for the public address",
      [
        rule(1, "drop", {
          destination_address_start: "94.237.10.20",
          destination_address_end: "94.237.10.20",
        }),
        rule(2, "accept"),
      ],
      [],
    ],
    [
      "numbers may be numbers",
      [
        rule(1, "accept", {
          protocol: "tcp",
          position: 1,
          destination_port_start: 22,
          destination_port_end: 22,
        }),
        DROP,
      ],
      ["tcp 22-22 from 0.0.0.0/0"],
    ],
  ])("%s", (_, rules, expected) => {
    expect(shown(rules)).toEqual(expected);
  });

  test("of a server with both families, both are let in", () => {
    const own = [...OWN, ...[parseRange("2a04:3545::1")].flatMap((one) => one ?? [])];
    expect(shown([rule(1, "accept", { family: "IPv4" }), rule(2, "drop")], own)).toEqual([
      "all * from 0.0.0.0/0",
    ]);
    expect(shown([rule(1, "accept"), rule(2, "drop")], own)).toEqual(["all * from 0.0.0.0/0 ::/0"]);
    expect(shown([rule(1, "drop", { family: "IPv4" })], own)).toEqual([`all * from ${UNDECIDED}`]);
  });

  test.each<[string, Fields]>([
    ["an unknown action", rule(1, "log")],
    ["an unknown direction", rule(1, "accept", { direction: "both" })],
    ["an unknown protocol", rule(1, "accept", { protocol: "sctp" })],
    ["an unknown family", rule(1, "accept", { family: "IPv5" })],
    [
      "no word of ports, which would make it wider",
      rule(1, "drop", { destination_port_start: undefined, destination_port_end: undefined }),
    ],
    ["no word of a protocol", rule(1, "drop", { protocol: undefined })],
    ["no position", rule(1, "accept", { position: "" })],
    ["half a range of ports", rule(1, "accept", { protocol: "tcp", destination_port_start: "22" })],
    [
      "ports the wrong way round",
      rule(1, "accept", {
        protocol: "tcp",
        destination_port_start: "23",
        destination_port_end: "22",
      }),
    ],
    [
      "a port that is none",
      rule(1, "accept", {
        protocol: "tcp",
        destination_port_start: "x",
        destination_port_end: "x",
      }),
    ],
    ["half a range of addresses", rule(1, "accept", { source_address_start: "10.0.0.1" })],
    [
      "addresses of two families",
      rule(1, "accept", { source_address_start: "10.0.0.1", source_address_end: "::1" }),
    ],
  ])("is not guessed for %s", (_, one) => {
    expect(() => toAllowed([one], OWN)).toThrow(TypeError);
  });
});

describe("a server", () => {
  const judge = (ingress: ReturnType<typeof toIngress>) =>
    internetExposure.evaluate({
      expect: expectationOf(internetExposure).parse({
        firewall: "required",
        defaultInbound: "deny",
        managementPorts: "closed",
      }),
      facets: { ingress },
    } as never);

  test.each<[string, Fields, readonly Fields[] | null, object, string]>([
    [
      "well kept",
      server("a"),
      [rule(1, "accept", tcp(443)), DROP],
      { reachable: true, firewall: true },
      "pass",
    ],
    [
      "firewall off: rules count for nothing",
      server("a", { firewall: "off" }),
      null,
      { reachable: true, firewall: false },
      "fail",
    ],
    [
      "firewall off without a public address",
      server("a", { firewall: "off", networking: interfaces() }),
      null,
      { reachable: false, firewall: false },
      "fail",
    ],
    ["SSH open", server("a"), [rule(1, "accept", tcp(22)), DROP], { reachable: true }, "fail"],
    [
      "SSH open where the Internet does not get to",
      server("a", { networking: interfaces() }),
      [rule(1, "accept", tcp(22)), DROP],
      { reachable: false },
      "pass",
    ],
    ["no default rule", server("a"), [rule(1, "accept", tcp(443))], { reachable: true }, "unknown"],
    [
      "a console that can be reached",
      server("a", { remote_access_enabled: "yes", remote_access_type: "vnc" }),
      [DROP],
      { reachable: true },
      "unknown",
    ],
    [
      "a console without a public address",
      server("a", { remote_access_enabled: "yes", networking: interfaces() }),
      [DROP],
      { reachable: true },
      "unknown",
    ],
    [
      "interfaces that are not told",
      server("a", { networking: undefined }),
      [rule(1, "accept", tcp(22)), DROP],
      { reachable: null },
      "unknown",
    ],
  ])("%s", (_, raw, rules, expected, outcome) => {
    const ingress = toIngress(raw, rules);
    expect(ingress).toMatchObject(expected);
    expect(judge(ingress)).toMatchObject({ outcome });
  });

  test.each<[string, object]>([
    ["nothing says whether the firewall is on", { firewall: undefined }],
    ["an unknown word", { firewall: "maybe" }],
    ["nothing says whether remote access is on", { remote_access_enabled: undefined }],
    [
      "an interface of an unknown type",
      { networking: { interfaces: { interface: [{ type: "fibre" }] } } },
    ],
  ])("is not guessed where %s", (_, change) => {
    expect(() => toIngress(server("a", { ...change }), [])).toThrow(TypeError);
  });
});

describe("the probe", async () => {
  const upcloud = await fakeUpcloud();
  const [on, off] = [uuid("00", 1), uuid("00", 2)];
  const two = {
    servers: [server(on), server(off, { firewall: "off" })],
    firewalls: { [on]: [DROP], [off]: [DROP] },
  };

  test("asks for rules only where they count", async () => {
    const found = await upcloud.gather(servers, two);
    expect(told(found)).toEqual([]);
    expect(facetOf(found, on, "ingress")).toMatchObject({ firewall: true, allowed: [] });
    expect(facetOf(found, off, "ingress")).toMatchObject({ firewall: false, reachable: true });
    const asked = upcloud.api.calls.map(({ path }) => path);
    expect(asked).toContain(`/1.3/server/${on}/firewall_rule`);
    expect(asked).not.toContain(`/1.3/server/${off}/firewall_rule`);
  });

  test("labels and tags are tags, the zone is the region", async () => {
    const one = server(on, {
      labels: { label: [{ key: "env", value: "production" }] },
      tags: { tag: ["web"] },
    });
    const { observations } = await upcloud.gather(servers, { servers: [one] });
    const [inventory] = observations;
    expect(inventory?.value).toMatchObject({
      complete: true,
      items: [{ region: "fi-hel1", tags: { env: "production", web: "" } }],
    });
  });

  test.each<[string, RegExp, object, readonly string[]]>([
    [
      "its own answer is refused",
      /server\/[0-9a-f-]+$/,
      { kind: "status", status: 403 },
      [
        "ingress denied server:*: UpCloud refused (status 403: SERVICE_ERROR: the fake was told to fail)",
      ],
    ],
    [
      "its rules are refused",
      /firewall_rule/,
      { kind: "status", status: 403 },
      [
        "ingress denied server:*: UpCloud refused (status 403: SERVICE_ERROR: the fake was told to fail)",
      ],
    ],
    [
      "its rules are no list",
      /firewall_rule/,
      { kind: "body", body: "{}" },
      [
        "ingress malformed -: the answer does not have the documented shape: a list of rules was expected",
      ],
    ],
    [
      "it went away meanwhile",
      /server\/[0-9a-f-]+$/,
      { kind: "status", status: 404 },
      [
        "ingress partial -: what was asked for is not there (status 404: SERVICE_ERROR: the fake was told to fail)",
      ],
    ],
    [
      "the list is no list",
      /server$/,
      { kind: "body", body: '{"servers":{}}' },
      ["inventory malformed -: the answer does not have the documented shape: a list was expected"],
    ],
    [
      "an entry has no id",
      /server$/,
      { kind: "body", body: '{"servers":{"server":[{}]}}' },
      [
        "inventory malformed -: an entry of the listing does not have the documented shape: an entry without uuid",
      ],
    ],
  ])("nothing is made up where %s", async (_, path, fault, expected) => {
    upcloud.api.setFaults({ path, fault: fault as never });
    const found = await upcloud.gather(servers, {
      servers: [server(on)],
      firewalls: { [on]: [DROP] },
    });
    expect(told(found)).toEqual(expected);
    expect(found.observations.filter(({ facet }) => facet === "ingress")).toEqual([]);
  });
});
