import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { root } from "./probity.ts";

const run = promisify(execFile);

/** How a command line ended, and the files of everything that it loaded. */
export interface Loaded {
  readonly code: unknown;
  readonly files: readonly string[];
}

/**
 * Runs a command line of Probity and watches what is loaded, in whichever way.
 * @param commands file of the command line: bin/commands.js of the sources, or dist/commands.js of a bundle
 */
export async function loadedBy(
  commands: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), "probity-loaded-"));
  try {
    const told = join(folder, "told.json");
    const program = `
      import { registerHooks } from "node:module";
      import { writeFileSync } from "node:fs";
      const seen = new Set();
      registerHooks({ load(url, context, next) { seen.add(url); return next(url, context); } });
      const { main } = await import(${JSON.stringify(commands)});
      const code = await main(${JSON.stringify(args)});
      writeFileSync(${JSON.stringify(told)}, JSON.stringify({ code, seen: [...seen] }));`;
    await run(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: root,
      env: { ...process.env, ...environment },
    });
    const { code, seen } = JSON.parse(await readFile(told, "utf8")) as {
      code: unknown;
      seen: readonly string[];
    };
    const files = seen.filter((url) => url.startsWith("file:")).map((url) => fileURLToPath(url));
    return { code, files };
  } finally {
    await rm(folder, { recursive: true });
  }
}
