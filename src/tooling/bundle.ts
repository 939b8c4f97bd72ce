/**
 * `npm run build`: makes of the command line and all that it loads a few files in dist, the packages included: of an
 * SDK with hundreds of calls only those stay that are made, and whole it would take more memory than a scan. Writes
 * when each source was changed last, by which bin/bundled.js sees whether the bundle still says what they say.
 * The packages are installed beside the bundle nonetheless, for the sources to run and with their licenses.
 */
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { bundle, root } from "./bundling.ts";

const dist = join(root, "dist");

/** A check loads these, each with what it needs and those before do not have. */
const CHECK = [
  "bin/commands.js",
  "src/cli/check.ts",
  "probes/tls/endpoint.ts",
  "src/cli/check-judge.ts",
];

/** Null where only what runs is installed (npm ci --omit=dev): then the sources run. */
const rolldown = await import("rolldown").catch(() => null);
if (rolldown === null) {
  process.stderr.write("rolldown is not installed: no bundle is made\n");
} else {
  rmSync(dist, { recursive: true, force: true });
  const modules = await bundle(rolldown.build, dist, { commands: "bin/commands.js" }, CHECK);
  const sources = modules
    .filter((file) => file.startsWith(root) && !file.includes("node_modules"))
    .map((file): readonly [string, number] => [relative(root, file), statSync(file).mtimeMs]);
  writeFileSync(join(dist, "sources.json"), JSON.stringify(Object.fromEntries(sources)));
}
