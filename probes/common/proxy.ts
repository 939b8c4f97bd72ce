import type { ProbeContext } from "#model/probe.ts";

/**
 * Agents know `proxyEnv` since Node 24.5 (https://nodejs.org/api/http.html#built-in-proxy-support); older ones ignore it
 * silently.
 * @throws when this Node would pass the environment's proxy by
 */
export function refuseDeafNode(environment: ProbeContext["environment"]): void {
  const names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 24 || (major === 24 && minor >= 5)) return;
  const name = names.find((variable) => environment[variable]);
  if (name === undefined) return;
  throw new Error(
    `${name} is set, and Node ${process.versions.node} would not use it: Node 24.5 is needed`,
  );
}
