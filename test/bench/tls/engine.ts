/** The only door of this bench to what it measures: the engine in this process, and the command line. */
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { CheckReport } from "#model/check-report.ts";
import type { FacetName } from "#model/facets.ts";
import type { CipherSuites, KeyExchange } from "#model/tls-facets.ts";
import { enumerate } from "#probes/tls/enumerate.ts";
import { SERVER_NAME } from "./nginx.ts";
import { type Run, run } from "./run.ts";

/** What this bench needs to know of an answer. */
export interface Answer {
  /** `TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` */
  readonly suites: readonly string[];
  /** `TLSv1.3 x25519` */
  readonly groups: readonly string[];
}

export interface Place {
  readonly host: string;
  readonly port: number;
}

const WANTED: ReadonlySet<FacetName> = new Set([
  "protocols",
  "cipherSuites",
  "keyExchange",
  "certificate",
  "tlsService",
]);
const clock = {
  now: () => performance.now(),
  wait: (milliseconds: number, signal: AbortSignal) =>
    delay(milliseconds, undefined, { signal }).catch(() => {}),
};

/** What beside the enumeration is passively tested: what a connection does, and its weaknesses. */
const PASSIVE = ["tlsBehaviour", "tlsAttacks"] as const satisfies readonly FacetName[];

/**
 * One full scan by the engine.
 * @param passive with the passive tests of behaviour and weaknesses
 * @throws Error when its answer is not complete: a fast half answer is no figure.
 */
export async function scan(
  place: Place,
  passive = false,
): Promise<Answer & { readonly connections: number }> {
  const wanted = passive ? new Set([...WANTED, ...PASSIVE]) : WANTED;
  const signal = new AbortController().signal;
  const found = await enumerate(
    { ...place, serverName: SERVER_NAME },
    { timeoutMs: 5000, connections: 20, signal, clock, wanted, ca: null },
  );
  const unread = found.certificate === null || found.tlsService === null;
  if (unread) throw new Error(`not complete: ${found.certificateProblem?.message}`);
  return { ...answer(found.cipherSuites, found.keyExchange), connections: found.connections };
}

/**
 * One check by the command line, the whole process.
 * @throws Error when its answer is not complete.
 */
export async function check(place: Place): Promise<Answer & { readonly seconds: number }> {
  const connect = `${place.host}:${place.port}`;
  const done = await probity(`tls://${SERVER_NAME}`, "--connect", connect, "--format", "json");
  if (done.stdout === "") throw new Error(`no report: ${done.stderr}`);
  return { ...reported(done.stdout), seconds: done.seconds };
}

/** One check by the command line of several places, the whole process. */
export async function checkMany(places: readonly Place[]): Promise<
  Pick<Run, "seconds" | "peakMegabytes"> & {
    readonly answers: readonly Answer[];
    /** What is wrong with the answers that are not complete. */
    readonly incomplete: readonly string[];
  }
> {
  const folder = await mkdtemp(join(tmpdir(), "probity-bench-"));
  const file = join(folder, "addresses");
  await writeFile(file, places.map(({ host, port }) => `tls://${host}:${port}\n`).join(""));
  const { seconds, peakMegabytes, stdout } = await probity("--file", file, "--format", "jsonl");
  await rm(folder, { recursive: true });
  const answers: Answer[] = [];
  const incomplete: string[] = [];
  for (const line of stdout.split("\n").filter((text) => text !== "")) {
    try {
      answers.push(reported(line));
    } catch (error) {
      incomplete.push(String(error));
    }
  }
  const missing = places.length - answers.length - incomplete.length;
  if (missing > 0) incomplete.push(`${missing} answers are missing`);
  return { seconds, peakMegabytes, answers, incomplete };
}

function probity(...args: readonly string[]): Promise<Run> {
  installed ??= install();
  return run(process.execPath, [join(installed, "bin/probity.js"), "check", ...args]);
}

let installed: string | null = null;

/** The command line as a package brings it: in a checkout it first looks whether a source is newer than the bundle. */
function install(): string {
  execFileSync(process.execPath, ["src/tooling/bundle.ts"]);
  const folder = ".bench/package";
  rmSync(folder, { recursive: true, force: true });
  for (const part of ["bin", "dist", "config", "package.json"]) {
    cpSync(part, join(folder, part), { recursive: true });
  }
  return folder;
}

function reported(json: string): Answer {
  const { tls, problems } = JSON.parse(json) as CheckReport;
  if (tls === null) throw new Error(`no answer: ${JSON.stringify(problems)}`);
  return answer(tls.cipherSuites, tls.keyExchange);
}

function answer(cipherSuites: CipherSuites | null, keyExchange: KeyExchange | null): Answer {
  if (cipherSuites === null || keyExchange === null) throw new Error("not complete");
  const unfinished = [...cipherSuites.unfinished, ...keyExchange.unfinished];
  if (unfinished.length > 0) throw new Error(`not complete: ${JSON.stringify(unfinished)}`);
  const names = (list: CipherSuites["suites"]) =>
    list.map(({ version, name }) => `${version} ${name}`);
  return { suites: names(cipherSuites.suites), groups: names(keyExchange.groups) };
}
