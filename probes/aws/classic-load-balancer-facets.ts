import type {
  LoadBalancerDescription,
  PolicyDescription,
} from "@aws-sdk/client-elastic-load-balancing";
import type { Redundancy, Transport } from "#model/facets.ts";
import { compareTlsVersions, type TlsVersion } from "#model/tls.ts";
import { exactVersions, namedVersions, noVersions } from "./tls-setting.ts";

/** @throws where zones are missing */
export function toRedundancy({ AvailabilityZones }: LoadBalancerDescription): Redundancy {
  if (AvailabilityZones === undefined) throw new TypeError("a load balancer without zones");
  const zoneNames = [...new Set(AvailabilityZones)].sort();
  return {
    zones: zoneNames.length,
    zoneNames,
    zoneRedundant: zoneNames.length > 1,
    geoRedundant: false,
    setting: "enabled zones",
  };
}

/** A listener in words, with the versions that its policies let in where it ends TLS and they are told. */
interface Door {
  readonly name: string;
  readonly port: number | undefined;
  readonly speaks: "tls" | "http" | "other";
  readonly versions: readonly TlsVersion[] | null;
}

/**
 * What all listeners of a balancer let in together; a classic balancer cannot redirect.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-ssl-security-policy.html
 * @throws where listeners are left out, one has no protocol or a policy no version
 */
export function toTransport(
  { ListenerDescriptions, DNSName, Scheme }: LoadBalancerDescription,
  policies: readonly PolicyDescription[],
): Transport {
  if (ListenerDescriptions === undefined) throw new TypeError("a load balancer without listeners");
  const doors = ListenerDescriptions.map(({ Listener, PolicyNames }): Door => {
    const protocol = Listener?.Protocol?.toUpperCase();
    if (protocol === undefined) throw new TypeError("a listener without protocol");
    const port = Listener?.LoadBalancerPort;
    const name = port === undefined ? protocol : `${protocol}:${port}`;
    if (protocol === "HTTPS" || protocol === "SSL") {
      return { name, port, speaks: "tls", versions: policyVersions(PolicyNames ?? [], policies) };
    }
    return { name, port, speaks: protocol === "HTTP" ? "http" : "other", versions: null };
  });
  const secure = doors.filter(({ speaks }) => speaks === "tls");
  const clear = doors.some(({ speaks }) => speaks === "http");
  const unseen = doors.flatMap(({ name, speaks, versions }) =>
    speaks === "other"
      ? [`${name} passes connections through`]
      : speaks === "tls" && versions === null
        ? [`${name} has no policy that names its versions`]
        : [],
  );
  const known = secure.flatMap(({ versions }) => versions ?? []);
  const secureOnly = clear ? false : secure.length < doors.length ? null : true;
  const [only, ...others] = secure;
  const said = {
    secureOnly,
    detail: `${doors.map(({ name }) => name).join(", ") || "no listener"}; ${Scheme ?? ""} classic load balancer`,
    ...(DNSName === undefined ? {} : { hostNames: [DNSName] }),
    ...(only?.port === undefined || others.length > 0 ? {} : { port: only.port }),
    ...(unseen.length === 0 ? {} : { unseen }),
  };
  if (known.length === 0 && unseen.length > 0) return noVersions(said);
  return exactVersions(sorted(known), said);
}

/** The versions that a listener's policy turns on; null where none of its policies says. */
function policyVersions(
  names: readonly string[],
  policies: readonly PolicyDescription[],
): Door["versions"] {
  const own = policies.find(
    ({ PolicyName, PolicyTypeName }) =>
      PolicyTypeName === "SSLNegotiationPolicyType" && names.includes(PolicyName ?? ""),
  );
  if (own === undefined) return null;
  const on = (own.PolicyAttributeDescriptions ?? []).flatMap(({ AttributeName, AttributeValue }) =>
    AttributeName?.startsWith("Protocol-") === true && AttributeValue?.toLowerCase() === "true"
      ? [AttributeName.slice("Protocol-".length)]
      : [],
  );
  return namedVersions(on);
}

function sorted(versions: readonly TlsVersion[]): readonly TlsVersion[] {
  return [...new Set(versions)].sort(compareTlsVersions);
}
