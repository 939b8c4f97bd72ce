import type { FacetName } from "#model/facets.ts";
import { untilSent } from "#probes/common/under-way.ts";
import type { Authentication } from "./authentication.ts";
import type { BehaviourTested } from "./behaviour.ts";
import type { HelloVersion } from "./client-hello.ts";
import { contactAgain } from "./contact-again.ts";
import { settleBehaviour } from "./behaviour-settle.ts";
import { confirm, settle } from "./confirm.ts";
import { worst } from "./explore.ts";
import { type GroupList, listGroups } from "./groups.ts";
import { FULL, suitesFor } from "./offers.ts";
import { HELLO_VERSIONS } from "./outcomes.ts";
import { listPrimes, type PrimeList } from "./primes.ts";
import { listSrpSuites } from "./srp.ts";
import { listSuites, type SuiteList } from "./suites.ts";
import { settleTolerance, testTolerance } from "./tolerance.ts";
import type { TlsBehaviour, TlsService } from "#model/tls-facets.ts";
import {
  type Accepted,
  acceptedBy,
  contact,
  type Contact,
  contactSsl2,
  newestOlder,
  type VersionAnswers,
} from "./versions.ts";
import type { Wire } from "./wire.ts";

/** What the hellos of one scan of one address showed. */
export interface ServerScan {
  /** One for each version, SSLv2 first. */
  readonly contacts: readonly Contact[];
  readonly suites: readonly SuiteList[];
  readonly groups: readonly GroupList[];
  readonly primes: readonly PrimeList[];
  readonly tolerance: TlsService["tolerance"];
  /** null where no facet that was asked for needs it. */
  readonly authentication: Authentication | null;
  /** Empty where it was not asked for. */
  readonly behaviour: TlsBehaviour["tests"];
}

/** The lists of one accepted version, each as it comes. */
interface Lists {
  readonly suites: Promise<SuiteList> | null;
  readonly groups: Promise<GroupList> | null;
  readonly primes: Promise<PrimeList> | null;
}

/**
 * Asks one server: every version at once, and the lists of each accepted one while others are still being asked.
 * @returns no lists where no version was accepted
 */
export async function scanServer(wire: Wire, wanted: ReadonlySet<FacetName>): Promise<ServerScan> {
  const lists = new Map<HelloVersion, Lists>();
  const fates = new Map(
    HELLO_VERSIONS.map((version) => [version, Promise.withResolvers<Accepted | null>()] as const),
  );
  const begin = (version: HelloVersion, answer: Contact) => {
    const accepted = acceptedBy(answer);
    if (accepted === null || lists.has(version)) return;
    fates.get(version)?.resolve(accepted);
    lists.set(version, beginLists(wire, accepted, wanted));
  };
  const chain = Promise.withResolvers<readonly Buffer[] | null>();
  const authenticates = AUTHENTICATION_FACETS.some((facet) => wanted.has(facet));
  const known = new Map([...fates].map(([version, { promise }]) => [version, promise] as const));
  // Loaded while the first hellos are on their way.
  const authenticated = authenticates
    ? untilSent()
        .then(() => import("./authentication.ts"))
        .then(({ authenticate }) => authenticate(wire, known, wanted, chain.resolve))
    : null;
  const untold = () => chain.resolve(null);
  void Promise.resolve(authenticated).then(untold, untold);
  const listed = newestOlder(known).then((older) =>
    older === null ? null : (lists.get(older.version)?.suites ?? null),
  );
  const behaving = wanted.has("tlsBehaviour") ? behave(wire, known, listed, chain.promise) : null;
  const elsewhere =
    behaving === null
      ? {}
      : {
          "large-hello": behaving.then((tested) => tested.largeHello),
          "future-version": behaving.then((tested) => tested.futureVersion),
        };
  const tolerated = wanted.has("tlsService") ? testTolerance(wire, known, elsewhere) : [];
  const ssl2 = contactSsl2(wire);
  const first = await Promise.all(
    HELLO_VERSIONS.map(async (version) => {
      const answer = await contact(wire, version);
      begin(version, answer);
      return [version, answer] as const;
    }),
  );
  const taken = {
    any: first.some(([, { verdict }]) => verdict.kind === "accepted"),
    suites: Math.max(
      0,
      ...first.map(([version, { verdict }]) =>
        version !== "TLSv1.3" && verdict.kind === "accepted" ? suitesFor(version).length : 0,
      ),
    ),
  };
  const second = await Promise.all(
    first.map(async ([version, answer]) => {
      const again = await contactAgain(wire, version, answer, taken);
      begin(version, again);
      return [version, again] as const;
    }),
  );
  for (const { resolve } of fates.values()) resolve(null);
  const [tolerance, authentication, behaviour = []] = await Promise.all([
    tolerated,
    authenticated,
    behaving?.then((tested) => tested.tests),
    // What is confirmed afterwards is confirmed in quiet.
    ...[...lists.values()].flatMap((list) => [list.suites, list.groups, list.primes]),
  ]);
  const contacts = [await ssl2, ...second.map(([, answer]) => answer)];
  const control = (await Promise.all(known.values())).findLast((accepted) => accepted !== null);
  const confirmed = await Promise.all(
    contacts.map(async (answer) =>
      control === undefined ? answer : confirm(wire, answer, control),
    ),
  );
  const before = lists.size;
  for (const answer of confirmed) if (answer.version !== "SSLv2") begin(answer.version, answer);
  const settled = confirmed.map((answer) => settle(wire, answer));
  const late = lists.size > before;
  const tests =
    late && behaving !== null
      ? await behaviourOf(wire, confirmed, listed, chain.promise)
      : behaviour;
  const all = [...lists.values()];
  return {
    suites: await finished(all.map((list) => list.suites)),
    groups: await finished(all.map((list) => list.groups)),
    primes: await finished(all.map((list) => list.primes)),
    contacts: settled,
    tolerance: settleTolerance(wire, tolerance),
    authentication,
    behaviour: settleBehaviour(tests, settled),
  };
}

/** Loaded when it is needed, for it brings much with it. */
async function behave(
  wire: Wire,
  versions: VersionAnswers,
  listed: Promise<SuiteList | null>,
  chain: Promise<readonly Buffer[] | null>,
): Promise<BehaviourTested> {
  await untilSent();
  const { testBehaviour } = await import("./behaviour.ts");
  return testBehaviour(wire, versions, listed, chain);
}

/** Once more from the beginning, where a version turned out to be accepted after all. */
async function behaviourOf(
  wire: Wire,
  contacts: readonly Contact[],
  listed: Promise<SuiteList | null>,
  chain: Promise<readonly Buffer[] | null>,
): Promise<TlsBehaviour["tests"]> {
  const versions = HELLO_VERSIONS.map((version) => {
    const found = contacts.find((one) => one.version === version);
    return [version, Promise.resolve(found === undefined ? null : acceptedBy(found))] as const;
  });
  const { tests } = await behave(wire, new Map(versions), listed, chain);
  return tests;
}

const AUTHENTICATION_FACETS = ["certificate", "keyExchange", "tlsService"] as const;

function beginLists(wire: Wire, accepted: Accepted, wanted: ReadonlySet<FacetName>): Lists {
  const { version, shape, hello } = accepted;
  const tls13 = version === "TLSv1.3";
  // The first hello of another shape did not offer everything.
  const first = shape === FULL || tls13 ? hello : null;
  const exchange = wanted.has("keyExchange");
  const suites =
    wanted.has("cipherSuites") || wanted.has("tlsAttacks") || (exchange && !tls13)
      ? withSrp(listSuites(wire, accepted, first), listSrpSuites(wire, accepted))
      : null;
  const groups = exchange ? listGroups(wire, accepted) : null;
  const primes =
    exchange && !tls13 && suites !== null
      ? suites.then(async (list) => {
          const primes = await listPrimes(wire, accepted, list);
          // Among suites that were not found there may be Diffie-Hellman.
          return { ...primes, ...worst([primes, list]) };
        })
      : null;
  return { suites, groups, primes };
}

async function withSrp(
  list: Promise<SuiteList>,
  srp: ReturnType<typeof listSrpSuites>,
): Promise<SuiteList> {
  const [main, more] = await Promise.all([list, srp]);
  return { ...main, ...worst([main, more]), suites: [...main.suites, ...more.suites] };
}

async function finished<T>(lists: readonly (Promise<T> | null)[]): Promise<T[]> {
  return Promise.all(lists.filter((list) => list !== null));
}
