import type { Encryption } from "#model/facets.ts";

/** Everything that customers store is encrypted by AES of 256 bits; nobody can turn it off. */
const DESIGN = "https://cloud.google.com/docs/security/encryption/default-encryption";

/** @param keyManagement null: the answer does not tell */
export function byDesign(
  keyManagement: Encryption["keyManagement"],
  caveat: string | null = null,
): Encryption {
  return {
    enabled: true,
    algorithm: "AES-256",
    algorithmSource: "published-design",
    algorithmReference: DESIGN,
    keyManagement,
    caveat,
  };
}
