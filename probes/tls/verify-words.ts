import { plain } from "#model/text.ts";
import { codeOf } from "./errors.ts";
import type { Trust } from "./presented.ts";

/** https://docs.openssl.org/3.5/man3/X509_STORE_CTX_get_error/ */
const WORDS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "certificate has expired",
  CERT_NOT_YET_VALID: "certificate is not yet valid",
  DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "self-signed certificate in certificate chain",
  UNABLE_TO_GET_ISSUER_CERT: "unable to get issuer certificate",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unable to get local issuer certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unable to verify the first certificate",
  CERT_SIGNATURE_FAILURE: "certificate signature failure",
  INVALID_CA: "invalid CA certificate",
  INVALID_PURPOSE: "unsuitable certificate purpose",
  CERT_UNTRUSTED: "certificate not trusted",
  CERT_REJECTED: "certificate rejected",
  CERT_CHAIN_TOO_LONG: "certificate chain too long",
  PATH_LENGTH_EXCEEDED: "path length constraint exceeded",
  HOSTNAME_MISMATCH: "hostname mismatch",
};

/**
 * OpenSSL's verdict in its own words.
 * @param error what Node gives for it: null where the chain is trusted, else a code or an Error with one
 */
export function trustOf(error: unknown): Trust {
  if (error === null || error === undefined) return { trusted: true, trustError: null };
  const code = typeof error === "string" ? error : codeOf(error);
  const known = WORDS[code];
  if (known !== undefined) return { trusted: false, trustError: known };
  // Node puts advice of its own behind a semicolon.
  const message = error instanceof Error ? (error.message.split(";")[0] ?? code) : code;
  return { trusted: false, trustError: plain(message, 100) };
}
