import type { Socket } from "node:net";

/**
 * Keeps Node from making its older certificate object for a TLS socket: Node 24.21 ends by SIGSEGV over keys of named
 * curves that are no NIST curves (brainpoolP256r1, secp256k1), which any server may show. Node makes one itself when a
 * handshake ends with a trusted chain, to compare the names, and takes it by this method. Every TLS socket must pass here
 * before its handshake ends; its names are compared apart, and its certificate is had by `getPeerX509Certificate`, once:
 * each call takes one certificate off the chain that OpenSSL keeps.
 * @returns the socket
 */
export function withoutLegacyCertificate<S extends Socket>(socket: S): S {
  Object.defineProperty(socket, "getPeerCertificate", { value: () => ({}) });
  return socket;
}
