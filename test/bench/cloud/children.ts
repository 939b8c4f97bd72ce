/** The processes of the bench: the fake provider and the scan, so that neither takes the other's time or memory. */
import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a scan took and gave. */
export interface Scanned {
  readonly seconds: number;
  readonly subjects: number;
  readonly problems: readonly string[];
  readonly megabytes: number;
}

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Starts a fake provider; it ends when it is disconnected. */
export function serverChild(file: string, options: object): ChildProcess {
  return fork(here(`./${file}`), [JSON.stringify(options)]);
}

/** Scans a target with every probe of its provider. @param env variables that its credentials refer to */
export async function scanBy(
  target: object,
  env: Readonly<Record<string, string>>,
): Promise<Scanned> {
  const folder = here("../../../.bench/scan");
  // In a process of its own: a child begins with the memory of its parent as its most.
  execFileSync(process.execPath, [here("./bundle-child.ts"), folder]);
  const child = fork(join(folder, "scan.js"), [JSON.stringify(target)], {
    env: { ...process.env, ...env },
  });
  return next<Scanned>(child);
}

/** The next message of a child. @throws when it ends without */
export function next<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as T));
    child.once("exit", (code) => reject(new Error(`a child of the bench ended with ${code}`)));
  });
}
