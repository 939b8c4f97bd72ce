import { constants } from "node:crypto";
import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";

/**
 * Settings for reading from a TLS server of any age and with any certificate: what it accepts and what it presents
 * is judged by facets of its own, and must not keep the rest from being read.
 */
export function relaxedTls(serverName: string): ConnectionOptions {
  return {
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    rejectUnauthorized: false,
    // The name is compared apart, so that it does not pass for a fault of the chain.
    checkServerIdentity: () => undefined,
    minVersion: "TLSv1",
    ciphers: "DEFAULT:@SECLEVEL=0",
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
  };
}
