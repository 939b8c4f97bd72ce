import type {
  DescribeAccessPointsOutput,
  LoadBalancerDescription,
  PolicyDescription,
} from "@aws-sdk/client-elastic-load-balancing";
import type { Redundancy, Transport } from "#model/facets.ts";
import { defineProbe, defineRead } from "#model/probe.ts";
import { compareTlsVersions, type TlsVersion } from "#model/tls.ts";
import { awsQuestion } from "./calls.ts";
import { classifyAws } from "./errors.ts";
import { defineListing, listAll, observeListed } from "./listing.ts";
import { inAccount } from "./session.ts";
import { exactVersions, namedVersions, noVersions } from "./tls-setting.ts";

const KIND = "AWS::ElasticLoadBalancing::LoadBalancer";
const BALANCERS = "elasticloadbalancing:DescribeLoadBalancers";
const POLICIES = "elasticloadbalancing:DescribeLoadBalancerPolicies";

/** Classic load balancers. */
export default defineProbe({
  id: "aws-classic-load-balancers",
  title: "Elastic Load Balancing, classic",
  provider: "aws",
  kinds: [KIND],
  provides: {
    inventory: { permissions: [BALANCERS, "tag:GetResources"] },
    redundancy: { permissions: [BALANCERS] },
    transport: { permissions: [BALANCERS, POLICIES] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listed = await listAll(balancers, session);
      yield* observeListed(balancers, listed, wanted, session);
      if (!wanted.has("transport")) return;
      const reads = listed.found.map(({ subject, item, place }) =>
        defineRead({
          ...awsQuestion(
            session.clients,
            "elb",
            place.region,
            "DescribeLoadBalancerPolicies",
            async (client, options) => {
              const { DescribeLoadBalancerPoliciesCommand } =
                await import("@aws-sdk/client-elastic-load-balancing");
              const asked = { LoadBalancerName: subject.name };
              return client.send(new DescribeLoadBalancerPoliciesCommand(asked), options);
            },
          ),
          subject,
          facet: "transport",
          permission: POLICIES,
          map: ({ PolicyDescriptions }) => toTransport(item, PolicyDescriptions ?? []),
        }),
      );
      yield* context.readAll(reads);
    });
  },
});

const balancers = defineListing({
  kinds: [KIND],
  service: "elb",
  operation: "DescribeLoadBalancers",
  permission: BALANCERS,
  reach: "declared",
  page: (Marker) => async (client, options) => {
    const { DescribeLoadBalancersCommand } = await import("@aws-sdk/client-elastic-load-balancing");
    return client.send(new DescribeLoadBalancersCommand({ Marker }), options);
  },
  next: (page: DescribeAccessPointsOutput) => page.NextMarker,
  items: (page) => page.LoadBalancerDescriptions ?? [],
  subject: ({ LoadBalancerName: name }: LoadBalancerDescription, { account, region }) => {
    if (name === undefined) throw new TypeError("a balancer without name");
    const { partition, id: owner } = account;
    const id = `arn:${partition}:elasticloadbalancing:${region}:${owner}:loadbalancer/${name}`;
    return { id, name, tags: "elsewhere" };
  },
  facets: { redundancy: toRedundancy },
});

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
 * @throws where a listener has no protocol or a policy no version
 */
export function toTransport(
  { ListenerDescriptions, DNSName, Scheme }: LoadBalancerDescription,
  policies: readonly PolicyDescription[],
): Transport {
  const doors = (ListenerDescriptions ?? []).map(({ Listener, PolicyNames }): Door => {
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
