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
      const place = { protocol, port };
      return judgeWire(expect, facets.protocols, facets.transport, place, now);
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
  transport: Transport | undefined,
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
  const held = [
    `accepts ${accepted.join(", ")}`,
    ...(exceptions.length > 0 ? [`${exceptions.join(", ")} is tolerated by declaration`] : []),
    ...(newer.length > 0 ? [`${newer.join(", ")} is newer than declared, which is stricter`] : []),
  ];
  // What is set for the service behind the name counts beside what its wire shows: both must hold.
  const setting =
    transport === undefined || letIn(transport) === null ? null : readSetting(expect, transport);
  const contradiction =
    setting === null ? [] : contradictions(accepted, rejected, setting.letIn, setting.detail);
  const unread = (transport?.unseen ?? []).map((way) => plain(way, 600));
  const all = [...failures, ...(setting?.failures ?? [])];
  const used = TLS_VERSIONS.filter(
    (version) => exceptions.includes(version) || setting?.exceptions.includes(version) === true,
  );
  const judgement = settle({
    failures: all.length === 0 ? [] : [...all, ...contradiction],
    open: [...(open.length === 0 ? [] : [...open, ...contradiction]), ...unread],
    held: [...held, ...(setting === null ? [] : [setting.held]), ...contradiction].join("; "),
    declared: renderDeclared(expect),
    actual: { accepted, unknown, ...(setting === null ? {} : { setting: [...setting.letIn] }) },
    attention: reviewNotes(expect, used, now),
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

/** What a setting lets in: each version that it names, or every one from its floor up; null where it names neither. */
function letIn({ versions, minimumTls }: Transport): readonly TlsVersion[] | null {
  if (versions !== undefined) return versions.length === 0 ? null : versions;
  if (minimumTls === null) return null;
  return TLS_VERSIONS.filter((version) => compareTlsVersions(version, minimumTls) >= 0);
}

/** What follows from a setting that says which versions it lets in. */
function readSetting(expect: Expectation, transport: Transport) {
  const { versions, minimumTls, minimumTlsIsDefault, platformFloor } = transport;
  const detail = plain(transport.detail);
  const named = letIn(transport) ?? [];
  const excess = named.filter((version) => !mayBeAccepted(expect, version));
  const refused = expect.required.filter((version) => !named.includes(version));
  const exceptions = exceptionsAmong(expect, named);
  const byDefault = minimumTlsIsDefault ? " by the provider's default" : "";
  // What the platform refuses anyway is not let in, but the setting is still not what was declared.
  const lets = platformFloor === null ? "lets" : "would let";
  const floor =
    platformFloor === null
      ? ""
      : `; the platform itself refuses anything below ${platformFloor.version} (${plain(platformFloor.reference)})`;
  const exact = versions !== undefined;
  const how = exact
    ? `the setting lets in ${named.join(", ")}${byDefault} (${detail})`
    : `the setting's minimum is ${minimumTls}${byDefault}`;
  const tooMuch = exact
    ? `the setting ${lets} in ${excess.join(", ")}${byDefault} (${detail})`
    : `${how}, which ${lets} in ${excess.join(", ")}`;
  const tooLittle = exact
    ? `the setting refuses ${refused.join(", ")}${byDefault} (${detail})`
    : `${how}, which refuses ${refused.join(", ")}`;
  return {
    letIn: named,
    exceptions,
    detail,
    failures: [
      ...(excess.length > 0 ? [`${tooMuch}${floor}`] : []),
      ...(refused.length > 0 ? [tooLittle] : []),
    ],
    held:
      exceptions.length > 0 ? `${how}; ${exceptions.join(", ")} is tolerated by declaration` : how,
  };
}

/** A setting alone: every version that it lets in may be accepted, and every one that is required is let in. */
function judgeSetting(expect: Expectation, transport: Transport, now: Date): Judgement {
  const { minimumTls, minimumTlsIsDefault, platformFloor, versions, unseen } = transport;
  const detail = plain(transport.detail);
  if (versions?.length === 0 && unseen === undefined) {
    return notApplicable(`speaks no TLS, so it has no version of it (${detail})`);
  }
  const named = letIn(transport);
  const setting = named === null ? null : readSetting(expect, transport);
  return settle({
    failures: setting?.failures ?? [],
    open: [
      ...(setting === null ? [`the setting names no minimum TLS version (${detail})`] : []),
      ...(unseen ?? []).map((way) => plain(way)),
    ],
    held: setting?.held ?? "",
    declared: renderDeclared(expect),
    actual: {
      minimumTls,
      minimumTlsIsDefault,
      platformFloor: platformFloor?.version ?? null,
      ...(versions === undefined ? {} : { versions: [...versions] }),
    },
    attention: reviewNotes(expect, setting?.exceptions ?? [], now),
  });
}

/** Where the wire and the setting of one name do not say the same, with both sources. */
function contradictions(
  accepted: readonly TlsVersion[],
  rejected: readonly TlsVersion[],
  set: readonly TlsVersion[],
  detail: string,
): readonly string[] {
  const closed = rejected.filter((version) => set.includes(version));
  const opened = accepted.filter((version) => !set.includes(version));
  return [
    ...(closed.length > 0
      ? [`the wire rejects ${closed.join(", ")}, which the setting lets in (${detail})`]
      : []),
    ...(opened.length > 0
      ? [`the wire accepts ${opened.join(", ")}, which the setting does not let in (${detail})`]
      : []),
  ];
}
