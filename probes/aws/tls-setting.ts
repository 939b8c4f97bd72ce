import type { Transport } from "#model/facets.ts";
import { compareTlsVersions, TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";

/** AWS's spelling of the versions. */
const NAMES: Readonly<Record<string, TlsVersion>> = {
  SSLv2: "SSLv2",
  SSLv3: "SSLv3",
  TLSv1: "TLSv1.0",
  "TLSv1.1": "TLSv1.1",
  "TLSv1.2": "TLSv1.2",
  "TLSv1.3": "TLSv1.3",
};

/** The versions of a policy, oldest first. @throws where there is none, or one that AWS does not document */
export function namedVersions(names: readonly string[]): readonly TlsVersion[] {
  const versions = names.map((name) => {
    const version = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    if (version === undefined) throw new TypeError("a TLS version of another name");
    return version;
  });
  if (versions.length === 0) throw new TypeError("a TLS policy without versions");
  return [...new Set(versions)].sort(compareTlsVersions);
}

/** A version and all newer ones. */
export function versionsFrom(minimum: TlsVersion): readonly TlsVersion[] {
  return TLS_VERSIONS.filter((version) => compareTlsVersions(version, minimum) >= 0);
}

/** What a setting that names its versions says; no version: no TLS is spoken. */
export function exactVersions(
  versions: readonly TlsVersion[],
  fields: Pick<Transport, "secureOnly" | "detail"> & Partial<Transport>,
): Transport {
  return {
    minimumTls: versions[0] ?? null,
    versions,
    minimumTlsIsDefault: false,
    platformFloor: null,
    ...fields,
  };
}

/** What a setting says that decides nothing of TLS. */
export function noVersions(
  fields: Pick<Transport, "secureOnly" | "detail"> & Partial<Transport>,
): Transport {
  return { minimumTls: null, minimumTlsIsDefault: false, platformFloor: null, ...fields };
}
