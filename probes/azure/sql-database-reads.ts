import { answerOf, once, oncePer, type Known } from "#probes/common/known.ts";
import type { Telling } from "#probes/common/telling.ts";
import { fields, text, type Fields } from "#probes/common/json.ts";
import { askBelow, listBelow, type Above } from "./asks-below.ts";
import { propertiesOf } from "./facets.ts";
import type { Found, Listed } from "./listing.ts";
import type { AzureSession } from "./session.ts";
import {
  earliestOf,
  hasGeoBackups,
  isSecondary,
  toBackups,
  toEncryption,
  toLocation,
  toRecoveryPoints,
  toRedundancy,
} from "./sql-database-facets.ts";
import { isElsewhere, toReplication } from "./sql-replication.ts";
import { SQL_API } from "./sql-servers.ts";
import { untold } from "./telling-resources.ts";

const TDE_API = "2021-11-01";

/** What is asked once for all the databases of a server or an instance. */
export function serverAsks(session: AzureSession) {
  const once = <Value>(ask: (above: Above) => Promise<Known<Value>>) => {
    const aboves = new Map<string, Above>();
    const asked = oncePer((id) => {
      const above = aboves.get(id);
      if (above === undefined) throw new Error("a server that nobody asked for");
      return ask(above);
    });
    return (above: Above) => {
      const id = above.subject.id.toLowerCase();
      aboves.set(id, above);
      return asked(id);
    };
  };
  return {
    protector: once((above) => askBelow(session, above, "encryptionProtector/current", TDE_API)),
    groups: once((above) => listBelow(session, above, "failoverGroups", SQL_API)),
    recoverable: once((above) => listBelow(session, above, "recoverableDatabases", SQL_API)),
  };
}

/** The server or the instance that a database is on, as far as its own id tells. */
function serverOf({ subject, subscription }: Found): Above {
  const [id = ""] = subject.id.split(/\/databases\//i);
  const kind = subject.kind.replace(/\/databases$/i, "");
  return { subject: { ...subject, id, kind }, subscription };
}

/** How each facet of a database is told. @param around the instances and elastic pools that databases are in */
export function tellDatabase(
  database: Found,
  around: Listed,
  asks: ReturnType<typeof serverAsks>,
  session: AzureSession,
): Telling {
  const { raw, source } = database;
  const server = serverOf(database);
  const ofInstance = /managedinstances/i.test(database.subject.kind);
  const near = (id: string) => lookUp(around, id);
  const own = oncePer((rest: string) => askBelow(session, database, rest, SQL_API));
  const short = () => own("backupShortTermRetentionPolicies/default");
  const links = once(() => listBelow(session, database, "replicationLinks", SQL_API));
  /** The redundancy of the storage of backups, which an instance has for all its databases. */
  const storage = () => {
    if (!ofInstance) return propertiesOf(raw)["currentBackupStorageRedundancy"];
    return propertiesOf(answerOf(near(server.subject.id)))["currentBackupStorageRedundancy"];
  };
  return {
    location: () => Promise.resolve({ from: null, map: () => toLocation(raw, storage()) }),
    encryption: async () => {
      const [tde, protector] = await Promise.all([
        askBelow(session, database, "transparentDataEncryption/current", TDE_API),
        asks.protector(server),
      ]);
      return {
        from: tde,
        parts: tde.ok ? [protector] : [],
        map: () => toEncryption(raw, answerOf(tde), protector.ok ? protector.value : null),
      };
    },
    redundancy: async () => {
      const known = await links();
      const id = text(fields(raw["properties"])["elasticPoolId"]);
      const pool = id === null ? null : near(id);
      return {
        from: null,
        parts: pool === null ? [known] : [known, pool],
        map: () =>
          toRedundancy(
            raw,
            pool === null ? null : pool.ok ? pool.value : undefined,
            known.ok ? isElsewhere(raw, toReplication(raw, known.value, []).destinations) : null,
          ),
      };
    },
    replication: async () => {
      const [known, groups] = await Promise.all([links(), asks.groups(server)]);
      return {
        from: known,
        parts: known.ok ? [groups] : [],
        map: () => toReplication(raw, answerOf(known), groups.ok ? groups.value : []),
      };
    },
    backups: async () => {
      const [policy, long] = await Promise.all([
        short(),
        own("backupLongTermRetentionPolicies/default"),
      ]);
      return {
        from: policy,
        map: () =>
          isSecondary(raw) && earliestOf(raw) === null
            ? untold(
                source,
                "a secondary that shows no backup of its own: its primary is backed up",
              )
            : toBackups(raw, storage(), answerOf(policy), answerOf(long)),
      };
    },
    recoveryPoints: async () => {
      const policy = await short();
      const geo = isGeo(storage);
      const all = geo ? await asks.recoverable(server) : null;
      return {
        from: policy,
        map: () => {
          // Where it cannot be told whether there is more to ask, that is why.
          if (geo === null) hasGeoBackups(storage());
          const last = all === null ? null : lastOf(answerOf(all), database);
          return toRecoveryPoints(raw, answerOf(policy), last, source.observedAt);
        },
      };
    },
  };
}

/** null: it is not said. */
function isGeo(storage: () => unknown): boolean | null {
  try {
    return hasGeoBackups(storage());
  } catch {
    return null;
  }
}

function lastOf(all: readonly Fields[], { subject }: Found): Fields | null {
  const name = subject.id.split("/").at(-1)?.toLowerCase();
  return all.find((one) => text(one["name"])?.toLowerCase() === name) ?? null;
}

/** A resource beside a database, and why it was not read. */
function lookUp({ found, unread }: Listed, id: string): Known<Fields> {
  const same = ({ subject }: { subject: Found["subject"] }) =>
    subject.id.toLowerCase() === id.toLowerCase();
  const one = found.find(same);
  if (one !== undefined) {
    return { ok: true, value: one.raw, permission: "", ...one.source };
  }
  const lost = unread.find(same)?.known;
  if (lost !== undefined && !lost.ok) return lost;
  const message = "what the database is in is not among the resources that are listed";
  return {
    ok: false,
    operation: "GET resources",
    permission: "",
    failure: { reason: "partial", message, retryable: false },
  };
}
