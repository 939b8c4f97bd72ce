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
  return tryShape(wire, version, FULL, suitesFor(version));
}

/**
 * A second try for a version that did not accept the first hello, in a shape that odd servers can take:
 * 1.3 with key shares, the older ones in a short hello. A refusal in words is believed at once where it is
 * about the version, or where the server has taken a full hello of another version.
 * @param fullTaken whether some version before 1.3 was accepted with the full hello
 */
export async function contactAgain(
  wire: Wire,
  version: HelloVersion,
  first: Contact,
  fullTaken: boolean,
): Promise<Contact> {
  const { verdict } = first;
  if (verdict.kind === "accepted" || verdict.kind === "failed") return first;
  const tls13 = version === "TLSv1.3";
  if (verdict.kind === "refused" && (verdict.final || (fullTaken && !tls13))) return first;
  const shape = tls13 ? SHARES : COMPACT;
  const suites = tls13 ? suitesFor(version) : commonSuites(version);
  const second = await tryShape(wire, version, shape, suites);
  if (second.verdict.kind === "failed") return first;
  if (second.verdict.kind !== "accepted" || tls13) return second;
  // A short hello is taken: bundles of the usual length may be, too, and are far fewer.
  const bundle = await tryShape(
    wire,
    version,
    BUNDLES,
    suitesFor(version).slice(0, BUNDLES.bundle),
  );
  const taken = bundle.verdict.kind === "accepted" || bundle.verdict.kind === "refused";
  return taken ? { ...second, shape: BUNDLES } : second;
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
  return ssl2({ kind: "refused", why, final: true });
}

function ssl2(verdict: Verdict): Contact {
  return { version: "SSLv2", shape: FULL, verdict };
}

/**
 * What a version's repeated silence means. No silence alone is a refusal: it counts as one only when the same hello
 * is met with silence again, while one that the server accepts is answered before and after, and never fails.
 * Else the version is unknown.
 */
export async function confirmSilence(
  wire: Wire,
  silent: Contact,
  accepted: Accepted,
): Promise<Contact> {
  const control = async (): Promise<boolean> => {
    const question = offer(accepted.version, accepted.shape, [accepted.hello.suite]);
    const answered = (await wire.ask(question)).kind === "hello";
    if (!answered) wire.blame();
    return answered;
  };
  const failed = (why: string): Contact => ({ ...silent, verdict: { kind: "failed", why } });
  const { version, verdict } = silent;
  if (verdict.kind !== "silent") return silent;

  if (!(await control())) return failed(`${verdict.why}; ${accepted.version} failed too`);
  const again =
    version === "SSLv2"
      ? await contactSsl2(wire)
      : await tryShape(wire, version, silent.shape, shapeSuites(version, silent.shape));
  if (again.verdict.kind === "failed") return failed(again.verdict.why);
  if (again.verdict.kind !== "silent") {
    wire.blame();
    return again;
  }
  if (!(await control())) return failed(`${verdict.why}; ${accepted.version} failed too`);
  if (wire.flaky()) {
    return failed(
      `${verdict.why}; the server is unsteady and fails hellos that it answers at other times`,
    );
  }
  const why = `${verdict.why} each time, while ${accepted.version} was answered before and after`;
  return { ...silent, verdict: { kind: "refused", why, final: true } };
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
