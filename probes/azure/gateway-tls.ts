/** Which TLS versions the policies of an application gateway let in; pure. */
import type { TlsVersion } from "#model/tls.ts";
import { fields, text } from "#probes/common/json.ts";
import { versionsFrom } from "./doors.ts";
import { tlsVersion } from "./tls-setting.ts";

/** What a policy lets in; versions null: it cannot be told. */
export interface TlsPolicy {
  readonly versions: readonly TlsVersion[] | null;
  readonly isDefault: boolean;
  readonly words: string;
}

/** https://learn.microsoft.com/azure/application-gateway/application-gateway-ssl-policy-overview#predefined-tls-policy */
const PREDEFINED: Readonly<Record<string, readonly TlsVersion[]>> = {
  appgwsslpolicy20150501: ["TLSv1.0", "TLSv1.1", "TLSv1.2"],
  appgwsslpolicy20170401: ["TLSv1.1", "TLSv1.2"],
  appgwsslpolicy20170401s: ["TLSv1.2"],
  appgwsslpolicy20220101: ["TLSv1.2", "TLSv1.3"],
  appgwsslpolicy20220101s: ["TLSv1.2", "TLSv1.3"],
};

/**
 * What `sslPolicy` lets in. Without one the version of the API by which the gateway was made decides, which only
 * `defaultPredefinedSslPolicy` tells.
 * @param byDefault the gateway's `defaultPredefinedSslPolicy`
 */
export function tlsPolicy(sslPolicy: unknown, byDefault: unknown): TlsPolicy {
  if (sslPolicy === undefined || sslPolicy === null) {
    const name = text(byDefault);
    return name === null
      ? { versions: null, isDefault: true, words: "no sslPolicy and no default policy is stated" }
      : { ...predefined(name), isDefault: true, words: `${name.slice(0, 60)} by default` };
  }
  const { policyType, policyName, minProtocolVersion, disabledSslProtocols } = fields(sslPolicy);
  const type = text(policyType)?.toLowerCase();
  const name = text(policyName);
  if (type === "predefined" || (type === undefined && name !== null)) {
    return predefined(name ?? "a predefined policy without name");
  }
  const minimum = tlsVersion(text(minProtocolVersion)?.replace("_", "."));
  const said = `${text(policyType)?.slice(0, 20) ?? "sslPolicy"}, minProtocolVersion ${text(minProtocolVersion)?.slice(0, 20) ?? "is not stated"}`;
  if (type === "customv2") return { ...from(minimum), isDefault: false, words: said };
  if (type === "custom") {
    // Only CustomV2 has TLS 1.3.
    const { versions } = from(minimum);
    const old = versions?.filter((version) => version !== "TLSv1.3") ?? null;
    return { versions: old?.length === 0 ? null : old, isDefault: false, words: said };
  }
  if (type !== undefined || !Array.isArray(disabledSslProtocols)) {
    return { versions: null, isDefault: false, words: said };
  }
  // The oldest form: those of 2015 but for what is taken away.
  const off = new Set(disabledSslProtocols.map((one) => tlsVersion(text(one)?.replace("_", "."))));
  const left = PREDEFINED["appgwsslpolicy20150501"]?.filter((version) => !off.has(version));
  return {
    versions: off.has(null) ? null : (left ?? null),
    isDefault: false,
    words: `disabledSslProtocols ${disabledSslProtocols
      .map((one) => String(one).slice(0, 20))
      .slice(0, 4)
      .join(", ")}`,
  };
}

function predefined(name: string): TlsPolicy {
  const key = name.toLowerCase();
  const versions = Object.hasOwn(PREDEFINED, key) ? (PREDEFINED[key] ?? null) : null;
  return { versions, isDefault: false, words: name.slice(0, 60) };
}

function from(minimum: TlsVersion | null): { readonly versions: readonly TlsVersion[] | null } {
  return { versions: minimum === null ? null : versionsFrom(minimum) };
}
