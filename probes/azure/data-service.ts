/** What a service that holds data is to say of itself, as one row of a table, and how it is read. */
import type { Observation, Problem } from "#model/evidence.ts";
import type { Encryption, FacetName, Facets } from "#model/facets.ts";
import type { Probe } from "#model/probe.ts";
import { answerOf, oncePer, type Known } from "#probes/common/known.ts";
import type { Telling } from "#probes/common/telling.ts";
import type { Fields } from "#probes/common/json.ts";
import { askBelow, listBelow } from "./asks-below.ts";
import { byDesign, ownLocation } from "./facets.ts";
import { listResources, type FacetMaps, type Found } from "./listing.ts";
import type { AzureSession } from "./session.ts";
import { tellResources } from "./telling-resources.ts";

/** A kind and how its facets are told by the resource's own JSON; its own region where no location is. */
export interface DataService extends Pick<FacetMaps, Told> {
  readonly kind: string;
  readonly apiVersion: string;
  readonly encryption: (raw: Fields) => Encryption;
  /** Facets that take what lies below the resource too. */
  readonly below?: { readonly [F in Told]?: FromBelow<Facets[F]> };
}

/** A facet that is told by the resource and by what lies below it. */
interface FromBelow<Facet> {
  /** A listing (`firewallRules`), one thing (`networkRuleSets/default`), or ARM's own answer of the resource (empty). */
  readonly rest: string;
  /** Whether it must be asked for at all; left out: always. */
  readonly needed?: (raw: Fields) => boolean;
  /** @param answers what the listing holds, or the one thing; none where it was not needed */
  readonly map: (raw: Fields, answers: readonly Fields[], found: Found) => Facet;
}

const FACETS = [
  "location",
  "encryption",
  "transport",
  "exposure",
  "redundancy",
  "replication",
] as const;
type Told = (typeof FACETS)[number];

/** Reads all services of a table. */
export async function* readServices(
  services: readonly DataService[],
  wanted: ReadonlySet<FacetName>,
  session: AzureSession,
): AsyncGenerator<Observation | Problem> {
  const byKind = new Map(services.map((service) => [service.kind.toLowerCase(), service]));
  const versions = Object.fromEntries(services.map(({ kind, apiVersion }) => [kind, apiVersion]));
  const listed = await listResources(versions, session);
  yield* tellResources(listed, wanted, session, (found) => {
    const service = byKind.get(found.subject.kind.toLowerCase());
    return service === undefined ? {} : tellingOf(service, found, session);
  });
}

function tellingOf(service: DataService, found: Found, session: AzureSession): Telling {
  const ask = oncePer((rest) => askRest(service, found, rest, session));
  const { below = {} } = service;
  return {
    location: telling(service.location ?? ownLocation, below.location, found, ask),
    encryption: telling(service.encryption, below.encryption, found, ask),
    transport: telling(service.transport, below.transport, found, ask),
    exposure: telling(service.exposure, below.exposure, found, ask),
    redundancy: telling(service.redundancy, below.redundancy, found, ask),
    replication: telling(service.replication, below.replication, found, ask),
  };
}

/** How one facet is told; what lies below counts first. undefined: it is not. */
function telling<Facet>(
  own: ((raw: Fields, found: Found) => Facet) | undefined,
  below: FromBelow<Facet> | undefined,
  found: Found,
  ask: (rest: string) => Promise<Known<readonly Fields[]>>,
) {
  const { raw } = found;
  if (below === undefined) {
    return own && (() => Promise.resolve({ from: null, map: () => own(raw, found) }));
  }
  return async () => {
    if (below.needed?.(raw) === false) return { from: null, map: () => below.map(raw, [], found) };
    const known = await ask(below.rest);
    return { from: known, map: () => below.map(raw, answerOf(known), found) };
  };
}

async function askRest(
  { apiVersion }: DataService,
  found: Found,
  rest: string,
  session: AzureSession,
): Promise<Known<readonly Fields[]>> {
  if (rest !== "" && !rest.includes("/")) return listBelow(session, found, rest, apiVersion);
  const known = await askBelow(session, found, rest, apiVersion);
  return known.ok ? { ...known, value: [known.value] } : known;
}

/** What a probe of these services provides: of each facet the kinds that have it, and the actions that they need. */
export function providedBy(services: readonly DataService[]): Probe["provides"] {
  const provided = FACETS.flatMap((facet) => {
    const having = services.filter(
      (service) =>
        facet === "location" ||
        service[facet] !== undefined ||
        service.below?.[facet] !== undefined,
    );
    const permissions = having.flatMap((service) => {
      const rest = service.below?.[facet]?.rest;
      const type = rest?.split("/")[0];
      return [
        `${service.kind}/read`,
        ...(type === undefined || type === "" ? [] : [`${service.kind}/${type}/read`]),
      ];
    });
    return having.length === 0
      ? []
      : [[facet, { kinds: having.map(({ kind }) => kind), permissions }] as const];
  });
  return Object.fromEntries(provided);
}

const STORAGE = "https://learn.microsoft.com/azure/storage/common/storage-service-encryption";

/**
 * Encryption of what a service keeps in Azure Storage, whose design names the cipher.
 * @param page Microsoft's page that says that the service keeps it there
 */
export function inStorage(page: string, keyManagement: Encryption["keyManagement"]): Encryption {
  return byDesign(STORAGE, keyManagement, `kept in Azure Storage by ${page}`);
}

/**
 * Encryption by a design that names no cipher.
 * @param page Microsoft's page that says that data is encrypted
 */
export function unnamedCipher(
  page: string,
  keyManagement: Encryption["keyManagement"],
): Encryption {
  return {
    enabled: true,
    algorithm: null,
    algorithmSource: null,
    algorithmReference: null,
    keyManagement,
    caveat: `encrypted by ${page}, which names no cipher`,
  };
}
