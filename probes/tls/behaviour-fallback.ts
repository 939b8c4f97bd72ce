import { notApplicable, tested, type Tested } from "./behaviour-answers.ts";
import { hear } from "./behaviour-hear.ts";
import { offer } from "./offers.ts";
import type { Accepted } from "./versions.ts";
import type { Wire } from "./wire.ts";

/** RFC 7507 2: a client says that it would have liked a newer version. */
const FALLBACK_SCSV = 0x5600;
const INAPPROPRIATE_FALLBACK = 86;
const HANDSHAKE_FAILURE = 40;

/**
 * Whether a client that offers less than it could is turned away where the server has more (RFC 7507 3). One hello.
 * @param accepted all accepted versions, oldest first
 */
export async function fallbackScsv(wire: Wire, accepted: readonly Accepted[]): Promise<Tested> {
  const test = "fallback-scsv";
  const below = accepted.at(-2);
  if (below === undefined) return notApplicable(test, "a single version is accepted");
  const { version, shape, hello } = below;
  const known = offer(version, shape, [hello.suite]);
  const signalling = offer(version, shape, [hello.suite, FALLBACK_SCSV]);
  const heard = await hear(wire, signalling, known);
  if (heard.hello !== null) return tested(test, "no", `${version} is answered all the same`);
  if (heard.alert === INAPPROPRIATE_FALLBACK) return tested(test, "yes", null);
  const why = `${heard.why} to a hello of ${version} with the signal`;
  if (heard.alert !== HANDSHAKE_FAILURE) return tested(test, "unknown", why);
  // The wrong alert for it, but what else could it be about where the same hello is taken without, and never with it?
  const plain = await hear(wire, known, known);
  if (plain.hello === null) {
    return tested(test, "unknown", `${why}, and without it: ${plain.why}`);
  }
  const again = await hear(wire, signalling, known);
  if (again.hello !== null) return tested(test, "no", `${version} is answered all the same`);
  return again.alert === HANDSHAKE_FAILURE
    ? tested(test, "yes", `probably: ${why}, which is answered without it`)
    : tested(test, "unknown", `${why}, then ${again.why}`);
}
