import { endpointAddress, type EndpointAddress } from "#estate/endpoint.ts";
import type { TargetOf } from "#model/estate.ts";

/**
 * The operation as evidence names it: where the estate's `connect` leads elsewhere than the declared address,
 * evidence says what was really asked.
 * @param ports those of the address that the operation uses
 */
export function operationAt(
  operation: string,
  target: TargetOf<"endpoint">,
  ports: readonly ("port" | "httpPort")[],
): string {
  const { connect: _elsewhere, ...declared } = target;
  const asked = places(endpointAddress(target), ports);
  return asked === places(endpointAddress(declared), ports)
    ? operation
    : `${operation}, at ${asked} by the estate's connect`;
}

function places(address: EndpointAddress, ports: readonly ("port" | "httpPort")[]): string {
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return ports.map((port) => `${host}:${address[port]}`).join(" and ");
}
