/** Who takes part in a vRack; pure. */
import type { Link } from "#model/security-facets.ts";
import { fields, flag, list, text } from "#probes/common/json.ts";
import type { Known } from "#probes/common/known.ts";

export const INTERFACE = "dedicatedServer:apiovh:virtualNetworkInterface/get";

/** One that takes part, and the answer that tells whether it is connected; null where there is none to ask for. */
export interface Membership {
  /** The vRack's own word for it: `cloudProject`. */
  readonly kind: string;
  readonly name: string;
  readonly known: Known<unknown> | null;
}

type Tunnel = Link["tunnels"][number];

/**
 * A vRack carries clear text: it is private, not encrypted (https://www.ovhcloud.com/en/network/vrack/). It connects two
 * at least, so one that takes part alone is connected to nothing.
 * @param whole whether everything that takes part was listed
 */
export function toLink(vrack: string, members: readonly Membership[], whole: boolean): Link {
  const tunnels = members.flatMap((member) => tunnelsOf(vrack, member));
  const names = new Set(members.map(({ name }) => name));
  const alone = names.size < 2;
  return {
    kind: "private-network",
    encrypted: false,
    tunnels: alone
      ? tunnels.map((one) => ({ ...one, up: whole || one.up === false ? false : null }))
      : tunnels,
    peer: names.size === 0 ? null : [...names].sort().slice(0, 10).join(", "),
  };
}

function tunnelsOf(vrack: string, { kind, name, known }: Membership): readonly Tunnel[] {
  const what = kind === "dedicatedServerInterfaceDetails" ? "dedicatedServer" : kind;
  const label = `${what} ${name}`.slice(0, 120);
  if (known === null || !known.ok) return [{ name: label, up: null, since: null }];
  if (kind === "cloudProject") return networksOf(label, known.value);
  return [{ name: label, up: connected(vrack, known.value), since: null }];
}

/** An interface may be switched off, in public mode, or in another vRack by now. */
function connected(vrack: string, answer: unknown): boolean | null {
  const { mode, enabled, vrack: own } = fields(answer);
  const [word, on, name] = [text(mode), flag(enabled), text(own)];
  if (on === false || word === "public" || word === "public_aggregation") return false;
  if (name !== null && name !== vrack) return false;
  const known = word === "vrack" || word === "vrack_aggregation";
  return known && on === true && name === vrack ? true : null;
}

/** A project takes part by the private networks that are active in its regions; without one nothing of it is connected. */
function networksOf(label: string, answer: unknown): readonly Tunnel[] {
  if (!Array.isArray(answer)) return [{ name: label, up: null, since: null }];
  const tunnels = list(answer).flatMap(({ name, id, regions }) => {
    const own = text(name) ?? text(id) ?? "?";
    if (!Array.isArray(regions)) {
      return [{ name: `${label}, network ${own}`.slice(0, 200), up: null, since: null }];
    }
    return list(regions).map(({ region, status }): Tunnel => {
      const word = text(status);
      const network = `${own} in ${text(region) ?? "?"}`;
      const up =
        word === "ACTIVE" ? true : word === null ? null : word === "BUILDING" ? false : null;
      return { name: `${label}, network ${network}`.slice(0, 200), up, since: null };
    });
  });
  return tunnels.length === 0 ? [{ name: label, up: false, since: null }] : tunnels;
}
