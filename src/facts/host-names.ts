/** How the services are named whose settings tell under which names they answer. */
const NAMED: ReadonlyMap<string, "any" | "own" | "balancer"> = new Map(
  (
    [
      // Aliases are told by the setting alone.
      ["AWS::CloudFront::Distribution", "any"],
      // The subject's name is the domain.
      ["AWS::ApiGateway::DomainName", "own"],
      ["AWS::ApiGatewayV2::DomainName", "own"],
      // AWS makes the name of a load balancer's from its own.
      ["AWS::ElasticLoadBalancingV2::Listener", "balancer"],
      ["AWS::ElasticLoadBalancing::LoadBalancer", "balancer"],
    ] as const
  ).map(([kind, named]) => [kind.toLowerCase(), named]),
);

/**
 * Whether a service may answer under a host name, by what is known of it without its setting.
 * `unless-taken`: unless another of its kind is known to have the name.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html: an alias is that of one distribution
 * @param host in lower case, without a dot at its end
 */
export function mayAnswerUnder(
  { kind, name }: { readonly kind: string; readonly name: string },
  host: string,
): "yes" | "unless-taken" | "no" {
  const own = name.toLowerCase();
  const named = NAMED.get(kind.toLowerCase());
  if (named === "any") return "unless-taken";
  if (named === "own") {
    return own === host || own === host.replace(/^[^.]+/, "*") ? "yes" : "no";
  }
  if (named === undefined) return "no";
  const [balancer = ""] = own.split(" ");
  const [label = "", ...domain] = host.replace(/^internal-/, "").split(".");
  const isAws = /(?:^|\.)elb\..*amazonaws\.com(?:\.cn)?$/.test(domain.join("."));
  return isAws && label.startsWith(`${balancer}-`) ? "yes" : "no";
}
