import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { root } from "../../support/probity.ts";

export interface Run {
  /** Of the whole process, from its start to its end. */
  readonly seconds: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  /** The most memory it had; NaN where the system does not tell (only Linux does). */
  readonly peakMegabytes: number;
}

/** Runs a program to its end, with nothing to read. */
export async function run(command: string, args: readonly string[]): Promise<Run> {
  const start = performance.now();
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  let peakMegabytes = Number.NaN;
  const watch = setInterval(() => (peakMegabytes = peak(child.pid) ?? peakMegabytes), 50);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  clearInterval(watch);
  return { seconds: (performance.now() - start) / 1000, stdout, stderr, code, peakMegabytes };
}

/** Of a process that runs, its most so far. */
function peak(pid: number | undefined): number | null {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

/** Where a program is: what the environment names, else the project's own .venv, else the PATH; null if nowhere. */
export function findProgram(variable: string, ...names: readonly string[]): string | null {
  const given = process.env[variable];
  const candidates = [
    ...(given === undefined ? [] : [given]),
    ...names.map((name) => `${root}.venv/bin/${name}`).filter((file) => existsSync(file)),
    ...names,
  ];
  return candidates.find((name) => spawnSync(name, ["--help"]).error === undefined) ?? null;
}
