import type { Target } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import { refuseDeafNode } from "#probes/common/proxy.ts";

/** A server that does not take the connection within this is not there, milliseconds. */
const CONNECTION_TIMEOUT_MS = 5_000;
/** One attempt: to the head of the answer, and between two pieces of it, milliseconds. */
const ATTEMPT_TIMEOUT_MS = 15_000;

/**
 * Options of the SDK's HTTP handler for one target: its own certificate authority beside the usual ones,
 * the proxy of the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), connections kept open between calls.
 * @throws when the target's `caFile` cannot be read, or when this Node would pass the proxy by.
 */
export async function handlerOptions(
  target: Pick<Target, "caFile">,
  environment: ProbeContext["environment"],
) {
  refuseDeafNode(environment);
  const [http, https] = await Promise.all([import("node:http"), import("node:https")]);
  const common = { keepAlive: true, maxSockets: 200, proxyEnv: { ...environment } };
  return {
    httpAgent: new http.Agent(common),
    httpsAgent: new https.Agent({ ...common, ...(await trust(target.caFile)) }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: ATTEMPT_TIMEOUT_MS,
    socketTimeout: ATTEMPT_TIMEOUT_MS,
    throwOnRequestTimeout: true,
  };
}

async function trust(caFile: string | undefined): Promise<{ ca?: string[] }> {
  if (caFile === undefined) return {};
  const [{ readFile }, { getCACertificates }] = await Promise.all([
    import("node:fs/promises"),
    import("node:tls"),
  ]);
  return { ca: [...getCACertificates("default"), await readFile(caFile, "utf8")] };
}
