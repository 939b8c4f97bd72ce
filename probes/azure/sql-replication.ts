/** Where else the data of an Azure SQL database is; pure. Each throws when an answer cannot be understood. */
import type { Replication, ReplicationDestination } from "#model/facets.ts";
import { plain } from "#model/text.ts";
import { text, type Fields, list } from "#probes/common/json.ts";
import { region } from "./arm.ts";
import { ownLocation, propertiesOf } from "./facets.ts";

/**
 * CATCH_UP is the state of a link that runs: the first copy is made and changes follow.
 * https://learn.microsoft.com/rest/api/sql/replication-links/list-by-database
 */
const LINK_STATES: ReadonlyMap<string, ReplicationDestination["status"]> = new Map([
  ["catch_up", "active"],
  ["seeding", "degraded"],
  ["pending", "degraded"],
  ["suspended", "degraded"],
]);

/** What a `replicationState` of Azure SQL means. */
export function linkStatus(state: unknown): ReplicationDestination["status"] {
  return LINK_STATES.get(text(state)?.toLowerCase() ?? "") ?? "unknown";
}

/** The links of a database to copies; a named replica reads the same storage and is none. */
function copiesAmong(links: readonly Fields[]): readonly Fields[] {
  return links
    .map(propertiesOf)
    .filter(({ linkType }) => text(linkType)?.toLowerCase() !== "named");
}

/**
 * @param links `replicationLinks` of the database
 * @param groups `failoverGroups` of its server, which name the partner servers; empty where they were not read
 */
export function toReplication(
  raw: Fields,
  links: readonly Fields[],
  groups: readonly Fields[],
): Replication {
  const id = text(raw["id"]) ?? "";
  const own = propertiesOf(raw);
  const partners = groups
    .map(propertiesOf)
    .filter(({ databases }) => includesId(databases, id))
    .flatMap(({ partnerServers }) => list(partnerServers));
  const copies = copiesAmong(links);
  const linked = copies.map((link): ReplicationDestination => {
    const at = region(link["partnerLocation"]);
    return {
      region: at,
      subject: partnerOf(link, partners),
      status: linkStatus(link["replicationState"]),
      whole: true,
      // No lag is told by ARM: it is in a view of the database itself.
      lastSync: null,
    };
  });
  // A group promises a copy there. That no link leads to it is no copy that is known to run.
  const promised = partners
    .filter(({ location }) => !linked.some((copy) => copy.region === region(location)))
    .map((partner): ReplicationDestination => ({
      region: region(partner["location"]),
      subject: databaseOn(partner, text(raw["name"])),
      status: "unknown",
      whole: true,
      lastSync: null,
    }));
  const original = copies.find(({ role }) => /secondary$/i.test(text(role) ?? ""));
  const secondary = text(own["secondaryType"]) !== null || original !== undefined;
  return {
    destinations: [...linked, ...promised],
    ...(secondary ? { copyOf: originalName(original, partners) } : {}),
  };
}

function includesId(databases: unknown, id: string): boolean {
  if (!Array.isArray(databases)) return false;
  return databases.some((one) => text(one)?.toLowerCase() === id.toLowerCase());
}

/** The id of a link's other end: told by newer versions, else by the group whose partner has that name. */
function partnerOf(link: Fields, partners: readonly Fields[]): string | null {
  const told = text(link["partnerDatabaseId"]);
  if (told !== null) return told.slice(0, 2000);
  const server = text(link["partnerServer"])?.toLowerCase();
  const partner = partners.find(
    ({ id }) => server !== undefined && text(id)?.toLowerCase().endsWith(`/servers/${server}`),
  );
  return partner === undefined ? null : databaseOn(partner, text(link["partnerDatabase"]));
}

function databaseOn(partner: Fields, name: string | null): string | null {
  const server = text(partner["id"]);
  if (server === null || name === null) return null;
  // The name of a database in a listing is that of its server too.
  return `${server}/databases/${name.split("/").at(-1)}`.slice(0, 2000);
}

function originalName(link: Fields | undefined, partners: readonly Fields[]): string {
  if (link === undefined) return "a database that is not named";
  const named = [text(link["partnerServer"]), text(link["partnerDatabase"])];
  return partnerOf(link, partners) ?? plain(named.filter((name) => name !== null).join("/"));
}

/** Whether a copy is in another region than the resource; one that is being made, or that does not run, is none. */
export function isElsewhere(
  raw: Fields,
  copies: readonly Pick<ReplicationDestination, "region" | "status">[],
): boolean | null {
  const [own] = ownLocation(raw).regions;
  const others = copies.filter((copy) => copy.status !== "degraded" && copy.region !== own);
  if (others.some((copy) => copy.region !== null && copy.status === "active")) return true;
  return others.length > 0 ? null : false;
}
