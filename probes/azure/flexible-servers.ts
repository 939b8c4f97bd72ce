import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { answerOf, oncePer, type Known } from "#probes/common/known.ts";
import type { Telling } from "#probes/common/telling.ts";
import type { Fields } from "#probes/common/json.ts";
import { region } from "./arm.ts";
import { askBelow, listBelow } from "./asks-below.ts";
import { doorTelling } from "./database-door.ts";
import { ownLocation } from "./facets.ts";
import {
  isBareReplica,
  originalOf,
  toBackups,
  toDoor,
  toEncryption,
  toLocation,
  toRecoveryPoints,
  toRedundancy,
  toReplication,
} from "./flexible-facets.ts";
import { toTransport } from "./flexible-transport.ts";
import { listResources, type Found } from "./listing.ts";
import type { AzureSession } from "./session.ts";
import { tellResources, untold } from "./telling-resources.ts";

/** In what flexible servers of PostgreSQL and MySQL differ. */
export interface Flavour {
  readonly kind: string;
  readonly apiVersion: string;
  readonly port: number;
  /** The parameter that names the lowest TLS version, or all of them. */
  readonly tlsParameter: "ssl_min_protocol_version" | "tls_version";
  /** Microsoft's page that says with which cipher data is encrypted. */
  readonly encryption: string;
}

/** The actions that reading a facet of a flexible server needs. */
export function permissionsOf(kind: string) {
  const needs = (...below: readonly string[]) => ({
    permissions: [`${kind}/read`, ...below.map((type) => `${kind}/${type}/read`)],
  });
  return {
    location: needs(),
    encryption: needs(),
    transport: needs("configurations"),
    exposure: needs("firewallRules"),
    ingress: needs("firewallRules"),
    redundancy: needs("replicas"),
    replication: needs("replicas"),
    backups: needs(),
    recoveryPoints: needs("backups"),
  };
}

/** Reads the flexible servers of one engine. */
export async function* readFlexible(
  flavour: Flavour,
  wanted: ReadonlySet<FacetName>,
  session: AzureSession,
): AsyncGenerator<Observation | Problem> {
  const servers = await listResources({ [flavour.kind]: flavour.apiVersion }, session);
  const regions = new Map(
    servers.found.map(({ subject }) => [subject.id.toLowerCase(), subject.region]),
  );
  yield* tellResources(servers, wanted, session, (one) => telling(one, flavour, session, regions));
}

function telling(
  server: Found,
  flavour: Flavour,
  session: AzureSession,
  regions: ReadonlyMap<string, string | null>,
): Telling {
  const { raw, source } = server;
  const { apiVersion, tlsParameter } = flavour;
  const own = <Value>(map: () => Value) => Promise.resolve({ from: null, map });
  const listing = oncePer((type) => listBelow(session, server, type, apiVersion));
  const setting = (name: string) => askBelow(session, server, `configurations/${name}`, apiVersion);
  return {
    location: () => own(() => toLocation(raw)),
    encryption: () => own(() => toEncryption(raw, flavour.encryption)),
    backups: () =>
      own(() =>
        isBareReplica(raw)
          ? untold(source, "a replica that shows no backup of its own: what it copies is backed up")
          : toBackups(raw),
      ),
    ...doorTelling(server, toDoor(raw, flavour.port), apiVersion, session),
    transport: async () => {
      const names = { secure: "require_secure_transport", lowest: tlsParameter };
      const [secure, lowest] = await Promise.all([setting(names.secure), setting(names.lowest)]);
      const from = secure.ok ? secure : lowest;
      return {
        from,
        // One of the two tells half; with neither the facet is not read at all.
        parts: secure.ok === lowest.ok ? [] : [secure, lowest],
        map: () => {
          answerOf(from);
          return toTransport(raw, valueOf(secure), valueOf(lowest), names);
        },
      };
    },
    redundancy: async () => {
      const replicas = await listing("replicas");
      return {
        from: null,
        parts: [replicas],
        map: () => toRedundancy(raw, isElsewhere(raw, replicas, regions)),
      };
    },
    replication: async () => {
      const replicas = await listing("replicas");
      return { from: replicas, map: () => toReplication(raw, answerOf(replicas)) };
    },
    recoveryPoints: async () => {
      const backups = await listing("backups");
      const at = backups.ok ? backups.observedAt : source.observedAt;
      return { from: backups, map: () => toRecoveryPoints(raw, answerOf(backups), at) };
    },
  };
}

function valueOf(known: Known<Fields>): Fields | null {
  return known.ok ? known.value : null;
}

/** The regions of the replicas that are made and do run, as far as that is told. */
function runningRegions(raw: Fields, replicas: readonly Fields[]): readonly (string | null)[] {
  const running = replicas.filter(
    (one) => toReplication(raw, [one]).destinations.at(-1)?.status !== "degraded",
  );
  return running.map(({ location }) => region(location));
}

/** Whether a copy is in another region: a replica, or what the server is a replica of. */
function isElsewhere(
  raw: Fields,
  replicas: Known<readonly Fields[]>,
  regions: ReadonlyMap<string, string | null>,
): boolean | null {
  const [own] = ownLocation(raw).regions;
  const original = originalOf(raw);
  const others = [
    ...(replicas.ok ? runningRegions(raw, replicas.value) : [null]),
    ...(original === null ? [] : [regions.get(original.id?.toLowerCase() ?? "") ?? null]),
  ];
  if (others.some((other) => other !== null && other !== own)) return true;
  return others.includes(null) ? null : false;
}
