/** What a load balancer's proxy lets in of TLS; pure. */
import type { Transport } from "#model/facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import { fields, list, text, type Fields } from "#probes/common/json.ts";
import { computeId } from "./names.ts";

const VERSIONS: Readonly<Record<string, TlsVersion>> = {
  TLS_1_0: "TLSv1.0",
  TLS_1_1: "TLSv1.1",
  TLS_1_2: "TLSv1.2",
  TLS_1_3: "TLSv1.3",
};
const DESIGN = "https://cloud.google.com/load-balancing/docs/ssl-policies-concepts";

/**
 * What holds for a proxy: its policy's minimum, but no less than TLS 1.2 with the profile RESTRICTED, whose ciphers no
 * older version has; without a policy Google's default, which is COMPATIBLE from TLS 1.0 on.
 * @param policies SSL policies by full name
 * @throws TypeError where the policy was not listed, or its version is not known
 */
export function toTransport(
  raw: Fields,
  policies: ReadonlyMap<string, Fields>,
  hostNames: readonly string[],
): Transport {
  const common = { secureOnly: true, hostNames, platformFloor: null };
  const link = raw["sslPolicy"];
  if (link === undefined) {
    return {
      ...common,
      minimumTls: "TLSv1.0",
      minimumTlsIsDefault: true,
      detail: `no SSL policy: Google's default is COMPATIBLE from TLS 1.0 on (${DESIGN})`,
    };
  }
  const policy = policies.get(computeId(link) ?? "");
  if (policy === undefined) throw new TypeError("an SSL policy that was not listed");
  const minimum = VERSIONS[text(policy["minTlsVersion"]) ?? ""];
  const profile = text(policy["profile"]) ?? "";
  if (minimum === undefined) throw new TypeError("an SSL policy of a version that is not known");
  const old = minimum === "TLSv1.0" || minimum === "TLSv1.1";
  return {
    ...common,
    minimumTls: profile === "RESTRICTED" && old ? "TLSv1.2" : minimum,
    minimumTlsIsDefault: false,
    detail: `SSL policy ${(text(policy["name"]) ?? "").slice(0, 80)}: ${profile.slice(0, 40)} from ${minimum} on`,
  };
}

/**
 * Under which names and addresses a proxy is reached from outside: those of its forwarding rules that face the Internet,
 * and those in its certificates. None where no such rule leads to it.
 * @param id full name of the proxy
 * @param certificates by full name; one that was not listed (of Certificate Manager) adds no name
 */
export function hostNamesOf(
  raw: Fields,
  id: string,
  rules: readonly Fields[],
  certificates: ReadonlyMap<string, Fields>,
): readonly string[] {
  const own = rules.filter(
    ({ target, loadBalancingScheme }) =>
      computeId(target) === id && (text(loadBalancingScheme) ?? "").startsWith("EXTERNAL"),
  );
  if (own.length === 0) return [];
  const links: readonly unknown[] = Array.isArray(raw["sslCertificates"])
    ? raw["sslCertificates"]
    : [];
  const names = links.flatMap((link) => {
    const certificate = certificates.get(computeId(link) ?? "") ?? {};
    const { domains } = fields(certificate["managed"]);
    return [...texts(certificate["subjectAlternativeNames"]), ...texts(domains)];
  });
  const addresses = own.flatMap(({ IPAddress }) => text(IPAddress) ?? []);
  return [...new Set([...names.map((name) => name.toLowerCase()), ...addresses])];
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.flatMap((one: unknown) => text(one) ?? []) : [];
}

/** Resources by their full names. */
export function byId(resources: readonly Fields[]): ReadonlyMap<string, Fields> {
  return new Map(
    list(resources).flatMap((raw) => {
      const id = computeId(raw["selfLink"]);
      return id === null ? [] : [[id, raw] as const];
    }),
  );
}
