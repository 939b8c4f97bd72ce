import type { FacetName } from "#model/facets.ts";
import { type Authentication, authenticate } from "#probes/tls/authentication.ts";
import { HELLO_VERSIONS } from "#probes/tls/outcomes.ts";
import { type Accepted, contact } from "#probes/tls/versions.ts";
import { createWire, type WireAddress, type WireOptions } from "#probes/tls/wire.ts";
import { skippingClock } from "./scan.ts";

export interface Authenticated extends Authentication {
  /** What the authentication alone cost. */
  readonly connections: number;
}

/** Asks which versions a server on this machine accepts, and has it authenticate in them. */
export async function authenticated(
  port: number,
  options: Partial<WireOptions & Pick<WireAddress, "serverName">> & {
    readonly wanted?: readonly FacetName[];
  } = {},
): Promise<Authenticated> {
  const { serverName = "server.example", wanted, ...overrides } = options;
  const wire = createWire(
    { host: "127.0.0.1", port, serverName },
    {
      timeoutMs: 5000,
      connections: 20,
      signal: new AbortController().signal,
      clock: skippingClock(),
      ...overrides,
    },
  );
  try {
    const versions = HELLO_VERSIONS.map(async (version): Promise<Accepted | null> => {
      const { shape, verdict } = await contact(wire, version);
      const hello = verdict.kind === "accepted" ? verdict.hello : null;
      return hello === null ? null : { version, shape, hello };
    });
    await Promise.all(versions);
    const before = wire.connections();
    const answers = new Map(
      HELLO_VERSIONS.flatMap((version, index) => {
        const answer = versions[index];
        return answer === undefined ? [] : [[version, answer] as const];
      }),
    );
    const result = await authenticate(
      wire,
      answers,
      new Set(wanted ?? ["certificate", "keyExchange", "tlsService"]),
    );
    return { ...result, connections: wire.connections() - before };
  } finally {
    await wire.close();
  }
}

/** Names of the signature algorithms of a version. */
export function algorithmNames(result: Authentication, version: string): string[] {
  return result.signatureAlgorithms
    .filter((one) => one.version === version)
    .map(({ name }) => name);
}
