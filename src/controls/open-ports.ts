import type { KnownPort } from "#facts/ports.ts";
import { parseRange, type AddressRange } from "#model/address-ranges.ts";
import type { Ingress, IngressRule } from "#model/security-facets.ts";

/** A run of ports of TCP or UDP at which the same is let in. */
export interface PortSpan {
  readonly protocol: "tcp" | "udp";
  readonly first: number;
  readonly last: number;
}

/** Ports, and everything that is let in there. */
export interface Admission extends PortSpan {
  /** Addresses that the rules let in together; those that could not be read are left out. */
  readonly ranges: readonly AddressRange[];
  readonly rules: readonly IngressRule[];
}

const LAST_PORT = 65_535;

/**
 * What a firewall lets in, port by port: rules add up, so that two halves of the Internet are all of it. Runs of ports
 * at which the same rules hold are one.
 */
export function admissions({ allowed }: Pick<Ingress, "allowed">): readonly Admission[] {
  const rules = allowed.map((rule) => ({
    rule,
    protocol: rule.protocol.toLowerCase(),
    ports: rule.ports ?? ([0, LAST_PORT] as const),
    ranges: rule.ranges.flatMap((text) => parseRange(text) ?? []),
  }));
  return (["tcp", "udp"] as const).flatMap((protocol) => {
    const own = rules.filter((rule) => rule.protocol === protocol || rule.protocol === "all");
    const cuts = [...new Set(own.flatMap(({ ports }) => [ports[0], ports[1] + 1]))];
    cuts.sort((a, b) => a - b);
    return cuts.slice(0, -1).flatMap((first, at): readonly Admission[] => {
      const there = own.filter(({ ports }) => ports[0] <= first && first <= ports[1]);
      if (there.length === 0) return [];
      return [
        {
          protocol,
          first,
          last: (cuts[at + 1] ?? first + 1) - 1,
          ranges: there.flatMap(({ ranges }) => ranges),
          rules: there.map(({ rule }) => rule),
        },
      ];
    });
  });
}

/** Spans beside each other as one, with what each of them lets in: for ports of which one thing is known already. */
export function joinedSpans(spans: readonly Admission[]): readonly Admission[] {
  const joined: Admission[] = [];
  for (const span of spans) {
    const before = joined.at(-1);
    if (before?.protocol === span.protocol && before.last + 1 === span.first) {
      const rules = [...new Set([...before.rules, ...span.rules])];
      const ranges = [...before.ranges, ...span.ranges];
      joined[joined.length - 1] = { ...before, last: span.last, ranges, rules };
    } else joined.push(span);
  }
  return joined;
}

/** Sources of a rule of which nobody knows what addresses they stand for. */
export function unreadSources({ ranges, unresolved }: IngressRule): readonly string[] {
  return [...ranges.filter((text) => parseRange(text) === null), ...(unresolved ?? [])];
}

/** The known ports among those of a span, each with its name for people: `SSH (22)`. */
export function namedPorts(span: PortSpan, known: readonly KnownPort[]): readonly string[] {
  return known
    .filter(
      ({ protocol, first, last }) =>
        protocol === span.protocol && first <= span.last && span.first <= last,
    )
    .map(({ name, protocol, first, last }) => {
      const shared = { first: Math.max(first, span.first), last: Math.min(last, span.last) };
      return `${name} (${portsInWords(shared)}${protocol === "udp" ? "/udp" : ""})`;
    });
}

/** `22`, or `1000-2000`. */
export function portsInWords({ first, last }: Pick<PortSpan, "first" | "last">): string {
  return first === last ? String(first) : `${first}-${last}`;
}
