/** Active tests of a server, once in a process: they may upset it, and a check may be given many names of one. */
import { createHash } from "node:crypto";
import type { TlsAttacks } from "#model/tls-facets.ts";
import { NOT_ASKED } from "../outcomes.ts";
import type { ServerScan } from "../server.ts";
import { testInjection } from "../starttls/injection.ts";
import type { Wire } from "../wire.ts";
import { type Finding, NOT_ACTIVE, runAttackTests } from "./index.ts";
import { surfaceOf } from "./surface.ts";

type Tests = TlsAttacks["tests"];

/** What was tested, and the name that was asked for. */
interface Tested {
  readonly name: string | null;
  readonly tests: Promise<Tests>;
}

const tested = new Map<string, Tested>();

/**
 * What the tests that look like attacks find; those of another name say so. Without `active` nothing is sent.
 * @throws the signal's reason when it aborts
 */
export async function attackOnce(wire: Wire, scan: ServerScan, active: boolean): Promise<Tests> {
  if (!active) return runAttackTests(wire, surface(scan), startTls(wire, NOT_ACTIVE, false));
  const key = identityOf(wire, scan);
  const { serverName: name } = wire.address;
  const before = tested.get(key);
  if (before !== undefined) {
    const tests = await before.tests;
    if (before.name === name) return tests;
    const as = `tested as ${before.name ?? "a server without a name"}, which shows the same here`;
    return tests.map((test) => ({ ...test, why: `${test.why}; ${as}` }));
  }
  const tests = attackNow(wire, scan);
  tested.set(key, { name, tests });
  // What was cut off found nothing.
  void tests.catch(() => tested.delete(key));
  return tests;
}

/**
 * One server: at the same address and port, with the same certificates, versions and suites. What stands before several
 * servers tells them apart by the name, and unlike ones must not speak for each other.
 */
function identityOf({ address }: Wire, { authentication, contacts, suites }: ServerScan): string {
  const { host, port, startTls: protocol = null, serverName } = address;
  const leaves =
    authentication?.presented.flatMap(({ chain }) => chain[0]?.toString("base64") ?? []) ?? [];
  const shown = {
    // Where no certificate tells, the name does.
    leaves: leaves.length > 0 ? leaves.toSorted((a, b) => a.localeCompare(b)) : serverName,
    versions: contacts.map(({ version, verdict }) => [version, verdict.kind]),
    suites: suites.map((list) => [list.version, list.suites]),
  };
  const digest = createHash("sha256").update(JSON.stringify(shown)).digest("hex");
  return `${host} ${port} ${protocol} ${digest}`;
}

async function attackNow(wire: Wire, scan: ServerScan): Promise<Tests> {
  const { startTls: protocol = null, host, port, serverName } = wire.address;
  if (protocol === null) return runAttackTests(wire, surface(scan), { active: true });
  const { timeoutMs, signal } = wire;
  const address = { host, port, serverName: serverName ?? host };
  const injection = await wire.slot(() => testInjection(address, protocol, { timeoutMs, signal }));
  const finding = injection ?? ({ status: "unknown", why: NOT_ASKED } as const);
  return runAttackTests(wire, surface(scan), startTls(wire, finding, true));
}

function surface(scan: ServerScan) {
  return surfaceOf(scan.contacts, scan.suites);
}

function startTls({ address }: Wire, startTlsInjection: Finding, active: boolean) {
  return (address.startTls ?? null) === null ? { active } : { active, startTlsInjection };
}
