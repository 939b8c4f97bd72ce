/** Whether a server bears what clients of the future send: long hellos, versions and values that it does not know. */
import type { TlsService } from "#model/tls-facets.ts";
import { EXTENSION, VERSION_CODES } from "./client-hello.ts";
import { offer, WITH_DEFLATE } from "./offers.ts";
import { words } from "./outcomes.ts";
import type { HelloReply } from "./records.ts";
import { askSteadily } from "./steadily.ts";
import { type Accepted, newestOlder, type VersionAnswers } from "./versions.ts";
import type { Question, Wire } from "./wire.ts";

/** Beyond one segment of 1,460 bytes; a ticket that the server did not make is to be passed over (RFC 5077 3.4). */
const LARGE = 1600;

type Tolerance = TlsService["tolerance"][number];

/**
 * The valid share of X25519MLKEM768 that costs nothing to make: an encapsulation key of zeros passes the check of
 * FIPS 203 7.2 (every coefficient is below the modulus), and any 32 bytes are a share of X25519.
 */
const HYBRID_SHARE = Buffer.alloc(1184 + 32).fill(9, 1184);
const HYBRID = 0x11ec;
/** RFC 8701: reserved to be unknown. */
const GREASE = 0x3a3a;
/** What no version of TLS is, yet. */
const FUTURE = 0x0305;

/**
 * Asks three odd hellos, one after the other's kind at once.
 * @param largeHello becomes true when a large hello of TLS 1.3 was answered elsewhere, so that none need be sent for it
 * @param deflate told the answer to a hello up to TLS 1.2 that offered DEFLATE by the way; null where there was none
 */
export async function testTolerance(
  wire: Wire,
  versions: VersionAnswers,
  largeHello: Promise<true | null> | null = null,
  deflate: (answer: HelloReply | null) => void = () => {},
): Promise<readonly Tolerance[]> {
  const [tls13 = null, older] = await Promise.all([versions.get("TLSv1.3"), newestOlder(versions)]);
  const newest = tls13 ?? older;
  if (newest === null || newest.shape.compact) {
    deflate(null);
    return [];
  }
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
  if (older === null) deflate(null);
  return Promise.all([
    ...tests.map(async ({ test, question }) =>
      test === "large-hello" && tls13 !== null && (await largeHello) === true
        ? { test, status: "tolerated" as const, why: null }
        : judge(wire, test, question, ordinary),
    ),
    ...(older === null ? [] : [futureVersion(wire, older, ordinary, deflate)]),
  ]);
}

/** Before supported_versions, clients of a newer version said so in the first field (RFC 5246 appendix E.1). */
async function futureVersion(
  wire: Wire,
  { version, shape, hello }: Accepted,
  known: Question,
  deflate: (answer: HelloReply | null) => void,
): Promise<Tolerance> {
  const test = "future-version";
  const question = { ...offer(version, shape, [hello.suite]), legacyVersion: FUTURE };
  const outcome = await askSteadily(wire, { ...question, compression: WITH_DEFLATE }, known);
  if (outcome !== "silence" && outcome.kind === "hello") {
    deflate(outcome.version === VERSION_CODES[version] ? outcome : null);
    return { test, status: "tolerated", why: null };
  }
  // Either may be why it said no.
  deflate(null);
  return judge(wire, test, question, known);
}

async function judge(
  wire: Wire,
  test: Tolerance["test"],
  question: Question,
  known: Question,
): Promise<Tolerance> {
  const outcome = await askSteadily(wire, question, known);
  if (outcome === "silence") {
    return { test, status: "intolerant", why: "no answer, while an ordinary hello is answered" };
  }
  if (outcome.kind === "hello") return { test, status: "tolerated", why: null };
  const status = outcome.kind === "alert" ? "intolerant" : "unknown";
  return { test, status, why: words(outcome) };
}
