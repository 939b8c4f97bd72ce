/** What the answers to the first hello of each version show by themselves. Pure. */
import { notApplicable, NO_TLS13, ONLY_TLS13, tested, type Tested } from "./behaviour-answers.ts";
import { EXTENSION } from "./client-hello.ts";
import type { Accepted } from "./versions.ts";

/** RFC 5746 3.2; it is an answer to the signalling value that every hello carries. */
const RENEGOTIATION_INFO = 0xff01;

/**
 * Whether connections can be renegotiated in a way that binds the second handshake to the first (RFC 5746 3.6): in all
 * accepted versions, or not.
 */
export function secureRenegotiation(accepted: readonly Accepted[]): Tested {
  const test = "secure-renegotiation";
  const older = olderOf(accepted);
  if (older.length === 0) return notApplicable(test, "TLS 1.3 has no renegotiation");
  const without = older.filter(({ hello }) => !hello.extensions.has(RENEGOTIATION_INFO));
  if (without.length > 0) {
    return tested(test, "no", `no renegotiation_info in the answer of ${names(without)}`);
  }
  // In the first handshake it holds an empty value (RFC 5746 3.4): a client that is strict goes away.
  const odd = older.filter(
    ({ hello }) => hello.extensions.get(RENEGOTIATION_INFO)?.equals(EMPTY_INFO) !== true,
  );
  return odd.length > 0
    ? tested(test, "unknown", `the renegotiation_info of ${names(odd)} is not an empty one`)
    : tested(test, "yes", null);
}

const EMPTY_INFO = Buffer.from([0]);

/** Whether the master secret is bound to the handshake (RFC 7627), in all accepted versions that can; always offered. */
export function extendedMasterSecret(accepted: readonly Accepted[]): Tested {
  const test = "extended-master-secret";
  const older = olderOf(accepted);
  if (older.length === 0) return notApplicable(test, "TLS 1.3 always does");
  const able = older.filter(({ version }) => version !== "SSLv3");
  if (able.length === 0) return notApplicable(test, "SSLv3 has no extensions");
  const without = able.filter(({ hello }) => !hello.extensions.has(EXTENSION.extendedMasterSecret));
  return without.length > 0
    ? tested(test, "no", `not in the answer of ${names(without)}`)
    : tested(test, "yes", null);
}

/** The last bytes of the random of a server that could have had a newer version (RFC 8446 4.1.3). */
const MARK = Buffer.from("DOWNGRD");

/** Whether a server of TLS 1.3 marks all its answers in older versions. */
export function downgradeSentinel(accepted: readonly Accepted[]): Tested {
  const test = "downgrade-sentinel";
  if (!accepted.some(({ version }) => version === "TLSv1.3")) return notApplicable(test, NO_TLS13);
  const older = olderOf(accepted);
  if (older.length === 0) return notApplicable(test, ONLY_TLS13);
  const faults = older.flatMap(({ version, hello: { random } }) => {
    const end = random.subarray(-MARK.length - 1);
    if (!end.subarray(0, -1).equals(MARK)) return [`no mark in the random of ${version}`];
    return end.at(-1) === (version === "TLSv1.2" ? 1 : 0)
      ? []
      : [`the mark in the random of ${version} is that of another version`];
  });
  return faults.length > 0 ? tested(test, "no", faults.join("; ")) : tested(test, "yes", null);
}

function olderOf(accepted: readonly Accepted[]): Accepted[] {
  return accepted.filter(({ version }) => version !== "TLSv1.3");
}

function names(accepted: readonly Accepted[]): string {
  return accepted.map(({ version }) => version).join(", ");
}
