/** Second tries for versions that did not accept the first hello, which may say less of the version than of the hello. */
import type { HelloVersion } from "./client-hello.ts";
import {
  bundlesFor,
  COMPACT,
  FULL,
  offer,
  SHARES,
  suitesFor,
  WITHOUT_ECDSA,
  withoutEcdsa,
} from "./offers.ts";
import { judge, type Verdict } from "./outcomes.ts";
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
  if (verdict.kind === "refused" && verdict.force === "version") return answer;
  if (version === "TLSv1.3") {
    const second = await contactShaped(wire, version, SHARES);
    return second.verdict.kind === "failed" ? answer : second;
  }
  // A hello of that size is taken: what is wrong is not its size.
  if (taken.suites >= suitesFor(version).length) {
    if (!inWords(verdict)) return answer;
    const second = await contactShaped(wire, version, WITHOUT_ECDSA);
    return isAccepted(second) ? second : answer;
  }
  const compact = await contactShaped(wire, version, COMPACT);
  // Not even the easiest one is answered: the silence is not about the hello.
  if (verdict.kind === "silent" && compact.verdict.kind === "silent") return answer;
  return inOtherShapes(wire, answer, version, compact);
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

/** All suites in hellos of fewer suites each, and without those that need an elliptic certificate. */
async function inOtherShapes(
  wire: Wire,
  full: Contact,
  version: HelloVersion,
  compact: Contact,
): Promise<Contact> {
  const suites = suitesFor(version);
  const rsa = withoutEcdsa(suites);
  const shape = bundlesFor(version);
  const rsaShape = { ...shape, withoutEcdsa: true };
  const [plain, rsaBundle, ...bundles] = await Promise.all([
    tryShape(wire, version, WITHOUT_ECDSA, rsa),
    tryShape(wire, version, rsaShape, rsa.slice(0, shape.bundle)),
    ...bundled(suites, shape.bundle).map((bundle) => tryShape(wire, version, shape, bundle)),
  ]);
  const bundle = bundles.find(isAccepted);
  const accepted = [plain, bundle, rsaBundle, compact].find((one) => one && isAccepted(one));
  if (accepted !== undefined) {
    if (inWords(full.verdict)) return accepted;
    return fullOrWhole(wire, full, version, bundle ?? (isAccepted(compact) ? compact : null));
  }
  const open = bundles.find(({ verdict }) => !inWords(verdict));
  if (open === undefined) return inWords(full.verdict) ? full : (bundles[0] ?? full);
  const mixed = [full, ...bundles].some(({ verdict }) => inWords(verdict));
  return { version, shape: FULL, verdict: open.verdict, ...(mixed ? { mixed } : {}) };
}

/** So often the full hello is asked again where it met silence and a narrower one was accepted. */
const FULL_AGAIN = 3;

/**
 * The silence that the full hello met may have been an overload's, and what a narrower hello leaves out would be missed.
 * @param whole a contact of a shape that leaves nothing out; null where there is none
 */
async function fullOrWhole(
  wire: Wire,
  full: Contact,
  version: HelloVersion,
  whole: Contact | null,
): Promise<Contact> {
  for (let attempt = 0; attempt < FULL_AGAIN; attempt += 1) {
    await wire.calm(attempt);
    const again = await contactShaped(wire, version, FULL);
    if (isAccepted(again)) return again;
    if (again.verdict.kind !== full.verdict.kind) break;
  }
  return whole ?? full;
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

function bundled(suites: readonly number[], size: number): (readonly number[])[] {
  const starts = Array.from(
    { length: Math.ceil(suites.length / size) },
    (_, index) => index * size,
  );
  return starts.map((start) => suites.slice(start, start + size));
}

function isAccepted({ verdict }: Contact): boolean {
  return verdict.kind === "accepted";
}

/** A refusal that is one: not the internal error of an overload. */
function inWords(verdict: Verdict): boolean {
  return verdict.kind === "refused" && verdict.force !== "overload";
}
