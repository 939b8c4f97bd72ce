import control from "#controls/exposure/internet-exposure.ts";
import type { Ingress, IngressRule } from "#model/security-facets.ts";
import { defineCases } from "./cases.ts";

const WORLD = ["0.0.0.0/0"];
const rule = (
  protocol: string,
  ports: IngressRule["ports"],
  ranges: readonly string[] = WORLD,
  fields: Partial<IngressRule> = {},
): IngressRule => ({ protocol, ports, ranges, others: [], rule: "a rule", ...fields });
const lets = (
  allowed: readonly IngressRule[],
  fields: Partial<Ingress> = {},
): { ingress: Ingress } => ({
  ingress: { allowed, reachable: true, detail: "1 interface", firewall: true, ...fields },
});
const CLOSED = { managementPorts: "closed", databasePorts: "closed" };

export default defineCases(control, [
  {
    name: "a web server",
    expect: CLOSED,
    facets: lets([rule("tcp", [80, 80]), rule("tcp", [443, 443], ["0.0.0.0/0", "::/0"])]),
    outcome: "pass",
    says: "lets the Internet in at 80/tcp, 443/tcp only; declared: no management port open to the Internet, no database port",
  },
  {
    name: "SSH for everyone",
    expect: CLOSED,
    facets: lets([rule("tcp", [22, 22])]),
    outcome: "fail",
    says: "lets the Internet in at SSH (22) (1 interface)",
  },
  {
    name: "SSH over IPv6 alone",
    expect: CLOSED,
    facets: lets([rule("tcp", [22, 22], ["::/0"])]),
    outcome: "fail",
    says: "SSH (22)",
  },
  {
    name: "SSH for an office",
    expect: CLOSED,
    facets: lets([rule("tcp", [22, 22], ["192.0.2.0/24", "10.0.0.0/8"])]),
    outcome: "pass",
    says: "lets the Internet in at no port",
  },
  {
    name: "two halves of the Internet, in two rules",
    expect: CLOSED,
    facets: lets([rule("tcp", [22, 22], ["0.0.0.0/1"]), rule("tcp", [20, 25], ["128.0.0.0/1"])]),
    outcome: "fail",
    says: "SSH (22)",
  },
  {
    name: "sixteen sixteenths of it",
    expect: CLOSED,
    facets: lets(
      Array.from({ length: 16 }, (_, at) => rule("tcp", [3389, 3389], [`${at * 16}.0.0.0/4`])),
    ),
    outcome: "fail",
    says: "RDP (3389)",
  },
  {
    name: "a range of ports hides a database",
    expect: CLOSED,
    facets: lets([rule("tcp", [5000, 6000])]),
    outcome: "fail",
    says: "VNC (5800-5809), VNC (5900-5909), WinRM (5985-5986), X11 (6000), PostgreSQL (5432), Redshift (5439), CouchDB (5984)",
  },
  {
    name: "a database where databases are not promised",
    expect: { managementPorts: "closed" },
    facets: lets([rule("tcp", [5432, 5432])]),
    outcome: "pass",
    says: "5432/tcp only",
  },
  {
    name: "every protocol has every port",
    expect: CLOSED,
    facets: lets([rule("all", null)]),
    outcome: "fail",
    says: "lets the Internet in at every port of TCP, every port of UDP",
  },
  {
    name: "a port in its own rule is part of all of them",
    expect: { managementPorts: "any", defaultInbound: "deny" },
    facets: lets([rule("tcp", null), rule("tcp", [443, 443])]),
    outcome: "fail",
    says: "every port of TCP (1 interface); declared: denied by default",
  },
  {
    name: "UDP is not TCP",
    expect: CLOSED,
    facets: lets([rule("udp", [22, 22]), rule("icmp", null), rule("47", null)]),
    outcome: "pass",
    says: "22/udp only",
  },
  {
    name: "memcached by UDP",
    expect: CLOSED,
    facets: lets([rule("UDP", [11_211, 11_211])]),
    outcome: "fail",
    says: "memcached (11211/udp)",
  },
  {
    name: "groups as sources are not the Internet",
    expect: CLOSED,
    facets: lets([rule("tcp", [22, 22], [], { others: ["sg-1"] })]),
    outcome: "pass",
    says: "at no port",
  },
  {
    name: "nothing stands behind it that could be reached",
    expect: CLOSED,
    facets: lets([rule("tcp", [22, 22])], { reachable: false, detail: "no interface" }),
    outcome: "pass",
    says: "SSH (22), but nothing that the Internet can reach stands behind it (no interface)",
  },
  {
    name: "nobody knows what stands behind it",
    expect: CLOSED,
    facets: lets([rule("tcp", [22, 22])], { reachable: null, detail: "interfaces were not read" }),
    outcome: "unknown",
    says: "whether anything can be reached there is not known (interfaces were not read)",
  },
  {
    name: "whatever stands behind what lets no stranger in",
    expect: CLOSED,
    facets: lets([rule("tcp", [443, 443])], { reachable: null }),
    outcome: "pass",
    says: "443/tcp only",
  },
  {
    name: "a prefix list that was not read may be everyone",
    expect: CLOSED,
    facets: lets([rule("tcp", [22, 22], [], { unresolved: ["pl-1"] })]),
    outcome: "unknown",
    says: "whom it lets in through pl-1 is not known",
  },
  {
    name: "one for the web may be anything",
    expect: CLOSED,
    facets: lets([rule("tcp", [443, 443], [], { unresolved: ["pl-1"] })]),
    outcome: "pass",
    says: "at no port",
  },
  {
    name: "one before which nothing stands",
    expect: CLOSED,
    facets: lets([rule("tcp", [22, 22], [], { unresolved: ["pl-1"] })], { reachable: false }),
    outcome: "pass",
    says: "pl-1 is not known, but nothing that the Internet can reach",
  },
  {
    name: "a range in words that nobody can read",
    expect: CLOSED,
    facets: lets([rule("tcp", [22, 22], ["Internet"])]),
    outcome: "unknown",
    says: "through Internet is not known",
  },
  {
    name: "one open door is enough, whatever is not known",
    expect: CLOSED,
    facets: lets([rule("tcp", [22, 22]), rule("tcp", [5432, 5432], [], { unresolved: ["pl-1"] })]),
    outcome: "fail",
    says: "SSH (22)",
  },
  {
    name: "only the ports that are named",
    expect: { onlyPorts: [443, 80] },
    facets: lets([rule("tcp", [443, 443]), rule("tcp", [8080, 8081])]),
    outcome: "fail",
    says: "8080-8081/tcp (1 interface); declared: no management port open to the Internet, only 443, 80",
  },
  {
    name: "no port at all",
    expect: { onlyPorts: [] },
    facets: lets([rule("tcp", [443, 443])]),
    outcome: "fail",
    says: "443/tcp (1 interface); declared: no management port open to the Internet, no port open",
  },
  {
    name: "those are open alone",
    expect: { onlyPorts: [443, 80] },
    facets: lets([rule("tcp", [443, 443]), rule("tcp", [80, 80])]),
    outcome: "pass",
    says: "80/tcp, 443/tcp only",
  },
  {
    name: "a server without a firewall",
    expect: { firewall: "required" },
    facets: lets([rule("all", null)], { firewall: false, detail: "the firewall is off" }),
    outcome: "fail",
    says: "no firewall stands before it (the firewall is off)",
  },
  {
    name: "one of which nobody says whether it has one",
    expect: { firewall: "required" },
    facets: { ingress: { allowed: [], reachable: true, detail: "a server" } },
    outcome: "unknown",
    says: "whether a firewall stands before it is not known",
  },
  {
    name: "no rule lets nothing in",
    expect: { ...CLOSED, defaultInbound: "deny", firewall: "required", onlyPorts: [] },
    facets: lets([]),
    outcome: "pass",
    says: "lets the Internet in at no port",
  },
  {
    name: "what has no rules of its own",
    expect: CLOSED,
    facets: {},
    outcome: "not-applicable",
    says: "lets nothing in by rules of its own",
  },
]);
