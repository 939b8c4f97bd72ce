/**
 * `npm run build`: makes of the command line and all that it loads a few files in dist, the packages included: of an
 * SDK with hundreds of calls only those stay that are made, and whole it would take more memory than a scan. Writes
 * when each source was changed last, by which bin/bundled.js sees whether the bundle still says what they say.
 * The packages are installed beside the bundle nonetheless, for the sources to run and with their licenses.
 */
import { rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const dist = join(root, "dist");

/** Starts files of its own by their places in the package; loaded with --debug only. */
const APART = ["pino"];

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
 * used (node:http a second HTTP client): to get the module itself does not.
 */
function withoutFacades(code: string): string {
  const late = code.replace(
    /\bimport\(("node:[\w/]+")\)/g,
    "Promise.resolve(globalThis.process.getBuiltinModule($1))",
  );
  return late.replace(
    /^import (?:(?:\* as )?([\w$]+)|(?:([\w$]+), )?\{([^}]*)\}) from ("node:[\w/]+");$/gm,
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
  const { output } = await build({
    cwd: root,
    input: { commands: "bin/commands.js" },
    platform: "node",
    // The SDKs' CommonJS is one file of everything; what is not used can be left out of their modules only.
    resolve: { mainFields: ["module", "main"] },
    external: APART,
    plugins: [{ name: "builtin-modules", renderChunk: withoutFacades }],
    output: {
      dir: dist,
      format: "esm",
      // Sources are kept in memory as they are: without blanks and comments, and with names that a stack trace tells.
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
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
