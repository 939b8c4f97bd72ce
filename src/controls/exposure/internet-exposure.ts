import {
  admissions,
  joinedSpans,
  namedPorts,
  portsInWords,
  unreadSources,
  type Admission,
} from "#controls/open-ports.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import { judgeClosedPorts } from "#controls/closed-ports.ts";
import { isInternet } from "#facts/internet-addresses.ts";
import { DATABASE_PORTS, MANAGEMENT_PORTS } from "#facts/ports.ts";
import { defineControl } from "#model/control.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) => {
  const port = z.int().min(0).max(65_535);
  return z
    .strictObject({
      managementPorts: z
        .enum(["closed", "any"])
        .default("closed")
        .describe(
          "Whether the ports of remote administration (SSH, RDP, WinRM, VNC, Docker, Kubernetes and the like) must be closed to the Internet; unless closed, they are not judged.",
        ),
      databasePorts: z
        .enum(["closed", "any"])
        .default("any")
        .describe(
          "Whether the ports of databases and caches (PostgreSQL, MySQL, MongoDB, Redis and the like) must be closed to the Internet; unless closed, they are not judged.",
        ),
      onlyPorts: z
        .array(port)
        .optional()
        .describe(
          "The only ports of TCP and UDP that may be open to the Internet. Left out: the other ports are not judged.",
        ),
      defaultInbound: z
        .enum(["deny", "any"])
        .default("any")
        .describe(
          "deny: the Internet must not be let in at every port of TCP or of UDP; otherwise that is not judged by itself.",
        ),
      firewall: z
        .enum(["required", "any"])
        .default("any")
        .describe(
          "Whether a firewall must stand before the subject at all; unless required, that is not judged.",
        ),
    })
    .refine(
      ({ managementPorts, databasePorts, onlyPorts, defaultInbound, firewall }) =>
        managementPorts === "closed" ||
        databasePorts === "closed" ||
        onlyPorts !== undefined ||
        defaultInbound === "deny" ||
        firewall === "required",
      { error: "expected something that is promised: all is left to any" },
    );
};
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "internet-exposure",
  title: "Exposure to the Internet",
  rationale:
    "Ports of administration and of databases that the whole Internet can reach are tried by machines within minutes.",
  severity: "critical",
  judges: "subject",
  needs: ["ingress", "reachability"],
  expectation,
  baseline: {
    managementPorts: "closed",
    databasePorts: "closed",
    defaultInbound: "any",
    firewall: "any",
  },
  evaluate: ({ expect, facets, declaredRanges }) => {
    const { ingress, reachability } = facets;
    // What the estate declares closed is closed, whatever else is promised.
    if (reachability !== undefined) return judgeClosedPorts(reachability, declaredRanges ?? []);
    if (ingress === undefined) return notApplicable("lets nothing in by rules of its own");
    const { reachable, firewall = null } = ingress;
    const detail = plain(ingress.detail, 300);
    const all = admissions(ingress);
    const letIn = all.filter(({ ranges }) => isInternet(ranges));
    const open = joinedSpans(letIn);
    const found = open.flatMap((span) => breachesOf(expect, span));
    const violations = [...new Set(found)];
    const maybe = all
      .filter((span) => !letIn.includes(span) && breachesOf(expect, span).length > 0)
      .flatMap(({ rules }) => rules.flatMap(unreadSources));
    const unread = [...new Set(maybe)];
    const lets = `lets the Internet in at ${listed(violations, 12)}`;
    const failures: string[] = [];
    const unknowns: string[] = [];
    if (violations.length > 0 && reachable === true) failures.push(`${lets} (${detail})`);
    if (violations.length > 0 && reachable === null) {
      unknowns.push(`${lets}, and whether anything can be reached there is not known (${detail})`);
    }
    if (unread.length > 0 && reachable !== false) {
      unknowns.push(`whom it lets in through ${listed(unread)} is not known`);
    }
    if (expect.firewall === "required" && firewall === false) {
      failures.push(`no firewall stands before it (${detail})`);
    }
    if (expect.firewall === "required" && firewall === null) {
      unknowns.push("whether a firewall stands before it is not known");
    }
    const nothing = "nothing that the Internet can reach stands behind it";
    const held =
      violations.length > 0
        ? `${lets}, but ${nothing} (${detail})`
        : unread.length > 0
          ? `whom it lets in through ${listed(unread)} is not known, but ${nothing} (${detail})`
          : heldInWords(open);
    return settle({
      failures,
      open: unknowns,
      held,
      declared: declaredInWords(expect),
      actual: {
        openPorts: open.map((span) => `${span.protocol} ${portsInWords(span)}`),
        reachable,
        firewall,
        unread,
      },
    });
  },
  remediation:
    "Take the rule away, or let it name the addresses of those who need it: administer through a VPN, a bastion or the provider's session service, and keep databases in subnets without a way to the Internet.",
  references: [
    "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    "https://cloud.google.com/firewall/docs/firewalls",
  ],
});

/** What of the ports would break the promise if the Internet were let in there, for people. */
function breachesOf(expect: Expectation, span: Admission): readonly string[] {
  const { managementPorts, databasePorts, onlyPorts, defaultInbound } = expect;
  const breaches: string[] = [];
  const every = span.first === 0 && span.last === 65_535;
  const protocol = span.protocol.toUpperCase();
  const words = every ? `every port of ${protocol}` : `${portsInWords(span)}/${span.protocol}`;
  if (managementPorts === "closed") breaches.push(...namedPorts(span, MANAGEMENT_PORTS));
  if (databasePorts === "closed") breaches.push(...namedPorts(span, DATABASE_PORTS));
  // One line says it all where no port is left out.
  if (every && breaches.length > 0) return [words];
  if (defaultInbound === "deny" && every) breaches.push(words);
  if (onlyPorts !== undefined && breaches.length === 0) {
    const allowed = new Set(onlyPorts.filter((port) => span.first <= port && port <= span.last));
    if (allowed.size <= span.last - span.first) breaches.push(words);
  }
  return breaches;
}

function heldInWords(open: readonly Admission[]): string {
  if (open.length === 0) return "lets the Internet in at no port";
  const ports = open.map((span) => `${portsInWords(span)}/${span.protocol}`);
  return `lets the Internet in at ${listed(ports)} only`;
}

function declaredInWords(expect: Expectation): string {
  return [
    ...(expect.managementPorts === "closed" ? ["no management port open to the Internet"] : []),
    ...(expect.databasePorts === "closed" ? ["no database port open to the Internet"] : []),
    ...(expect.onlyPorts === undefined
      ? []
      : [
          expect.onlyPorts.length === 0
            ? "no port open to the Internet"
            : `only ${listed(expect.onlyPorts.map(String), 20)} open to the Internet`,
        ]),
    ...(expect.defaultInbound === "deny" ? ["denied by default"] : []),
    ...(expect.firewall === "required" ? ["a firewall"] : []),
  ].join(", ");
}
