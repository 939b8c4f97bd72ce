/** Starts servers as processes of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { freePort, takesConnections } from "../support/ports.ts";
import type { RunningServer } from "./configuration.ts";

/** How much of what a server says is kept, for the error when it does not start. */
const KEPT_CHARACTERS = 4000;

/**
 * Starts a server that tells its port in a line of its output.
 * @param pattern its first group is the port
 * @throws Error with what it said when it ends or says no port in 20 s
 */
export async function startTelling(
  command: string,
  args: readonly string[],
  pattern: RegExp,
): Promise<RunningServer> {
  const { child, said } = launch(command, args);
  const lines = createInterface({ input: child.stdout ?? failNoOutput() });
  const deadline = AbortSignal.timeout(20_000);
  try {
    const port = await new Promise<number>((resolve, reject) => {
      lines.on("line", (line) => {
        const found = pattern.exec(line)?.[1];
        if (found !== undefined) resolve(Number(found));
      });
      child.once("error", reject);
      child.once("exit", () => reject(new Error("it ended")));
      deadline.addEventListener("abort", () => reject(new Error("it told no port")));
    });
    return { port, stop: () => end(child) };
  } catch (error) {
    await end(child);
    throw new Error(`${command} did not start: ${said()}`, { cause: error });
  }
}

/**
 * Starts a server on a port that it is told; resolves once it takes connections.
 * @throws Error with what it said when it ends instead
 */
export async function startOn(
  command: string,
  args: (port: number) => readonly string[] | Promise<readonly string[]>,
): Promise<RunningServer> {
  const port = await freePort();
  const { child, said } = launch(command, await args(port));
  try {
    await takesConnections(port, child);
    return { port, stop: () => end(child) };
  } catch (error) {
    await end(child);
    throw new Error(`${command} did not start: ${said()}`, { cause: error });
  }
}

function launch(command: string, args: readonly string[]) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const keep = (chunk: unknown) => {
    text = `${text}${String(chunk)}`.slice(-KEPT_CHARACTERS);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  child.on("error", keep);
  return { child, said: () => text };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

function failNoOutput(): never {
  throw new Error("no output to read");
}
