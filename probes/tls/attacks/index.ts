/** The tests that look like attacks: each proves a flaw by what the server does, and takes no more than that proof. */
import type { AttackTest, TlsAttacks } from "#model/tls-facets.ts";
import type { Wire } from "../wire.ts";
import { ccsInjection } from "./ccs-injection.ts";
import { clientRenegotiation } from "./client-renegotiation.ts";
import { heartbleed } from "./heartbleed.ts";
import { robot } from "./robot.ts";
import { absent, type Attack, type Finding, type Surface } from "./surface.ts";
import { ticketbleed } from "./ticketbleed.ts";
import { tlsPoodle } from "./tls-poodle.ts";

export type { Finding, Surface } from "./surface.ts";

const ATTACKS: readonly Attack[] = [
  heartbleed,
  ccsInjection,
  ticketbleed,
  robot,
  tlsPoodle,
  clientRenegotiation,
];

export interface AttackOptions {
  /** The user has asked for them, for a server of their own. */
  readonly active: boolean;
  /**
   * The finding of the test for commands injected before STARTTLS, which is made where TLS is begun; left out where TLS
   * comes first, as there is nothing to inject then.
   */
  readonly startTlsInjection?: Finding;
}

export const NOT_ACTIVE: Finding = { status: "not-run", why: "only with --active" };

/**
 * Tests one server for flaws, one test after the other, so that no test disturbs another.
 * @param options.active without it no connection is made, and every test is `not-run`
 */
export async function runAttackTests(
  wire: Wire,
  surface: Surface,
  options: AttackOptions,
): Promise<TlsAttacks["tests"]> {
  const tests: { test: AttackTest; status: Finding["status"]; why: string }[] = [];
  for (const { test, run } of ATTACKS) {
    const { older } = surface;
    const finding = !options.active
      ? NOT_ACTIVE
      : older === undefined
        ? absent(surface, "no version before TLS 1.3")
        : await run(wire, { ...surface, older });
    tests.push({ test, ...finding });
  }
  const injection = options.active ? options.startTlsInjection : NOT_ACTIVE;
  if (options.startTlsInjection !== undefined && injection !== undefined) {
    tests.push({ test: "starttls-injection", ...injection });
  }
  return tests;
}
