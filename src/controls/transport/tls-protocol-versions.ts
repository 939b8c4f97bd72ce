import { defineControl, type Judgement } from "#model/control.ts";
import type { Protocols, Transport } from "#model/facets.ts";
import { date, tlsVersion, z } from "#model/schema.ts";
import { compareTlsVersions, type TlsVersion } from "#model/tls.ts";

const expectation = z.strictObject({
  /** Versions that may be accepted; a server that accepts fewer is stricter, and passes. */
  allowed: z.array(tlsVersion).min(1),
  /** Versions that must be accepted. */
  required: z.array(tlsVersion).default([]),
  /** Versions that the statement tolerates by name, until the review date. */
  tolerated: z.strictObject({ versions: z.array(tlsVersion).min(1), review: date }).optional(),
});
type Expectation = z.output<typeof expectation>;

export default defineControl({
  id: "tls-protocol-versions",
  title: "TLS protocol versions",
  rationale:
    "Versions before TLS 1.2 have known attacks and are deprecated (RFC 8996, RFC 7568, RFC 6176). " +
    "A server that accepts one can be led down to it.",
  severity: "high",
  judges: "subject",
  needs: ["protocols", "transport"],
  expectation,
  baseline: { allowed: ["TLSv1.2", "TLSv1.3"], required: [] },
  evaluate: ({ expect, facets, now }) => {
    if (facets.protocols !== undefined) return judgeWire(expect, facets.protocols, now);
    if (facets.transport !== undefined) return judgeSetting(expect, facets.transport);
    return { outcome: "not-applicable", actual: null, message: "speaks no TLS of its own" };
  },
  remediation:
    "Turn the older versions off: nginx `ssl_protocols TLSv1.2 TLSv1.3;`, Apache `SSLProtocol -all +TLSv1.2 +TLSv1.3`, " +
    "HAProxy `ssl-min-ver TLSv1.2`; on a cloud service set its minimum TLS version.",
  references: [
    "https://www.rfc-editor.org/rfc/rfc8996",
    "https://www.rfc-editor.org/rfc/rfc7568",
    "https://www.rfc-editor.org/rfc/rfc6176",
  ],
});

function judgeWire(expect: Expectation, wire: Protocols, now: Date): Judgement {
  const having = (status: string) =>
    wire.versions.filter((entry) => entry.status === status).map((entry) => entry.version);
  const accepted = having("accepted");
  const unknown = having("unknown");
  const tolerated = expect.tolerated?.versions ?? [];
  const actual = { accepted, unknown };

  const excess = accepted.filter(
    (version) => !expect.allowed.includes(version) && !tolerated.includes(version),
  );
  if (excess.length > 0) {
    return { outcome: "fail", actual, message: `accepts ${list(excess)}; ${declared(expect)}` };
  }
  const refused = expect.required.filter((version) => having("rejected").includes(version));
  if (refused.length > 0) {
    return { outcome: "fail", actual, message: `rejects ${list(refused)}; ${declared(expect)}` };
  }
  const undecided = unknown.filter(
    (version) =>
      expect.required.includes(version) ||
      !(expect.allowed.includes(version) || tolerated.includes(version)),
  );
  if (undecided.length > 0 || accepted.length === 0) {
    const why = wire.versions.find((entry) => undecided.includes(entry.version))?.why;
    return {
      outcome: "unknown",
      actual,
      message:
        undecided.length > 0
          ? `could not tell whether ${list(undecided)} is accepted${why ? ` (${why})` : ""}; ${declared(expect)}`
          : `no version was seen to be accepted; ${declared(expect)}`,
    };
  }
  const exceptions = accepted.filter((version) => !expect.allowed.includes(version));
  const message =
    exceptions.length > 0
      ? `accepts ${list(accepted)}, of which ${list(exceptions)} is tolerated by declaration; ${declared(expect)}`
      : `accepts ${list(accepted)}; ${declared(expect)}`;
  const review = expect.tolerated?.review;
  if (exceptions.length === 0 || review === undefined) return { outcome: "pass", actual, message };
  const overdue = new Date(review) <= now;
  return {
    outcome: "pass",
    actual,
    message,
    attention: [
      {
        kind: "exception-review",
        due: review,
        message: `the declared exception for ${list(exceptions)} ${overdue ? "was due for review" : "is due for review"} on ${review}`,
      },
    ],
  };
}

/** A setting names a floor, so it is held against the oldest version that may be accepted. */
function judgeSetting(expect: Expectation, transport: Transport): Judgement {
  const { minimumTls, minimumTlsIsDefault, platformFloor } = transport;
  if (minimumTls === null) {
    return {
      outcome: "unknown",
      actual: { minimumTls: null },
      message: `the setting names no minimum TLS version (${transport.detail}); ${declared(expect)}`,
    };
  }
  const oldest = [...expect.allowed, ...(expect.tolerated?.versions ?? [])].reduce((a, b) =>
    compareTlsVersions(a, b) <= 0 ? a : b,
  );
  const how = minimumTlsIsDefault ? `${minimumTls} by the provider's default` : minimumTls;
  const floor =
    platformFloor === null
      ? ""
      : `; the platform itself refuses anything below ${platformFloor.version} (${platformFloor.reference})`;
  const actual = { minimumTls, minimumTlsIsDefault, platformFloor: platformFloor?.version ?? null };
  return compareTlsVersions(minimumTls, oldest) < 0
    ? { outcome: "fail", actual, message: `minimum version is ${how}${floor}; ${declared(expect)}` }
    : { outcome: "pass", actual, message: `minimum version is ${how}; ${declared(expect)}` };
}

function declared(expect: Expectation): string {
  const required = expect.required.length > 0 ? `, ${list(expect.required)} required` : "";
  return `declared: ${list(expect.allowed)} only${required}`;
}

function list(versions: readonly TlsVersion[]): string {
  return versions.join(", ");
}
