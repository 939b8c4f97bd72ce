import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";

/** A port of 127.0.0.1 that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Resolves once a port of 127.0.0.1 takes connections. @throws Error when the server ends instead, or after 30 s */
export async function takesConnections(port: number, server: ChildProcess): Promise<void> {
  const deadline = AbortSignal.timeout(30_000);
  while (server.exitCode === null && server.signalCode === null && server.pid !== undefined) {
    deadline.throwIfAborted();
    const socket = connect(port, "127.0.0.1");
    const taken = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (taken) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`it ended with ${server.exitCode ?? server.signalCode}`);
}
