/** SSLyze and tlsx on the same servers, asked for what a check tells: suites of all versions, groups, certificates. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { figure, median, remark } from "../figure.ts";
import { ROUND_TRIP_MS } from "./delay.ts";
import { endpointHost } from "./endpoints.ts";
import { check, checkMany, type Answer } from "./engine.ts";
import { INTERMEDIATE_6, INTERMEDIATE_ECDSA, SERVER_NAME, startBenchServer } from "./nginx.ts";
import { findProgram, run } from "./run.ts";
import { openSlowLink } from "./slow-link.ts";

const ENDPOINTS = 20;
const RUNS = 3;

interface Peer {
  readonly name: string;
  /** Runs it on `host:port` targets; the seconds of the whole process and the suites that it saw of each. */
  readonly ask: (targets: readonly string[]) => Promise<{
    readonly seconds: number;
    readonly suites: readonly (readonly string[])[];
  }>;
}

/** One server over the slow line, then several on loopback, each by one process of each program. */
export async function besidePeers(): Promise<void> {
  const found = [sslyze(), tlsx()].filter((peer) => peer !== null);
  if (found.length === 0) return;
  const link = await openSlowLink(ROUND_TRIP_MS);
  remark(`peers: ${link.words}`);
  const hosts = Array.from({ length: ENDPOINTS }, (_, index) => endpointHost(index));
  const server = await startBenchServer([
    { listen: [`${link.serverHost}:PORT`], settings: INTERMEDIATE_6 },
    { listen: hosts.map((host) => `${host}:PORT`), settings: INTERMEDIATE_ECDSA },
  ]);
  try {
    const [slowPort = 0, manyPort = 0] = server.ports;
    const far = await link.to(slowPort);
    const one = await usual(async () => {
      const answer = await check(far);
      return { seconds: answer.seconds, answers: [answer] };
    });
    const several = await usual(async () => {
      const checked = await checkMany(hosts.map((host) => ({ host, port: manyPort })));
      if (checked.incomplete.length > 0) throw new Error(checked.incomplete[0]);
      return checked;
    });
    const targets = hosts.map((host) => `${host}:${manyPort}`);
    for (const { name, ask } of found) {
      compare(`over the slow line: check ÷ ${name}`, one, await ask([`${far.host}:${far.port}`]));
      compare(`${ENDPOINTS} endpoints: check ÷ ${name}`, several, await ask(targets));
    }
  } finally {
    await server.close();
    link.close();
  }
}

interface Ours {
  readonly seconds: number;
  readonly answers: readonly Answer[];
}

/** The median of some runs, after one that fills the cache. */
async function usual(act: () => Promise<Ours>): Promise<Ours> {
  const { answers } = await act();
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run += 1) seconds.push((await act()).seconds);
  return { answers, seconds: median(seconds) };
}

/** A figure only where the peer saw nothing that ours did not. */
function compare(name: string, ours: Ours, theirs: Awaited<ReturnType<Peer["ask"]>>): void {
  const seen = new Set(ours.answers.flatMap(({ suites }) => suites.map(suiteOf)));
  const known = theirs.suites.flat();
  const missing = known.filter((suite) => !seen.has(suite));
  if (known.length === 0) return remark(`${name}: the peer saw nothing, not compared`);
  if (missing.length > 0) throw new Error(`${name}: the check misses ${missing.join(", ")}`);
  const seconds = `${ours.seconds.toFixed(2)} s ÷ ${theirs.seconds.toFixed(2)} s`;
  figure(`${name}, ${seconds}`, ours.seconds / theirs.seconds, 1, "×");
}

function suiteOf(entry: string): string {
  return entry.split(" ")[1] ?? "";
}

function sslyze(): Peer | null {
  const program = findProgram("SSLYZE", "sslyze");
  if (program === null) {
    remark("SSLyze is not here (pip install sslyze, or SSLYZE=…): not compared");
    return null;
  }
  const versions = ["sslv2", "sslv3", "tlsv1", "tlsv1_1", "tlsv1_2", "tlsv1_3"];
  const commands = [...versions, "elliptic_curves", "certinfo"].map((command) => `--${command}`);
  return {
    name: "SSLyze",
    ask: async (targets) => {
      const folder = await mkdtemp(join(tmpdir(), "probity-sslyze-"));
      const file = join(folder, "targets");
      await writeFile(file, targets.join("\n"));
      const out = join(folder, "answers");
      const files = [`--targets_in=${file}`, `--json_out=${out}`];
      const { seconds } = await run(program, [...commands, "--mozilla_config=disable", ...files]);
      const results: readonly SslyzeServer[] = JSON.parse(
        await readFile(out, "utf8"),
      ).server_scan_results;
      await rm(folder, { recursive: true });
      return { seconds, suites: results.map(sslyzeSuites) };
    },
  };
}

interface SslyzeServer {
  readonly scan_result: Readonly<
    Record<
      string,
      {
        readonly result: {
          readonly accepted_cipher_suites?: readonly {
            readonly cipher_suite: { readonly name: string };
          }[];
        } | null;
      }
    >
  > | null;
}

function sslyzeSuites(server: SslyzeServer): string[] {
  return Object.values(server.scan_result ?? {}).flatMap(({ result }) =>
    (result?.accepted_cipher_suites ?? []).map(({ cipher_suite }) => cipher_suite.name),
  );
}

function tlsx(): Peer | null {
  const program = findProgram("TLSX", "tlsx");
  if (program === null) {
    remark("tlsx is not here (github.com/projectdiscovery/tlsx, or TLSX=…): not compared");
    return null;
  }
  return {
    name: "tlsx",
    ask: async (targets) => {
      const enumerations = ["-version-enum", "-cipher-enum", "-cipher-type", "all"];
      const args = [...enumerations, "-sni", SERVER_NAME, "-json", "-silent"];
      const { seconds, stdout } = await run(program, [...args, "-u", targets.join(",")]);
      const answers: readonly TlsxAnswer[] = stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line));
      return { seconds, suites: answers.map(tlsxSuites) };
    },
  };
}

interface TlsxAnswer {
  readonly cipher_enum?: readonly {
    readonly ciphers?: Readonly<Record<string, readonly string[]>>;
  }[];
}

function tlsxSuites(answer: TlsxAnswer): string[] {
  return (answer.cipher_enum ?? []).flatMap(({ ciphers }) => Object.values(ciphers ?? {}).flat());
}
