/** What the parameters of flexible servers say of encryption in transit; pure. */
import type { Transport } from "#model/facets.ts";
import { plain } from "#model/text.ts";
import { TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";
import { flag, text, type Fields } from "#probes/common/json.ts";
import { enabledFlag, propertiesOf } from "./facets.ts";
import { tlsVersion } from "./tls-setting.ts";

/** What one parameter comes to. */
interface Parameter {
  /** null: it says nothing, or not what is in force. */
  readonly value: string | null;
  readonly isDefault: boolean;
  readonly words: string;
}

/**
 * @param secure the parameter `require_secure_transport`; null: not read
 * @param lowest `ssl_min_protocol_version` (PostgreSQL) or `tls_version` (MySQL), a list of all versions; null: not read
 */
export function toTransport(
  raw: Fields,
  secure: Fields | null,
  lowest: Fields | null,
  names: { readonly secure: string; readonly lowest: string },
): Transport {
  const name = text(propertiesOf(raw)["fullyQualifiedDomainName"]);
  const must = toParameter(names.secure, secure);
  const least = toParameter(names.lowest, lowest);
  const each = names.lowest === "tls_version";
  const versions = versionsIn(least.value);
  return {
    secureOnly: enabledFlag(must.value),
    minimumTls: versions?.[0] ?? null,
    ...(each && versions !== null ? { versions } : {}),
    minimumTlsIsDefault: versions !== null && least.isDefault,
    platformFloor: null,
    ...(name === null ? {} : { hostNames: [name.slice(0, 253)] }),
    detail: `${must.words}; ${least.words}`,
  };
}

/** A new value that waits for a restart is not the one in force, which is not shown. */
function toParameter(name: string, raw: Fields | null): Parameter {
  if (raw === null) return { value: null, isDefault: false, words: `${name} was not read` };
  const { value, source, isConfigPendingRestart } = propertiesOf(raw);
  const said = text(value);
  const pending = flag(isConfigPendingRestart) ?? enabledFlag(isConfigPendingRestart);
  if (pending === true) {
    const words = `${name} waits for a restart, and what is in force until then is not shown`;
    return { value: null, isDefault: false, words };
  }
  const from = text(source);
  return {
    value: said,
    isDefault: from?.toLowerCase() === "system-default",
    words: `${name} ${plain(said ?? "is not stated", 60)} (${plain(from ?? "no source", 40)})`,
  };
}

/** The versions, oldest first; null where one is none that is known. Both engines call TLS 1.0 `TLSv1`. */
function versionsIn(value: string | null): readonly TlsVersion[] | null {
  if (value === null) return null;
  const named = new Set(value.split(",").map(versionOf));
  return named.has(null) ? null : TLS_VERSIONS.filter((version) => named.has(version));
}

function versionOf(name: string): TlsVersion | null {
  return name.trim().toLowerCase() === "tlsv1" ? "TLSv1.0" : tlsVersion(name);
}
