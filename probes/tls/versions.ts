import { ssl2Ciphers } from "#facts/cipher-suites.ts";
import type { TlsVersion } from "#model/tls.ts";
import type { HelloVersion } from "./client-hello.ts";
import { commonSuites, FULL, offer, type Shape, suitesFor } from "./offers.ts";
import { HELLO_VERSIONS, isSilence, judge, type Verdict, words } from "./outcomes.ts";
import type { HelloReply } from "./records.ts";
import type { Wire } from "./wire.ts";

/** How a version answered: the verdict, and the shape of hello that brought it. */
export interface Contact {
  readonly version: TlsVersion;
  readonly shape: Shape;
  readonly verdict: Verdict;
  /** Some of the hellos that together offer all suites were refused in words, and others met silence. */
  readonly mixed?: true;
  /** What an SSLv2 server offers. */
  readonly ciphers?: readonly number[];
}

/** A version that the server accepts, and the answer that shows it. */
export interface Accepted {
  readonly version: HelloVersion;
  readonly shape: Shape;
  readonly hello: HelloReply;
}

/** The version as an accepted one; null where that answer does not show it, or is SSLv2's. */
export function acceptedBy({ version, shape, verdict }: Contact): Accepted | null {
  return version === "SSLv2" || verdict.kind !== "accepted" || verdict.hello === null
    ? null
    : { version, shape, hello: verdict.hello };
}

/** What became of each version that was asked for: null for one that is not accepted. Oldest first; these never reject. */
export type VersionAnswers = ReadonlyMap<HelloVersion, Promise<Accepted | null>>;

/** The newest accepted version before TLS 1.3, as soon as it is known to be that; null for none. */
export async function newestOlder(versions: VersionAnswers): Promise<Accepted | null> {
  for (const version of HELLO_VERSIONS.toReversed()) {
    const accepted = version === "TLSv1.3" ? null : await versions.get(version);
    if (accepted) return accepted;
  }
  return null;
}

/** Connections to dial while the first answer of these is awaited: nearly every server accepts one, and then is asked much. */
const AHEAD: Partial<Record<HelloVersion, number>> = { "TLSv1.2": 6, "TLSv1.3": 6 };

/** The first hello of a version: everything it may use. */
export async function contact(wire: Wire, version: HelloVersion): Promise<Contact> {
  const suites = suitesFor(version);
  const outcome = await wire.ask(offer(version, FULL, suites), "hello", AHEAD[version]);
  return { version, shape: FULL, verdict: judge(outcome, version, suites) };
}

/** The SSLv2 hello, which is one question for all: the answer lists the ciphers. */
export async function contactSsl2(wire: Wire): Promise<Contact> {
  const outcome = await wire.askSsl2(ssl2Ciphers().map((cipher) => cipher.code));
  const why = words(outcome);
  if (outcome.kind === "ssl2-hello") {
    return { ...ssl2({ kind: "accepted", hello: null }), ciphers: outcome.ciphers };
  }
  if (isSilence(outcome)) return ssl2({ kind: "silent", why, timeout: outcome.kind === "timeout" });
  if (outcome.kind === "no-starttls" && outcome.refused) {
    return ssl2({ kind: "refused", why, force: "starttls" });
  }
  if (UNASKED.has(outcome.kind)) return ssl2({ kind: "failed", why });
  // An alert, a TLS hello or text is no SSLv2; what cannot be read may be one that is odd.
  const readable =
    outcome.kind !== "malformed" && (outcome.kind !== "not-tls" || isText(outcome.excerpt));
  return ssl2(readable ? { kind: "refused", why, force: "version" } : { kind: "failed", why });
}

const UNASKED: ReadonlySet<string> = new Set(["unreachable", "cancelled", "no-starttls"]);

/** As servers of text protocols answer: a line of at least some letters. */
function isText(excerpt: string): boolean {
  return /^[A-Za-z0-9 <*+-][\x20-\x7e]{3,}/.test(excerpt) && !excerpt.includes("\\");
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
  const suites = shape.compact ? commonSuites(version) : suitesFor(version);
  return suites.slice(0, shape.bundle);
}

/** The hello of a version in a shape, with these suites. */
export async function tryShape(
  wire: Wire,
  version: HelloVersion,
  shape: Shape,
  suites: readonly number[],
): Promise<Contact> {
  const outcome = await wire.ask(offer(version, shape, suites));
  return { version, shape, verdict: judge(outcome, version, suites) };
}
