/** Why a peer sees something else than the scan, and who is right. A difference without a footnote fails the test. */
import type { TlsVersion } from "#model/tls.ts";
import type { Difference } from "./compare.ts";
import type { Peer } from "./peers.ts";

/** What it covers: everything that is named must fit. */
export interface Footnote {
  readonly peer: Peer;
  readonly what: Difference["what"];
  readonly seenBy: Difference["seenBy"];
  readonly version?: TlsVersion;
  /** Names of suites or groups. */
  readonly names?: RegExp;
  /** Names of configurations. */
  readonly servers: RegExp;
  /** In Markdown, with the command that shows who is right. */
  readonly why: string;
}

/** In the order of their numbers in the table. */
export const FOOTNOTES: readonly Footnote[] = [
  {
    peer: "sslscan",
    what: "suite",
    seenBy: "probity",
    names: /_PSK_/,
    servers: /PSK of every kind$/,
    why: "sslscan offers no suite with a pre-shared key, as OpenSSL's client leaves them out without a key. `openssl s_client -psk …` completes handshakes in them.",
  },
  {
    peer: "sslscan",
    what: "group",
    seenBy: "probity",
    version: "TLSv1.2",
    servers:
      /^(?:nginx: Mozilla intermediate, ECDSA|HAProxy: Mozilla intermediate, RSA and ECDSA|s_server: brainpool curves .*|JSSE: TLS 1\.2 and 1\.3, P-384 .*)$/,
    why: "sslscan offers one curve alone (and of brainpool none); a server with an elliptic certificate then lacks the certificate's own. `openssl s_client -tls1_2 -groups X25519:P-256` gets x25519.",
  },
  {
    peer: "sslscan",
    what: "group",
    seenBy: "probity",
    version: "TLSv1.2",
    servers: /^(?:Node 24: P-521 certificate|(?:s_server|GnuTLS): (?:anonymous|PSK of every kind))/,
    why: "sslscan asks for the curves of 1.2 with a few suites of its own, none of which this server has. `openssl s_client -tls1_2 -groups X25519:P-521` gets x25519, with `-cipher AECDH:@SECLEVEL=0` or `-psk …` where those are needed.",
  },
  {
    peer: "sslscan",
    what: "group",
    seenBy: "probity",
    version: "TLSv1.3",
    names: /MLKEM/,
    servers: /^Node 24: /,
    why: "sslscan knows no post-quantum group.",
  },
  {
    peer: "sslscan",
    what: "version",
    seenBy: "probity",
    version: "TLSv1.3",
    servers: /^Node 24: (?:ML-KEM alone|one hybrid alone)$/,
    why: "sslscan knows no post-quantum group, and so sees no TLS 1.3 where there is no other. Node's own client connects.",
  },
  {
    peer: "sslscan",
    what: "version",
    seenBy: "probity",
    version: "TLSv1.2",
    servers: /^Node 24: (?:every hybrid, .*|only for those who name the host)$/,
    why: "sslscan's own hello for 1.2 names no x25519, which is this server's only curve there. `openssl s_client -tls1_2` connects by x25519.",
  },
  {
    peer: "sslscan",
    what: "version",
    seenBy: "probity",
    version: "TLSv1.2",
    servers: /^GnuTLS: TLS 1\.2, old curves alone$/,
    why: "sslscan's own hello for 1.2 names neither secp192r1 nor secp224r1. `gnutls-cli --priority NORMAL:-GROUP-ALL:+GROUP-SECP192R1` connects.",
  },
  {
    peer: "nmap",
    what: "version",
    seenBy: "probity",
    version: "TLSv1.2",
    servers: /^GnuTLS: TLS 1\.2, old curves alone$/,
    why: "nmap names P-256, P-384, P-521, x25519 and ffdhe2048 alone. `gnutls-cli --priority NORMAL:-GROUP-ALL:+GROUP-SECP192R1` connects.",
  },
  {
    peer: "nmap",
    what: "version",
    seenBy: "probity",
    version: "TLSv1.3",
    servers: /(?:X448 alone|ML-KEM alone|one hybrid alone)$/,
    why: "nmap names P-256, P-384, P-521, x25519 and ffdhe2048 alone, and so sees no TLS 1.3 where there is none of them.",
  },
  {
    peer: "nmap",
    what: "version",
    seenBy: "probity",
    version: "TLSv1.3",
    servers: /^GnuTLS: SECURE256/,
    why: "nmap offers no ecdsa_secp384r1_sha384, which is all that this certificate signs by. `openssl s_client -tls1_3 -sigalgs ECDSA+SHA384` connects.",
  },
  {
    peer: "nmap",
    what: "version",
    seenBy: "probity",
    version: "TLSv1.2",
    servers: /(?:Ed448|Ed25519|RSA-PSS) certificate/,
    why: "nmap offers no signature algorithm of EdDSA or RSA-PSS in 1.2. `openssl s_client -tls1_2` connects.",
  },
  {
    peer: "sslscan",
    what: "suite",
    seenBy: "probity",
    version: "TLSv1.2",
    names: /_ECDHE_RSA_/,
    servers: /^HAProxy: Mozilla intermediate, RSA and ECDSA$/,
    why: "HAProxy chooses its ECDSA certificate for every hello with any suite of ECDSA, one that it has or not. The other certificate's suites are only seen by who offers no such suite: `openssl s_client -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256` gets it; with `:ECDHE-ECDSA-AES128-SHA` behind, it is refused.",
  },
  {
    peer: "nmap",
    what: "suite",
    seenBy: "probity",
    version: "TLSv1.2",
    names: /_ECDHE_RSA_/,
    servers: /^HAProxy: Mozilla intermediate, RSA and ECDSA$/,
    why: "As for sslscan; nmap offers its suites in parts of 64, and so sees those suites of RSA that are in a part without ECDSA.",
  },
  {
    peer: "nmap",
    what: "prime",
    seenBy: "probity",
    version: "TLSv1.0",
    names: /^512$/,
    servers: /^JSSE: everything, /,
    why: "nmap names ffdhe2048, which JSSE then takes for the export suites of DHE too (RFC 7919). A client that names no finite field gets 512 bits: nmap itself where it cannot name any, in SSLv3.",
  },
  {
    peer: "sslscan",
    what: "suite",
    seenBy: "probity",
    version: "TLSv1.2",
    servers: /^GnuTLS: .* without secure renegotiation$/,
    why: "sslscan lists suites by OpenSSL 3, which refuses servers without RFC 5746. `openssl s_client -legacy_server_connect` connects.",
  },
];

/** The number of the footnote that explains a difference, counted from 1; null where none does. */
export function footnoteOf(server: string, difference: Difference): number | null {
  const index = FOOTNOTES.findIndex(
    (note) =>
      note.peer === difference.peer &&
      note.what === difference.what &&
      note.seenBy === difference.seenBy &&
      (note.version === undefined || note.version === difference.version) &&
      (note.names === undefined || note.names.test(difference.name)) &&
      note.servers.test(server),
  );
  return index < 0 ? null : index + 1;
}
