/** Real servers of the distribution that begin TLS by a command. Only root can start them. */
import { execFileSync } from "node:child_process";
import { chownSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { StartTlsProtocol } from "#model/endpoint-url.ts";
import { asUser, type Daemon, DAEMON_NAME, idOf } from "./starttls-launch.ts";

const POSTGRES_FOLDERS = ["17", "16", "15", "14", "13"].map(
  (one) => `/usr/lib/postgresql/${one}/bin`,
);

const postfix: Daemon = {
  name: "postfix",
  protocols: ["smtp"],
  prepare: ({ folder, certFile, keyFile, tls, port, write, makeFolder }) => {
    const data = makeFolder("data");
    chownSync(data, idOf("postfix"), idOf("postfix"));
    const queue = makeFolder("queue");
    write(
      "master.cf",
      `127.0.0.1:${port("smtp")} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
rewrite unix - - n - - trivial-rewrite
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
`,
    );
    write(
      "main.cf",
      `compatibility_level = 3.6
queue_directory = ${queue}
data_directory = ${data}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = ${DAEMON_NAME}
inet_protocols = ipv4
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
local_recipient_maps =
alias_maps =
smtpd_tls_security_level = ${tls ? "may" : "none"}
smtpd_tls_chain_files = ${keyFile}, ${certFile}
smtpd_client_connection_rate_limit = 0
`,
    );
    // Makes the folders of the queue.
    execFileSync("/usr/sbin/postfix", ["-c", folder, "check"], { stdio: "ignore" });
    return ["/usr/lib/postfix/sbin/master", "-c", folder, "-s"];
  },
};

const dovecot: Daemon = {
  name: "dovecot",
  protocols: ["imap", "pop3", "sieve", "lmtp"],
  prepare: ({ folder, certFile, keyFile, tls, port, write, makeFolder }) => {
    const listener = (name: string, protocol: StartTlsProtocol) =>
      `inet_listener ${name} {\n address = 127.0.0.1\n port = ${port(protocol)}\n }`;
    const off = (name: string) => `inet_listener ${name} {\n port = 0\n }`;
    const file = write(
      "dovecot.conf",
      `protocols = imap pop3 sieve lmtp
base_dir = ${makeFolder("run")}
state_dir = ${makeFolder("state")}
log_path = ${folder}/log
ssl = ${tls ? "yes" : "no"}
ssl_cert = <${certFile}
ssl_key = <${keyFile}
disable_plaintext_auth = no
default_internal_user = dovecot
default_login_user = dovenull
mail_location = maildir:${makeFolder("mail")}
passdb {
  driver = static
  args = password=none
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${folder}
}
service imap-login {
  ${listener("imap", "imap")}
  ${off("imaps")}
}
service pop3-login {
  ${listener("pop3", "pop3")}
  ${off("pop3s")}
}
service managesieve-login {
  ${listener("sieve", "sieve")}
}
service lmtp {
  ${listener("lmtp", "lmtp")}
}
`,
    );
    return ["/usr/sbin/dovecot", "-F", "-c", file];
  },
};

const postgresql: Daemon = {
  name: "postgresql",
  protocols: ["postgres"],
  user: "postgres",
  prepare: ({ folder, certFile, keyFile, tls, port }) => {
    const bin = POSTGRES_FOLDERS.find((one) => existsSync(one)) ?? "";
    const data = join(folder, "data");
    execFileSync(join(bin, "initdb"), ["-D", data, "-A", "trust", "--no-sync"], {
      stdio: "ignore",
      ...asUser("postgres"),
    });
    const settings = {
      listen_addresses: "127.0.0.1",
      port: port("postgres"),
      unix_socket_directories: folder,
      ssl: tls ? "on" : "off",
      ssl_cert_file: certFile,
      ssl_key_file: keyFile,
      fsync: "off",
    };
    const args = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
    return [join(bin, "postgres"), "-D", data, ...args];
  },
};

const mariadb: Daemon = {
  name: "mariadb",
  protocols: ["mysql"],
  user: "nobody",
  prepare: ({ folder, certFile, keyFile, tls, port, makeFolder }) => {
    const secure = [`--ssl-cert=${certFile}`, `--ssl-key=${keyFile}`];
    return [
      "/usr/sbin/mariadbd",
      "--no-defaults",
      `--datadir=${makeFolder("data")}`,
      `--socket=${folder}/socket`,
      `--pid-file=${folder}/pid`,
      "--bind-address=127.0.0.1",
      `--port=${port("mysql")}`,
      "--skip-grant-tables",
      "--skip-innodb",
      "--default-storage-engine=Aria",
      ...(tls ? secure : ["--skip-ssl"]),
    ];
  },
};

const vsftpd: Daemon = {
  name: "vsftpd",
  protocols: ["ftp"],
  prepare: ({ certFile, keyFile, tls, port, write, makeFolder }) => {
    const file = write(
      "vsftpd.conf",
      `listen=YES
listen_address=127.0.0.1
listen_port=${port("ftp")}
background=NO
anonymous_enable=YES
local_enable=NO
seccomp_sandbox=NO
secure_chroot_dir=${makeFolder("empty")}
ssl_enable=${tls ? "YES" : "NO"}
allow_anon_ssl=YES
rsa_cert_file=${certFile}
rsa_private_key_file=${keyFile}
`,
    );
    return ["/usr/sbin/vsftpd", file];
  },
};

const slapd: Daemon = {
  name: "slapd",
  protocols: ["ldap"],
  prepare: ({ folder, certFile, keyFile, tls, port, write }) => {
    const file = write(
      "slapd.conf",
      `include /etc/ldap/schema/core.schema
pidfile ${folder}/pid
${tls ? `TLSCertificateFile ${certFile}\nTLSCertificateKeyFile ${keyFile}\n` : ""}`,
    );
    return ["/usr/sbin/slapd", "-h", `ldap://127.0.0.1:${port("ldap")}`, "-f", file, "-d", "0"];
  },
};

const prosody: Daemon = {
  name: "prosody",
  protocols: ["xmpp", "xmpp-server"],
  user: "prosody",
  prepare: ({ folder, certFile, keyFile, tls, port, write, makeFolder }) => {
    const secure = `ssl = { key = "${keyFile}"; certificate = "${certFile}"; }`;
    const file = write(
      "prosody.cfg.lua",
      `data_path = "${makeFolder("data")}"
pidfile = "${folder}/pid"
log = "${folder}/log"
interfaces = { "127.0.0.1" }
c2s_ports = { ${port("xmpp")} }
s2s_ports = { ${port("xmpp-server")} }
modules_enabled = { "saslauth"${tls ? '; "tls"' : ""} }
c2s_require_encryption = false
s2s_require_encryption = false
${tls ? secure : ""}
VirtualHost "${DAEMON_NAME}"
`,
    );
    return ["/usr/bin/prosody", "-F", "--config", file];
  },
};

export const daemons: readonly Daemon[] = [
  postfix,
  dovecot,
  postgresql,
  mariadb,
  vsftpd,
  slapd,
  prosody,
];
