/** What other scanners confirm of the weaknesses of a server of this machine. */
import { execFile, execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { suiteName } from "#facts/cipher-suites.ts";
import { keyFolder, SERVER_NAME } from "./keys.ts";
import { type Peer, type PeerView, readNmap, readSslscan } from "./peers.ts";
import { offeredWeaknesses } from "./weaknesses.ts";

const run = promisify(execFile);

/** testssl.sh takes half a minute, and CI has none. */
export type WeaknessPeer = Peer | "testssl";

/** The command of testssl.sh, which Debian calls testssl; null where there is none. */
export function testsslCommand(): string | null {
  const script = "command -v testssl || command -v testssl.sh || true";
  return execFileSync("sh", ["-c", script], { encoding: "utf8" }).trim() || null;
}

/** Ids of the weaknesses that a peer sees: in words of its own, or in what it lists as accepted. */
export async function confirmedBy(peer: WeaknessPeer, port: number): Promise<ReadonlySet<string>> {
  if (peer === "testssl") return confirmedByTestssl(port);
  return peer === "sslscan" ? confirmedBySslscan(port) : confirmedByNmap(port);
}

async function confirmedBySslscan(port: number): Promise<Set<string>> {
  // It asks for the fallback signal and for compression too, but tells of neither in its XML.
  const options = ["--xml=-", "--no-fallback", "--no-compression", `--sni-name=${SERVER_NAME}`];
  const { stdout } = await run("sslscan", [...options, `127.0.0.1:${port}`]);
  return sslscanConfirms(stdout);
}

/** Reads sslscan's XML. */
function sslscanConfirms(xml: string): Set<string> {
  const view = readSslscan(xml);
  const found = listed(view);
  // It lists no suites of the old versions, which are weak by themselves in its report.
  if (view.has("SSLv2")) found.add("drown");
  if (view.has("SSLv3")) found.add("poodle");
  if (/<heartbleed [^>]*vulnerable="1"/.test(xml)) found.add("heartbleed");
  if (/<renegotiation supported="1" secure="0"/.test(xml)) found.add("insecure-renegotiation");
  if (Number(/<pk [^>]*type="RSA" bits="(\d+)"/.exec(xml)?.[1] ?? 2048) < 2048) {
    found.add("weak-key");
  }
  return found;
}

const NMAP_SCRIPTS = [
  "ssl-enum-ciphers",
  "sslv2",
  "sslv2-drown",
  "ssl-poodle",
  "ssl-heartbleed",
  "ssl-ccs-injection",
  "ssl-dh-params",
  "ssl-cert",
];

/** What nmap says in words, beside its lists; sslv2-drown of 7.93 breaks off where a server takes more than it expects. */
const NMAP_WORDS: readonly (readonly [string, string, RegExp])[] = [
  ["poodle", "ssl-poodle", /State: VULNERABLE/],
  ["heartbleed", "ssl-heartbleed", /State: VULNERABLE/],
  ["ccs-injection", "ssl-ccs-injection", /State: VULNERABLE/],
  ["drown", "sslv2", /SSLv2 supported/],
  ["drown", "sslv2-drown", /State: VULNERABLE/],
  ["logjam", "ssl-dh-params", /EXPORT-GRADE DH GROUP/],
  ["common-prime", "ssl-dh-params", /WEAK DH GROUP/],
  ["anonymous-suites", "ssl-dh-params", /ANONYMOUS DH GROUP/],
  ["sweet32", "ssl-enum-ciphers", /vulnerable to SWEET32/],
  ["rc4", "ssl-enum-ciphers", /Broken cipher RC4/],
  ["poodle", "ssl-enum-ciphers", /CBC-mode cipher in SSLv3/],
  ["crime", "ssl-enum-ciphers", /compressors:[^:]*DEFLATE/],
  ["weak-key", "ssl-cert", /Public Key type: rsa\s+Public Key bits: (?:\d{1,3}|1\d{3})\s/],
];

async function confirmedByNmap(port: number): Promise<Set<string>> {
  const scripts = ["--script", NMAP_SCRIPTS.map((script) => `+${script}`).join(",")];
  const name = ["--script-args", `tls.servername=${SERVER_NAME}`];
  const target = ["-Pn", "-n", "-sT", "-p", String(port), "-oX", "-", "127.0.0.1"];
  const { stdout } = await run("nmap", [...scripts, ...name, ...target], { maxBuffer: 16_000_000 });
  return nmapConfirms(stdout);
}

/** Reads nmap's XML. */
function nmapConfirms(xml: string): Set<string> {
  const found = listed(readNmap(xml));
  const said = new Map(
    [...xml.matchAll(/<script id="([^"]+)" output="([^"]*)"/g)].map(
      ([, script = "", output = ""]) => [script, output.replaceAll("&#xa;", "\n")],
    ),
  );
  for (const [id, script, words] of NMAP_WORDS) {
    if (words.test(said.get(script) ?? "")) found.add(id);
  }
  return found;
}

/** Our ids by those of testssl.sh. It calls export ciphers of SSL 2.0 FREAK too, which have keys of full size. */
const TESTSSL_IDS: ReadonlyMap<string, string> = new Map([
  ["heartbleed", "heartbleed"],
  ["CCS", "ccs-injection"],
  ["secure_client_renego", "client-renegotiation"],
  ["CRIME_TLS", "crime"],
  ["POODLE_SSL", "poodle"],
  ["fallback_SCSV", "no-fallback-scsv"],
  ["SWEET32", "sweet32"],
  ["FREAK", "freak"],
  ["DROWN", "drown"],
  ["LOGJAM", "logjam"],
  ["RC4", "rc4"],
]);
const TESTSSL_TESTS = ["-H", "-I", "-R", "-C", "-O", "-Z", "-W", "-F", "-J", "-D", "-4"];

async function confirmedByTestssl(port: number): Promise<Set<string>> {
  const file = join(keyFolder(), `testssl-${port}.json`);
  const options = ["--quiet", "--warnings", "batch", "--jsonfile", file, ...TESTSSL_TESTS];
  // Its exit code counts what it found.
  await run(testsslCommand() ?? "testssl", [...options, `127.0.0.1:${port}`]).catch(() => {});
  const findings = z
    .array(z.object({ id: z.string(), severity: z.string() }))
    .parse(JSON.parse(await readFile(file, "utf8")));
  return new Set(
    findings.flatMap(({ id, severity }) => {
      const known = TESTSSL_IDS.get(id);
      const there = ["LOW", "MEDIUM", "HIGH", "CRITICAL"].includes(severity);
      return known !== undefined && there ? [known] : [];
    }),
  );
}

/** What follows from the suites and primes that a peer lists. */
function listed(view: PeerView): Set<string> {
  const offer = [...view].map(([version, { suites, primes }]) => {
    const names = [...(suites ?? [])].map((code) =>
      code.startsWith("0x") ? suiteName(Number(code)) : code,
    );
    return [version, { suites: names, primes: [...(primes ?? [])] }] as const;
  });
  return new Set(offeredWeaknesses(new Map(offer)));
}
