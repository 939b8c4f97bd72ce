import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, takesConnections } from "./ports.ts";

/** A tree of zones of its own, from the root down, on an authoritative BIND, and a BIND that validates by that root. */
export interface Bind {
  /** `127.0.0.1:PORT` of the one that holds the zones: it validates nothing. */
  readonly authoritative: string;
  /** `127.0.0.1:PORT` of the one that validates. */
  readonly resolver: string;
  readonly stop: () => Promise<void>;
}

/** A zone below `test.`. */
export interface TestZone {
  readonly name: string;
  /** Lines of a zone file, names relative to the zone. */
  readonly records: readonly string[];
  /**
   * `unsigned`; `signed`, with the parent vouching for it; `island`: signed, the parent says nothing;
   * `expired`: as signed, by signatures whose time is over.
   */
  readonly state: "unsigned" | "signed" | "island" | "expired";
}

/** Starts both; resolves once they answer. */
export async function startBind(zones: readonly TestZone[]): Promise<Bind> {
  const folder = await mkdtemp(join(tmpdir(), "probity-bind-"));
  const children: ChildProcess[] = [];
  const stop = async () => {
    for (const child of children) {
      if (child.exitCode !== null) continue;
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const delegations: string[] = [];
    for (const { name, records, state } of zones) {
      const origin = `${name}.test.`;
      const signer = state === "unsigned" ? null : sign;
      await writeZone(folder, origin, records);
      const ds = signer?.(folder, origin, state === "expired") ?? null;
      delegations.push(`${origin} NS ns.test.`);
      if (ds !== null && state !== "island") delegations.push(ds);
    }
    await writeZone(folder, "test.", ["ns.test. A 127.0.0.1", ...delegations]);
    const top = sign(folder, "test.", false);
    await writeZone(folder, ".", ["ns.test. A 127.0.0.1", "test. NS ns.test.", top]);
    sign(folder, ".", false);
    const key = await keyOf(folder);
    const origins = [".", "test.", ...zones.map(({ name }) => `${name}.test.`)];
    const signed = new Set([
      ".",
      "test.",
      ...zones.filter(({ state }) => state !== "unsigned").map(({ name }) => `${name}.test.`),
    ]);
    const start = async (name: string, options: string, rest: string) => {
      const port = await freePort();
      await writeFile(
        join(folder, `${name}.conf`),
        `options { directory "${folder}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
           pid-file "${folder}/${name}.pid"; session-keyfile none; ${options} };
         controls {}; logging { category default { null; }; }; ${rest}`,
      );
      // Else a zone with an error would be left out, and its names fail.
      execFileSync("/usr/bin/named-checkconf", ["-z", join(folder, `${name}.conf`)]);
      const args = ["-f", "-c", join(folder, `${name}.conf`), "-n", "1"];
      const child = spawn("/usr/sbin/named", args, { stdio: "pipe" });
      children.push(child);
      await takesConnections(port, child);
      return `127.0.0.1:${port}`;
    };
    const files = origins.map((origin) => {
      const file = `${fileOf(origin)}${signed.has(origin) ? ".signed" : ""}`;
      return `zone "${origin}" { type primary; file "${file}"; };`;
    });
    const authoritative = await start(
      "authoritative",
      "recursion no; dnssec-validation no;",
      files.join("\n"),
    );
    const port = authoritative.split(":")[1] ?? "";
    const resolver = await start(
      "resolver",
      `recursion yes; dnssec-validation yes; forward only; empty-zones-enable no;
       forwarders { 127.0.0.1 port ${port}; };`,
      `trust-anchors { . static-key ${key}; };`,
    );
    return { authoritative, resolver, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function writeZone(folder: string, origin: string, records: readonly string[]) {
  const lines = [
    `$ORIGIN ${origin}`,
    "$TTL 300",
    `@ SOA ns.test. hostmaster.test. 1 3600 600 86400 60`,
    "@ NS ns.test.",
    ...records,
  ];
  await writeFile(join(folder, fileOf(origin)), `${lines.join("\n")}\n`);
}

/** Signs a zone by a key of its own; gives the DS record for its parent. */
function sign(folder: string, origin: string, expired: boolean): string {
  const run = (command: string, args: readonly string[]) =>
    execFileSync(command, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] }).toString();
  const key = run("dnssec-keygen", ["-q", "-a", "ECDSAP256SHA256", "-f", "KSK", origin]).trim();
  const time = expired ? ["-s", "20200101000000", "-e", "20200201000000"] : [];
  const file = fileOf(origin);
  run("dnssec-signzone", [
    "-q",
    "-P",
    "-S",
    "-z",
    ...time,
    "-o",
    origin,
    "-f",
    `${file}.signed`,
    file,
  ]);
  return run("dnssec-dsfromkey", ["-2", `${key}.key`]).trim();
}

/** The root's key as a trust anchor is written. */
async function keyOf(folder: string): Promise<string> {
  const zone = await readFile(join(folder, `${fileOf(".")}.signed`), "utf8");
  const found = /DNSKEY\s+257 3 13 \(?([\s\S]+?)(?:\)|;)/.exec(zone)?.[1] ?? "";
  return `257 3 13 "${found.replaceAll(/\s+/g, "")}"`;
}

function fileOf(origin: string): string {
  return origin === "." ? "root.zone" : `${origin}zone`;
}
