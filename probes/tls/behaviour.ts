/** What a server does beyond what it negotiates. */
import type { TlsBehaviour } from "#model/tls-facets.ts";
import { compressionAndMac } from "./behaviour-compression.ts";
import { fallbackScsv } from "./behaviour-fallback.ts";
import { createMeetings } from "./behaviour-meeting.ts";
import { olderResumption, tls13Resumption } from "./behaviour-resumption.ts";
import { downgradeSentinel, extendedMasterSecret, secureRenegotiation } from "./behaviour-shown.ts";
import type { SuiteList } from "./suites.ts";
import { unfitness } from "./trust.ts";
import { type Accepted, newestOlder, type VersionAnswers } from "./versions.ts";
import type { Wire } from "./wire.ts";

/** What becomes known as it does. Neither rejects. */
export interface BehaviourTested {
  /** One entry for each test. */
  readonly tests: Promise<TlsBehaviour["tests"]>;
  /** True once a hello of more than one packet was answered, so that nobody else need send one; null where that failed. */
  readonly largeHello: Promise<true | null>;
  /** The same of a hello of a version to come. */
  readonly futureVersion: Promise<true | null>;
}

/**
 * Makes every test of behaviour beside what else is asked: three of them of answers that are there, the others with at most
 * eight connections of their own where nothing fails.
 * Each begins when the versions are known that it is about; where none is accepted there is nothing to test.
 * @param listed the suites of the newest of them before TLS 1.3, which tell whether encrypt-then-MAC means anything there;
 *   null where they are not listed
 * @param chain the first certificates that the server shows; null where nobody looks at them
 */
export function testBehaviour(
  wire: Wire,
  versions: VersionAnswers,
  listed: Promise<SuiteList | null>,
  chain: Promise<readonly Buffer[] | null>,
): BehaviourTested {
  const largeHello = Promise.withResolvers<true | null>();
  const futureVersion = Promise.withResolvers<true | null>();
  return {
    tests: testAll(wire, versions, listed, chain, largeHello.resolve, futureVersion.resolve),
    largeHello: largeHello.promise,
    futureVersion: futureVersion.promise,
  };
}

async function testAll(
  wire: Wire,
  versions: VersionAnswers,
  listed: Promise<SuiteList | null>,
  chain: Promise<readonly Buffer[] | null>,
  large: (answered: true | null) => void,
  future: (answered: true | null) => void,
): Promise<TlsBehaviour["tests"]> {
  const meetings = createMeetings(
    wire,
    chain.then((ders) => (ders === null ? null : unfitness(ders))),
  );
  const all = acceptedOf(versions);
  const [accepted, ids, psk, fallback, { compression, encryptThenMac }] = await Promise.all([
    all,
    newestOlder(versions).then((older) => olderResumption(meetings, older)),
    Promise.resolve(versions.get("TLSv1.3")).then((tls13 = null) =>
      tls13Resumption(meetings, tls13, large),
    ),
    all.then((accepted) => fallbackScsv(wire, accepted)),
    Promise.all([all, listed]).then(([accepted, list]) =>
      compressionAndMac(wire, accepted, list, future),
    ),
  ]);
  await meetings.closed();
  if (accepted.length === 0) return [];
  return [
    ...ids,
    ...psk,
    secureRenegotiation(accepted),
    compression,
    fallback,
    extendedMasterSecret(accepted),
    encryptThenMac,
    downgradeSentinel(accepted),
  ];
}

/** Oldest first. */
async function acceptedOf(versions: VersionAnswers): Promise<readonly Accepted[]> {
  const answers = await Promise.all(versions.values());
  return answers.flatMap((accepted) => accepted ?? []);
}
