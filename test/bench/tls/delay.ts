/** A check over a line of 30 ms beside nmap, sslscan and testssl.sh. */
import { figure, median, remark } from "../figure.ts";
import { type Answer, check, type Place, scan } from "./engine.ts";
import {
  type BenchServer,
  INTERMEDIATE_57,
  INTERMEDIATE_6,
  LEGACY,
  startBenchServer,
} from "./nginx.ts";
import { findProgram, type Run, run } from "./run.ts";
import { openSlowLink } from "./slow-link.ts";

export const ROUND_TRIP_MS = 30;
const RUNS = 5;

/** Everything behind one slow line, the peers in turn with ours. */
export async function delayed(): Promise<void> {
  const link = await openSlowLink(ROUND_TRIP_MS);
  remark(`delay: ${link.words}`);
  const servers = [INTERMEDIATE_6, INTERMEDIATE_57, LEGACY].map((settings) => ({
    listen: [`${link.serverHost}:PORT`],
    settings,
  }));
  const server = await startBenchServer(servers);
  try {
    const [six, older, legacy] = await Promise.all(
      server.ports.map(async (port) => ({
        near: { host: link.serverHost, port },
        far: await link.to(port),
      })),
    );
    if (six === undefined || older === undefined || legacy === undefined) return;
    const ours = await ourCheck("intermediate", server, six.far);
    await criticalPath("intermediate", six);
    await passiveTests("intermediate", six);
    await besideNmap("intermediate", six.far, ours, 0.4);
    await besideSslscan("intermediate", six.far, ours);
    await besideTestssl("intermediate", six.far, ours);

    const ours57 = await ourCheck("intermediate 5.7 with DHE", server, older.far);
    await criticalPath("intermediate 5.7 with DHE", older);
    await besideNmap("intermediate 5.7 with DHE", older.far, ours57, 0.4);
    await besideSslscan("intermediate 5.7 with DHE", older.far, ours57);

    const suites = (await scan(legacy.near)).suites.length;
    const oursLegacy = await ourCheck(`${suites} suites`, null, legacy.far);
    await criticalPath(`${suites} suites`, legacy);
    await besideNmap(`${suites} suites`, legacy.far, oursLegacy, 0.5);
  } finally {
    await server.close();
    link.close();
  }
}

interface Ours extends Answer {
  readonly seconds: number;
}

/** The median of the whole process, after one that fills the cache; the connections of one where they have a limit. */
async function ourCheck(name: string, counted: BenchServer | null, far: Place): Promise<Ours> {
  await check(far);
  const before = await counted?.accepted();
  const runs: Ours[] = [];
  for (let index = 0; index < RUNS; index += 1) runs.push(await check(far));
  const after = await counted?.accepted();
  if (before !== undefined && after !== undefined) {
    figure(`${name}: connections of a check`, (after - before) / RUNS, 60, "");
  }
  const [first] = runs;
  if (first === undefined) throw new Error("no run");
  return { ...first, seconds: median(runs.map(({ seconds }) => seconds)) };
}

/** The round trips that nothing can run beside: the time of the engine alone, less that without a slow line. */
async function criticalPath(name: string, { near, far }: Ends): Promise<void> {
  const found = await scan(near);
  const { slow, quick, trips } = await tripsOf({ near, far }, false);
  const longest = Math.max(
    ...[found.suites, found.groups].flatMap((list) => Object.values(byVersion(list))),
  );
  const theory = 1 + longest + 1;
  const seconds = `${(slow / 1000).toFixed(3)} s, near by ${(quick / 1000).toFixed(3)} s`;
  remark(`${name}: the engine alone ${seconds}, ${found.connections} connections`);
  const chain = `TCP + (${longest} + 1)`;
  figure(
    `${name}: critical path ÷ ${chain}, of ${trips.toFixed(1)} trips`,
    trips / theory,
    1.5,
    "×",
  );
}

/** What the passive tests of behaviour and weaknesses add to a scan. */
async function passiveTests(name: string, { near, far }: Ends): Promise<void> {
  const [without, passive] = [await scan(near), await scan(near, true)];
  const connections = passive.connections - without.connections;
  figure(`${name}: connections that passive tests add`, connections, 6, "");
  const [before, after] = [await tripsOf({ near, far }, false), await tripsOf({ near, far }, true)];
  const trips = after.trips - before.trips;
  figure(`${name}: round trips that passive tests add`, trips, 1, "");
}

/** Where a server is reached quickly and slowly. */
interface Ends {
  readonly near: Place;
  readonly far: Place;
}

/** The median of several scans by the engine, in milliseconds, and the round trips that the difference is. */
async function tripsOf({ near, far }: Ends, passive: boolean) {
  const milliseconds = async (place: Place) => {
    const times: number[] = [];
    for (let index = 0; index < RUNS; index += 1) {
      const start = performance.now();
      await scan(place, passive);
      times.push(performance.now() - start);
    }
    return median(times);
  };
  const slow = await milliseconds(far);
  const quick = await milliseconds(near);
  return { slow, quick, trips: (slow - quick) / ROUND_TRIP_MS };
}

/** How many of each version. */
function byVersion(list: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const entry of list) {
    const version = entry.split(" ", 1)[0] ?? "";
    counts[version] = (counts[version] ?? 0) + 1;
  }
  return counts;
}

async function besideNmap(name: string, far: Place, ours: Ours, limit: number): Promise<void> {
  const nmap = findProgram("NMAP", "nmap");
  if (nmap === null) return remark("nmap is not here: not compared");
  const script = ["--script", "+ssl-enum-ciphers"];
  const args = ["-Pn", "-n", "-sT", ...script, "-p", String(far.port), far.host];
  const runs = [await run(nmap, args), await run(nmap, args)];
  agree(ours, runs[0]?.stdout ?? "");
  ratio(`${name}: check ÷ nmap ssl-enum-ciphers`, ours, runs, limit);
}

/** Each suite that nmap saw, ours saw; nmap writes AKE for the key exchange of TLS 1.3. */
function agree(ours: Answer, said: string): void {
  let version = "";
  for (const line of said.split("\n")) {
    version = /^\|\s+(SSLv3|TLSv1\.\d):/.exec(line)?.[1] ?? version;
    const suite = /^\|\s+(TLS_\w+)/.exec(line)?.[1]?.replace("TLS_AKE_WITH_", "TLS_");
    if (suite === undefined || suite.endsWith("_SCSV")) continue;
    if (!ours.suites.includes(`${version} ${suite}`)) {
      throw new Error(`nmap saw ${version} ${suite}, and the check did not`);
    }
  }
  if (version === "") throw new Error(`nmap saw nothing: ${said}`);
}

async function besideSslscan(name: string, far: Place, ours: Ours): Promise<void> {
  const sslscan = findProgram("SSLSCAN", "sslscan");
  if (sslscan === null) return remark("sslscan is not here: not compared");
  const args = ["--no-colour", `${far.host}:${far.port}`];
  const runs = [await run(sslscan, args), await run(sslscan, args)];
  sawSuites("sslscan", runs);
  ratio(`${name}: check ÷ sslscan`, ours, runs, 1 / 12);
}

async function besideTestssl(name: string, far: Place, ours: Ours): Promise<void> {
  const testssl = findProgram("TESTSSL", "testssl.sh", "testssl");
  if (testssl === null) return remark("testssl.sh is not here: not compared");
  const args = ["--quiet", "--warnings", "off", "--color", "0", "--nodns", "none"];
  const runs = [await run(testssl, [...args, `${far.host}:${far.port}`])];
  sawSuites("testssl.sh", runs);
  ratio(`${name}: check ÷ testssl.sh, full run`, ours, runs, 1 / 150);
}

/** Both write OpenSSL's names; who fails is soon done, and no peer. */
function sawSuites(peer: string, runs: readonly Run[]): void {
  for (const { stdout } of runs) {
    if (!stdout.includes("ECDHE-RSA-AES128-GCM-SHA256")) {
      throw new Error(`${peer} saw no suites: ${stdout.slice(-1000)}`);
    }
  }
}

/** Against the peer's best run. */
function ratio(name: string, ours: Ours, peer: readonly Run[], limit: number): void {
  const theirs = Math.min(...peer.map(({ seconds }) => seconds));
  const seconds = `${ours.seconds.toFixed(2)} s ÷ ${theirs.toFixed(2)} s`;
  figure(`${name}, ${seconds}`, ours.seconds / theirs, limit, "×");
}
