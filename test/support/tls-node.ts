/** Real TLS servers of this process: Node's own, which is OpenSSL. */
import { once } from "node:events";
import type { Socket } from "node:net";
import { createServer, type TlsOptions, type TLSSocket } from "node:tls";

export interface TlsServer {
  readonly port: number;
  /** Connections that it took, ever. */
  readonly taken: () => number;
  /** Connections that are open now. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

/** Serves TLS on a free port of 127.0.0.1; handshakes that fail are nothing to it. */
export async function serveTls(
  options: TlsOptions,
  serve: (socket: TLSSocket) => void = () => {},
): Promise<TlsServer> {
  const sockets = new Set<Socket>();
  let taken = 0;
  const server = createServer(options);
  server.on("connection", (socket) => {
    taken += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", () => {});
  server.on("secureConnection", (socket) => {
    socket.on("error", () => {});
    serve(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    taken: () => taken,
    open: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
