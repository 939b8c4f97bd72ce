/** Second tries for versions that did not accept the first hello, which may say less of the version than of the hello. */
import type { HelloVersion } from "./client-hello.ts";
import {
  bundled,
  bundlesFor,
  COMPACT,
  FULL,
  offer,
  SHARES,
  suitesFor,
  withoutEcdsa,
} from "./offers.ts";
import { type Force, judge, type Verdict } from "./outcomes.ts";
import { askSteadily } from "./steadily.ts";
import { type Contact, contactShaped, tryShape } from "./versions.ts";
import type { Question, Wire } from "./wire.ts";

/** What the first hellos have shown of a server. */
export interface Taken {
  /** Some version was accepted. */
  readonly any: boolean;
  /** The most suites in a hello that was accepted, of a version before 1.3. */
  readonly suites: number;
}

/**
 * A second try for a version that did not accept the first hello: the same again where the server may have been overloaded,
 * then in other shapes, for servers that cannot take an ordinary one. A refusal in words is believed at once where it is
 * about the version. Else all suites must be refused in hellos of a kind that the server can take.
 */
export async function contactAgain(
  wire: Wire,
  version: HelloVersion,
  first: Contact,
  taken: Taken,
): Promise<Contact> {
  const answer = await afterPause(wire, version, first, taken);
  const { verdict } = answer;
  if (verdict.kind === "accepted" || verdict.kind === "failed") return answer;
  if (verdict.kind === "refused" && DEFINITE.has(verdict.force)) return answer;
  if (version === "TLSv1.3") return tls13InOtherShapes(wire, answer);
  // A hello of that size is taken: what is wrong is not its size.
  if (taken.suites >= suitesFor(version).length) {
    if (!inWords(verdict)) return answer;
    const second = await tryShape(wire, version, FULL, withoutEcdsa(suitesFor(version)));
    return isAccepted(second) ? { ...second, shape: bundlesFor(version) } : answer;
  }
  const compact = await contactShaped(wire, version, COMPACT);
  // Not even the easiest one is answered: the silence is not about the hello.
  if (verdict.kind === "silent" && compact.verdict.kind === "silent") return answer;
  return inOtherShapes(wire, answer, version, compact);
}

const DEFINITE: ReadonlySet<Force> = new Set(["version", "starttls"]);

/** TLS 1.3 with key shares, and in hellos that offer little: a refusal counts where all are refused. */
async function tls13InOtherShapes(wire: Wire, full: Contact): Promise<Contact> {
  const version = "TLSv1.3";
  const others = await Promise.all(
    [SHARES, COMPACT, { ...COMPACT, keyShares: true }].map((shape) =>
      contactShaped(wire, version, shape),
    ),
  );
  const accepted = others.find(isAccepted);
  if (accepted !== undefined) {
    return inWords(full.verdict) ? accepted : fullOrWhole(wire, full, version, accepted);
  }
  const open = others.find(({ verdict }) => !inWords(verdict));
  if (open === undefined || !inWords(full.verdict)) return full;
  return { ...full, verdict: open.verdict };
}

/** The same hello once more after a pause, where its failure looks like an overload of a server that does answer others. */
async function afterPause(
  wire: Wire,
  version: HelloVersion,
  first: Contact,
  taken: Taken,
): Promise<Contact> {
  const { verdict } = first;
  const refusal = verdict.kind === "refused" ? verdict.force : null;
  // One that begins TLS on other connections may have been too busy on this one.
  const passing = refusal === "overload" || (refusal === "starttls" && wire.begun());
  if (!taken.any || (verdict.kind !== "failed" && !passing)) return first;
  await wire.calm(0);
  return contactShaped(wire, version, FULL);
}

/** All suites in hellos of fewer suites each. */
async function inOtherShapes(
  wire: Wire,
  full: Contact,
  version: HelloVersion,
  compact: Contact,
): Promise<Contact> {
  const shape = bundlesFor(version);
  const bundles = await Promise.all(
    bundled(suitesFor(version), shape.bundle).map((bundle) =>
      tryShape(wire, version, shape, bundle),
    ),
  );
  const accepted = bundles.find(isAccepted) ?? (isAccepted(compact) ? compact : undefined);
  if (accepted !== undefined) {
    return inWords(full.verdict) ? accepted : fullOrWhole(wire, full, version, accepted);
  }
  const open = bundles.find(({ verdict }) => !inWords(verdict));
  if (open === undefined) return inWords(full.verdict) ? full : (bundles[0] ?? full);
  const mixed = [full, ...bundles].some(({ verdict }) => inWords(verdict));
  return { version, shape: FULL, verdict: open.verdict, ...(mixed ? { mixed } : {}) };
}

/** So often the full hello is asked again where it met silence and a narrower one was accepted. */
const FULL_AGAIN = 3;

/**
 * The silence that the full hello met may have been an overload's: it is asked again before others are preferred, which take
 * many more connections.
 */
async function fullOrWhole(
  wire: Wire,
  full: Contact,
  version: HelloVersion,
  narrower: Contact,
): Promise<Contact> {
  for (let attempt = 0; attempt < FULL_AGAIN; attempt += 1) {
    await wire.calm(attempt);
    const again = await contactShaped(wire, version, FULL);
    if (isAccepted(again)) return again;
    if (again.verdict.kind !== full.verdict.kind) break;
  }
  return narrower;
}

/**
 * All suites of a version, one bundle after the other: refused only where each is, in words or in a silence that lasts while
 * a hello that the server is known to answer is answered.
 */
export async function contactInTurn(
  wire: Wire,
  version: HelloVersion,
  known: Question,
): Promise<Contact> {
  const shape = bundlesFor(version);
  let refused: Verdict | null = null;
  for (const bundle of bundled(suitesFor(version), shape.bundle)) {
    const outcome = await askSteadily(wire, offer(version, shape, bundle), known);
    const verdict = outcome === "silence" ? SILENT_REFUSAL : judge(outcome, version, bundle);
    if (verdict.kind !== "refused") return { version, shape, verdict };
    refused = refused === null || verdict.force === "silence" ? verdict : refused;
  }
  return { version, shape, verdict: refused ?? SILENT_REFUSAL };
}

const SILENT_REFUSAL: Verdict = {
  kind: "refused",
  why: "no answer to some hellos, a refusal of others",
  force: "silence",
};

function isAccepted({ verdict }: Contact): boolean {
  return verdict.kind === "accepted";
}

/** A refusal that is one: not the internal error of an overload. */
function inWords(verdict: Verdict): boolean {
  return verdict.kind === "refused" && verdict.force !== "overload";
}
