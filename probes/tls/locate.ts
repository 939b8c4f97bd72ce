import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

/** The addresses of a name. */
export interface Located {
  /** Those that a client on this machine would use, in the resolver's order, each once. */
  readonly usable: readonly string[];
  /** IPv6 ones where the machine has none itself. */
  readonly beyond: readonly string[];
}

/**
 * The IP addresses of a host: IPv6 ones are used only where the machine has IPv6 itself (RFC 6724 2), unless there are
 * no others. An address is its own.
 * @throws the resolver's error (`ENOTFOUND`, …), or the signal's reason
 */
export async function locate(host: string, signal: AbortSignal): Promise<Located> {
  if (isIP(host) !== 0) return { usable: [host], beyond: [] };
  const found = await unlessAborted(lookup(host, { all: true }), signal);
  const addresses = [...new Set(found.map(({ address }) => address))];
  const usable = hasIpv6()
    ? addresses
    : addresses.filter((one) => isIP(one) === 4 || one === "::1");
  if (usable.length === 0) return { usable: addresses, beyond: [] };
  return { usable, beyond: addresses.filter((one) => !usable.includes(one)) };
}

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(
      ({ family, internal, address }) =>
        // Neither link-local nor unique local addresses lead to the Internet (RFC 4291 2.5.6, RFC 4193).
        family === "IPv6" && !internal && !/^f(?:e80|[cd])/i.test(address),
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
