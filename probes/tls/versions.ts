import { ssl2Ciphers } from "#facts/cipher-suites.ts";
import type { TlsVersion } from "#model/tls.ts";
import type { HelloVersion } from "./client-hello.ts";
import {
  BUNDLES,
  COMPACT,
  commonSuites,
  FULL,
  offer,
  SHARES,
  type Shape,
  suitesFor,
} from "./offers.ts";
import { isSilence, judge, type Verdict, words } from "./outcomes.ts";
import type { HelloReply } from "./records.ts";
import type { Wire } from "./wire.ts";

/** How a version answered: the verdict, and the shape of hello that brought it. */
export interface Contact {
  readonly version: TlsVersion;
  readonly shape: Shape;
  readonly verdict: Verdict;
  /** What an SSLv2 server offers. */
  readonly ciphers?: readonly number[];
}

/** A version that the server accepts, and the answer that shows it. */
export interface Accepted {
  readonly version: HelloVersion;
  readonly shape: Shape;
  readonly hello: HelloReply;
}

/** The first hello of a version: everything it may use. */
export async function contact(wire: Wire, version: HelloVersion): Promise<Contact> {
  return contactShaped(wire, version, FULL);
}

/** What the first hellos have shown of a server. */
export interface Taken {
  /** Some version was accepted. */
  readonly any: boolean;
  /** Some version before 1.3 was accepted, with the full hello. */
  readonly full: boolean;
}

/**
 * A second try for a version that did not accept the first hello: the same again where the server may have been overloaded,
 * then a shape that odd servers can take, which is key shares for 1.3 and a short hello for the older ones.
 * A refusal in words is believed at once where it is about the version, or where the server has taken a full hello
 * of another version.
 */
export async function contactAgain(
  wire: Wire,
  version: HelloVersion,
  first: Contact,
  taken: Taken,
): Promise<Contact> {
  const answer = await afterPause(wire, version, first, taken);
  const { verdict } = answer;
  const tls13 = version === "TLSv1.3";
  if (verdict.kind === "accepted" || verdict.kind === "failed") return answer;
  const believed =
    verdict.kind === "refused" && (verdict.force === "version" || (taken.full && !tls13));
  if (believed) return answer;
  const shape = tls13 ? SHARES : COMPACT;
  const second = await contactShaped(wire, version, shape);
  if (second.verdict.kind === "failed") return answer;
  if (second.verdict.kind !== "accepted" || tls13) return second;
  // A short hello is taken: bundles of the usual length may be, too, and are far fewer.
  const bundle = await tryShape(
    wire,
    version,
    BUNDLES,
    suitesFor(version).slice(0, BUNDLES.bundle),
  );
  const usual = bundle.verdict.kind === "accepted" || bundle.verdict.kind === "refused";
  return usual ? { ...second, shape: BUNDLES } : second;
}

/** The same hello once more after a pause, where its failure looks like an overload of a server that does answer others. */
async function afterPause(
  wire: Wire,
  version: HelloVersion,
  first: Contact,
  taken: Taken,
): Promise<Contact> {
  const { verdict } = first;
  const overload = verdict.kind === "refused" && verdict.force === "overload";
  if (!taken.any || (verdict.kind !== "failed" && !overload)) return first;
  await wire.calm(0);
  return contactShaped(wire, version, FULL);
}

/** The SSLv2 hello, which is one question for all: the answer lists the ciphers. */
export async function contactSsl2(wire: Wire): Promise<Contact> {
  const outcome = await wire.askSsl2(ssl2Ciphers().map((cipher) => cipher.code));
  const why = words(outcome);
  if (outcome.kind === "ssl2-hello") {
    const hello = { version: 0x0002, suite: outcome.ciphers[0] ?? 0, group: null, dhBits: null };
    return {
      ...ssl2({ kind: "accepted", hello: { kind: "hello", ...hello, retry: false } }),
      ciphers: outcome.ciphers,
    };
  }
  if (isSilence(outcome)) return ssl2({ kind: "silent", why, timeout: outcome.kind === "timeout" });
  if (outcome.kind === "unreachable" || outcome.kind === "cancelled") {
    return ssl2({ kind: "failed", why });
  }
  // Whatever it says in another protocol, it is no SSLv2.
  return ssl2({ kind: "refused", why, force: "version" });
}

function ssl2(verdict: Verdict): Contact {
  return { version: "SSLv2", shape: FULL, verdict };
}

/** The hello of a version in a shape: all its suites, or the common ones where it must be short. */
export async function contactShaped(
  wire: Wire,
  version: HelloVersion,
  shape: Shape,
): Promise<Contact> {
  return tryShape(wire, version, shape, shapeSuites(version, shape));
}

function shapeSuites(version: HelloVersion, shape: Shape): readonly number[] {
  return shape.compact ? commonSuites(version) : suitesFor(version);
}

async function tryShape(
  wire: Wire,
  version: HelloVersion,
  shape: Shape,
  suites: readonly number[],
): Promise<Contact> {
  const outcome = await wire.ask(offer(version, shape, suites));
  return { version, shape, verdict: judge(outcome, version, suites) };
}
