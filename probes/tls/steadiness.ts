import { hash } from "node:crypto";
import { offer, FULL, suitesFor } from "./offers.ts";
import { isDoubtful, type Outcome } from "./outcomes.ts";
import type { Question } from "./wire.ts";

/** Whether a server answers the same hello in the same way each time. */
export interface Steadiness {
  /** Takes what one hello met; the scan's own end says nothing of the server. */
  readonly met: (question: Question, hello: Buffer, outcome: Outcome) => void;
  /** Marks that a hello which the server does answer failed once: its silences then mean nothing. */
  readonly blame: () => void;
  readonly flaky: () => boolean;
  /** It refused in words a hello that it answers at other times: no refusal of it means anything. */
  readonly contradicted: () => boolean;
}

/** An empty memory for one server. */
export function createSteadiness(): Steadiness {
  const before = new Map<string, Met>();
  let flaky = false;
  let contradicted = false;
  return {
    met: (question, hello, outcome) => {
      if (outcome.kind === "cancelled") return;
      const key = keyOf(question, hello);
      const last = before.get(key);
      const now = metBy(outcome);
      if (last !== undefined && last !== now) {
        flaky = true;
        contradicted ||= last !== "doubtful" && now !== "doubtful";
      }
      before.set(key, now);
    },
    blame: () => {
      flaky = true;
    },
    flaky: () => flaky,
    contradicted: () => contradicted,
  };
}

type Met = "answered" | "refused" | "doubtful";

function metBy(outcome: Outcome): Met {
  if (isDoubtful(outcome)) return "doubtful";
  return outcome.kind === "hello" ? "answered" : "refused";
}

/** Where the session id of a hello stands: behind the headers of record and message, the version and the random. */
const RANDOM_END = 5 + 4 + 2 + 32;

/**
 * Tells one hello of a scan from another. All suites are offered in several orders, of which each must be answered where one
 * is: these are the same.
 */
function keyOf(question: Question, hello: Buffer): string {
  const { version, suites, groups, signatureAlgorithms = [] } = question;
  if (suites.length < offer(version, FULL, suitesFor(version)).suites.length) {
    // Behind the parts that are random: record and message headers, version, random, session id.
    const start = RANDOM_END + 1 + hello.readUInt8(RANDOM_END);
    return `${version} ${hash("sha1", hello.subarray(start))}`;
  }
  const { withoutName, keyShares, versions, legacyVersion, extra = [], compression } = question;
  const shares = typeof keyShares === "object" ? keyShares.map(([group]) => group) : keyShares;
  const extensions = extra.map(([type, body]) => `${type} ${hash("sha1", body)}`);
  return JSON.stringify([
    version,
    groups,
    signatureAlgorithms,
    withoutName,
    shares,
    versions,
    legacyVersion,
    extensions,
    compression,
  ]);
}
