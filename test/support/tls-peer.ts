/** Scripted TLS servers: they read hellos and answer what a test says, byte for byte. No cryptography on either side. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { readHello, recordBytes, type SeenHello } from "./tls-hello.ts";

export { readHello, type SeenHello } from "./tls-hello.ts";
export * from "./tls-messages.ts";
export { honest, type ModelServer } from "./tls-model.ts";

/** What a scripted server does with a hello; `answer` is sent, and then the connection ends so. */
export type Move =
  | Buffer
  | "reset"
  | "close"
  | "hang"
  | { readonly answer: Buffer; readonly end: "reset" | "close" };

export interface Peer {
  readonly host: string;
  readonly port: number;
  readonly hellos: readonly SeenHello[];
  /** Connections that it took, ever. */
  readonly taken: () => number;
  /** Connections that are open now. */
  readonly open: () => number;
  /** The most that were ever open at once. */
  readonly peak: () => number;
  /** Takes no more connections: the system refuses them. */
  readonly shut: () => void;
  readonly close: () => Promise<void>;
}

/** What becomes of a connection before anything was said on it: an end, a wait for its turn, or nothing. */
export type Reception = "reset" | "close" | "hang" | Promise<void> | null;

/**
 * A server that answers each hello as `answer` says; bytes are sent and the connection stays until the peer leaves.
 * A connection's second hello, which follows a HelloRetryRequest, is answered like any other.
 * @param receive how a connection is received; `open` counts it, and `index` the ones before it
 */
export async function helloPeer(
  answer: (hello: SeenHello, index: number) => Move,
  receive: (open: number, index: number, socket: Socket) => Reception = () => null,
  host = "127.0.0.1",
): Promise<Peer> {
  const hellos: SeenHello[] = [];
  let taken = 0;
  const sockets = new Set<Socket>();
  return socketPeer(
    (socket) => {
      sockets.add(socket);
      for (const end of ["error", "end", "close"]) socket.on(end, () => sockets.delete(socket));
      const reception = receive(sockets.size, taken, socket);
      taken += 1;
      if (typeof reception === "string") return move(socket, reception);
      let bytes: Buffer = Buffer.alloc(0);
      let waiting = reception !== null;
      let ended = false;
      const serve = () => {
        for (;;) {
          bytes = skipped(bytes);
          // Who goes on with a handshake meets a server that cannot.
          const goesOn = bytes[0] === 22 && bytes.length > 5 && bytes[5] !== 1;
          if (goesOn && !waiting && !ended) {
            ended = true;
            move(socket, "close");
          }
          const hello = waiting || ended ? null : readHello(bytes);
          if (hello === null) return;
          bytes = bytes.subarray(recordBytes(bytes));
          hellos.push(hello);
          const next = answer(hello, hellos.length - 1);
          ended = !Buffer.isBuffer(next);
          move(socket, next);
        }
      };
      socket.on("data", (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        serve();
      });
      const begin = async () => {
        await reception;
        waiting = false;
        serve();
      };
      if (waiting) void begin();
    },
    hellos,
    host,
  );
}

function move(socket: Socket, next: Move): void {
  if (next === "reset") socket.resetAndDestroy();
  else if (next === "close") socket.end();
  else if (next === "hang") return;
  else if (Buffer.isBuffer(next)) socket.write(next);
  else if (next.end === "close") socket.end(next.answer);
  // A reset takes back what was not yet sent; what was sent may still be lost on its way, as in life.
  else socket.write(next.answer, () => socket.resetAndDestroy());
}

/** Without what may stand before and between hellos: changes of cipher, alerts, encrypted records. */
export function skipped(bytes: Buffer): Buffer {
  let rest = bytes;
  while ([20, 21, 23].includes(rest[0] ?? 0) && rest.length >= recordBytes(rest)) {
    rest = rest.subarray(recordBytes(rest));
  }
  return rest;
}

/** A server that does whatever `serve` does with each connection. */
export async function socketPeer(
  serve: (socket: Socket) => void,
  hellos: readonly SeenHello[] = [],
  host = "127.0.0.1",
): Promise<Peer> {
  const sockets = new Set<Socket>();
  let peak = 0;
  let taken = 0;
  // A connection that has ended may be heard of after the next one has come: they are counted once both are known.
  const count = () => setImmediate(() => (peak = Math.max(peak, sockets.size)));
  const server = createServer((socket) => {
    taken += 1;
    sockets.add(socket);
    const gone = () => sockets.delete(socket);
    count();
    socket.on("error", gone);
    socket.on("end", gone);
    socket.on("close", gone);
    serve(socket);
    // A socket that nobody reads does not notice that the other side left.
    socket.resume();
  });
  const closed = once(server, "close");
  server.listen(0, host);
  await once(server, "listening");
  // A server on a TCP port has an AddressInfo; only pipes have a string.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { port } = server.address() as AddressInfo;
  return {
    host,
    port,
    hellos,
    taken: () => taken,
    open: () => sockets.size,
    peak: () => peak,
    shut: () => void server.close(),
    close: async () => {
      if (server.listening) server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

let addresses = 0;

/**
 * An address of this machine that no other server of this process has: what a scan learns of a host's limits counts for
 * all its ports. Only Linux answers on all of 127.0.0.0/8.
 */
export function freshAddress(): string {
  if (process.platform !== "linux") return "127.0.0.1";
  addresses += 1;
  return `127.1.${Math.floor(addresses / 250)}.${(addresses % 250) + 1}`;
}
