/** Who may reach a database server over the Internet: its public access and the rules of its own firewall; pure. */
import { isInternet } from "#facts/internet-addresses.ts";
import { parseRange, toCidrs, type AddressRange } from "#model/address-ranges.ts";
import type { Exposure } from "#model/facets.ts";
import type { Ingress, IngressRule } from "#model/security-facets.ts";
import { listed, plain } from "#model/text.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { propertiesOf } from "./facets.ts";

/** What a server says of its own door, before its rules are asked for. */
export interface Door {
  /** `publicNetworkAccess` as it was answered. */
  readonly access: unknown;
  /** The subnet that it lies in, where that takes its public address away; null: none. */
  readonly subnet: string | null;
  readonly port: number;
  /** Rules that no answer shows and that may let anyone in, in words; null: there are none such. */
  readonly unseen: string | null;
}

interface Rule {
  readonly name: string;
  /** null: the addresses of all of Azure, whoever rents them. */
  readonly range: AddressRange | null;
}

/** Whether a door is closed whatever the rules say, so that nobody need ask for them. */
export function isShut({ access, subnet }: Door): boolean {
  return subnet !== null || text(access)?.toLowerCase() === "disabled";
}

/** @throws when a rule names no range */
export function firewallExposure(door: Door, entries: readonly Fields[]): Exposure {
  if (isShut(door)) {
    return { anonymousAccess: false, openNetwork: false, through: [], closedBy: [shutBy(door)] };
  }
  const rules = entries.map(toRule);
  const ranges = rules.flatMap(({ range }) => range ?? []);
  const everyone = isInternet(ranges);
  const azure = rules.filter(({ range }) => range === null);
  const wide = rules.filter(({ range }) => range !== null && isInternet([range]));
  const opening = everyone ? (wide.length > 0 ? wide : rules) : azure;
  const unread = unreadRules(door);
  const closed = !everyone && azure.length === 0 && unread.length === 0;
  return {
    anonymousAccess: false,
    openNetwork: everyone ? reachable(door) : closed ? false : null,
    through: [...opening.slice(0, 20).map(inWords), ...unread],
    closedBy: closed ? [rulesInWords(rules)] : [],
  };
}

/** @throws when a rule names no range */
export function firewallIngress(door: Door, entries: readonly Fields[]): Ingress {
  const at = `port ${door.port}`;
  if (isShut(door)) {
    return { allowed: [], reachable: false, detail: `${shutBy(door)}, ${at}`, firewall: true };
  }
  const { port } = door;
  const base = { protocol: "tcp", ports: [port, port], ranges: [], others: [] } as const;
  const rules = entries.map(toRule);
  const allowed = rules.map((rule): IngressRule => {
    const words = inWords(rule);
    return rule.range === null
      ? { ...base, unresolved: [words], rule: words }
      : { ...base, ranges: toCidrs([rule.range]), rule: words };
  });
  const hidden = unreadRules(door).map((rule) => ({ ...base, unresolved: [rule], rule }));
  return {
    allowed: [...allowed, ...hidden],
    reachable: reachable(door),
    detail: `${accessInWords(door)}, ${rulesInWords(rules)}, ${at}`,
    firewall: true,
  };
}

/** Only `Enabled` says that the rules are all that stands before it. */
function reachable({ access }: Door): true | null {
  return text(access)?.toLowerCase() === "enabled" ? true : null;
}

/** What may let in beside the rules: those that nobody shows, and those of an access that is no plain word. */
function unreadRules(door: Door): readonly string[] {
  const { access, unseen } = door;
  const odd = access !== undefined && reachable(door) === null;
  return [
    ...(odd ? [`${accessInWords(door)}, whose rules are not read`] : []),
    ...(unseen === null ? [] : [`${unseen}, which are not read`]),
  ];
}

function accessInWords({ access }: Door): string {
  return `publicNetworkAccess ${plain(text(access) ?? "is not stated", 60)}`;
}

function shutBy(door: Door): string {
  return door.subnet === null
    ? accessInWords(door)
    : "it lies in a subnet of its own and has no public address";
}

function rulesInWords(rules: readonly Rule[]): string {
  if (rules.length === 0) return "no firewall rule";
  return `firewall rule${rules.length === 1 ? "" : "s"} ${listed(rules.map(({ name }) => name))}`;
}

function inWords({ name, range }: Rule): string {
  const rule = `firewall rule ${name}`;
  return range === null
    ? `${rule} (0.0.0.0: every address of Azure, of other customers too)`
    : `${rule} (${listed(toCidrs([range]), 3)})`;
}

const IPV4 = 4;

/** 0.0.0.0 to 0.0.0.0 is no address: it stands for all that runs in Azure. */
function toRule(raw: Fields): Rule {
  const { startIpAddress, endIpAddress } = propertiesOf(raw);
  const name = plain(text(raw["name"]) ?? "without name", 80);
  const first = parseRange(text(startIpAddress) ?? "");
  const last = parseRange(text(endIpAddress) ?? "");
  if (first === null || last === null || first.family !== last.family || first.first > last.last) {
    throw new TypeError(`firewall rule ${name} names no range of addresses`);
  }
  if (first.family === IPV4 && last.last === 0n) return { name, range: null };
  return { name, range: { family: first.family, first: first.first, last: last.last } };
}
