import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, takesConnections } from "./ports.ts";

/** A host key: its file as ssh-keygen makes it. */
export type HostKeySpec = readonly [type: "rsa" | "ecdsa" | "ed25519", bits?: number];

export interface Sshd {
  readonly port: number;
  /** The key's fingerprint by what ssh-keygen says, in the order of the specifications. */
  readonly fingerprints: readonly string[];
  readonly stop: () => Promise<void>;
}

/**
 * Starts OpenSSH's server on a free port of 127.0.0.1; resolves once it takes connections. Nobody can log in.
 * @param settings lines of sshd_config beside the place and the keys
 */
export async function startSshd(
  keys: readonly HostKeySpec[],
  settings: readonly string[] = [],
): Promise<Sshd> {
  const folder = await mkdtemp(join(tmpdir(), "probity-sshd-"));
  // Where it separates its privileges; Debian's service makes it at start.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const files = keys.map(([type, bits], at) => {
    const file = join(folder, `key-${at}`);
    const size = bits === undefined ? [] : ["-b", String(bits)];
    execFileSync("/usr/bin/ssh-keygen", [
      "-q",
      "-t",
      type,
      ...size,
      "-N",
      "",
      "-C",
      "",
      "-f",
      file,
    ]);
    return file;
  });
  const fingerprints = files.map((file) => {
    const shown = execFileSync("/usr/bin/ssh-keygen", ["-l", "-f", file], { encoding: "utf8" });
    return shown.split(" ")[1] ?? "";
  });
  const port = await freePort();
  const lines = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    ...files.map((file) => `HostKey ${file}`),
    "PidFile none",
    "UsePAM no",
    "PasswordAuthentication no",
    "StrictModes no",
    "AllowUsers nobody-at-all",
    "LogLevel DEBUG1",
    ...settings,
  ];
  await writeFile(join(folder, "sshd_config"), `${lines.join("\n")}\n`);
  const child = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", join(folder, "sshd_config")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  child.stderr.on("data", (chunk) => said.push(String(chunk)));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await takesConnections(port, child);
  } catch (error) {
    await stop();
    throw new Error(`sshd did not start: ${said.join("")}`, { cause: error });
  }
  return { port, fingerprints, stop };
}
