import type { Encryption } from "#model/facets.ts";
import type { KeyManager } from "./key-managers.ts";

/** Encryption at rest of which nothing is told but the given fields. */
export function encryption(enabled: boolean | null, fields: Partial<Encryption> = {}): Encryption {
  return {
    enabled,
    algorithm: null,
    algorithmSource: null,
    algorithmReference: null,
    keyManagement: null,
    caveat: null,
    ...fields,
  };
}

/**
 * Encryption at rest of a service that encrypts all of a resource or nothing, by AES with 256 bits as it documents.
 * @param reference the service's page on encryption at rest, where the cipher is named
 */
export function wholeEncryption(
  enabled: boolean,
  { by, why }: KeyManager,
  reference: string,
): Encryption {
  if (!enabled) return encryption(false);
  return encryption(true, {
    algorithm: "AES-256",
    algorithmSource: "published-design",
    algorithmReference: reference,
    keyManagement: by,
    caveat: why,
  });
}
