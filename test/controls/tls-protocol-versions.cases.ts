import control from "#controls/transport/tls-protocol-versions.ts";
import type { Transport } from "#model/facets.ts";
import type { Protocols } from "#model/tls-facets.ts";
import { TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";
import { SAMPLE } from "../support/sample-check.ts";
import { defineCases } from "./cases.ts";

const declared = { allowed: ["TLSv1.2", "TLSv1.3"] };
const tolerant = {
  ...declared,
  required: ["TLSv1.2"],
  tolerated: { versions: ["TLSv1.0", "TLSv1.1"], review: "2026-12-31" },
};

function wire(accepted: TlsVersion[], unknown: TlsVersion[] = []): { protocols: Protocols } {
  const status = (version: TlsVersion) =>
    accepted.includes(version) ? "accepted" : unknown.includes(version) ? "unknown" : "rejected";
  return {
    protocols: {
      versions: TLS_VERSIONS.map((version) => ({
        version,
        status: status(version),
        why: unknown.includes(version) ? "connection reset" : null,
      })),
    },
  };
}

function setting(fields: Partial<Transport>): { transport: Transport } {
  return {
    transport: {
      secureOnly: null,
      minimumTls: null,
      minimumTlsIsDefault: false,
      platformFloor: null,
      detail: "minimumTlsVersion",
      ...fields,
    },
  };
}

export default defineCases(control, [
  {
    name: "both declared versions",
    expect: declared,
    facets: wire(["TLSv1.2", "TLSv1.3"]),
    outcome: "pass",
    says: /^accepts TLSv1.2, TLSv1.3; declared: TLSv1.2, TLSv1.3 only$/,
  },
  {
    name: "stricter than declared is a pass",
    expect: declared,
    facets: wire(["TLSv1.3"]),
    outcome: "pass",
    says: "accepts TLSv1.3",
  },
  {
    name: "an older version is a failure that names it",
    expect: declared,
    facets: wire(["TLSv1.0", "TLSv1.2"]),
    outcome: "fail",
    says: "accepts TLSv1.0; declared: TLSv1.2, TLSv1.3 only",
    remedies:
      "nginx: ssl_protocols TLSv1.2 TLSv1.3;\nApache: SSLProtocol -all +TLSv1.2 +TLSv1.3\nHAProxy: ssl-default-bind-options ssl-min-ver TLSv1.2",
  },
  {
    name: "an older version fails even where another could not be told",
    expect: declared,
    facets: wire(["SSLv3"], ["TLSv1.0"]),
    outcome: "fail",
    says: "accepts SSLv3",
  },
  {
    name: "an older version that could not be told leaves it open",
    expect: declared,
    facets: wire(["TLSv1.2"], ["TLSv1.0"]),
    outcome: "unknown",
    says: "could not tell whether TLSv1.0 is accepted (connection reset)",
  },
  {
    name: "an allowed version that could not be told changes nothing",
    expect: declared,
    facets: wire(["TLSv1.2"], ["TLSv1.3"]),
    outcome: "pass",
    says: "accepts TLSv1.2",
  },
  {
    name: "no accepted version is no evidence",
    expect: declared,
    facets: wire([]),
    outcome: "unknown",
    says: "no version was seen",
  },
  {
    name: "a server that offers no TLS at all",
    expect: declared,
    facets: {
      protocols: {
        versions: TLS_VERSIONS.map((version) => ({
          version,
          status: "rejected",
          why: "offers no STARTTLS",
        })),
      },
    },
    outcome: "fail",
    says: "accepts no version of TLS (offers no STARTTLS)",
  },
  ...(
    [
      ["smtp", 2525, "refuses STARTTLS: “502 no”", null, "smtpd_tls_security_level"],
      ["smtp", 587, "refuses STARTTLS: “502 no”", "smtp", "smtpd_tls_security_level"],
      ["imap", 143, "refuses STARTTLS: “a2 BAD”", null, "Dovecot: ssl = required"],
      ["pop3", 2110, "refuses STLS: “-ERR”", null, "Dovecot: ssl = required"],
      ["ftp", 2121, "refuses AUTH TLS and AUTH SSL: “530”", null, "vsftpd: ssl_enable=YES"],
      ["ldap", 1389, "refuses StartTLS: “no”", null, "olcTLSCertificateFile"],
      ["postgres", 6432, "refuses SSLRequest: it has no TLS", null, "ssl = on"],
      [
        "mysql",
        3307,
        "has no TLS: its greeting lacks the flag CLIENT_SSL",
        null,
        "require_secure_",
      ],
      ["xmpp-server", 5269, "refuses starttls: failure", null, "s2s_require_encryption"],
    ] as const
  ).map(([name, port, why, startTls, remedies]) => ({
    name: `a server that offers no TLS in ${name} at ${port} is told how to turn it on`,
    expect: declared,
    subject: { id: `mail.example.com:${port}` },
    facets: {
      protocols: {
        versions: TLS_VERSIONS.map((version) => ({ version, status: "rejected" as const, why })),
      },
      ...(startTls === null ? {} : { tlsService: { ...SAMPLE.service, startTls } }),
    },
    outcome: "fail" as const,
    says: "accepts no version of TLS (",
    remedies: new RegExp(`^Turn TLS on(?!.*ssl_protocols)[^]*${remedies}`),
  })),
  {
    name: "a required version that is refused",
    expect: tolerant,
    facets: wire(["TLSv1.3"]),
    outcome: "fail",
    says: "rejects TLSv1.2",
  },
  {
    name: "a required version that could not be told",
    expect: tolerant,
    facets: wire(["TLSv1.3"], ["TLSv1.2"]),
    outcome: "unknown",
    says: "could not tell whether TLSv1.2",
  },
  {
    name: "a tolerated version passes and its review is kept in sight",
    expect: tolerant,
    facets: wire(["TLSv1.0", "TLSv1.1", "TLSv1.2"]),
    outcome: "pass",
    says: "TLSv1.0, TLSv1.1 is tolerated by declaration",
    attention: ["exception-review"],
  },
  {
    name: "a version newer than any declared one is stricter",
    expect: { allowed: ["TLSv1.2"] },
    facets: wire(["TLSv1.2", "TLSv1.3"]),
    outcome: "pass",
    says: "TLSv1.3 is newer than declared",
  },
  {
    name: "a version between declared ones is not",
    expect: { allowed: ["TLSv1.1", "TLSv1.3"] },
    facets: wire(["TLSv1.2", "TLSv1.3"]),
    outcome: "fail",
    says: "accepts TLSv1.2",
  },
  {
    name: "a version that nobody asked for is open, not refused",
    expect: declared,
    facets: { protocols: { versions: [{ version: "TLSv1.2", status: "accepted", why: null }] } },
    outcome: "unknown",
    says: "could not tell whether SSLv2, SSLv3, TLSv1.0, TLSv1.1 is accepted",
  },
  {
    name: "an exception that is not used needs no review",
    expect: tolerant,
    facets: wire(["TLSv1.2", "TLSv1.3"]),
    outcome: "pass",
    says: "accepts TLSv1.2, TLSv1.3; declared",
  },
  {
    name: "a review that is overdue says so",
    expect: tolerant,
    now: "2027-01-01T00:00:00Z",
    facets: wire(["TLSv1.0", "TLSv1.2"]),
    outcome: "pass",
    says: "tolerated",
    attention: ["exception-review"],
  },
  {
    name: "toleration ends at SSLv3",
    expect: tolerant,
    facets: wire(["SSLv3", "TLSv1.0", "TLSv1.2"]),
    outcome: "fail",
    says: "accepts SSLv3",
    remedies: "ssl_protocols TLSv1 TLSv1.2 TLSv1.3;",
  },
  {
    name: "a setting at the floor",
    expect: declared,
    facets: setting({ minimumTls: "TLSv1.2" }),
    outcome: "pass",
    says: "the setting's minimum is TLSv1.2; declared",
  },
  {
    name: "a setting below the floor by default",
    expect: declared,
    facets: setting({
      minimumTls: "TLSv1.0",
      minimumTlsIsDefault: true,
      platformFloor: { version: "TLSv1.2", reference: "https://example.com/notice" },
    }),
    outcome: "fail",
    says: "the setting's minimum is TLSv1.0 by the provider's default, which would let in TLSv1.0, TLSv1.1; the platform itself refuses anything below TLSv1.2 (https://example.com/notice)",
  },
  {
    name: "a setting that is not there",
    expect: declared,
    facets: setting({}),
    outcome: "unknown",
    says: "names no minimum TLS version",
  },
  {
    name: "a setting that refuses a required version",
    expect: tolerant,
    facets: setting({ minimumTls: "TLSv1.3" }),
    outcome: "fail",
    says: "refuses TLSv1.2",
  },
  {
    name: "a setting that lets in an undeclared version above a tolerated one",
    expect: { ...declared, tolerated: { versions: ["TLSv1.0"], review: "2026-12-31" } },
    facets: setting({ minimumTls: "TLSv1.0" }),
    outcome: "fail",
    says: "the setting's minimum is TLSv1.0, which lets in TLSv1.1; declared",
  },
  {
    name: "a setting that makes use of an exception keeps its review in sight",
    expect: tolerant,
    facets: setting({ minimumTls: "TLSv1.0" }),
    outcome: "pass",
    says: "TLSv1.0, TLSv1.1 is tolerated by declaration",
    attention: ["exception-review"],
  },
  {
    name: "a setting that names its versions",
    expect: declared,
    facets: setting({ minimumTls: "TLSv1.2", versions: ["TLSv1.2", "TLSv1.3"] }),
    outcome: "pass",
    says: "the setting lets in TLSv1.2, TLSv1.3 (minimumTlsVersion); declared",
  },
  {
    name: "a list of versions counts, not its floor",
    expect: { ...declared, tolerated: { versions: ["TLSv1.0"], review: "2026-12-31" } },
    facets: setting({ minimumTls: "TLSv1.0", versions: ["TLSv1.0", "TLSv1.2"] }),
    outcome: "pass",
    says: "the setting lets in TLSv1.0, TLSv1.2 (minimumTlsVersion); TLSv1.0 is tolerated by declaration",
    attention: ["exception-review"],
  },
  {
    name: "a list with an older version",
    expect: declared,
    facets: setting({
      minimumTls: "TLSv1.0",
      versions: ["TLSv1.0", "TLSv1.3"],
      detail: "ELBSecurityPolicy-TLS13-1-0-2021-06",
    }),
    outcome: "fail",
    says: /^the setting lets in TLSv1\.0 \(ELBSecurityPolicy-TLS13-1-0-2021-06\); declared/,
  },
  {
    name: "a list without a required version, above the floor",
    expect: { ...declared, required: ["TLSv1.3"] },
    facets: setting({ minimumTls: "TLSv1.2", versions: ["TLSv1.2"] }),
    outcome: "fail",
    says: "the setting refuses TLSv1.3 (minimumTlsVersion)",
  },
  {
    name: "what speaks no TLS has no version of it",
    expect: tolerant,
    facets: setting({ versions: [], secureOnly: false, detail: "HTTP:80" }),
    outcome: "not-applicable",
    says: "speaks no TLS, so it has no version of it (HTTP:80)",
  },
  {
    name: "a way in that the setting does not decide",
    expect: declared,
    facets: setting({ versions: ["TLSv1.2"], unseen: ["TCP:25 passes connections through"] }),
    outcome: "unknown",
    says: "TCP:25 passes connections through",
  },
  {
    name: "a failure counts whatever passes through beside it",
    expect: declared,
    facets: setting({ versions: ["TLSv1.1"], unseen: ["TCP:25 passes connections through"] }),
    outcome: "fail",
    says: "lets in TLSv1.1",
  },
  {
    name: "wire and setting agree",
    expect: declared,
    facets: {
      ...wire(["TLSv1.2", "TLSv1.3"]),
      ...setting({ versions: ["TLSv1.2", "TLSv1.3"], detail: "distribution E1" }),
    },
    outcome: "pass",
    says: /^accepts TLSv1.2, TLSv1.3; the setting lets in TLSv1.2, TLSv1.3 \(distribution E1\); declared/,
  },
  {
    name: "the setting lets in what the wire rejects",
    expect: declared,
    facets: {
      ...wire(["TLSv1.2", "TLSv1.3"]),
      ...setting({ versions: ["TLSv1.1", "TLSv1.2", "TLSv1.3"], detail: "distribution E1" }),
    },
    outcome: "fail",
    says: "the setting lets in TLSv1.1 (distribution E1); the wire rejects TLSv1.1, which the setting lets in (distribution E1)",
  },
  {
    name: "the wire accepts what the setting does not let in",
    expect: declared,
    facets: {
      ...wire(["TLSv1.0", "TLSv1.2"]),
      ...setting({ versions: ["TLSv1.2"], detail: "distribution E1" }),
    },
    outcome: "fail",
    says: "accepts TLSv1.0; the wire accepts TLSv1.0, which the setting does not let in (distribution E1)",
    remedies: "ssl_protocols TLSv1.2 TLSv1.3;",
  },
  {
    name: "a contradiction within what is declared is told and is no violation",
    expect: declared,
    facets: { ...wire(["TLSv1.2"]), ...setting({ versions: ["TLSv1.2", "TLSv1.3"] }) },
    outcome: "pass",
    says: "the wire rejects TLSv1.3, which the setting lets in (minimumTlsVersion)",
  },
  {
    name: "a good setting does not answer for the wire",
    expect: declared,
    facets: { ...wire(["TLSv1.2"], ["TLSv1.0"]), ...setting({ versions: ["TLSv1.2"] }) },
    outcome: "unknown",
    says: "could not tell whether TLSv1.0 is accepted",
  },
  {
    name: "a setting that fails does so whatever is open on the wire",
    expect: declared,
    facets: { ...wire(["TLSv1.2"], ["TLSv1.0"]), ...setting({ minimumTls: "TLSv1.0" }) },
    outcome: "fail",
    says: "the setting's minimum is TLSv1.0, which lets in TLSv1.0, TLSv1.1",
  },
  {
    name: "a setting that says nothing leaves the wire to speak",
    expect: declared,
    facets: { ...wire(["TLSv1.2"]), ...setting({}) },
    outcome: "pass",
    says: /^accepts TLSv1.2; declared/,
  },
]);
