/** Whether a server bears what clients of the future send: long hellos, versions and values that it does not know. */
import type { TlsService } from "#model/tls-facets.ts";
import { EXTENSION, VERSION_CODES } from "./client-hello.ts";
import { offer } from "./offers.ts";
import { words } from "./outcomes.ts";
import { askSteadily } from "./steadily.ts";
import { newestOlder, type VersionAnswers } from "./versions.ts";
import type { Question, Wire } from "./wire.ts";

/** Beyond one segment of 1,460 bytes; a ticket that the server did not make is to be passed over (RFC 5077 3.4). */
const LARGE = 1600;

type Tolerance = TlsService["tolerance"][number];

/** A test, and whether its answer was no more than a silence. */
export type ToleranceTested = Tolerance & { readonly bySilence?: true };

/**
 * The valid share of X25519MLKEM768 that costs nothing to make: an encapsulation key of zeros passes the check of
 * FIPS 203 7.2 (every coefficient is below the modulus), and any 32 bytes are a share of X25519.
 */
const HYBRID_SHARE = Buffer.alloc(1184 + 32).fill(9, 1184);
const HYBRID = 0x11ec;
/** RFC 8701: reserved to be unknown. */
const GREASE = 0x3a3a;
/** What no version of TLS is, yet. */
export const FUTURE = 0x0305;

/**
 * Asks three odd hellos, one after the other's kind at once.
 * @param elsewhere become true when such a hello was answered elsewhere, so that none need be sent for it
 */
export async function testTolerance(
  wire: Wire,
  versions: VersionAnswers,
  elsewhere: Partial<Record<Tolerance["test"], Promise<true | null>>>,
): Promise<readonly ToleranceTested[]> {
  const [tls13 = null, older] = await Promise.all([versions.get("TLSv1.3"), newestOlder(versions)]);
  const newest = tls13 ?? older;
  if (newest === null || newest.shape.compact) return [];
  const ordinary = offer(newest.version, newest.shape, [newest.hello.suite]);
  const tests: { readonly test: Tolerance["test"]; readonly question: Question }[] = [
    {
      test: "large-hello",
      question:
        tls13 === null
          ? { ...ordinary, extra: [[EXTENSION.sessionTicket, Buffer.alloc(LARGE)]] }
          : {
              ...ordinary,
              groups: [HYBRID, ...ordinary.groups],
              keyShares: [[HYBRID, HYBRID_SHARE]],
            },
    },
    {
      test: "unknown-values",
      question: {
        ...ordinary,
        suites: [GREASE, ...ordinary.suites],
        groups: [GREASE, ...ordinary.groups],
        versions: [GREASE, VERSION_CODES["TLSv1.3"]],
        extra: [[GREASE, Buffer.alloc(1)]],
      },
    },
  ];
  // Before supported_versions, clients of a newer version said so in the first field (RFC 5246 appendix E.1).
  if (older !== null) {
    const question = offer(older.version, older.shape, [older.hello.suite]);
    tests.push({ test: "future-version", question: { ...question, legacyVersion: FUTURE } });
  }
  return Promise.all(
    tests.map(async ({ test, question }) =>
      (await elsewhere[test]) === true
        ? { test, status: "tolerated" as const, why: null }
        : judge(wire, test, question, ordinary),
    ),
  );
}

/** What was concluded of a silence alone is taken back where the server turned out to be unsteady. */
export function settleTolerance(wire: Wire, tested: readonly ToleranceTested[]): Tolerance[] {
  return tested.map(({ bySilence, ...tolerance }) =>
    bySilence === true && wire.flaky()
      ? { ...tolerance, status: "unknown", why: `no answer, and ${wire.whyFlaky()}` }
      : tolerance,
  );
}

async function judge(
  wire: Wire,
  test: Tolerance["test"],
  question: Question,
  known: Question,
): Promise<ToleranceTested> {
  const outcome = await askSteadily(wire, question, known);
  if (outcome === "silence") {
    const why = "no answer, while an ordinary hello is answered";
    return { test, status: "intolerant", why, bySilence: true };
  }
  if (outcome.kind === "hello") return { test, status: "tolerated", why: null };
  const status = outcome.kind === "alert" ? "intolerant" : "unknown";
  return { test, status, why: words(outcome) };
}
