/**
 * `npm run bench:tls`: the enumeration of TLS beside its peers, each figure as a ratio of one run.
 * `npm run bench:tls delay`, `many`, `peers` run a part.
 */
import { availableParallelism, loadavg } from "node:os";
import { benchExitCode, remark } from "./figure.ts";
import { delayed } from "./tls/delay.ts";
import { many } from "./tls/many.ts";
import { besidePeers } from "./tls/peers.ts";

const parts = { delay: delayed, many, peers: besidePeers };
const wanted = process.argv.slice(2);
const unknown = wanted.filter((part) => !Object.hasOwn(parts, part));
if (unknown.length > 0) {
  process.stderr.write(`no part ${unknown.join(", ")}: ${Object.keys(parts).join(", ")}\n`);
  process.exit(2);
}
const [load = 0] = loadavg();
if (load > availableParallelism() / 2) {
  remark(`the machine is busy (load ${load.toFixed(1)}): what follows is slower than it would be`);
}
for (const [name, part] of Object.entries(parts)) {
  if (wanted.length === 0 || wanted.includes(name)) await part();
}
process.exitCode = benchExitCode();
