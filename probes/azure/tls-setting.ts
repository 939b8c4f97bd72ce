import type { TlsVersion } from "#model/tls.ts";
import { text } from "#probes/common/json.ts";

/** The spellings of Azure's services: `1.2`, `TLS1_2`, `TLSv1.2`, `TLS 1.2`, `Tls12`. */
const SPELLING = /^tls\s?v?1[._]?([0-3])$|^1\.([0-3])$/i;
const VERSIONS: readonly TlsVersion[] = ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/** A lowest version as a service's setting names it; null where it is absent or of an unknown form. */
export function tlsVersion(setting: unknown): TlsVersion | null {
  const [, spelled, plain] = SPELLING.exec(text(setting)?.trim() ?? "") ?? [];
  const minor = spelled ?? plain;
  return minor === undefined ? null : (VERSIONS[Number(minor)] ?? null);
}
