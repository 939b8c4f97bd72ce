/** Tests the behaviour of a server on this machine alone, without the enumeration around it. */
import type { StartTlsProtocol } from "#model/endpoint-url.ts";
import type { BehaviourTest, TlsBehaviour, TlsService, WireAnswer } from "#model/tls-facets.ts";
import { testBehaviour } from "#probes/tls/behaviour.ts";
import { HELLO_VERSIONS } from "#probes/tls/outcomes.ts";
import { listSuites } from "#probes/tls/suites.ts";
import { testTolerance } from "#probes/tls/tolerance.ts";
import { type Accepted, contact } from "#probes/tls/versions.ts";
import { createWire, type Wire } from "#probes/tls/wire.ts";
import { skippingClock } from "./scan.ts";

/** What was seen, in the order of the facet. */
export interface SeenBehaviour {
  readonly tests: TlsBehaviour["tests"];
  readonly answers: Readonly<Partial<Record<BehaviourTest, WireAnswer>>>;
  readonly largeHello: true | null;
  /** Empty where it was not asked for. */
  readonly tolerance: TlsService["tolerance"];
  /** Connections that the tests made. */
  readonly connections: number;
}

export interface BehaviourOptions {
  readonly host?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly startTls?: StartTlsProtocol;
  /** Whether the suites are listed first, as in a scan that was asked for them. */
  readonly listed?: boolean;
  /** The certificates that the server was seen to show. */
  readonly chain?: readonly Buffer[];
  /** Whether tolerance is tested beside it, as in such a scan. */
  readonly tolerance?: boolean;
}

/** The versions that a server accepts in the ordinary hello, oldest first. */
async function acceptedBy(wire: Wire): Promise<Accepted[]> {
  const contacts = await Promise.all(HELLO_VERSIONS.map((version) => contact(wire, version)));
  return contacts.flatMap(({ shape, verdict }, index) => {
    const version = HELLO_VERSIONS[index];
    return verdict.kind === "accepted" && verdict.hello !== null && version !== undefined
      ? [{ version, shape, hello: verdict.hello }]
      : [];
  });
}

export async function behaviourOf(
  port: number,
  options: BehaviourOptions = {},
): Promise<SeenBehaviour> {
  const { host = "127.0.0.1", timeoutMs = 5000, listed = true } = options;
  const wire = createWire(
    { host, port, serverName: "server.example", startTls: options.startTls ?? null },
    {
      timeoutMs,
      connections: 20,
      signal: options.signal ?? new AbortController().signal,
      clock: skippingClock(),
    },
  );
  try {
    const accepted = await acceptedBy(wire);
    const older = accepted.findLast(({ version }) => version !== "TLSv1.3");
    const list = listed && older !== undefined ? await listSuites(wire, older, older.hello) : null;
    const before = wire.connections();
    const versions = new Map(accepted.map((one) => [one.version, Promise.resolve(one)] as const));
    const tested = testBehaviour(
      wire,
      versions,
      Promise.resolve(list),
      Promise.resolve(options.chain ?? null),
    );
    const [tests, largeHello, tolerance] = await Promise.all([
      tested.tests,
      tested.largeHello,
      options.tolerance === true
        ? testTolerance(wire, versions, {
            "large-hello": tested.largeHello,
            "future-version": tested.futureVersion,
          })
        : [],
    ]);
    return {
      tests,
      largeHello,
      tolerance,
      answers: Object.fromEntries(tests.map(({ test, answer }) => [test, answer])),
      connections: wire.connections() - before,
    };
  } finally {
    await wire.close();
  }
}
