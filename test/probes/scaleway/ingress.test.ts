import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { idOf, rule, securityGroup, server } from "#fixtures/estate/scaleway/entries.ts";
import { coversRanges, parseRange } from "#model/address-ranges.ts";
import { toIngress } from "#probes/scaleway/ingress.ts";
import probe from "#probes/scaleway/security-groups.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeScaleway } from "./support.ts";

const ADDRESS = { public_ips: [{ address: "51.15.205.21" }] };
const drop = securityGroup(1, "drop");
const accept = securityGroup(1, "accept", { inbound_default_policy: "accept" });
const SSH = { dest_port_from: 22 };
const shown = (group: object, ...rules: readonly object[]) =>
  toIngress(
    { ...group },
    rules.map((one) => ({ ...one })),
    { servers: [] },
  ).allowed.map(
    ({ protocol, ports, ranges }) =>
      `${protocol} ${ports === null ? "" : ports.join("-")} ${ranges.length > 3 ? `${ranges.length} ranges` : ranges.join(" ")}`,
  );

describe("the rules of a security group, in their order", () => {
  const EVERYTHING = [
    "tcp 0-65535 0.0.0.0/0 ::/0",
    "udp 0-65535 0.0.0.0/0 ::/0",
    "icmp  0.0.0.0/0 ::/0",
  ];
  test.each([
    ["nothing by default", drop, [], []],
    ["everything by default", accept, [], EVERYTHING],
    ["one port", drop, [rule(1, SSH)], ["tcp 22-22 0.0.0.0/0"]],
    [
      "a span of ports for some",
      drop,
      [rule(1, { dest_port_from: 8000, dest_port_to: 8080, ip_range: "192.0.2.0/24" })],
      ["tcp 8000-8080 192.0.2.0/24"],
    ],
    [
      "any protocol",
      drop,
      [rule(1, { protocol: "ANY", ip_range: "192.0.2.1" })],
      ["tcp 0-65535 192.0.2.1/32", "udp 0-65535 192.0.2.1/32", "icmp  192.0.2.1/32"],
    ],
    [
      "a drop before an accept takes it away",
      drop,
      [rule(2, SSH), rule(1, { ...SSH, action: "drop" })],
      [],
    ],
    [
      "a drop after an accept takes nothing",
      drop,
      [rule(1, SSH), rule(2, { ...SSH, action: "drop" })],
      ["tcp 22-22 0.0.0.0/0"],
    ],
    [
      "a drop of one port cuts the default",
      accept,
      [rule(1, { ...SSH, action: "drop" })],
      [
        "tcp 0-21 0.0.0.0/0 ::/0",
        "tcp 22-22 ::/0",
        "tcp 23-65535 0.0.0.0/0 ::/0",
        ...EVERYTHING.slice(1),
      ],
    ],
    [
      "a drop of some addresses leaves the others",
      drop,
      [rule(1, { ...SSH, action: "drop", ip_range: "0.0.0.0/1" }), rule(2, SSH)],
      ["tcp 22-22 128.0.0.0/1"],
    ],
    ["what goes out is no matter", drop, [rule(1, { direction: "outbound" })], []],
  ])("%s", (_, group, rules, expected) => {
    expect(shown(group, ...rules)).toEqual(expected);
  });

  test.each([
    ["no default", securityGroup(1, "one", { inbound_default_policy: undefined }), []],
    ["an unknown default", securityGroup(1, "one", { inbound_default_policy: "reject" }), []],
    ["an unknown action", drop, [rule(1, { action: "log" })]],
    ["an unknown protocol", drop, [rule(1, { protocol: "GRE" })]],
    ["no direction", drop, [rule(1, { direction: undefined })]],
    ["no range", drop, [rule(1, { ip_range: undefined })]],
    ["a port that is none", drop, [rule(1, { dest_port_from: 70_000 })]],
    ["ports backwards", drop, [rule(1, { dest_port_from: 90, dest_port_to: 80 })]],
    ["no position", drop, [rule(1, { position: undefined })]],
  ])("%s is not understood", (_, group, rules) => {
    expect(() => shown(group, ...rules)).toThrow(TypeError);
  });
});

test("any rules let in what the first that fits accepts, and nothing else", () => {
  const ports = fc.integer({ min: 20, max: 30 });
  const one = fc.record({
    action: fc.constantFrom("accept", "drop"),
    protocol: fc.constantFrom("TCP", "UDP", "ANY"),
    ip_range: fc.constantFrom("0.0.0.0/0", "0.0.0.0/1", "192.0.2.0/24", "192.0.2.7"),
    dest_port_from: ports,
    length: fc.integer({ min: 0, max: 4 }),
  });
  const arbitrary = fc.tuple(fc.array(one, { maxLength: 6 }), fc.constantFrom(drop, accept));
  fc.assert(
    fc.property(arbitrary, ([drawn, group]) => {
      const rules = drawn.map(({ length, ...fields }, at) =>
        rule(at + 1, { ...fields, dest_port_to: fields.dest_port_from + length }),
      );
      const { allowed } = toIngress(group, rules, { servers: [] });
      for (const protocol of ["tcp", "udp"]) {
        for (let port = 18; port < 36; port += 1) {
          for (const address of ["8.8.8.8", "192.0.2.7", "192.0.2.8", "200.0.0.1"]) {
            const from = [parseRange(address)].filter((range) => range !== null);
            const within = (range: unknown) =>
              coversRanges(
                [parseRange(String(range))].filter((one) => one !== null),
                from,
              );
            const first = rules.find(
              (one) =>
                ["ANY", protocol.toUpperCase()].includes(String(one["protocol"])) &&
                Number(one["dest_port_from"]) <= port &&
                port <= Number(one["dest_port_to"]) &&
                within(one["ip_range"]),
            );
            const expected = (first?.["action"] ?? group["inbound_default_policy"]) === "accept";
            const shown = allowed.some(
              (opening) =>
                opening.protocol === protocol &&
                (opening.ports?.[0] ?? 0) <= port &&
                port <= (opening.ports?.[1] ?? 65_535) &&
                opening.ranges.some(within),
            );
            expect(shown).toBe(expected);
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});

describe("what stands behind it", () => {
  test.each([
    ["no instance", [], false, true],
    ["one with an address", [server(5, "web", ADDRESS)], true, undefined],
    ["one without", [server(5, "web")], false, undefined],
    [
      "one that gets an address when it starts",
      [server(5, "web", { dynamic_ip_required: true })],
      null,
      undefined,
    ],
    [
      "one of the older form",
      [server(5, "web", { public_ip: { address: "51.15.205.21" } })],
      true,
      undefined,
    ],
  ])("%s", (_, servers, reachable, idle) => {
    const found = toIngress(drop, [], { servers });
    expect(found.reachable).toBe(reachable);
    expect(found.idle).toBe(idle);
  });
  test("addresses that are not told are not none", () => {
    const untold = server(5, "web", { public_ip: undefined, public_ips: undefined });
    expect(() => toIngress(drop, [], { servers: [untold] })).toThrow("public_ips");
  });
});

describe("security groups in Scaleway's API", async () => {
  const zone = "/instance/v1/zones/fr-par-1";
  const scaleway = await fakeScaleway({
    [`${zone}/security_groups`]: [securityGroup(1, "web"), securityGroup(2, "idle")],
    [`${zone}/security_groups/${idOf(1)}/rules`]: Array.from({ length: 7 }, (_, at) =>
      rule(at + 1, { dest_port_from: 8000 + at }),
    ),
    [`${zone}/servers`]: [server(5, "web", ADDRESS), server(6, "worker")],
  });

  test.each([[{}], [{ security_group: {} }], [{ security_group: "drop" }]])(
    "a server with %j may have any group",
    async (fields) => {
      const silent = { ...server(5, "web"), security_group: undefined, ...fields };
      const found = await scaleway
        .scan({
          lists: {
            [`${zone}/security_groups`]: [securityGroup(1, "web")],
            [`${zone}/servers`]: [silent],
          },
        })
        .gather(probe);
      expect(facetOf(found, "web", "ingress")).toBeUndefined();
      expect(found.problems).toMatchObject([{ reason: "malformed", facets: ["ingress"] }]);
    },
  );

  test("all rules of all pages, and the instances of the zone", async () => {
    const found = await scaleway.scan({ pageSize: 2 }).gather(probe);
    expect(found.problems).toEqual([]);
    const web = facetOf(found, "web", "ingress");
    expect(web?.allowed).toHaveLength(7);
    expect(web).toMatchObject({
      reachable: true,
      detail: "2 instances, 1 with a public address",
    });
    expect(facetOf(found, "idle", "ingress")).toMatchObject({ reachable: false, idle: true });
  });

  test.each([
    ["the rules", /rules/],
    ["the servers", /fr-par-1\/servers/],
  ])("without %s nothing is known of what is let in", async (_, path) => {
    scaleway.api.setFaults({ path, fault: { kind: "status", status: 403 } });
    const found = await scaleway.scan().gather(probe);
    expect(facetOf(found, "web", "ingress")).toBeUndefined();
    const mine = found.problems.find(({ subject }) => subject?.name === "web");
    expect(mine).toMatchObject({ reason: "denied", permission: "InstancesReadOnly" });
  });

  test("a zone that does not answer leaves the listing incomplete", async () => {
    scaleway.api.setFaults({ path: /pl-waw-3\/security/, fault: { kind: "status", status: 400 } });
    const found = await scaleway.scan().gather(probe);
    expect(facetOf(found, "vendor", "inventory")).toMatchObject({ complete: false });
    expect(found.problems[0]?.message).toContain("pl-waw-3");
  });
});
