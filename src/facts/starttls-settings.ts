import { startTlsOfPort, type StartTlsProtocol } from "#model/endpoint-url.ts";

/** What turns TLS on, a server a line. */
const SETTINGS: Readonly<Record<StartTlsProtocol, readonly string[]>> = {
  smtp: [
    "Postfix: smtpd_tls_security_level = may (encrypt where users submit), smtpd_tls_chain_files = KEY-AND-CHAIN.pem",
    "Exim: tls_advertise_hosts = *, tls_certificate = CHAIN.pem, tls_privatekey = KEY.pem",
  ],
  lmtp: ["Dovecot: ssl = required, with its certificate and key"],
  imap: ["Dovecot: ssl = required, with its certificate and key"],
  pop3: ["Dovecot: ssl = required, with its certificate and key"],
  sieve: ["Dovecot: ssl = required, with its certificate and key"],
  ftp: [
    "vsftpd: ssl_enable=YES, rsa_cert_file=CHAIN.pem, rsa_private_key_file=KEY.pem",
    "ProFTPD: TLSEngine on, TLSRequired on, TLSRSACertificateFile, TLSRSACertificateKeyFile",
  ],
  ldap: [
    "slapd (cn=config): olcTLSCertificateFile: CHAIN.pem, olcTLSCertificateKeyFile: KEY.pem, olcSecurity: tls=1",
  ],
  postgres: [
    "postgresql.conf: ssl = on, ssl_cert_file = 'CHAIN.pem', ssl_key_file = 'KEY.pem'; pg_hba.conf: hostssl instead of host",
  ],
  mysql: [
    "my.cnf, [mysqld]: ssl_cert = CHAIN.pem, ssl_key = KEY.pem, require_secure_transport = ON",
  ],
  xmpp: ["Prosody: c2s_require_encryption = true", "ejabberd: starttls_required: true"],
  "xmpp-server": ["Prosody: s2s_require_encryption = true", "ejabberd: s2s_use_starttls: required"],
  nntp: ["INN, inn.conf: tlscertfile: CHAIN.pem, tlskeyfile: KEY.pem"],
};
/** Words by which the refusal itself tells the protocol. */
const COMMANDS: readonly (readonly [RegExp, StartTlsProtocol])[] = [
  [/SSLRequest/, "postgres"],
  [/CLIENT_SSL/, "mysql"],
  [/STLS\b/, "pop3"],
  [/AUTH (?:TLS|SSL)/, "ftp"],
  [/StartTLS/, "ldap"],
  [/starttls/, "xmpp"],
];

/**
 * For people, how to turn TLS on in a server that offers none; a server's setting a line.
 * @param seen.protocol how TLS should have begun; null where that was not read
 * @param seen.why what the server said to it
 */
export function startTlsInWords(seen: {
  readonly protocol: string | null;
  readonly port: number;
  readonly why: string;
}): string {
  const read = Object.keys(SETTINGS).find((name) => name === seen.protocol);
  const [, byCommand = null] = COMMANDS.find(([pattern]) => pattern.test(seen.why)) ?? [];
  // A refusal of `starttls` is that of either XMPP; the port tells which.
  const byPort = startTlsOfPort(seen.port);
  const protocol = read ?? (byCommand === "xmpp" ? (byPort ?? byCommand) : (byCommand ?? byPort));
  const lines = Object.entries(SETTINGS).find(([name]) => name === protocol)?.[1] ?? [
    ...SETTINGS.smtp,
    ...SETTINGS.imap,
  ];
  return ["Turn TLS on, so that clients can begin it (STARTTLS), and ask for it.", ...lines].join(
    "\n",
  );
}
