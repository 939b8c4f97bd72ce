/**
 * One side of the bench of many endpoints, in a process of its own so that time and memory are its own:
 * `many-child.ts scans PORT` or `many-child.ts bare PORT CONNECTIONS AT-ONCE`. Sends what it measured to its parent.
 * `many-child.ts warm PORT` only fills the cache of compiled sources, as a first run of the command line does.
 */
import { connect } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { keepHeapSmall } from "#cli/heap.ts";
import { scan } from "./engine.ts";
import { type BareMeasured, endpointHost, ENDPOINTS, type ScansMeasured } from "./endpoints.ts";
import { startRecorder } from "./recorder.ts";

/** Endpoints at once. */
const SCANS = 20;
/** Memory is read when so many are done, and again in the end. */
const EARLY = 500;

const [mode, port = 0, ...counts] = [process.argv[2], ...process.argv.slice(3).map(Number)];
if (mode === "warm") await scan({ host: endpointHost(0), port });
if (mode === "scans") process.send?.(await scans(port));
if (mode === "bare") process.send?.(await bare(port, counts[0] ?? 0, counts[1] ?? 0));
process.disconnect?.();

async function scans(port: number): Promise<ScansMeasured> {
  // As the command line does where it asks several: src/cli/check.ts.
  keepHeapSmall();
  // What is made once, code and roots and the like, is not a matter of many.
  await scan({ host: endpointHost(0), port });
  const before = count(process.getActiveResourcesInfo());
  let connections = 0;
  let earlyMegabytes = 0;
  let done = 0;
  const open: number[] = [];
  const measured = await timed(ENDPOINTS, SCANS, async (index) => {
    const found = await scan({ host: endpointHost(index), port });
    connections += found.connections;
    done += 1;
    if (done === EARLY) earlyMegabytes = megabytes(process.memoryUsage.rss());
    open.push(count(process.getActiveResourcesInfo())["TCPSocketWrap"] ?? 0);
  });
  await turn();
  const after = count(process.getActiveResourcesInfo());
  const left = Object.keys(after).filter((kind) => (after[kind] ?? 0) > (before[kind] ?? 0));
  return {
    ...measured,
    connections,
    open: open.reduce((sum, one) => sum + one, 0) / open.length,
    earlyMegabytes,
    lateMegabytes: megabytes(process.memoryUsage.rss()),
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
    left,
  };
}

/**
 * The same number of connections with nothing around them: connect, write a hello, take the first bytes of the answer,
 * reset. The hellos are those that a scan sends, as what they ask of the server decides how soon it answers.
 */
async function bare(port: number, connections: number, atOnce: number): Promise<BareMeasured> {
  const recorder = await startRecorder(endpointHost(0), port);
  await scan({ host: "127.0.0.1", port: recorder.port });
  const { hellos } = recorder;
  recorder.close();
  const dial = (index: number, hello: Buffer | undefined) =>
    new Promise<void>((resolve, reject) => {
      const host = endpointHost(index % ENDPOINTS);
      const socket = connect({ host, port, noDelay: true });
      socket.on("connect", () => (hello ? socket.write(hello) : socket.resetAndDestroy()));
      socket.on("data", () => socket.resetAndDestroy());
      socket.on("error", reject).on("close", () => resolve());
    });
  const ask = (index: number) => dial(index, hellos[index % hellos.length]);
  await timed(Math.min(1000, connections), atOnce, ask);
  const asked = await timed(connections, atOnce, ask);
  const connected = await timed(connections, atOnce, (index) => dial(index, undefined));
  return { ...asked, connectOnlySeconds: connected.seconds };
}

async function timed(
  total: number,
  atOnce: number,
  act: (index: number) => Promise<void>,
): Promise<{ readonly seconds: number; readonly cpuSeconds: number }> {
  const start = performance.now();
  const used = process.cpuUsage();
  let next = 0;
  const work = async () => {
    while (next < total) {
      const index = next;
      next += 1;
      await act(index);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const { user, system } = process.cpuUsage(used);
  return { seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
}

function count(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function megabytes(bytes: number): number {
  return bytes / 1024 / 1024;
}
