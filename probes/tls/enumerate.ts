import { suiteCode, suiteName } from "#facts/cipher-suites.ts";
import type { CipherSuites, OfferedSuite, Protocols } from "#model/facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import { ALERT, alertWords } from "./alerts.ts";
import type { HelloVersion } from "./client-hello.ts";
import { confirm, settle } from "./confirm.ts";
import { TlsScanError } from "./errors.ts";
import { type GroupList, listClassicGroups, listTls13Groups } from "./groups.ts";
import { locate } from "./locate.ts";
import { FULL } from "./offers.ts";
import { HELLO_VERSIONS, noConnection } from "./outcomes.ts";
import { listSuites, type SuiteList } from "./suites.ts";
import { type Accepted, contact, type Contact, contactAgain, contactSsl2 } from "./versions.ts";
import { createWire, type Wire, type WireOptions } from "./wire.ts";

export interface TlsAddress {
  /** Host name or IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Name for SNI; an IP address is not sent. */
  readonly serverName: string;
}

/** Everything that the hellos of one scan showed. */
export interface TlsScan extends CipherSuites {
  /** The IP address that was asked: one of those the name has. */
  readonly address: string;
  readonly versions: Protocols["versions"];
  readonly connections: number;
}

/**
 * Lists the protocol versions, cipher suites and groups that a server accepts, with hellos alone.
 * @param options.timeoutMs for one connection; the whole takes at most five times that
 * @param options.connections the most at once
 * @throws TlsScanError when nothing at that address accepted any hello; the signal's reason when it aborts.
 */
export async function enumerate(address: TlsAddress, options: WireOptions): Promise<TlsScan> {
  const host = await locate(address.host, address.port, options);
  const wire = createWire({ ...address, host }, options);
  const { contacts, scan } = await scanServer(wire, host);
  options.signal.throwIfAborted();
  if (scan !== null) return scan;
  // A server may know none of its names (RFC 6066 3), and still serve those who name none.
  const unnamed = contacts.some(
    ({ verdict }) =>
      verdict.kind === "refused" && verdict.why === alertWords(ALERT.unrecognizedName),
  );
  if (unnamed) {
    const again = await scanServer(
      createWire({ ...address, host, serverName: null }, options),
      host,
    );
    options.signal.throwIfAborted();
    if (again.scan !== null) return again.scan;
  }
  throw unreached(contacts);
}

async function scanServer(
  wire: Wire,
  host: string,
): Promise<{ contacts: readonly Contact[]; scan: TlsScan | null }> {
  const lists = new Map<HelloVersion, Promise<SuiteList>>();
  // A version's list begins as soon as it is known to be accepted, while others are still being asked.
  const begin = (version: HelloVersion, { verdict, shape }: Contact) => {
    if (verdict.kind !== "accepted" || lists.has(version)) return;
    const first = shape === FULL || version === "TLSv1.3" ? verdict.hello : null;
    lists.set(version, listSuites(wire, version, shape, first));
  };
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
    full: first.some(
      ([version, { verdict }]) => version !== "TLSv1.3" && verdict.kind === "accepted",
    ),
  };
  const second = await Promise.all(
    first.map(async ([version, answer]) => {
      const again = await contactAgain(wire, version, answer, taken);
      begin(version, again);
      return [version, again] as const;
    }),
  );
  const accepted = second.flatMap(([version, { shape, verdict }]): Accepted[] =>
    verdict.kind === "accepted" ? [{ version, shape, hello: verdict.hello }] : [],
  );
  // What is confirmed afterwards is confirmed in quiet.
  const [groups] = await Promise.all([groupsOf(wire, accepted), ...lists.values()]);
  const contacts = [await ssl2, ...second.map(([, answer]) => answer)];
  const control = accepted.at(-1);
  const shows = contacts.some(({ verdict }) => verdict.kind === "accepted");
  if (!shows) return { contacts, scan: null };

  const confirmed = await Promise.all(
    contacts.map(async (answer) =>
      control === undefined ? answer : confirm(wire, answer, control),
    ),
  );
  for (const answer of confirmed) if (answer.version !== "SSLv2") begin(answer.version, answer);
  const suites = await Promise.all(lists.values());
  const settled = confirmed.map((answer) => settle(wire, answer));
  return { contacts, scan: summary(wire, host, settled, suites, groups) };
}

/** The groups of TLS 1.3, and of the newest older version that has any. */
async function groupsOf(wire: Wire, accepted: readonly Accepted[]): Promise<readonly GroupList[]> {
  const tls13 = accepted.find(({ version }) => version === "TLSv1.3");
  const older = accepted.findLast(({ version }) => version !== "TLSv1.3" && version !== "SSLv3");
  return Promise.all([
    ...(tls13 === undefined ? [] : [listTls13Groups(wire, tls13)]),
    ...(older === undefined ? [] : [listClassicGroups(wire, older)]),
  ]);
}

function summary(
  wire: Wire,
  host: string,
  contacts: readonly Contact[],
  lists: readonly SuiteList[],
  groupLists: readonly GroupList[],
): TlsScan {
  const seen = (version: TlsVersion): ReadonlySet<number> =>
    version === "SSLv2" ? new Set() : (wire.chosen.get(version) ?? new Set());
  const suitesOf = (answer: Contact): readonly number[] => {
    const listed =
      answer.ciphers ?? lists.find((list) => list.version === answer.version)?.suites ?? [];
    return [...new Set([...listed, ...seen(answer.version)])];
  };
  const preferences = lists.map((list) => list.serverPreference).filter((one) => one !== null);
  return {
    address: host,
    versions: contacts.map((answer) => versionStatus(answer, seen(answer.version).size > 0)),
    suites: contacts.flatMap((answer): OfferedSuite[] =>
      suitesOf(answer).map((code) => ({
        version: answer.version,
        code: suiteCode(code),
        name: suiteName(code),
      })),
    ),
    unfinished: contacts.flatMap((answer) => {
      const { version } = answer;
      const why = whyUnfinished(wire, answer, lists, groupLists);
      return why === null ? [] : [{ version, why }];
    }),
    groups: groupLists.flatMap((list) => list.groups),
    serverPreference: preferences.length === 0 ? null : preferences.every(Boolean),
    connections: wire.connections(),
  };
}

function versionStatus(answer: Contact, chosen: boolean): Protocols["versions"][number] {
  const { version, verdict } = answer;
  if (verdict.kind === "accepted" || chosen) return { version, status: "accepted", why: null };
  return { version, status: verdict.kind === "refused" ? "rejected" : "unknown", why: verdict.why };
}

function whyUnfinished(
  wire: Wire,
  { version, verdict }: Contact,
  lists: readonly SuiteList[],
  groupLists: readonly GroupList[],
): string | null {
  if (verdict.kind === "failed" || verdict.kind === "silent") {
    return `it is not known whether it is accepted (${verdict.why})`;
  }
  if (version === "SSLv2") return null;
  const list = lists.find((one) => one.version === version);
  const groups = groupLists.find((one) => one.version === version);
  // Chosen when another version was asked for, while its own hello went unanswered.
  if (list === undefined) {
    return wire.chosen.has(version) ? "its own hello was not accepted" : null;
  }
  const why = list.unfinished ?? groups?.unfinished ?? null;
  const silentEnd = list.silentEnd || groups?.silentEnd === true;
  return (
    why ?? (silentEnd && wire.flaky() ? "it ended in silence, and the server is unsteady" : null)
  );
}

/** Why nothing was accepted: the most telling of the answers. */
function unreached(contacts: readonly Contact[]): TlsScanError {
  const verdicts = contacts.flatMap(({ version, verdict }) =>
    version === "SSLv2" || verdict.kind === "accepted" ? [] : [verdict],
  );
  const code = verdicts.map(({ why }) => noConnection(why)).find((one) => one !== null);
  if (code !== undefined) {
    const reason = code === "ETIMEDOUT" ? "timeout" : "unreachable";
    return new TlsScanError(reason, `cannot be reached: ${code}`, code);
  }
  const alert = verdicts.find(({ kind, why }) => kind === "refused" && why.startsWith("alert"));
  if (alert !== undefined) {
    return new TlsScanError("denied", `refuses every TLS hello: ${alert.why}`);
  }
  const failed = verdicts.find(({ kind }) => kind === "failed");
  if (failed === undefined && verdicts.some((one) => one.kind === "silent" && one.timeout)) {
    return new TlsScanError("timeout", "accepts connections, but answers no TLS hello in time");
  }
  const why = (failed ?? verdicts[0])?.why ?? "no answer";
  return new TlsScanError("malformed", `does not speak TLS: ${why}`);
}
