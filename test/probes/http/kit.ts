/** Web servers of every manner, and what the probe reads of them. */
import { once } from "node:events";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { createSecureServer, type Http2SecureServer, type SecureServerOptions } from "node:http2";
import type { RequestListener, Server } from "node:http";
import type { Socket } from "node:net";
import { createServer as createTls, type TLSSocket, type Server as TlsServer } from "node:tls";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { targetSchema } from "#model/estate.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import probe from "#probes/http/endpoint.ts";
import {
  facetOf,
  type Gathered,
  testScan,
  type TestScanOptions,
} from "../../support/probe-context.ts";

export const HOST = "server.example";
export const { certPem, keyPem } = makeAuthority().issue({ commonName: HOST, altNames: [HOST] });
const pair = { cert: certPem, key: keyPem };

type AnyServer = Server | Http2SecureServer | TlsServer;
const closers: (() => Promise<unknown>)[] = [];

/** Stops all servers of the test. */
export async function closeServers(): Promise<void> {
  await Promise.all(closers.splice(0).map((close) => close()));
}

/** Connections under those of TLS, by the client's port. */
const below = new Map<number, Socket>();

/** Breaks a connection off, as a machine does that knows nothing of it (RST). */
export function reset({ remotePort = 0 }: TLSSocket): void {
  below.get(remotePort)?.resetAndDestroy();
}

async function listen(server: AnyServer): Promise<number> {
  const sockets = new Set<Socket>();
  for (const event of ["connection", "secureConnection"]) {
    server.on(event, (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    });
  }
  server.on("connection", (socket: Socket) => {
    const { remotePort = 0 } = socket;
    below.set(remotePort, socket);
    socket.on("close", () => below.delete(remotePort));
  });
  server.on("sessionError", () => {}).on("tlsClientError", () => {});
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** HTTP/1.1 over TLS. */
export const https = (listener: RequestListener) => listen(createHttps(pair, listener));
/** HTTP/1.1 in clear text. */
export const http = (listener: RequestListener) => listen(createHttp(listener));
/** HTTP/2, with HTTP/1.1 beside it unless it is said otherwise. */
export const http2 = (listener: RequestListener, options: SecureServerOptions = {}) =>
  listen(
    // What is used of both versions' requests and responses is the same.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    createSecureServer({ ...pair, allowHTTP1: true, ...options }, listener as never),
  );
/** TLS, and inside it whatever `serve` does. */
export const bytes = (
  serve: (socket: TLSSocket) => void,
  protocols: readonly string[] = ["http/1.1"],
) => listen(createTls({ ...pair, ALPNProtocols: [...protocols] }, serve));

/** An answer of HTTP/1.1, byte for byte, to whatever was asked. */
export function saying(text: string | Buffer): (socket: TLSSocket) => void {
  return (socket) => void socket.once("data", () => socket.end(text));
}

export async function gather(
  port: number,
  wanted: readonly FacetName[],
  fields: object = {},
  options: TestScanOptions = {},
): Promise<Gathered> {
  const target = targetSchema.parse({
    id: "web",
    provider: "endpoint",
    url: `https://${HOST}/`,
    connect: { host: "127.0.0.1", port, httpPort: 9 },
    // A wait is a sixth of it: long enough on loopback, short enough for what never ends.
    limits: { callTimeout: "PT6S" },
    ...fields,
  });
  return testScan(target, options).gather(probe, wanted);
}

/** A facet that must be there. */
export async function read<F extends FacetName>(
  port: number,
  facet: F,
  fields: object = {},
): Promise<Facets[F]> {
  const gathered = await gather(port, [facet], fields);
  const value = facetOf(gathered, `${HOST}:443`, facet);
  if (value === undefined) throw new Error(gathered.problems[0]?.message ?? "nothing was read");
  return value;
}
