import { once } from "node:events";
import { connect, createServer } from "node:net";

export interface Recorder {
  readonly port: number;
  /** The first words of each connection. */
  readonly hellos: readonly Buffer[];
  readonly close: () => void;
}

/** Stands between a scan and its server, and keeps what the scan says first on each connection. */
export async function startRecorder(host: string, port: number): Promise<Recorder> {
  const hellos: Buffer[] = [];
  const server = createServer((client) => {
    const upstream = connect({ host, port });
    client.once("data", (chunk) => hellos.push(chunk));
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, hellos, close: () => void server.close() };
}
