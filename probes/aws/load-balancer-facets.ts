import type {
  Action,
  Listener,
  LoadBalancer,
  Rule,
  SslPolicy,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Redundancy, Transport } from "#model/facets.ts";
import { exactVersions, namedVersions, noVersions } from "./tls-setting.ts";

/** A listener with the balancer that it belongs to. */
export interface OwnedListener {
  readonly listener: Listener;
  readonly balancer: LoadBalancer;
}

/** The protocols whose policy decides which versions are spoken; a policy elsewhere is ignored. */
const SECURE: ReadonlySet<string> = new Set(["HTTPS", "TLS"]);

/** Whether a listener ends TLS itself. */
export function endsTls({ Protocol }: Listener): boolean {
  return SECURE.has(Protocol ?? "");
}

/**
 * The zones in which a balancer stands. One that is not active stands nowhere yet, and what it is set to is no evidence.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerState.html
 * @throws where state or zones are missing
 */
export function toRedundancy({ AvailabilityZones, State }: LoadBalancer): Redundancy {
  const state = State?.Code;
  if (state === undefined || AvailabilityZones === undefined) {
    throw new TypeError("a load balancer without state or zones");
  }
  if (state !== "active" && state !== "active_impaired") {
    const setting = `the balancer is ${state}`;
    return { zones: null, zoneNames: null, zoneRedundant: null, geoRedundant: false, setting };
  }
  const named = AvailabilityZones.map(({ ZoneName }) => {
    if (ZoneName === undefined) throw new TypeError("a zone without name");
    return ZoneName;
  });
  const zoneNames = [...new Set(named)].sort();
  const impaired = state === "active" ? "" : ", impaired";
  return {
    zones: zoneNames.length,
    zoneNames,
    zoneRedundant: zoneNames.length > 1,
    geoRedundant: false,
    setting: `enabled zones${impaired}`,
  };
}

/** Why no web application firewall can stand before a balancer; null where one can, or it is of an unknown type. */
export function noFirewallBecause({ Type, Scheme }: LoadBalancer): string | null {
  // https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html
  if (Type === "network" || Type === "gateway") {
    return `a ${Type} load balancer understands no HTTP`;
  }
  return Scheme === "internal" ? "an internal load balancer, not open to the Internet" : null;
}

/** What a listener that ends TLS lets in: the versions of its policy, whose name says nothing. @throws where a version is none */
export function secureTransport(owned: OwnedListener, policy: SslPolicy): Transport {
  const versions = namedVersions(policy.SslProtocols ?? []);
  const detail = detailOf(owned, `policy ${policy.Name ?? "without name"}`);
  return exactVersions(versions, { secureOnly: true, detail, ...placeOf(owned) });
}

/** Whether a request in clear text gets nothing but a redirect to HTTPS by the listener's default. */
export function redirectsByDefault({ DefaultActions }: Listener): boolean {
  return redirectsToHttps(DefaultActions);
}

/** What an HTTP listener does: it keeps to HTTPS where its default and every rule redirect there. */
export function clearTransport(owned: OwnedListener, rules: readonly Rule[]): Transport {
  const others = rules.filter(({ Actions }) => !redirectsToHttps(Actions));
  const redirects = redirectsByDefault(owned.listener) && others.length === 0;
  const what = redirects
    ? "redirects to HTTPS"
    : redirectsByDefault(owned.listener)
      ? `redirects to HTTPS but for ${others.length} of its rules`
      : "answers in clear text";
  const detail = detailOf(owned, what);
  return exactVersions([], { secureOnly: redirects, detail, ...placeOf(owned) });
}

/** What a listener says that passes on what it gets: nothing, the targets decide. */
export function passedTransport(owned: OwnedListener): Transport {
  const detail = detailOf(owned, "passes connections through, its targets decide what is spoken");
  return noVersions({ secureOnly: null, detail, ...placeOf(owned) });
}

/** The words for a listener. @throws where it has no protocol */
export function listenerName({ Protocol, Port }: Listener): string {
  if (Protocol === undefined) throw new TypeError("a listener without protocol");
  return Port === undefined ? Protocol : `${Protocol}:${Port}`;
}

/** A protocol that is left out of a redirect stays what it was, and so does the variable. */
function redirectsToHttps(actions: readonly Action[] | undefined): boolean {
  return (
    actions !== undefined &&
    actions.length > 0 &&
    actions.every(
      ({ Type, RedirectConfig }) => Type === "redirect" && RedirectConfig?.Protocol === "HTTPS",
    )
  );
}

function detailOf({ listener, balancer }: OwnedListener, what: string): string {
  const scheme = balancer.Scheme === undefined ? "" : `${balancer.Scheme} `;
  return `${listenerName(listener)}, ${what}; ${scheme}${balancer.Type ?? ""} load balancer`;
}

function placeOf({ listener, balancer }: OwnedListener): Partial<Transport> {
  return {
    ...(balancer.DNSName === undefined ? {} : { hostNames: [balancer.DNSName] }),
    ...(listener.Port === undefined ? {} : { port: listener.Port }),
  };
}
