import type { DistributionSummary } from "@aws-sdk/client-cloudfront";
import type { Transport } from "#model/facets.ts";
import { listed } from "#model/text.ts";
import type { TlsVersion } from "#model/tls.ts";
import { exactVersions, versionsFrom } from "./tls-setting.ts";

/**
 * The lowest version of each security policy; all newer ones are spoken too.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html
 */
const LOWEST: Readonly<Record<string, TlsVersion>> = {
  SSLv3: "SSLv3",
  TLSv1: "TLSv1.0",
  TLSv1_2016: "TLSv1.0",
  "TLSv1.1_2016": "TLSv1.1",
  "TLSv1.2_2018": "TLSv1.2",
  "TLSv1.2_2019": "TLSv1.2",
  "TLSv1.2_2021": "TLSv1.2",
  "TLSv1.2_2025": "TLSv1.2",
  "TLSv1.3_2025": "TLSv1.3",
};

/**
 * What a distribution lets in: the versions of its security policy, and clear text where one of its behaviours does.
 * With CloudFront's own certificate the policy is TLSv1 whatever is set:
 * https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html
 * @throws where policy or behaviours are not as documented
 */
export function toTransport(distribution: DistributionSummary): Transport {
  const { Aliases, DomainName, ViewerCertificate } = distribution;
  if (ViewerCertificate === undefined) throw new TypeError("a distribution without certificate");
  const isDefault = ViewerCertificate.CloudFrontDefaultCertificate === true;
  const policy = isDefault ? "TLSv1" : (ViewerCertificate.MinimumProtocolVersion ?? "");
  const lowest = Object.hasOwn(LOWEST, policy) ? LOWEST[policy] : undefined;
  if (lowest === undefined) throw new TypeError("a security policy of another name");
  const open = openBehaviours(distribution);
  const hostNames = [...(Aliases?.Items ?? []), ...(DomainName === undefined ? [] : [DomainName])];
  const certificate = isDefault ? ", as always with CloudFront's own certificate" : "";
  const clear =
    open.length === 0 ? "all behaviours keep to HTTPS" : `allow-all for ${listed(open)}`;
  return exactVersions(versionsFrom(lowest), {
    secureOnly: open.length === 0,
    minimumTlsIsDefault: isDefault,
    hostNames,
    detail: `security policy ${policy}${certificate}; ${clear}`,
  });
}

/** The behaviours that answer in clear text. */
function openBehaviours({
  DefaultCacheBehavior,
  CacheBehaviors,
}: DistributionSummary): readonly string[] {
  if (DefaultCacheBehavior === undefined) throw new TypeError("a distribution without behaviour");
  return [
    ["the default", DefaultCacheBehavior.ViewerProtocolPolicy] as const,
    ...(CacheBehaviors?.Items ?? []).map(
      ({ PathPattern, ViewerProtocolPolicy }) =>
        [PathPattern ?? "a path", ViewerProtocolPolicy] as const,
    ),
  ].flatMap(([path, policy]) => {
    if (policy === "https-only" || policy === "redirect-to-https") return [];
    if (policy === "allow-all") return [path];
    throw new TypeError("a viewer protocol policy of another name");
  });
}
