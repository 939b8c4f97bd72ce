/** Records what real servers say, for tests that then change it. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";

/**
 * What a server answers to these bytes until `whole` says that nothing more is to come, or it ends the connection.
 * @throws Error when it cannot be reached
 */
export async function recordFlight(
  port: number,
  hello: Buffer,
  whole: (answer: Buffer) => boolean,
): Promise<Buffer> {
  const socket = connect({ port, host: "127.0.0.1" });
  let answer: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    answer = Buffer.concat([answer, chunk]);
    if (whole(answer)) socket.destroy();
  });
  socket.write(hello);
  await once(socket, "close");
  return answer;
}

/** All that a server sends to Node's client in one handshake, up to its first application data. */
export async function recordHandshake(port: number, options: ConnectionOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const sockets: Socket[] = [];
  const relay = createServer((client) => {
    const server = connect({ port, host: "127.0.0.1" });
    sockets.push(client, server);
    server.on("data", (chunk) => chunks.push(chunk));
    server.pipe(client).on("error", () => server.destroy());
    client.pipe(server).on("error", () => client.destroy());
  }).listen(0, "127.0.0.1");
  await once(relay, "listening");
  const address = relay.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const client = connectTls({ ...options, port: address.port, host: "127.0.0.1" });
  await once(client, "secureConnect");
  client.destroy();
  for (const socket of sockets) socket.destroy();
  relay.close();
  await once(relay, "close");
  return Buffer.concat(chunks);
}

/** Whether a flight up to TLS 1.2 has come to its ServerHelloDone. */
export function flightDone(answer: Buffer): boolean {
  return answer.subarray(-4).equals(Buffer.from([14, 0, 0, 0]));
}

/** Whether the first record is whole: a HelloRetryRequest, or an alert. */
export function firstRecord(answer: Buffer): boolean {
  return answer.length >= 5 && answer.length >= 5 + answer.readUInt16BE(3);
}
