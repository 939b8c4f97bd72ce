import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { haveOldNodes } from "../tls-servers/old-node-packages.ts";

/** Reference answers and statements that lie beside the project, where they are given; never part of it. */
export const sharedFolder = fileURLToPath(new URL("../../../shared/", import.meta.url));

const checks = {
  shared: () => existsSync(sharedFolder),
  nginx: () => answers("nginx", ["-v"]) || existsSync("/usr/sbin/nginx"),
  openssl: () => answers("openssl", ["version"]),
  moto: () => motoPython() !== null,
  haproxy: () => existsSync("/usr/sbin/haproxy"),
  apache: () =>
    existsSync("/usr/sbin/apache2") && existsSync("/usr/lib/apache2/modules/mod_ssl.so"),
  /** The library for the server, and its tool for the listing. */
  gnutls: () =>
    answers("gnutls-cli", ["--version"]) &&
    answers("python3", ["-c", 'import ctypes; ctypes.CDLL("libgnutls.so.30")']),
  /** A JDK, as the server is a source file. */
  jdk: () => answers("javac", ["-version"]),
  oldNodes: haveOldNodes,
  sslscan: () => answers("sslscan", ["--version"]),
  nmap: () => answers("nmap", ["--version"]),
  postfix: () => daemon("/usr/sbin/postfix"),
  dovecot: () =>
    ["imap", "pop3", "managesieve", "lmtp"].every((one) => daemon(`/usr/lib/dovecot/${one}`)),
  postgresql: () => daemon("/usr/lib/postgresql"),
  mariadb: () => daemon("/usr/sbin/mariadbd"),
  vsftpd: () => daemon("/usr/sbin/vsftpd"),
  slapd: () => daemon("/usr/sbin/slapd"),
  prosody: () => daemon("/usr/bin/prosody"),
  bind: () => existsSync("/usr/sbin/named") && answers("dnssec-keygen", ["-V"]),
  /** By root alone it can separate its privileges. */
  sshd: () => daemon("/usr/sbin/sshd"),
};
export type Requirement = keyof typeof checks;

/** What `.ci/run` does not install: its absence is shown everywhere, and an error nowhere. */
const OPTIONAL: ReadonlySet<Requirement> = new Set(["apache"]);

const known = new Map<Requirement, boolean>();

/**
 * Whether something that a test needs is here. Under CI=true its absence is an error, so that no test is lost
 * silently; elsewhere the test is skipped and shown as such.
 * @throws Error under CI=true when it is missing.
 */
export function has(requirement: Requirement): boolean {
  const present = known.get(requirement) ?? checks[requirement]();
  known.set(requirement, present);
  if (!present && OPTIONAL.has(requirement)) {
    console.warn(`skipped: what needs ${requirement}, which is not installed here`);
  } else if (!present && process.env["CI"] === "true") {
    throw new Error(`CI must have ${requirement}, and it is missing: see .ci/run`);
  }
  return present;
}

/** The Python that has moto: of the project's own .venv if that exists, else the machine's; null where none has it. */
export function motoPython(): string | null {
  const venv = fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));
  const candidates = [venv, "python3"];
  return candidates.find((python) => answers(python, ["-c", "import moto.server"])) ?? null;
}

/** A server that root alone can start: each gives up its rights to a user of its own. */
function daemon(path: string): boolean {
  return process.getuid?.() === 0 && existsSync(path);
}

function answers(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
