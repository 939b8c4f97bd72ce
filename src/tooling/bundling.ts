/** Makes of modules and all that they load, the packages included, a few files. */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Starts files of its own by their places in the package; loaded with --debug only. */
const APART = ["pino"];

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

/**
 * Writes the bundle, and gives the files that it was made of.
 * @param input names of the bundle's entries, with their source below the root
 * @param together sources that are loaded one after the other, each with what it needs and those before do not have
 */
export async function bundle(
  build: typeof import("rolldown").build,
  folder: string,
  input: Readonly<Record<string, string>>,
  together: readonly string[] = [],
): Promise<readonly string[]> {
  const { output } = await build({
    cwd: root,
    input,
    platform: "node",
    // The SDKs' CommonJS is one file of everything; what is not used can be left out of their modules only.
    resolve: { mainFields: ["module", "main"] },
    external: APART,
    plugins: [{ name: "builtin-modules", renderChunk: withoutFacades }],
    output: {
      dir: folder,
      format: "esm",
      // Sources are kept in memory as they are: without blanks and comments, and with names that a stack trace tells.
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      chunkFileNames: "[name]-[hash].js",
      codeSplitting: {
        groups: together.map((file, index, all) => ({
          name: basename(file, ".ts"),
          test: (id) => id === join(root, file),
          priority: all.length - index,
        })),
      },
    },
  });
  return output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
}
