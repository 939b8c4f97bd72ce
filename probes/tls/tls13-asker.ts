import { NAMED_GROUPS } from "#facts/named-groups.ts";
import { buildClientHello } from "./client-hello.ts";
import type { Broken } from "./dialogue.ts";
import { SILENT } from "./explore.ts";
import { CLASSIC_SHARE_GROUPS, keyShare, SHARE_GROUPS } from "./key-shares.ts";
import { offer } from "./offers.ts";
import { type Outcome, versionName, words } from "./outcomes.ts";
import type { Silence, Unsteady } from "./patience.ts";
import { type Answer, type Asker, protocolOffer, STAPLES, type Wish } from "./shown.ts";
import { ALL_ALGORITHMS } from "./signature-offers.ts";
import { OPENABLE_SUITES } from "./tls13-keys.ts";
import { chosenProtocol, SHOWN_EXTENSION } from "./tls13-messages.ts";
import { createTls13Reader, type Tls13Reply } from "./tls13-reader.ts";
import type { Accepted } from "./versions.ts";
import type { Wire } from "./wire.ts";

/** Lets the certificates themselves be signed in any way, whatever the handshake is signed with (RFC 8446 4.2.3). */
const CERTIFICATE_SIGNATURES = 50;
const X25519 = 0x1d;
const P256 = 0x17;

/** The groups of a hello, and those whose shares it brings. */
interface Groups {
  readonly offered: readonly number[];
  readonly shares: readonly number[];
}

/** Reads what a server of TLS 1.3 shows, which is encrypted: each answer takes a key exchange. */
export function tls13Asker(wire: Wire, accepted: Accepted): Asker {
  const { version, shape, hello } = accepted;
  const known = offer(version, shape, [hello.suite]);
  let groups = firstGroups(hello.group);
  const put = (wish: Wish, { offered, shares }: Groups) => {
    const { signatureAlgorithms, protocols, withoutName, next } = wish;
    const bytes = buildClientHello({
      version,
      serverName: wire.address.serverName,
      withoutName: withoutName === true,
      suites: OPENABLE_SUITES,
      groups: offered,
      keyShares: shares.flatMap((group) => {
        const pair = keyShare(group);
        return pair === null ? [] : [[group, pair.share] as const];
      }),
      signatureAlgorithms: signatureAlgorithms ?? ALL_ALGORITHMS,
      extra: [[CERTIFICATE_SIGNATURES, ALL_CODES], ...STAPLES, ...protocolOffer(protocols)],
    });
    const asked = { hello: bytes, suites: OPENABLE_SUITES, groups: offered, shares };
    const converse = () => wire.converse(bytes, createTls13Reader(asked), next);
    return wire.patience.ask(converse, failureOf, known);
  };
  return {
    version,
    ask: async (wish) => {
      const first = groups;
      const reply = await put(wish, first);
      if (reply.kind !== "silence" || first.offered === CLASSIC_GROUPS.offered)
        return answerOf(reply);
      // Something on the way may drop a hello as long as a post-quantum share makes it: once more without.
      groups = CLASSIC_GROUPS;
      return answerOf(await put(wish, CLASSIC_GROUPS));
    },
  };
}

const CLASSIC_GROUPS: Groups = { offered: CLASSIC_SHARE_GROUPS, shares: [X25519, P256] };
const ALL_CODES = Buffer.concat([
  Buffer.from([(ALL_ALGORITHMS.length * 2) >> 8, (ALL_ALGORITHMS.length * 2) & 0xff]),
  ...ALL_ALGORITHMS.map((code) => Buffer.from([code >> 8, code & 0xff])),
]);

/**
 * The share of the group that the server chose before saves a round trip. Post-quantum shares are long: they are sent to
 * those only who chose one.
 */
function firstGroups(chosen: number | null): Groups {
  const kind = chosen === null ? undefined : NAMED_GROUPS.get(chosen)?.kind;
  const classic = kind === "ec" || kind === "ff";
  const offered = classic ? CLASSIC_SHARE_GROUPS : SHARE_GROUPS;
  return chosen !== null && offered.includes(chosen)
    ? { offered, shares: [chosen] }
    : { offered, shares: [X25519, P256] };
}

function failureOf(reply: Tls13Reply | Broken): Outcome | null {
  if (reply.kind === "flight") return reply.cut === "silent" ? { kind: "closed" } : null;
  return reply.kind === "older" ? null : reply;
}

type Steady = Tls13Reply | Broken | Silence<Tls13Reply | Broken> | Unsteady;

function answerOf(answer: Steady): Answer {
  if (answer.kind === "unsteady") return open(answer.why);
  const reply = answer.kind === "silence" ? answer.last : answer;
  if (answer.kind === "silence" && reply.kind !== "flight") return { kind: "open", end: SILENT };
  if (reply.kind === "alert") {
    return { kind: "refused", alert: reply.description, why: words(reply) };
  }
  if (reply.kind === "older") {
    const why = `answered with ${versionName(reply.version) ?? "an unknown version"}`;
    return { kind: "refused", alert: null, why };
  }
  if (reply.kind !== "flight") return open(words(reply));
  if (reply.certificates.length === 0) return open("sends no certificate");
  return {
    kind: "shown",
    suite: reply.suite,
    chain: reply.certificates,
    ocsp: reply.ocsp,
    timestamps: reply.timestamps,
    signatureAlgorithm: reply.signatureAlgorithm,
    proof: reply.proof,
    cut: reply.cut,
    requestsCertificate: reply.requestsCertificate,
    protocol: chosenProtocol(reply.extensions.get(SHOWN_EXTENSION.alpn)),
  };
}

function open(unfinished: string): Answer {
  return { kind: "open", end: { unfinished, silentEnd: false } };
}
