import control from "#controls/exposure/internet-exposure.ts";
import type { PortState, Reachability, ReachedHost } from "#model/reachability-facets.ts";
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

/** Ports that are declared closed, each with what came of it, and what else is seen of the host. */
const tried = (
  ...parts: readonly (readonly [port: number, state: PortState] | Partial<ReachedHost>)[]
): { reachability: Reachability } => {
  const ports = parts.flatMap((one) => (isPort(one) ? [{ port: one[0], state: one[1] }] : []));
  const host: ReachedHost = {
    address: "52.0.0.7",
    from: "51.0.0.9",
    control: { port: 443, alive: true },
    ports,
    answer: null,
  };
  const [fields = {}] = parts.flatMap((one) => (isPort(one) ? [] : [one]));
  return {
    reachability: {
      declared: { closed: ports.map(({ port }) => port), restricted: false },
      seenAs: null,
      hosts: [{ ...host, ...fields }],
    },
  };
};
function isPort(
  part: readonly [port: number, state: PortState] | Partial<ReachedHost>,
): part is readonly [port: number, state: PortState] {
  return Array.isArray(part);
}

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
    name: "an endpoint without ports that are declared closed",
    expect: CLOSED,
    facets: { reachability: { declared: null, seenAs: null, hosts: [] } },
    outcome: "not-applicable",
    says: "has no port that the estate declares closed",
  },
  {
    name: "a port that is declared closed and answers",
    expect: CLOSED,
    facets: tried([22, "open"], [3389, "silent"]),
    outcome: "fail",
    says: "SSH (22) answers at 52.0.0.7 from 51.0.0.9; declared: closed from outside: 22, 3389",
    remedies: "take it from outside.closed",
  },
  {
    name: "a port of no known service",
    expect: CLOSED,
    facets: tried([8080, "open"]),
    outcome: "fail",
    says: "port 8080 answers",
  },
  {
    name: "an open port is open, whether or not the control port answers",
    expect: CLOSED,
    facets: tried([22, "open"], { control: { port: 443, alive: false } }),
    outcome: "fail",
    says: "SSH (22) answers",
  },
  {
    name: "silence and refusal are told apart",
    expect: CLOSED,
    facets: tried([22, "refused"], [3389, "silent"], [5432, "unreachable"]),
    outcome: "pass",
    says: "SSH (22) refused, RDP (3389) silent, PostgreSQL (5432) called unreachable at 52.0.0.7 from 51.0.0.9, while port 443 answers",
  },
  {
    name: "closed, and the host may be away",
    expect: CLOSED,
    facets: tried([22, "silent"], { control: { port: 443, alive: false } }),
    outcome: "unknown",
    says: "but so is the control port 443: the host may be away",
  },
  {
    name: "what could not be tried",
    expect: CLOSED,
    facets: tried([22, "refused"], [3389, "unknown"]),
    outcome: "unknown",
    says: "RDP (3389) could not be tried",
  },
  ...(["open", "silent"] as const).map((state) => ({
    name: `${state} for who is inside the declared ranges`,
    expect: CLOSED,
    declaredRanges: [{ name: "office", ranges: ["51.0.0.0/16"], certain: true }],
    facets: tried([22, state]),
    outcome: "unknown" as const,
    says: "this machine is inside the declared ranges (office)",
  })),
  {
    name: "closed for a private address behind address translation",
    expect: CLOSED,
    facets: tried([22, "silent"], { from: "10.0.0.5" }),
    outcome: "pass",
    says: "from 10.0.0.5, a private address behind address translation",
  },
  {
    name: "open for one where addresses are declared",
    expect: CLOSED,
    declaredRanges: [{ name: "office", ranges: ["51.0.0.0/16"], certain: true }],
    facets: tried([22, "open"], { from: "10.0.0.5" }),
    outcome: "unknown",
    says: "declare under outside.seenAs",
  },
  {
    name: "one address of the host is open",
    expect: CLOSED,
    facets: {
      reachability: {
        declared: { closed: [22], restricted: false },
        seenAs: null,
        hosts: [
          ...tried([22, "refused"]).reachability.hosts,
          ...tried([22, "open"], { address: "52.0.0.8" }).reachability.hosts,
        ],
      },
    },
    outcome: "fail",
    says: "SSH (22) answers at 52.0.0.8",
  },
  {
    name: "what has no rules of its own",
    expect: CLOSED,
    facets: {},
    outcome: "not-applicable",
    says: "lets nothing in by rules of its own",
  },
]);
