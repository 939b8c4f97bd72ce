/** Real servers whose settings say how they behave. What is expected is written by their manuals, not by a run. */
import type { BehaviourTest, WireAnswer } from "#model/tls-facets.ts";
import { startNginx } from "../../support/nginx.ts";
import type { Requirement } from "../../support/requirements.ts";
import { configurations } from "../../tls-servers/all.ts";
import type { RunningServer } from "../../tls-servers/configuration.ts";
import { pair } from "../../tls-servers/keys.ts";
import { startTelling } from "../../tls-servers/process.ts";

export type Answers = Readonly<Record<BehaviourTest, WireAnswer>>;

export interface BehavingServer {
  readonly name: string;
  readonly needs: readonly Requirement[];
  readonly start: () => Promise<RunningServer>;
  readonly expected: Answers;
}

/** OpenSSL 3 with TLS 1.2 and 1.3, suites with and without CBC, tickets and a cache of sessions. */
const MODERN: Answers = {
  "session-ids": "yes",
  "session-tickets": "yes",
  "psk-resumption": "yes",
  "early-data": "no",
  "secure-renegotiation": "yes",
  // SSL_CTX_set_options(3): off by default since 1.1.0.
  compression: "no",
  "fallback-scsv": "yes",
  "extended-master-secret": "yes",
  "encrypt-then-mac": "yes",
  "downgrade-sentinel": "yes",
};
const ONLY_12: Answers = {
  ...MODERN,
  "psk-resumption": "not-applicable",
  "early-data": "not-applicable",
  "fallback-scsv": "not-applicable",
  "downgrade-sentinel": "not-applicable",
};
const ONLY_13: Answers = {
  ...MODERN,
  "session-ids": "not-applicable",
  "session-tickets": "not-applicable",
  "secure-renegotiation": "not-applicable",
  compression: "not-applicable",
  "fallback-scsv": "not-applicable",
  "extended-master-secret": "not-applicable",
  "encrypt-then-mac": "not-applicable",
  "downgrade-sentinel": "not-applicable",
};
/** OpenSSL 1.0.1 and 1.0.2 have no TLS 1.3, no extended master secret and no encrypt-then-MAC (1.1.0: its CHANGES). */
const OLD: Answers = {
  ...MODERN,
  // Node leaves sessions to the program (tls, "newSession"), and this one keeps none.
  "session-ids": "no",
  "psk-resumption": "not-applicable",
  "early-data": "not-applicable",
  "extended-master-secret": "no",
  "encrypt-then-mac": "no",
  "downgrade-sentinel": "not-applicable",
};
const BOTH = "ssl_protocols TLSv1.2 TLSv1.3;";
const CBC = "ssl_ciphers ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES128-GCM-SHA256;";
const CACHE = "ssl_session_cache shared:ids:1m;";

export const SERVERS: readonly BehavingServer[] = [
  nginx("all of it", `${BOTH} ${CBC} ${CACHE} ssl_early_data on;`, {
    ...MODERN,
    "early-data": "yes",
  }),
  // ssl_session_cache: "none" gives ids, but keeps no sessions; it is the default.
  nginx("tickets alone, no CBC", `${BOTH} ssl_ciphers ECDHE+AESGCM;`, {
    ...MODERN,
    "session-ids": "no",
    "encrypt-then-mac": "not-applicable",
  }),
  // SSL_OP_NO_TICKET: in TLS 1.3 the cache holds what a ticket would.
  nginx("ids alone", `${BOTH} ${CBC} ${CACHE} ssl_session_tickets off;`, {
    ...MODERN,
    "session-tickets": "no",
  }),
  nginx("nothing kept", `${BOTH} ${CBC} ssl_session_cache off; ssl_session_tickets off;`, {
    ...MODERN,
    "session-ids": "no",
    "session-tickets": "no",
    "psk-resumption": "no",
  }),
  nginx("TLS 1.2 alone", `ssl_protocols TLSv1.2; ${CBC} ${CACHE}`, ONLY_12),
  nginx("TLS 1.3 alone", "ssl_protocols TLSv1.3;", ONLY_13),
  nginx("TLS 1.3 alone, early data", `ssl_protocols TLSv1.3; ssl_early_data on; ${CACHE}`, {
    ...ONLY_13,
    "early-data": "yes",
  }),
  nginx(
    "TLS 1.0 to 1.2",
    `ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0; ${CACHE}`,
    { ...ONLY_12, "fallback-scsv": "yes" },
  ),
  sServer("as it comes", [], MODERN),
  sServer("-no_ticket", ["-no_ticket"], { ...MODERN, "session-tickets": "no" }),
  sServer("-no_cache", ["-no_cache"], { ...MODERN, "session-ids": "no" }),
  sServer("-no_etm", ["-no_etm"], { ...MODERN, "encrypt-then-mac": "no" }),
  sServer("-max_early_data 100", ["-max_early_data", "100"], { ...MODERN, "early-data": "yes" }),
  sServer("-num_tickets 0", ["-num_tickets", "0"], { ...MODERN, "psk-resumption": "no" }),
  sServer("TLS 1.1 alone", ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], ONLY_12),
  sServer("anonymous", ["-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"], ONLY_12),
  known("HAProxy: as it comes, RSA", MODERN),
  known("Node 24: as it comes, RSA", { ...MODERN, "session-ids": "no" }),
  // JSSE has neither of the two; sessions are kept, and tickets given, by default (jdk.tls.server.enableSessionTicketExtension).
  known("JSSE: as it comes, RSA", {
    ...MODERN,
    "fallback-scsv": "no",
    "encrypt-then-mac": "no",
  }),
  // No handshake of it can be made here, and nothing of TLS is in it.
  known("JSSE: SSL 3.0 alone", {
    ...ONLY_12,
    "session-ids": "unknown",
    "session-tickets": "not-applicable",
    "extended-master-secret": "not-applicable",
    "encrypt-then-mac": "not-applicable",
  }),
  // The server is written without gnutls_db_set_store_function and gnutls_session_ticket_enable_server.
  known("GnuTLS: NORMAL, RSA", {
    ...MODERN,
    "session-ids": "no",
    "session-tickets": "no",
    "psk-resumption": "no",
  }),
  // OpenSSL 1.0.1e: the signal came with 1.0.1j.
  known("Node 0.10.0: everything, RSA", { ...OLD, "fallback-scsv": "no" }),
  // 1.0.1u knows the signal, but this Node closes before its alert is sent.
  known("Node 0.10.48: SSLv3 too, RSA", { ...OLD, "fallback-scsv": "unknown" }),
  known("Node 0.12.18: SSLv3 too, RSA, with Diffie-Hellman", OLD),
  known("Node 4.9.1: everything, ECDSA", OLD),
  known("Node 6.17.1: TLS 1.2 alone, RSA", { ...OLD, "fallback-scsv": "not-applicable" }),
];

function nginx(name: string, directives: string, expected: Answers): BehavingServer {
  return {
    name: `nginx: ${name}`,
    needs: ["nginx", "openssl"],
    start: async () => {
      const { certFile, keyFile } = await pair("rsa");
      const certificate = `ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};`;
      const { ports, stop } = await startNginx([`${certificate} ${directives}`], {});
      const [port] = ports;
      if (port === undefined) throw new Error("nginx has no port");
      return { port, stop };
    },
    expected,
  };
}

function sServer(name: string, args: readonly string[], expected: Answers): BehavingServer {
  return {
    name: `s_server: ${name}`,
    needs: ["openssl"],
    start: async () => {
      const { certFile, keyFile } = await pair("rsa");
      const files = ["-cert", certFile, "-key", keyFile];
      return startTelling(
        "openssl",
        ["s_server", "-accept", "127.0.0.1:0", "-www", ...files, ...args],
        /^ACCEPT 127\.0\.0\.1:(\d+)/,
      );
    },
    expected,
  };
}

/** One of the table of real servers. */
function known(name: string, expected: Answers): BehavingServer {
  const configuration = configurations.find((one) => one.name === name);
  if (configuration === undefined) throw new Error(`no server is called ${name}`);
  return { name, needs: configuration.needs, start: configuration.start, expected };
}
