/** Rules of the edge firewall, in the order in which they are tried; pure. */
import {
  intersectRanges,
  parseRange,
  subtractRanges,
  toCidrs,
  type AddressRange,
} from "#model/address-ranges.ts";
import type { IngressRule } from "#model/security-facets.ts";
import { count, flag, text, type Fields } from "#probes/common/json.ts";

const LAST_PORT = 65_535;
const EVERYWHERE: readonly AddressRange[] = [{ family: 4, first: 0n, last: 2n ** 32n - 1n }];

export interface FirewallRule {
  readonly sequence: number;
  readonly action: "permit" | "deny";
  /** `ipv4` is every protocol. */
  readonly protocol: string;
  readonly sources: readonly AddressRange[];
  readonly ports: readonly [first: number, last: number];
  /** Whether it speaks of connections that are being opened; one for what is established lets nobody in. */
  readonly opens: boolean;
  /** Whether it speaks of some packets only: by source port, or by their form. */
  readonly partly: "ports" | "form" | null;
}

const PROTOCOLS: ReadonlySet<string> = new Set(["ah", "esp", "gre", "icmp", "ipv4", "tcp", "udp"]);

/** @throws where a rule is being changed, or says something that is not documented */
export function readRule(raw: Fields): FirewallRule {
  const sequence = count(raw["sequence"]);
  if (sequence === null) throw new TypeError("a rule without sequence");
  const at = `rule ${sequence}`;
  const state = text(raw["state"]);
  if (state !== "ok") {
    throw new TypeError(`${at} is being changed: state ${state?.slice(0, 60) ?? "not stated"}`);
  }
  const action = text(raw["action"]);
  if (action !== "permit" && action !== "deny") throw new TypeError(`${at} has no action`);
  const protocol = text(raw["protocol"]) ?? "";
  if (!PROTOCOLS.has(protocol)) throw new TypeError(`${at} is of a protocol that is not known`);
  const option = textOrNone(raw["tcpOption"], at);
  if (option !== null && option !== "established" && option !== "syn") {
    throw new TypeError(`${at} has an option that is not known`);
  }
  return {
    sequence,
    action,
    protocol,
    sources: sourcesOf(raw["source"], at),
    ports: portsOf(raw["destinationPort"], at),
    opens: option !== "established",
    partly:
      flag(raw["fragments"] ?? false) !== false || (raw["l3PacketLength"] ?? null) !== null
        ? "form"
        : textOrNone(raw["sourcePort"], at) === null
          ? null
          : "ports",
  };
}

/** null: it is left open. @throws where it is something else than a text */
function textOrNone(value: unknown, at: string): string | null {
  const written = text(value);
  if (written === null && value !== null && value !== undefined && value !== "") {
    throw new TypeError(`${at} has a part that is not known`);
  }
  return written;
}

function sourcesOf(source: unknown, at: string): readonly AddressRange[] {
  const written = text(source);
  if (written === "any") return EVERYWHERE;
  const range = parseRange(written ?? "");
  if (range === null || range.family !== 4)
    throw new TypeError(`${at} has no source that is known`);
  return [range];
}

/** `eq 22`, `range 1000 2000`; null for every port. */
function portsOf(ports: unknown, at: string): readonly [number, number] {
  if (ports === null || ports === undefined) return [0, LAST_PORT];
  const [, only, first, last] =
    /^(?:eq (\d{1,5})|range (\d{1,5}) (\d{1,5}))$/.exec(text(ports) ?? "") ?? [];
  const span = [Number(only ?? first ?? -1), Number(only ?? last ?? -1)] as const;
  if (span[0] < 0 || span[1] > LAST_PORT || span[0] > span[1]) {
    throw new TypeError(`${at} has ports that are not known`);
  }
  return span;
}

/**
 * What the rules let in, once those before are accounted for. Without a final denial everything that no rule speaks of is
 * let in, so that rules which only permit do nothing.
 */
export function admitted(address: string, rules: readonly FirewallRule[]): readonly IngressRule[] {
  const ordered = [...rules].filter(({ opens }) => opens).sort((a, b) => a.sequence - b.sequence);
  return (["tcp", "udp"] as const).flatMap((protocol) => {
    const own = ordered.filter((rule) => rule.protocol === protocol || rule.protocol === "ipv4");
    const cuts = [
      ...new Set([0, LAST_PORT + 1, ...own.flatMap(({ ports: [a, b] }) => [a, b + 1])]),
    ];
    cuts.sort((a, b) => a - b);
    return joined(
      cuts.slice(0, -1).flatMap((first, at) => {
        const last = (cuts[at + 1] ?? first + 1) - 1;
        return walk(own.filter(({ ports }) => ports[0] <= first && last <= ports[1])).map(
          ({ rule, ranges, doubtful }): IngressRule => ({
            protocol,
            ports: [first, last],
            ranges: doubtful ? [] : toCidrs(ranges),
            others: [],
            ...(doubtful
              ? { unresolved: [`${address}: packets of a certain form, rule ${rule}`] }
              : {}),
            rule: `${address}: ${rule === null ? "no rule denies it" : `rule ${rule}`}`,
          }),
        );
      }),
    );
  });
}

/** What one rule lets in. */
interface Admitted {
  /** null: that no rule speaks of it. */
  readonly rule: number | null;
  readonly ranges: readonly AddressRange[];
  /** Whether it only does for packets of a certain form, so that nobody knows what gets in. */
  readonly doubtful: boolean;
}

/** Who is let in at ports of which the same rules speak. Whoever connects chooses the port that he comes from. */
function walk(rules: readonly FirewallRule[]): readonly Admitted[] {
  const admitted: Admitted[] = [];
  let rest = EVERYWHERE;
  for (const { action, sources, partly, sequence: rule } of rules) {
    if (action === "permit") {
      const ranges = intersectRanges(rest, sources);
      if (ranges.length > 0) admitted.push({ rule, ranges, doubtful: partly === "form" });
    }
    // A denial of some packets leaves the others to the rules behind it.
    if (partly === null || (partly === "ports" && action === "permit")) {
      rest = subtractRanges(rest, sources);
    }
  }
  return rest.length > 0 ? [...admitted, { rule: null, ranges: rest, doubtful: false }] : admitted;
}

/** Runs of ports beside each other at which the same is let in. */
function joined(rules: readonly IngressRule[]): readonly IngressRule[] {
  const all = new Map<string, IngressRule>();
  const done: IngressRule[] = [];
  for (const rule of rules) {
    const key = `${rule.rule} ${rule.ranges.join()}`;
    const before = all.get(key);
    const [first, last] = rule.ports ?? [0, LAST_PORT];
    if (before?.ports && before.ports[1] + 1 === first) {
      const wider = { ...before, ports: [before.ports[0], last] as const };
      done[done.indexOf(before)] = wider;
      all.set(key, wider);
      continue;
    }
    all.set(key, rule);
    done.push(rule);
  }
  return done;
}
