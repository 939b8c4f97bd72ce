/** Starts real servers, each in a folder of its own, on free ports of 127.0.0.1. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import type { StartTlsProtocol } from "#model/endpoint-url.ts";
import { freePort, takesConnections } from "./ports.ts";

/** A program that serves one protocol or several. */
export interface Daemon {
  readonly name: "postfix" | "dovecot" | "postgresql" | "mariadb" | "vsftpd" | "slapd" | "prosody";
  /** The protocols that it serves with TLS. */
  readonly protocols: readonly StartTlsProtocol[];
  /** Writes its files; gives the command. */
  readonly prepare: (place: Place) => readonly [command: string, ...args: string[]];
  /** The user that it is started as; root where there is none. */
  readonly user?: string;
}

/** What a daemon is given. */
interface Place {
  readonly folder: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** False for a server that has no TLS. */
  readonly tls: boolean;
  readonly port: (protocol: StartTlsProtocol) => number;
  readonly write: (name: string, text: string) => string;
  readonly makeFolder: (name: string) => string;
}

export interface RunningDaemon {
  readonly port: (protocol: StartTlsProtocol) => number;
  readonly stop: () => Promise<void>;
}

/** The name in the certificates. */
export const DAEMON_NAME = "server.example";

/** Starts a daemon; resolves once it takes connections on all its ports. @throws Error with what it said if it ends instead */
export async function startDaemon(daemon: Daemon, tls = true): Promise<RunningDaemon> {
  const folder = mkdtempSync(join(tmpdir(), `probity-${daemon.name}-`));
  let process: Process | null = null;
  const stop = async () => {
    await process?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ports = new Map<StartTlsProtocol, number>();
    for (const protocol of daemon.protocols) ports.set(protocol, await freePort());
    const place = makePlace(folder, daemon.user, ports, tls);
    process = launch(daemon.prepare(place), folder, daemon.user);
    for (const number of ports.values()) await takesConnections(number, process.child);
    return { port: place.port, stop };
  } catch (error) {
    await stop();
    throw new Error(`${daemon.name} did not start: ${process?.said() ?? ""}`, { cause: error });
  }
}

function makePlace(
  folder: string,
  user: string | undefined,
  ports: ReadonlyMap<StartTlsProtocol, number>,
  tls: boolean,
): Place {
  const owned = (path: string, mode: number) => {
    chmodSync(path, mode);
    if (user !== undefined) chownSync(path, idOf(user), groupOf(user));
    return path;
  };
  const write = (name: string, text: string, mode = 0o644) => {
    writeFileSync(join(folder, name), text);
    return owned(join(folder, name), mode);
  };
  owned(folder, 0o755);
  const { certPem, keyPem } = makeAuthority().issue({
    commonName: DAEMON_NAME,
    altNames: [DAEMON_NAME],
  });
  return {
    folder,
    certFile: write("cert.pem", certPem),
    keyFile: write("key.pem", keyPem, 0o600),
    tls,
    port: (protocol) => ports.get(protocol) ?? 0,
    write,
    makeFolder: (name) => {
      mkdirSync(join(folder, name));
      return owned(join(folder, name), 0o755);
    },
  };
}

interface Process {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly stop: () => Promise<void>;
}

function launch(
  [command, ...args]: ReturnType<Daemon["prepare"]>,
  folder: string,
  user: string | undefined,
): Process {
  const child = spawn(command, args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    ...(user === undefined ? {} : asUser(user)),
  });
  let said = "";
  const keep = (chunk: unknown) => {
    said = `${said}${String(chunk)}`.slice(-4000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  child.on("error", keep);
  return {
    child,
    said: () => said,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}

export function idOf(user: string): number {
  return Number(execFileSync("id", ["-u", user], { encoding: "utf8" }));
}

function groupOf(user: string): number {
  return Number(execFileSync("id", ["-g", user], { encoding: "utf8" }));
}

/** For servers that refuse to run as root. */
export function asUser(user: string): { readonly uid: number; readonly gid: number } {
  return { uid: idOf(user), gid: groupOf(user) };
}
