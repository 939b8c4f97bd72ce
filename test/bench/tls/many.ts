/** Two thousand endpoints of one nginx, from one process. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { figure, remark } from "../figure.ts";
import { type BareMeasured, ENDPOINTS, endpointHost, type ScansMeasured } from "./endpoints.ts";
import { checkMany } from "./engine.ts";
import { INTERMEDIATE_ECDSA, startBenchServer } from "./nginx.ts";

/** nginx holds all listeners in one process: real TLS, and cheap as its certificate is P-256. */
export async function many(): Promise<void> {
  const hosts = Array.from({ length: ENDPOINTS }, (_, index) => endpointHost(index));
  const listen = hosts.map((host) => `${host}:PORT`);
  const server = await startBenchServer([{ listen, settings: INTERMEDIATE_ECDSA }]);
  const port = String(server.ports[0]);
  const cache = await mkdtemp(join(tmpdir(), "probity-bench-"));
  try {
    await child("warm", cache, port);
    const before = await server.accepted();
    const scans = await child<ScansMeasured>("scans", cache, port);
    const accepted = (await server.accepted()) - before;
    const atOnce = String(Math.max(1, Math.round(scans.open)));
    const bare = await child<BareMeasured>("bare", cache, port, String(scans.connections), atOnce);

    const rate = ENDPOINTS / scans.seconds;
    const each = scans.connections / ENDPOINTS;
    remark(
      `many: ${scans.seconds.toFixed(1)} s, ${rate.toFixed(0)} scans/s of ${each.toFixed(1)} connections, ${atOnce} open at once; nginx took ${accepted} connections`,
    );
    remark(
      `many: as many bare connections with the same hellos ${bare.seconds.toFixed(1)} s, with none ${bare.connectOnlySeconds.toFixed(1)} s`,
    );
    remark(
      `many: processor time of ours ÷ bare ${(scans.cpuSeconds / bare.cpuSeconds).toFixed(2)}`,
    );
    const bareRate = ENDPOINTS / bare.seconds;
    figure(`${ENDPOINTS} endpoints: scans a second ÷ bare`, rate / bareRate, 0.6, "×", false);
    figure(`${ENDPOINTS} endpoints: most memory`, scans.peakMegabytes, 200, "MB");
    const growth = scans.lateMegabytes / scans.earlyMegabytes;
    figure(`${ENDPOINTS} endpoints: memory in the end ÷ after 500`, growth, 1.2, "×");
    if (scans.left.length > 0) remark(`many: left behind: ${scans.left.join(", ")}`);
    figure(`${ENDPOINTS} endpoints: sockets and timers left`, scans.left.length, 0, "");

    const command = await checkMany(hosts.map((host) => ({ host, port: Number(port) })));
    const commandRate = (ENDPOINTS / command.seconds).toFixed(0);
    const judged = `probity check of ${ENDPOINTS}, judged, ${commandRate} a second`;
    const { peakMegabytes } = command;
    if (Number.isNaN(peakMegabytes)) remark(`${judged}; its memory is not told here`);
    else figure(`${judged}: most memory`, peakMegabytes, 200, "MB");
    if (command.incomplete.length > 0) remark(`for one: ${command.incomplete[0]}`);
    figure("the same: answers that are not complete", command.incomplete.length, 0, "");
  } finally {
    await server.close();
    await rm(cache, { recursive: true });
  }
}

/** What a process of its own measured; null of one that says nothing. */
async function child<T = null>(mode: string, cache: string, ...args: string[]): Promise<T> {
  const file = fileURLToPath(new URL("many-child.ts", import.meta.url));
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  const started = fork(file, [mode, ...args], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env,
  });
  let said: unknown = null;
  started.on("message", (message) => (said = message));
  const [code] = await once(started, "close");
  if (code !== 0) throw new Error(`${mode} ended with ${code}`);
  return said as T;
}
