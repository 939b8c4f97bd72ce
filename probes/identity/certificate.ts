import type { JsonWebKey } from "node:crypto";
import type { SigningCertificate, SigningKey } from "#model/identity-facets.ts";
import { plain } from "#model/text.ts";
import { readCertificate } from "#probes/tls/certificate-facts.ts";

/** What metadata shows of a certificate, or why it cannot be read. */
export type ReadSigning =
  | {
      readonly ok: true;
      readonly facts: Omit<SigningCertificate, "ofKey">;
      readonly key: Pick<SigningKey, "type" | "bits">;
      /** null for kinds of key that have none. */
      readonly jwk: JsonWebKey | null;
    }
  | { readonly ok: false; readonly why: string };

/** Longer is no certificate that is in use. */
const MAX_CHARACTERS = 90_000;

/** Reads a certificate of DER in Base64 (not base64url), as key sets and SAML metadata carry it; white space counts for nothing. Pure. */
export function readSigningCertificate(base64: string): ReadSigning {
  if (base64.length > MAX_CHARACTERS) return { ok: false, why: "has too large a certificate" };
  const written = base64.replaceAll(/\s/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(written)) {
    return { ok: false, why: "has a certificate that is no Base64" };
  }
  try {
    const { facts, x509, slow } = readCertificate(Buffer.from(written, "base64"));
    const { subject, validFrom, validTo, keyType, keyBits } = facts;
    return {
      ok: true,
      facts: { subject: plain(subject, 200), validFrom, validTo },
      key: { type: keyType, bits: keyBits },
      jwk: slow === null ? jwkOf(x509) : null,
    };
  } catch {
    return { ok: false, why: "has a certificate that cannot be read" };
  }
}

function jwkOf({ publicKey }: { readonly publicKey: import("node:crypto").KeyObject }) {
  try {
    return publicKey.export({ format: "jwk" });
  } catch {
    return null;
  }
}
