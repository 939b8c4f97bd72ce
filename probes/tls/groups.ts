import { cipherSuite, suiteCode } from "#facts/cipher-suites.ts";
import { DHE_CODE, dheName, groupName } from "#facts/named-groups.ts";
import type { OfferedSuite } from "#model/facets.ts";
import type { HelloVersion } from "./client-hello.ts";
import { commonSuites, groupsFor, offer, suitesFor, suitesWith } from "./offers.ts";
import { judge } from "./outcomes.ts";
import type { HelloReply } from "./records.ts";
import { askSteadily, type End } from "./suites.ts";
import type { Accepted } from "./versions.ts";
import type { Wire } from "./wire.ts";

/** Groups of one version, in the order in which the server prefers them or the hello offers them. */
export interface GroupList extends End {
  readonly version: HelloVersion;
  readonly groups: readonly OfferedSuite[];
}

/** The groups of TLS 1.3, each named by a HelloRetryRequest (or ServerHello). */
export function listTls13Groups(wire: Wire, accepted: Accepted): Promise<GroupList> {
  return listNamed(wire, accepted, suitesFor("TLSv1.3"), accepted.hello);
}

/** The curves of ECDHE and the size of DHE's prime in a version up to TLS 1.2, as its ServerKeyExchange names them. */
export async function listClassicGroups(wire: Wire, accepted: Accepted): Promise<GroupList> {
  const [curves, prime] = await Promise.all([
    listNamed(wire, accepted, pick(accepted, "ECDHE"), null),
    askPrime(wire, accepted),
  ]);
  return {
    version: accepted.version,
    groups: [...curves.groups, ...prime.groups],
    unfinished: curves.unfinished ?? prime.unfinished,
    silentEnd: curves.silentEnd || prime.silentEnd,
  };
}

/** Takes away the group that is chosen and asks again, until the server refuses. */
async function listNamed(
  wire: Wire,
  accepted: Accepted,
  suites: readonly number[],
  first: HelloReply | null,
): Promise<GroupList> {
  const { version, shape, hello } = accepted;
  const found: number[] = [];
  const remaining = new Set(groupsFor(version, shape.compact));
  // Up to 1.2 a server with an elliptic certificate refuses a hello without its certificate's curve. The curve whose
  // taking away brought the refusal is that one: it goes last from there on.
  let elliptic = false;
  let kept: number | undefined;
  const end = (unfinished: string | null, silentEnd = false): GroupList => ({
    version,
    groups: found.map((group) => ({ version, code: suiteCode(group), name: groupName(group) })),
    unfinished: unfinished === null ? null : `groups: ${unfinished}`,
    silentEnd,
  });

  for (let reply = first; remaining.size > 0; reply = null) {
    const groups = kept === undefined ? [...remaining] : [...remaining, kept];
    const outcome =
      reply ??
      (await askSteadily(
        wire,
        offer(version, shape, suites, groups),
        offer(version, shape, [hello.suite]),
        version === "TLSv1.3" ? undefined : "ECDHE",
      ));
    if (outcome === "silence") return end(null, true);
    const verdict = judge(outcome, version, suites);
    if (verdict.kind === "refused") {
      if (kept !== undefined || !elliptic) return end(null);
      kept = found.at(-1);
      continue;
    }
    if (verdict.kind !== "accepted") return end(verdict.why);
    const { group, suite } = verdict.hello;
    if (group === null) return end("the answer names no group");
    if (!remaining.delete(group)) {
      return end(found.includes(group) ? null : "answered with a group that was not offered");
    }
    found.push(group);
    elliptic ||= cipherSuite(suite)?.authentication === "ECDSA";
  }
  return end(null);
}

/** One hello with DHE suites only: its prime, if the server accepts any of them. */
async function askPrime(wire: Wire, accepted: Accepted): Promise<GroupList> {
  const { version, shape, hello } = accepted;
  const suites = pick(accepted, "DHE");
  const outcome = await askSteadily(
    wire,
    offer(version, shape, suites),
    offer(version, shape, [hello.suite]),
    "DHE",
  );
  const end = (
    bits: number | null,
    unfinished: string | null = null,
    silentEnd = false,
  ): GroupList => ({
    version,
    groups: bits === null ? [] : [{ version, code: DHE_CODE, name: dheName(bits) }],
    unfinished: unfinished === null ? null : `Diffie-Hellman: ${unfinished}`,
    silentEnd,
  });
  if (outcome === "silence") return end(null, null, true);
  const verdict = judge(outcome, version, suites);
  if (verdict.kind === "refused") return end(null);
  if (verdict.kind !== "accepted") return end(null, verdict.why);
  const { dhBits } = verdict.hello;
  return dhBits === null ? end(null, "the answer names no prime") : end(dhBits);
}

function pick({ version, shape }: Accepted, keyExchange: "ECDHE" | "DHE"): number[] {
  const suites = suitesWith(version, keyExchange);
  return shape.compact
    ? suites.filter((suite) => commonSuites(version).includes(suite))
    : suites.slice(0, shape.bundle);
}
