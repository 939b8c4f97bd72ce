/** Storages and their backups as facets; pure. Each throws when the answer cannot be understood. */
import type { BackupRule, Backups, RecoveryPoint } from "#model/backup-facets.ts";
import type { Encryption } from "#model/facets.ts";
import { fields, moment, text, type Fields } from "#probes/common/json.ts";
import { optionalCount, yesNo } from "./session.ts";

const DAY = 86_400;

/** The storage itself in its own answer. @throws TypeError where there is none */
export function storageOf(answer: Fields): Fields {
  const storage = fields(answer["storage"]);
  if (text(storage["uuid"]) === null) throw new TypeError("the answer holds no storage");
  return storage;
}

/**
 * Older answers and those of backups do not say whether it is encrypted, which is no "no". With which cipher is
 * documented nowhere.
 */
export function toEncryption({ encrypted }: Fields): Encryption {
  const enabled = yesNo(encrypted);
  return {
    enabled,
    algorithm: null,
    algorithmSource: null,
    algorithmReference: null,
    keyManagement: null,
    caveat: enabled === null ? "the answer has no field encrypted" : null,
  };
}

/**
 * Its own rule, or the simple backup of a server that it is attached to, which takes all of the server's storages:
 * either, never both. https://github.com/UpCloudLtd/terraform-provider-upcloud/blob/main/docs/resources/server.md
 * @param servers all servers, by id
 */
export function toBackups(storage: Fields, servers: ReadonlyMap<string, Fields>): Backups {
  const attached: unknown = fields(storage["servers"])["server"];
  if (!Array.isArray(attached)) throw new TypeError("nothing says what it is attached to");
  const wholes = attached.map((id: unknown) => {
    const server = servers.get(text(id) ?? "");
    if (server === undefined) throw new TypeError("a server that it is attached to was not listed");
    return server;
  });
  const simple = wholes.flatMap((server) => {
    const rule = simpleBackup(server);
    return rule === null ? [] : [{ rule, server: String(server["uuid"]) }];
  });
  return {
    rules: [...ownRule(storage["backup_rule"]), ...simple.map(({ rule }) => rule)],
    partOf: simple.map(({ server }) => server),
  };
}

const INTERVALS: ReadonlyMap<string, number> = new Map([
  ["daily", DAY],
  ...["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map((day) => [day, 7 * DAY] as const),
]);

/** An empty rule means none; an absent one says nothing. Where its backups are kept is only told by each of them. */
function ownRule(value: unknown): readonly BackupRule[] {
  if (typeof value !== "object" || value === null) {
    throw new TypeError("nothing says whether it has a backup rule");
  }
  const { interval, time, retention } = fields(value);
  if (interval === undefined && time === undefined && retention === undefined) return [];
  const word = text(interval);
  const days = optionalCount(retention);
  if (word === null || days === null || days === 0) {
    throw new TypeError("a backup rule without interval or retention");
  }
  return [
    {
      name: `backup_rule ${word.slice(0, 20)} at ${clock(time)} UTC`,
      longestInterval: INTERVALS.get(word) ?? null,
      window: 0,
      places: [{ region: null, vault: null, retention: `P${days}D` }],
    },
  ];
}

/** Plans that are known to make a backup each day; how often the others (`weeklies`, `monthlies`) do is not documented. */
const DAILY: ReadonlySet<string> = new Set(["daily", "dailies"]);

/** `0100,dailies`, or `no`. How long its backups are kept and where is told nowhere, so that it names no place. */
function simpleBackup(server: Fields): BackupRule | null {
  const setting = text(server["simple_backup"]);
  if (setting === "no") return null;
  const [, time, plan] = /^(\d{4}),([a-z]{1,20})$/.exec(setting ?? "") ?? [];
  if (time === undefined || plan === undefined) {
    throw new TypeError("a server that does not say whether it has a simple backup");
  }
  const name = text(server["title"]) ?? text(server["hostname"]) ?? "its server";
  return {
    name: `simple_backup ${plan} at ${clock(time)} UTC of ${name.slice(0, 60)}`,
    longestInterval: DAILY.has(plan) ? DAY : null,
    window: 0,
    places: [],
  };
}

function clock(time: unknown): string {
  const written = /^(\d\d)(\d\d)$/.exec(text(time) ?? "");
  return written === null ? "a time that is not told" : `${written[1]}:${written[2]}`;
}

/** Whether one can recover from a backup in this state. https://developers.upcloud.com/1.3/9-storages/ */
const USABLE: ReadonlyMap<string, boolean> = new Map([
  ["online", true],
  // It is being read from, as a whole.
  ["cloning", true],
  ["maintenance", false],
  ["backuping", false],
  ["syncing", false],
  ["error", false],
]);

/** One backup of a storage. It does not tell which rule made it, and so not when it is deleted. */
export function toRecoveryPoint(raw: Fields): RecoveryPoint {
  const at = moment(raw["created"]);
  const of = text(raw["origin"]);
  const state = text(raw["state"]);
  const usable = USABLE.get(state ?? "");
  if (at === null || of === null) throw new TypeError("a backup without origin or time");
  if (state === null || usable === undefined) {
    throw new TypeError(`a backup in an unknown state: ${state?.slice(0, 40) ?? "none"}`);
  }
  return {
    of,
    at,
    usable,
    deletedAt: null,
    deletionUnread: "a backup does not tell which rule made it",
    state,
  };
}
