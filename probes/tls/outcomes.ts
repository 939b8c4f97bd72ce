/** What an outcome says about the version that was asked for. */
import { ALERT, alertWords } from "./alerts.ts";
import { type HelloVersion, VERSION_CODES } from "./client-hello.ts";
import type { Broken } from "./dialogue.ts";
import type { HelloReply, Reply } from "./records.ts";

/** What came of one connection with one hello. */
export type Outcome = Reply | Broken;

/** Versions whose ClientHello has one format, oldest first. */
export const HELLO_VERSIONS: readonly HelloVersion[] = [
  "SSLv3",
  "TLSv1.0",
  "TLSv1.1",
  "TLSv1.2",
  "TLSv1.3",
];

/**
 * How much a refusal says: `version` where it is about the version itself, `hello` where something else in the hello
 * may be the reason, `overload` where it may be none at all: overloaded servers send internal_error, and so do some
 * that mean it. `starttls`: no TLS is offered at all. `silence`: nothing was said, again and again, while other hellos were answered.
 */
export type Force = "version" | "hello" | "overload" | "silence" | "starttls";

export type Verdict =
  /** The version was chosen, with a suite that was offered. `hello` is null for SSLv2, whose answer is of another kind. */
  | { readonly kind: "accepted"; readonly hello: HelloReply | null }
  /** The server said no in so many words. */
  | { readonly kind: "refused"; readonly why: string; readonly force: Force }
  /** Nothing was said: it may mean no, an overload, or a fault in between. */
  | { readonly kind: "silent"; readonly why: string; readonly timeout: boolean }
  /** Nothing can be concluded. */
  | { readonly kind: "failed"; readonly why: string };

/** The verdict on a hello that is not SSLv2's. */
export type HelloVerdict =
  | Exclude<Verdict, { kind: "accepted" }>
  | { readonly kind: "accepted"; readonly hello: HelloReply };

/** Reads an outcome as the answer to a hello of that version with those suites. */
export function judge(
  outcome: Outcome,
  version: HelloVersion,
  suites: readonly number[],
): HelloVerdict {
  if (outcome.kind === "hello") return judgeHello(outcome, version, suites);
  const why = words(outcome);
  // About a suite that was chosen and that needs a secret: others in the offer may do without.
  if (outcome.kind === "alert" && outcome.description === ALERT.unknownPskIdentity) {
    return { kind: "failed", why };
  }
  if (outcome.kind === "no-starttls" && outcome.refused) {
    return { kind: "refused", why, force: "starttls" };
  }
  if (outcome.kind === "alert") {
    return { kind: "refused", why, force: FORCES.get(outcome.description) ?? "hello" };
  }
  return isSilence(outcome)
    ? { kind: "silent", why, timeout: outcome.kind === "timeout" }
    : { kind: "failed", why };
}

const FORCES: ReadonlyMap<number, Force> = new Map([
  [ALERT.protocolVersion, "version"],
  [ALERT.internalError, "overload"],
  [ALERT.closeNotify, "overload"],
  [ALERT.accessDenied, "overload"],
  [ALERT.userCanceled, "overload"],
]);

/** Whether the connection stood and nothing was said on it. */
export function isSilence(outcome: Outcome): boolean {
  return outcome.kind === "reset" || outcome.kind === "closed" || outcome.kind === "timeout";
}

/** Whether it may be an overload's: silence, an internal error, a refused connection. */
export function isDoubtful(outcome: Outcome): boolean {
  const overload = outcome.kind === "alert" && FORCES.get(outcome.description) === "overload";
  const unbegun = outcome.kind === "no-starttls" && !outcome.refused;
  return overload || unbegun || isSilence(outcome) || outcome.kind === "unreachable";
}

function judgeHello(
  hello: HelloReply,
  version: HelloVersion,
  suites: readonly number[],
): HelloVerdict {
  const named = versionName(hello.version);
  if (hello.version > VERSION_CODES[version] || named === null) {
    const code = hello.version.toString(16).padStart(4, "0");
    return { kind: "failed", why: `answered with version 0x${code}, which was not offered` };
  }
  if (hello.compression !== 0) {
    return { kind: "failed", why: "answered with a compression that was not offered" };
  }
  if (named !== version)
    return { kind: "refused", why: `answered with ${named}`, force: "version" };
  return suites.includes(hello.suite)
    ? { kind: "accepted", hello }
    : { kind: "failed", why: "answered with a cipher suite that was not offered" };
}

/** The version of a code; null for one that does not exist. */
export function versionName(code: number): HelloVersion | null {
  return HELLO_VERSIONS.find((version) => VERSION_CODES[version] === code) ?? null;
}

/** An outcome in the words of a report. */
export function words(outcome: Outcome): string {
  switch (outcome.kind) {
    case "alert":
      return alertWords(outcome.description);
    case "not-tls":
      return `answered with something else than TLS: ${outcome.excerpt}`;
    case "malformed":
      return `answered with broken TLS: ${outcome.why}`;
    case "unreachable":
      return `no connection: ${outcome.code}`;
    case "no-starttls":
      return outcome.why;
    case "hello":
    case "ssl2-hello":
    case "closed":
    case "reset":
    case "timeout":
    case "cancelled":
      break;
  }
  return PLAIN_WORDS[outcome.kind];
}

/** The system's code in the words of an outcome without a connection; null for all others. */
export function noConnection(why: string): string | null {
  return /^no connection: (\w+)$/.exec(why)?.[1] ?? null;
}

/** The words for what was not asked any more. */
export const NOT_ASKED = "not asked, as the time for this server had run out";

const PLAIN_WORDS = {
  hello: "answered",
  "ssl2-hello": "answered with SSLv2",
  closed: "connection closed",
  reset: "connection reset",
  timeout: "no answer in time",
  cancelled: NOT_ASKED,
} as const;
