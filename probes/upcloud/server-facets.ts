/** What the Internet reaches of a server; pure. */
import { parseRange, toCidrs, type AddressRange } from "#model/address-ranges.ts";
import type { Ingress, IngressRule } from "#model/security-facets.ts";
import { fields, list, text, type Fields } from "#probes/common/json.ts";
import { EVERYWHERE, toAllowed } from "./firewall-rules.ts";
import { yesNo } from "./session.ts";

/** The server itself in its own answer. @throws TypeError where there is none */
export function serverOf(answer: Fields): Fields {
  const server = fields(answer["server"]);
  if (text(server["uuid"]) === null) throw new TypeError("the answer holds no server");
  return server;
}

/** Whether its firewall is on; rules may exist where it is off. null: nothing says. */
export function firewallIsOn(server: Fields): boolean | null {
  const word = text(server["firewall"]);
  if (word === "on") return true;
  return word === "off" ? false : null;
}

/**
 * The firewall stands before public and utility interfaces; private networks have none, and are not the Internet.
 * @param rules its rules; null where they count for nothing, as the firewall is off
 * @throws TypeError where the answer does not have the documented shape
 */
export function toIngress(server: Fields, rules: readonly Fields[] | null): Ingress {
  const on = firewallIsOn(server);
  if (on === null) throw new TypeError("nothing says whether the firewall is on");
  const found = publicAddresses(server);
  const own = found?.ranges ?? [];
  const all: IngressRule = {
    protocol: "all",
    ports: null,
    ranges: toCidrs(EVERYWHERE),
    others: [],
    rule: "the firewall is off, so everything is let in",
  };
  if (on && rules === null) throw new TypeError("the rules were not read");
  const console = consoleRules(server);
  return {
    allowed: [...(on ? toAllowed(rules ?? [], own) : [all]), ...console],
    reachable: found === null ? null : own.length > 0 || console.length > 0,
    detail: [
      on ? `firewall on, ${counted(rules?.length ?? 0, "rule", "rules")}` : "firewall off",
      found === null
        ? "whether it has a public address is not told"
        : counted(own.length, "public address", "public addresses"),
      ...(console.length === 0 ? [] : ["remote access to its console is on"]),
    ].join("; "),
    firewall: on,
  };
}

function counted(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Addresses by which the Internet reaches it, floating ones among them; null where its interfaces are not told. */
function publicAddresses(server: Fields): { readonly ranges: readonly AddressRange[] } | null {
  const { interfaces } = fields(server["networking"]);
  if (interfaces === undefined) return null;
  const ranges: AddressRange[] = [];
  for (const one of told(fields(interfaces)["interface"], "interfaces")) {
    const type = text(one["type"]);
    if (type !== "public" && type !== "utility" && type !== "private") {
      throw new TypeError("an interface of an unknown type");
    }
    if (type !== "public") continue;
    for (const { address } of told(fields(one["ip_addresses"])["ip_address"], "addresses")) {
      const range = parseRange(text(address) ?? "");
      if (range === null) throw new TypeError("an interface with an address that is none");
      ranges.push(range);
    }
  }
  return { ranges };
}

/** A list that has to be there: an absent one is no empty one. */
function told(value: unknown, what: string): readonly Fields[] {
  if (!Array.isArray(value)) throw new TypeError(`nothing says which ${what} there are`);
  return list(value);
}

/**
 * The console is reached by VNC or SPICE at a port of the machine below, which no firewall of the server's stands before.
 * Who gets to that port is not documented. https://developers.upcloud.com/1.3/8-servers/
 * @throws TypeError where nothing says whether it is on
 */
function consoleRules(server: Fields): readonly IngressRule[] {
  const on = yesNo(server["remote_access_enabled"]);
  if (on === null) throw new TypeError("nothing says whether remote access is on");
  if (!on) return [];
  const way = text(server["remote_access_type"])?.slice(0, 20) ?? "unknown type";
  const rule = `remote access to the console (${way}), which no firewall stands before`;
  return [{ protocol: "tcp", ports: null, ranges: [], others: [], unresolved: [rule], rule }];
}
