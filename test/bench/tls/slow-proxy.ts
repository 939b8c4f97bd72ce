/**
 * A loopback proxy that takes time, where the network itself cannot: `slow-proxy.ts PORT ROUND-TRIP-MS`.
 * A connection to it stands at once, unlike one over a real line; so what is said first waits until the line would
 * have stood, and half a round trip more. Who dials early has then paid for it, as on a real line.
 * Sends its port to its parent, and ends with it.
 */
import { connect, createServer, type Socket } from "node:net";

const [upstreamPort = 0, roundTripMs = 0] = process.argv.slice(2).map(Number);
const oneWayMs = roundTripMs / 2;

const server = createServer({ noDelay: true }, (client) => {
  const stands = performance.now() + roundTripMs;
  const upstream = connect({ host: "127.0.0.1", port: upstreamPort, noDelay: true });
  carry(client, upstream, stands);
  carry(upstream, client, 0);
});

/** What comes from one side goes to the other a while later, and the end of it too. */
function carry(from: Socket, to: Socket, notBefore: number): void {
  const later = (act: () => void) => {
    const due = Math.max(performance.now(), notBefore) + oneWayMs;
    // Timers fire up to a millisecond early or late; the line must never be faster than it says.
    setTimeout(act, Math.ceil(due - performance.now()));
  };
  from.on("data", (chunk) => later(() => void to.write(chunk)));
  from.on("end", () => later(() => void to.end()));
  from.on("error", () => later(() => to.destroy()));
  from.on("close", (failed) => failed || later(() => void to.end()));
}

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") process.send?.(address.port);
});
process.on("disconnect", () => process.exit());
