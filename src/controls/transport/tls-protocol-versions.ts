import {
  exceptionsAmong,
  mayBeAccepted,
  renderDeclared,
  reviewNotes,
} from "#controls/declared-versions.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import { startTlsInWords } from "#facts/starttls-settings.ts";
import { versionsInWords } from "#facts/tls-settings.ts";
import { defineControl, type Judgement } from "#model/control.ts";
import type { Transport } from "#model/facets.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { plain } from "#model/text.ts";
import type { Protocols } from "#model/tls-facets.ts";
import { compareTlsVersions, TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";

const expectation = ({ date, tlsVersion, z }: SchemaKit) =>
  z.strictObject({
    allowed: z
      .array(tlsVersion)
      .min(1)
      .describe(
        "Versions that may be accepted. Fewer of them, or newer ones than the newest of them, is stricter, and passes.",
      ),
    required: z
      .array(tlsVersion)
      .default([])
      .describe("Versions that must be accepted; by default none."),
    tolerated: z
      .strictObject({
        versions: z
          .array(tlsVersion)
          .min(1)
          .describe("Versions that may be accepted beside those of allowed."),
        review: date.describe(
          "Day on which the exception is to be reviewed; the report reminds of it while the exception is made use of.",
        ),
      })
      .optional()
      .describe("An exception that the statement itself makes by name. Left out: there is none."),
  });
type Expectation = z.output<ReturnType<typeof expectation>>;

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
  evaluate: ({ expect, facets, subject, now }) => {
    if (facets.protocols !== undefined) {
      const protocol = facets.tlsService?.startTls ?? null;
      const port = Number(/:(\d+)$/.exec(subject.id)?.[1] ?? 0);
      return judgeWire(expect, facets.protocols, { protocol, port }, now);
    }
    if (facets.transport !== undefined) return judgeSetting(expect, facets.transport, now);
    return notApplicable("speaks no TLS of its own");
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

function judgeWire(
  expect: Expectation,
  wire: Protocols,
  place: { readonly protocol: string | null; readonly port: number },
  now: Date,
): Judgement {
  const having = (status: string) =>
    wire.versions.filter((entry) => entry.status === status).map((entry) => entry.version);
  const accepted = having("accepted");
  const rejected = having("rejected");
  // A version that nobody asked for is as open as one that gave no clear answer.
  const unknown = TLS_VERSIONS.filter(
    (version) => !accepted.includes(version) && !rejected.includes(version),
  );
  const excess = accepted.filter((version) => !mayBeAccepted(expect, version));
  const refused = expect.required.filter(
    (version) => rejected.includes(version) && !accepted.includes(version),
  );
  const undecided = unknown.filter(
    (version) => expect.required.includes(version) || !mayBeAccepted(expect, version),
  );
  const why = wire.versions.find((entry) => undecided.includes(entry.version))?.why ?? null;
  const open =
    undecided.length > 0
      ? [
          `could not tell whether ${undecided.join(", ")} is accepted${why === null ? "" : ` (${plain(why)})`}`,
        ]
      : accepted.length === 0
        ? ["no version was seen to be accepted"]
        : [];
  // Every version is refused in words, as by a mail server without STARTTLS: what is sent goes in clear text.
  const reasons = wire.versions.flatMap((entry) =>
    entry.status === "rejected" && entry.why !== null ? [entry.why] : [],
  );
  const none = reasons.length === TLS_VERSIONS.length;
  const exceptions = exceptionsAmong(expect, accepted);
  const newer = accepted.filter(
    (version) => !expect.allowed.includes(version) && !exceptions.includes(version),
  );
  const failures = [
    ...(excess.length > 0 ? [`accepts ${excess.join(", ")}`] : []),
    ...(refused.length > 0 ? [`rejects ${refused.join(", ")}`] : []),
    ...(none ? [`accepts no version of TLS (${plain(reasons[0] ?? "")})`] : []),
  ];
  const judgement = settle({
    failures,
    open,
    held: [
      `accepts ${accepted.join(", ")}`,
      ...(exceptions.length > 0 ? [`${exceptions.join(", ")} is tolerated by declaration`] : []),
      ...(newer.length > 0
        ? [`${newer.join(", ")} is newer than declared, which is stricter`]
        : []),
    ].join("; "),
    declared: renderDeclared(expect),
    actual: { accepted, unknown },
    attention: reviewNotes(expect, exceptions, now),
  });
  if (failures.length === 0) return judgement;
  const remediation = none
    ? startTlsInWords({ ...place, why: reasons[0] ?? "" })
    : versionsInWords(wanted(expect, exceptions));
  return { ...judgement, remediation };
}

/** What should be accepted from there on: what is declared, and of what is tolerated what is in use. */
function wanted(
  { allowed, required }: Expectation,
  exceptions: readonly TlsVersion[],
): readonly TlsVersion[] {
  const all = new Set([...allowed, ...required, ...exceptions]);
  return TLS_VERSIONS.filter((version) => all.has(version));
}

/** A setting names a floor: every version from there up may be accepted, and none below. */
function judgeSetting(expect: Expectation, transport: Transport, now: Date): Judgement {
  const { minimumTls, minimumTlsIsDefault, platformFloor, detail } = transport;
  const actual = { minimumTls, minimumTlsIsDefault, platformFloor: platformFloor?.version ?? null };
  const letIn =
    minimumTls === null
      ? []
      : TLS_VERSIONS.filter((version) => compareTlsVersions(version, minimumTls) >= 0);
  const excess = letIn.filter((version) => !mayBeAccepted(expect, version));
  const refused = minimumTls === null ? [] : expect.required.filter((v) => !letIn.includes(v));
  const exceptions = exceptionsAmong(expect, letIn);
  const how = `the setting's minimum is ${minimumTls}${minimumTlsIsDefault ? " by the provider's default" : ""}`;
  // What the platform refuses anyway is not let in, but the setting is still not what was declared.
  const lets = platformFloor === null ? "lets" : "would let";
  const floor =
    platformFloor === null
      ? ""
      : `; the platform itself refuses anything below ${platformFloor.version} (${plain(platformFloor.reference)})`;
  return settle({
    failures: [
      ...(excess.length > 0 ? [`${how}, which ${lets} in ${excess.join(", ")}${floor}`] : []),
      ...(refused.length > 0 ? [`${how}, which refuses ${refused.join(", ")}`] : []),
    ],
    open:
      minimumTls === null ? [`the setting names no minimum TLS version (${plain(detail)})`] : [],
    held:
      exceptions.length > 0 ? `${how}; ${exceptions.join(", ")} is tolerated by declaration` : how,
    declared: renderDeclared(expect),
    actual,
    attention: reviewNotes(expect, exceptions, now),
  });
}
