import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

/**
 * The IP addresses of a host that a client on this machine would use, in the resolver's order, each once: IPv6 ones only
 * where the machine has IPv6 itself (RFC 6724 2), unless there are no others. An address is its own.
 * @throws the resolver's error (`ENOTFOUND`, …), or the signal's reason
 */
export async function locate(host: string, signal: AbortSignal): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  const found = await unlessAborted(lookup(host, { all: true }), signal);
  const addresses = [...new Set(found.map(({ address }) => address))];
  const usable = hasIpv6()
    ? addresses
    : addresses.filter((one) => isIP(one) === 4 || one === "::1");
  return usable.length > 0 ? usable : addresses;
}

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(
      ({ family, internal, address }) =>
        family === "IPv6" && !internal && !address.toLowerCase().startsWith("fe80"),
    ),
  );
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
