import { createPrivateKey, sign, type KeyObject } from "node:crypto";
import { refused } from "#probes/rest/failures.ts";

/** What the roles of the identity let it do is all that is narrowed: compute, Cloud SQL and Cloud Asset know no narrower scope that reads all. */
export const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
/** Google takes no longer life than an hour. */
const LIFE_SECONDS = 3600;

/** A token, and when it ends in milliseconds since 1970. */
export interface Token {
  readonly value: string;
  readonly expires: number;
}

/**
 * A service account's key signs its token itself, so that no token endpoint is asked.
 * https://google.aip.dev/auth/4111
 * @param now milliseconds since 1970
 * @throws RestFailure `denied` when the key is no private key of RSA
 */
export function signedToken(
  {
    email,
    keyId,
    privateKey,
  }: { readonly email: string; readonly keyId: string | null; readonly privateKey: string },
  now: number,
): Token {
  const issued = Math.floor(now / 1000);
  const header = { alg: "RS256", typ: "JWT", ...(keyId === null ? {} : { kid: keyId }) };
  const claims = { iss: email, sub: email, scope: SCOPE, iat: issued, exp: issued + LIFE_SECONDS };
  const content = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const signature = sign("RSA-SHA256", Buffer.from(content), keyOf(privateKey));
  return {
    value: `${content}.${signature.toString("base64url")}`,
    expires: (issued + LIFE_SECONDS) * 1000,
  };
}

function keyOf(pem: string): KeyObject {
  let key: KeyObject | null = null;
  try {
    key = createPrivateKey(pem);
  } catch {
    // What OpenSSL says of it may repeat it.
  }
  if (key?.asymmetricKeyType !== "rsa") {
    throw refused("private_key of the service account's key is no private key of RSA in PEM");
  }
  return key;
}
