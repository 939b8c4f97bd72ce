/** Self-signed certificates of every kind for the servers of the table, made once per process. */
import { execFile } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The name in every certificate. */
export const SERVER_NAME = "server.example";

const OPTIONS = {
  rsa: ["-newkey", "rsa:2048"],
  /** Small enough for the export suites, which allow no larger key. */
  rsa512: ["-newkey", "rsa:512"],
  rsaPss: ["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
  ec: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
  ec384: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
  ec521: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
  ed25519: ["-newkey", "ed25519"],
  ed448: ["-newkey", "ed448"],
  dsa: null,
} as const;
export type KeyName = keyof typeof OPTIONS;

export interface Pair {
  readonly certFile: string;
  /** PKCS #8 */
  readonly keyFile: string;
}

let folder: string | null = null;
const made = new Map<string, Promise<unknown>>();

/** The folder of everything that this process made; `removeKeys` removes it. */
export function keyFolder(): string {
  folder ??= mkdtempSync(join(tmpdir(), "probity-servers-"));
  return folder;
}

/** Removes what was made. */
export function removeKeys(): void {
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  folder = null;
  made.clear();
}

/** Makes a thing once per process. */
export function once<T>(name: string, make: () => Promise<T>): Promise<T> {
  const known = made.get(name);
  // A name stands for one maker alone, and so for one type.
  if (known !== undefined) return known as Promise<T>;
  const promise = make();
  made.set(name, promise);
  return promise;
}

/** A certificate with its key. */
export function pair(name: KeyName): Promise<Pair> {
  return once(`pair ${name}`, async () => {
    const keyFile = join(keyFolder(), `${name}.key`);
    const certFile = join(keyFolder(), `${name}.pem`);
    const options = OPTIONS[name] ?? ["-newkey", `dsa:${await dsaParameters()}`];
    const made = ["req", "-x509", "-nodes", "-days", "30", "-sha256", ...options];
    const files = ["-keyout", keyFile, "-out", certFile];
    const subject = ["-subj", `/CN=${SERVER_NAME}`, "-addext", `subjectAltName=DNS:${SERVER_NAME}`];
    await run("openssl", [...made, ...files, ...subject]);
    return { keyFile, certFile };
  });
}

/** The same key in the form that OpenSSL had before PKCS #8: the only one that Node 0.10 reads. */
export function traditionalKey(name: KeyName): Promise<string> {
  return once(`traditional ${name}`, async () => {
    const key = createPrivateKey(await readFile((await pair(name)).keyFile));
    const file = join(keyFolder(), `${name}.traditional.key`);
    const rsa = key.asymmetricKeyType === "rsa";
    await writeFile(
      file,
      rsa
        ? key.export({ type: "pkcs1", format: "pem" })
        : key.export({ type: "sec1", format: "pem" }),
    );
    return file;
  });
}

/** Certificate and key in one file, as HAProxy reads them. */
export function bundle(name: KeyName): Promise<string> {
  return once(`bundle ${name}`, async () => {
    const { certFile, keyFile } = await pair(name);
    const file = join(keyFolder(), `${name}.bundle.pem`);
    await writeFile(file, `${await readFile(certFile, "utf8")}${await readFile(keyFile, "utf8")}`);
    return file;
  });
}

export type DhName = "ffdhe2048" | "ffdhe3072" | "rfc5114-1" | "own1024";

/** A file of Diffie-Hellman parameters; `rfc5114-1` is of 1024 bits, the others of the bits in their name. */
export function dhParameters(group: DhName): Promise<string> {
  return once(`dh ${group}`, async () => {
    const file = join(keyFolder(), `${group}.dh.pem`);
    if (group === "own1024") {
      // As for DSA: a safe prime takes seconds to find.
      await run("openssl", ["dhparam", "-dsaparam", "-out", file, "1024"]);
      return file;
    }
    const option = group === "rfc5114-1" ? "dh_rfc5114:1" : `group:${group}`;
    const algorithm = group === "rfc5114-1" ? "DHX" : "DH";
    const args = ["genpkey", "-genparam", "-algorithm", algorithm, "-pkeyopt", option];
    await run("openssl", [...args, "-out", file]);
    return file;
  });
}

async function dsaParameters(): Promise<string> {
  const file = join(keyFolder(), "dsa.parameters.pem");
  const algorithm = ["genpkey", "-genparam", "-algorithm", "DSA", "-out", file];
  // q of 160 bits: with a longer one the JDK cannot sign by SHA-1, as the versions before 1.2 ask for.
  const sizes = ["-pkeyopt", "dsa_paramgen_bits:1024", "-pkeyopt", "dsa_paramgen_q_bits:160"];
  await run("openssl", [...algorithm, ...sizes]);
  return file;
}
