import type { DomainName } from "@aws-sdk/client-api-gateway";
import type { DomainName as HttpDomainName } from "@aws-sdk/client-apigatewayv2";
import type { Transport } from "#model/facets.ts";
import { compareTlsVersions, type TlsVersion } from "#model/tls.ts";
import { exactVersions, noVersions, versionsFrom } from "./tls-setting.ts";

/**
 * The lowest version of each security policy; all newer ones are spoken too.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
 */
const LOWEST: Readonly<Record<string, TlsVersion>> = {
  TLS_1_0: "TLSv1.0",
  TLS_1_2: "TLSv1.2",
  SecurityPolicy_TLS12_2018_EDGE: "TLSv1.2",
  SecurityPolicy_TLS12_PFS_2025_EDGE: "TLSv1.2",
  SecurityPolicy_TLS13_1_2_2021_06: "TLSv1.2",
  SecurityPolicy_TLS13_1_2_Ext2_FIPS_PQ_2025_09: "TLSv1.2",
  SecurityPolicy_TLS13_1_2_Ext2_PQ_2025_09: "TLSv1.2",
  SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09: "TLSv1.2",
  SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09: "TLSv1.2",
  SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09: "TLSv1.2",
  SecurityPolicy_TLS13_1_2_PQ_2025_09: "TLSv1.2",
  SecurityPolicy_TLS13_1_3_2025_09: "TLSv1.3",
  SecurityPolicy_TLS13_1_3_FIPS_2025_09: "TLSv1.3",
  SecurityPolicy_TLS13_2025_EDGE: "TLSv1.3",
};

/** What a custom domain lets in. @throws where its policy is one that is not documented */
export function toTransport({
  domainName,
  securityPolicy,
  endpointConfiguration,
}: DomainName): Transport {
  const types = endpointConfiguration?.types ?? [];
  return ofPolicies(domainName, [securityPolicy], types);
}

/** What a custom domain of HTTP interfaces lets in, by whatever of its endpoints. @throws as `toTransport` */
export function toHttpTransport({
  DomainName: name,
  DomainNameConfigurations,
}: HttpDomainName): Transport {
  const configurations = DomainNameConfigurations ?? [];
  const types = configurations.flatMap(({ EndpointType }) => EndpointType ?? []);
  return ofPolicies(
    name,
    configurations.map(({ SecurityPolicy }) => SecurityPolicy),
    types,
  );
}

/** API Gateway offers HTTPS only: https://docs.aws.amazon.com/apigateway/latest/developerguide/data-protection-encryption.html */
function ofPolicies(
  name: string | undefined,
  policies: readonly (string | undefined)[],
  types: readonly string[],
): Transport {
  const named = policies.filter((policy) => policy !== undefined);
  const where = types.length === 0 ? "" : ` (${types.join(", ").toLowerCase()})`;
  const said = {
    secureOnly: true,
    ...(name === undefined ? {} : { hostNames: [name] }),
  };
  if (named.length === 0 || named.length < policies.length) {
    const detail = `a custom domain without security policy${where}, HTTPS only by design`;
    return noVersions({ ...said, detail });
  }
  const lowest = named.map((policy) => {
    const version = Object.hasOwn(LOWEST, policy) ? LOWEST[policy] : undefined;
    if (version === undefined) throw new TypeError("a security policy of another name");
    return version;
  });
  const [first] = lowest.toSorted(compareTlsVersions);
  if (first === undefined) throw new TypeError("a domain without policy");
  return exactVersions(versionsFrom(first), {
    ...said,
    detail: `security policy ${named.join(", ")}${where}, HTTPS only by design`,
  });
}
