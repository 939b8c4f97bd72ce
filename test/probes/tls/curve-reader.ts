/**
 * Reads one TLS server in every way in which this side makes a TLS socket of Node's, in a process of its own: Node itself
 * may end by it. Writes the name of each way that it came through, and what was seen.
 */
import { connect } from "node:net";
import { exchange as askHttp } from "#probes/http/exchange.ts";
import { createMeetings } from "#probes/tls/behaviour-meeting.ts";
import { handshake } from "#probes/tls/handshake.ts";
import { exchange } from "#probes/tls/starttls/exchange.ts";
import { createWire } from "#probes/tls/wire.ts";
import { scan, skippingClock } from "./scan.ts";

const port = Number(process.argv[2]);
const ca = process.argv[3] ?? null;
const host = "127.0.0.1";
const serverName = "one.example";
const { signal } = new AbortController();
const limits = { timeoutMs: 10_000, signal };
const address = { host, port, serverName };
const say = (way: string, seen: unknown) =>
  process.stdout.write(`${JSON.stringify([way, seen])}\n`);

const { certificate } = await scan(port, { serverName, ca });
const [presented] = certificate?.presented ?? [];
say("scan", [presented?.trusted, presented?.possession, presented?.chain.length]);
const { trusted, completed, leaf } = await handshake(address, { ...limits, ca });
say("handshake", [trusted, completed, leaf?.length === undefined]);
const url = new URL(`https://${serverName}/`);
say("http", (await askHttp({ url, host, port, serverName }, limits)).status);
const wire = createWire(address, { ...limits, clock: skippingClock(), connections: 5 });
const meetings = createMeetings(wire, Promise.resolve(null));
say("meeting", (await meetings.line(1).meet({ versions: "older" })).kind);
await meetings.closed();
await wire.close();
const { said } = await exchange(connect(port, host), serverName, "GET / HTTP/1.0\r\n\r\n", signal);
say("exchange", said.split("\r\n")[0]);
