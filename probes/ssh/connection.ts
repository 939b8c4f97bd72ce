import { connect, type Socket } from "node:net";
import { UNDER_WAY } from "#probes/common/under-way.ts";
import { SshError } from "./errors.ts";
import { packet } from "./fields.ts";

/** Where to connect, and how long to wait. */
export interface Dial {
  readonly host: string;
  readonly port: number;
  /** The longest wait for one message, milliseconds; the whole dialogue may take three of them. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A connection to an SSH server, before encryption. Every wait ends with the message, an error or the time. */
export interface Connection {
  /** A line without its end, at most so many bytes long. */
  readonly line: (longest: number) => Promise<Buffer>;
  /** The payload of the next packet. */
  readonly packet: () => Promise<Buffer>;
  readonly write: (bytes: Uint8Array) => void;
  readonly writePacket: (payload: Uint8Array) => void;
  readonly close: () => void;
}

/** Twice the packet that every implementation must take (RFC 4253 6.1); larger ones are none of a key exchange. */
const LARGEST_PACKET = 70_000;
const WAITS = 3;

/** Opens a connection. @throws what the socket throws, SshError on a timeout, or the signal's reason */
export async function dial({ host, port, timeoutMs, signal }: Dial): Promise<Connection> {
  signal.throwIfAborted();
  const socket = connect({ host, port, noDelay: true });
  const end = performance.now() + WAITS * timeoutMs;
  const close = () => {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  };
  const stop = () => socket.destroy(asError(signal.reason));
  signal.addEventListener("abort", stop, { once: true });
  const input = reader(socket, () => Math.min(timeoutMs, end - performance.now()));
  try {
    await input.connected;
  } catch (error) {
    close();
    throw error;
  }
  return {
    line: async (longest) => {
      for (;;) {
        const at = input.buffered().indexOf(0x0a);
        if (at > longest || (at < 0 && input.buffered().byteLength > longest)) {
          throw new SshError("malformed", `sends a line of more than ${longest} bytes`);
        }
        if (at >= 0) {
          const line = input.take(at + 1).subarray(0, at);
          return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
        }
        await input.more();
      }
    },
    packet: async () => {
      while (input.buffered().byteLength < 5) await input.more();
      const length = input.buffered().readUInt32BE();
      const padding = input.buffered().readUInt8(4);
      if (length > LARGEST_PACKET) {
        throw new SshError("malformed", `sends a packet of ${length} bytes, too large for any`);
      }
      if (length < padding + 2) throw new SshError("malformed", "sends a packet without content");
      while (input.buffered().byteLength < 4 + length) await input.more();
      return input.take(4 + length).subarray(5, 4 + length - padding);
    },
    write: (bytes) => {
      socket.write(bytes);
      UNDER_WAY.publish(null);
    },
    writePacket: (payload) => void socket.write(packet(payload)),
    close,
  };
}

/** Collects what comes; nothing is read further than somebody waits for. */
function reader(socket: Socket, milliseconds: () => number) {
  let buffer = Buffer.alloc(0);
  let failure: Error | null = null;
  let wake = () => {};
  const fail = (error: Error) => {
    failure ??= error;
    wake();
  };
  socket.on("error", fail);
  socket.on("close", () => fail(new SshError("unreachable", "ends the connection")));
  socket.on("data", (chunk: Buffer) => {
    socket.pause();
    buffer = Buffer.concat([buffer, chunk]);
    wake();
  });
  /** Resolves when something has come to pass. */
  const event = async (what: string, ready: () => boolean) => {
    const late = new SshError("timeout", what);
    const timer = setTimeout(() => fail(late), Math.max(1, milliseconds()));
    try {
      while (!ready()) {
        if (failure !== null) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  };
  let isConnected = false;
  socket.once("connect", () => {
    isConnected = true;
    wake();
  });
  return {
    connected: event("no connection in time", () => isConnected),
    buffered: () => buffer,
    take: (length: number) => {
      const taken = buffer.subarray(0, length);
      buffer = buffer.subarray(length);
      return taken;
    },
    more: async () => {
      const before = buffer.byteLength;
      socket.resume();
      await event("accepts connections, but does not answer in time", () => {
        return buffer.byteLength > before;
      });
    },
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
