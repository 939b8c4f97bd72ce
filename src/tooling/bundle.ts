/**
 * `npm run build`: makes of the command line and all that it loads a few files in dist, beside which the packages stay
 * that are loaded when they are needed. Writes when each source was changed last, by which bin/bundled.js sees whether
 * the bundle still says what they say.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const dist = join(root, "dist");

/** Small, and loaded by every command. */
const INLINED: ReadonlySet<string> = new Set(["commander", "p-limit"]);

/** Null where only what runs is installed (npm ci --omit=dev): then the sources run. */
const rolldown = await import("rolldown").catch(() => null);
if (rolldown === null) {
  process.stderr.write("rolldown is not installed: no bundle is made\n");
} else {
  rmSync(dist, { recursive: true, force: true });
  const modules = await bundle(rolldown.build);
  const sources = modules
    .filter((file) => file.startsWith(root) && !file.includes("node_modules"))
    .map((file): readonly [string, number] => [relative(root, file), statSync(file).mtimeMs]);
  writeFileSync(join(dist, "sources.json"), JSON.stringify(Object.fromEntries(sources)));
}

/**
 * An import of one of Node's own modules reads every name that it exports, and some of them load much that is never
 * used: to get the module itself does not.
 */
function withoutFacades(code: string): string {
  return code.replace(
    /^import (?:(\w+)|(?:(\w+), )?\{([^}]*)\}) from ("node:[\w/]+");$/gm,
    (_, whole?: string, also?: string, names?: string, name?: string) => {
      const module = `globalThis.process.getBuiltinModule(${name})`;
      const picked = names === undefined ? "" : `{${names.replaceAll(" as ", ": ")}}`;
      return [whole ?? also, picked]
        .filter((left) => left)
        .map((left) => `const ${left} = ${module};`)
        .join(" ");
    },
  );
}

/** The files that it was made of. */
async function bundle(build: typeof import("rolldown").build): Promise<readonly string[]> {
  const manifest: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  const apart = Object.keys(manifest.dependencies).filter((name) => !INLINED.has(name));
  const { output } = await build({
    cwd: root,
    input: { commands: "bin/commands.js" },
    platform: "node",
    external: (id) => apart.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [{ name: "builtin-modules", renderChunk: withoutFacades }],
    output: {
      dir: dist,
      format: "esm",
      chunkFileNames: "[name]-[hash].js",
      // A check loads these, each with what it needs and those before do not have.
      codeSplitting: {
        groups: [
          "bin/commands.js",
          "src/cli/check.ts",
          "probes/tls/endpoint.ts",
          "src/cli/check-judge.ts",
        ].map((file, index, all) => ({
          name: basename(file, ".ts"),
          test: (id) => id === join(root, file),
          priority: all.length - index,
        })),
      },
    },
  });
  return output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
}
