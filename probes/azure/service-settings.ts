/** Settings that several services of Azure spell alike; pure. */
import type { Encryption, Exposure, Transport } from "#model/facets.ts";
import { fields, text, type Fields, list } from "#probes/common/json.ts";
import { letInEveryone } from "./address-rules.ts";
import { exposureOf, propertiesOf } from "./facets.ts";
import { httpsHosts } from "./host-names.ts";
import { tlsVersion } from "./tls-setting.ts";

type KeyManagement = Encryption["keyManagement"];

/** By `encryption.keySource`; a service whose answer has no such setting uses Microsoft's own keys. */
export function keySource(encryption: unknown): KeyManagement {
  if (encryption === undefined || encryption === null) return "provider";
  const source = text(fields(encryption)["keySource"])?.toLowerCase();
  if (source === "microsoft.keyvault") return "customer";
  return source?.startsWith("microsoft.") === true ? "provider" : null;
}

/** The customer's key where its address is told, Microsoft's where it is not. */
export function keyAt(address: unknown): KeyManagement {
  return text(address) === null ? "provider" : "customer";
}

/** By a switch `status`, `Enabled` for the customer's key. */
export function keyStatus(encryption: unknown): KeyManagement {
  if (encryption === undefined || encryption === null) return "provider";
  const status = text(fields(encryption)["status"])?.toLowerCase();
  return status === "enabled" ? "customer" : status === "disabled" ? "provider" : null;
}

/** The lowest version by `minimumTlsVersion`; what an absent one means differs with a service's age, so it is not known. */
export function minimumTransport(field: string, address?: string) {
  return (raw: Fields): Transport => {
    const properties = propertiesOf(raw);
    const setting = properties[field];
    return {
      secureOnly: null,
      minimumTls: tlsVersion(setting),
      minimumTlsIsDefault: false,
      platformFloor: null,
      ...(address === undefined ? {} : httpsHosts(properties[address])),
      detail: `${field} ${text(setting)?.slice(0, 60) ?? "is not stated"}`,
    };
  };
}

/**
 * A service without a firewall of its own: only `publicNetworkAccess` decides. What an absent one means is not known.
 */
export function publicAccessOnly(raw: Fields): Exposure {
  const properties = propertiesOf(raw);
  const enabled = text(properties["publicNetworkAccess"])?.toLowerCase() === "enabled";
  return exposureOf(properties, enabled ? "publicNetworkAccess Enabled" : undefined, "");
}

/** One set of rules for all that is not denied before it: the default, and the addresses that are let in beside it. */
interface Rules {
  readonly name: string;
  readonly defaultAction: unknown;
  readonly addresses: readonly unknown[];
}

/** What such rules let in, for `exposureOf`. */
export function openRules({ name, defaultAction, addresses }: Rules): string | null | undefined {
  const action = text(defaultAction)?.toLowerCase();
  if (action === "allow") return `${name}.defaultAction Allow`;
  if (action !== "deny") return undefined;
  const everyone = letInEveryone(addresses);
  if (everyone === null) return undefined;
  return everyone ? `${name}.ipRules of every address` : null;
}

/** A firewall of `defaultAction` and `ipRules`. */
export function ruledExposure(
  name: "networkAcls" | "networkRuleSet",
  addressOf: "value" | "ipMask" = "value",
) {
  return (raw: Fields): Exposure => {
    const properties = propertiesOf(raw);
    const { defaultAction, ipRules } = fields(properties[name]);
    const addresses = list(ipRules).map((rule) => rule[addressOf]);
    const open = openRules({ name, defaultAction, addresses });
    return exposureOf(properties, open, `${name}.defaultAction Deny`);
  };
}
