import { lookup } from "node:dns/promises";
import { connect, isIP } from "node:net";

/**
 * The one IP address that a scan asks: a name may have several servers behind it, and a list made of answers of
 * different servers is true of none. The first address that takes a connection is chosen; if the name has one only, it.
 * If none takes a connection, it is the first: the scan itself then says what is wrong.
 * @throws the resolver's error (`ENOTFOUND`, …), or the signal's reason
 */
export async function locate(
  host: string,
  port: number,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<string> {
  if (isIP(host) !== 0) return host;
  const found = await unlessAborted(lookup(host, { all: true }), signal);
  const [first, ...others] = found.map(({ address }) => address);
  if (first === undefined || others.length === 0) return first ?? host;
  return (await connectingAddress(host, port, timeoutMs, signal)) ?? first;
}

/** Connects as any client does, trying all addresses, and tells which one took it. */
function connectingAddress(
  host: string,
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, autoSelectFamily: true });
    let address: string | null = null;
    const stop = () => socket.destroy();
    const timer = setTimeout(stop, timeoutMs);
    signal.addEventListener("abort", stop, { once: true });
    socket.on("connect", () => {
      address = socket.remoteAddress ?? null;
      socket.resetAndDestroy();
    });
    socket.on("error", stop);
    socket.on("close", () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve(address);
    });
  });
}

/** A lookup cannot be called off, but need not be waited for. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
