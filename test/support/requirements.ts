import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Reference answers and statements that lie beside the project, where they are given; never part of it. */
export const sharedFolder = fileURLToPath(new URL("../../../shared/", import.meta.url));

const checks = {
  shared: () => existsSync(sharedFolder),
  nginx: () => answers("nginx", ["-v"]) || existsSync("/usr/sbin/nginx"),
  openssl: () => answers("openssl", ["version"]),
  moto: () => motoPython() !== null,
};

/**
 * Whether something that a test needs is here. Under CI=true its absence is an error, so that no test is lost
 * silently; elsewhere the test is skipped and shown as such.
 * @throws Error under CI=true when it is missing.
 */
export function has(requirement: keyof typeof checks): boolean {
  const present = checks[requirement]();
  if (!present && process.env["CI"] === "true") {
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

function answers(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
