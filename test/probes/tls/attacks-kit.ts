/** Tests a server on this machine for flaws, after the enumeration that these tests build upon. */
import type { AttackTest, TlsAttacks } from "#model/tls-facets.ts";
import { type AttackOptions, runAttackTests } from "#probes/tls/attacks/index.ts";
import {
  type Attack,
  type OlderSurface,
  type Surface,
  surfaceOf,
} from "#probes/tls/attacks/surface.ts";
import type { HelloVersion } from "#probes/tls/client-hello.ts";
import { FULL, offer } from "#probes/tls/offers.ts";
import { scanServer } from "#probes/tls/server.ts";
import { createWire, type Wire, type WireOptions } from "#probes/tls/wire.ts";
import { skippingClock } from "./scan.ts";

type Finding = Omit<TlsAttacks["tests"][number], "test">;

/** What was found, and what it cost beyond the enumeration. */
export interface Attacked {
  readonly findings: ReadonlyMap<AttackTest, Finding>;
  readonly connections: number;
}

export interface AttackedOptions extends Partial<AttackOptions> {
  readonly host?: string;
  readonly timeoutMs?: number;
}

export async function attacked(port: number, options: AttackedOptions = {}): Promise<Attacked> {
  const { host = "127.0.0.1", timeoutMs = 5000, active = true, ...more } = options;
  const address = { host, port, serverName: "server.example", startTls: null };
  const settings = settingsOf(timeoutMs);
  const surface = await enumerated(createWire(address, settings));
  const wire = createWire(address, settings);
  try {
    const tests = await runAttackTests(wire, surface, { active, ...more });
    return {
      findings: new Map(tests.map(({ test, ...finding }) => [test, finding])),
      connections: wire.connections(),
    };
  } finally {
    await wire.close();
  }
}

async function enumerated(wire: Wire): Promise<Surface> {
  try {
    const scan = await scanServer(wire, new Set(["protocols", "cipherSuites"] as const));
    return surfaceOf(scan.contacts, scan.suites);
  } finally {
    await wire.close();
  }
}

export interface DirectOptions {
  readonly host?: string;
  readonly timeoutMs?: number;
  readonly version?: HelloVersion;
  readonly suites?: readonly number[];
  readonly complete?: boolean;
}

/** The same for a scripted server of which all is known: no enumeration, and one hello to begin with. */
export async function attackedDirectly(
  port: number,
  options: DirectOptions = {},
): Promise<Attacked> {
  return directly(port, options, async (wire, surface) => {
    const tests = await runAttackTests(wire, surface, { active: true });
    return {
      findings: new Map(tests.map(({ test, ...finding }) => [test, finding])),
      connections: wire.connections() - 1,
    };
  });
}

/** One test alone. */
export async function attackedBy(
  attack: Attack,
  port: number,
  options: DirectOptions = {},
): Promise<Finding & { readonly connections: number }> {
  return directly(port, options, async (wire, surface) => ({
    ...(await attack.run(wire, surface)),
    connections: wire.connections() - 1,
  }));
}

async function directly<T>(
  port: number,
  options: DirectOptions,
  act: (wire: Wire, surface: OlderSurface) => Promise<T>,
): Promise<T> {
  const { host = "127.0.0.1", timeoutMs = 5000, version = "TLSv1.2" } = options;
  const { suites = [0x002f], complete = true } = options;
  const wire = createWire(
    { host, port, serverName: "server.example", startTls: null },
    settingsOf(timeoutMs),
  );
  try {
    const hello = await wire.ask(offer(version, FULL, suites));
    if (hello.kind !== "hello") throw new Error(`no hello: ${hello.kind}`);
    return await act(wire, {
      older: { version, shape: FULL, hello },
      versions: [version],
      suites: () => suites,
      complete,
    });
  } finally {
    await wire.close();
  }
}

function settingsOf(timeoutMs: number): WireOptions {
  return {
    timeoutMs,
    connections: 20,
    signal: new AbortController().signal,
    clock: skippingClock(),
  };
}

/** The statuses alone, by test. */
export function statuses({ findings }: Attacked): Readonly<Record<string, Finding["status"]>> {
  return Object.fromEntries([...findings].map(([test, { status }]) => [test, status]));
}
