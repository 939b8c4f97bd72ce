import { contactInTurn } from "./contact-again.ts";
import { offer } from "./offers.ts";
import type { Verdict } from "./outcomes.ts";
import { type Accepted, type Contact, contactShaped, contactSsl2 } from "./versions.ts";
import type { Wire } from "./wire.ts";

/** So often the hello that is known to be answered is tried, before nothing can be concluded. */
const CONTROLS = 3;

/**
 * What a version's repeated silence, or a refusal that may come of an overload, means. No silence alone is a refusal:
 * it counts as one only when the same hello is met with silence again while one that the server accepts is answered before
 * and after, and if the server has never failed a hello that it does answer (which `settle` looks at in the end).
 * Else the version is unknown.
 */
export async function confirm(wire: Wire, doubtful: Contact, control: Accepted): Promise<Contact> {
  const { verdict } = doubtful;
  if (!isDoubtful(verdict)) return doubtful;
  const { version, shape, mixed } = doubtful;

  const known = offer(control.version, control.shape, [control.hello.suite]);
  /** Null for a server that answers, else why it is not known to be one. */
  const unsteady = async (): Promise<string | null> => {
    for (let attempt = 0; attempt < CONTROLS; attempt += 1) {
      const { kind } = await wire.ask(known);
      if (kind === "hello") return null;
      if (kind === "cancelled") return `${verdict.why}; no time was left to look into it`;
      wire.blame();
      await wire.calm(attempt);
    }
    return `${verdict.why}; ${control.version} failed too`;
  };
  const unknown = (why: string) => failed(doubtful, why);

  const before = await unsteady();
  if (before !== null) return unknown(before);
  if (mixed === true && version !== "SSLv2") return contactInTurn(wire, version, known);
  const again = await (version === "SSLv2"
    ? contactSsl2(wire)
    : contactShaped(wire, version, shape));
  if (again.verdict.kind === "failed") return unknown(again.verdict.why);
  if (again.verdict.kind !== verdict.kind || !isDoubtful(again.verdict)) {
    if (verdict.kind === "silent" || again.verdict.kind === "accepted") wire.blame();
    return again;
  }
  const after = await unsteady();
  if (after !== null) return unknown(after);
  const why = `${verdict.why} each time, while ${control.version} was answered before and after`;
  return { ...doubtful, verdict: { kind: "refused", why, force: "silence" } };
}

function isDoubtful(verdict: Verdict): verdict is Extract<Verdict, { kind: "silent" | "refused" }> {
  return verdict.kind === "silent" || (verdict.kind === "refused" && verdict.force === "overload");
}

/**
 * Takes back what was concluded of silences when the server turned out to be unsteady, and of a word that TLS cannot be begun
 * where it was begun on another connection.
 */
export function settle(wire: Wire, contact: Contact): Contact {
  const { verdict } = contact;
  if (verdict.kind === "refused" && verdict.force === "starttls" && wire.begun()) {
    return failed(contact, `${verdict.why}, on one connection; on others TLS begins`);
  }
  if (verdict.kind !== "refused" || verdict.force !== "silence" || !wire.flaky()) return contact;
  return failed(contact, `no answer, and ${wire.whyFlaky()}`);
}

function failed(contact: Contact, why: string): Contact {
  return { ...contact, verdict: { kind: "failed", why } };
}
