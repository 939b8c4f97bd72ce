import type {
  AttestationResult,
  CheckResult,
  ClaimResult,
  Evaluation,
  Report,
  SubjectRef,
} from "#model/report.ts";
import { REPORT_SCHEMA_VERSION } from "#model/report.ts";

const AS_OF = "2026-11-22T10:04:12.000Z";

/** A subject of the sample; an endpoint unless told otherwise. */
export function subject(name: string, fields: Partial<SubjectRef> = {}): SubjectRef {
  return {
    target: name.split(":")[0] ?? name,
    provider: "endpoint",
    kind: "endpoint",
    id: name,
    name,
    region: null,
    ...fields,
  };
}

function storage(name: string, group = "prod"): SubjectRef {
  return subject(name, {
    target: "azure-prod",
    provider: "azure",
    kind: "Microsoft.Storage/storageAccounts",
    id: `/subscriptions/6f1c9a52-0000-4000-8000-5d1f3c2b7a90/resourceGroups/${group}/providers/Microsoft.Storage/storageAccounts/${name}`,
    region: "westeurope",
  });
}

function evaluation(
  fields: Partial<Evaluation> & Pick<Evaluation, "outcome" | "subject" | "message">,
): Evaluation {
  return {
    expected: {},
    actual: null,
    observedAt: "2026-11-22T10:03:07.000Z",
    source: {
      probe: "tls",
      operation: "TLS handshake",
      sha256: "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea",
    },
    ...fields,
  };
}

function check(
  fields: Partial<CheckResult> & Pick<CheckResult, "control" | "title" | "result">,
): CheckResult {
  const evaluations = fields.evaluations ?? [];
  const number = (outcome: Evaluation["outcome"]) =>
    evaluations.filter((one) => one.outcome === outcome).length;
  return {
    pending: false,
    basis: "quoted",
    expected: {},
    reason: "all 14 hold",
    remediation: null,
    counts: {
      pass: number("pass"),
      fail: number("fail"),
      unknown: number("unknown"),
      "not-applicable": number("not-applicable"),
      error: number("error"),
      waived: 0,
      attested: 0,
    },
    evaluations,
    ...fields,
  };
}

function claim(
  fields: Partial<ClaimResult> & Pick<ClaimResult, "id" | "verdict" | "quote">,
): ClaimResult {
  return {
    policy: "nordlys",
    section: "Encryption",
    severity: "high",
    reason: "see its checks",
    coverage: { judged: 0, total: 0 },
    mappings: {},
    caveat: null,
    checks: [],
    attestations: [],
    contradictions: [],
    ...fields,
  };
}

function attestation(
  fields: Partial<AttestationResult> & Pick<AttestationResult, "covers">,
): AttestationResult {
  return {
    state: "in-force",
    date: "2026-03-02",
    expires: "2027-03-02",
    by: "Ingrid Solberg, CISO",
    message: "attested and in force",
    ...fields,
  };
}

const oldServers = ["www", "api", "login", "files", "status", "legacy", "mail"].map((host) =>
  evaluation({
    outcome: "fail",
    subject: subject(`${host}.nordlys.example:443`, { target: host }),
    expected: { allowed: ["TLSv1.2", "TLSv1.3"] },
    actual: { accepted: ["TLSv1.0", "TLSv1.1", "TLSv1.2"], unknown: [] },
    message: "accepts TLSv1.0, TLSv1.1; declared: TLSv1.2, TLSv1.3 only",
    observedAt: `2026-11-22T10:0${host.length % 4}:07.000Z`,
  }),
);

const transit = claim({
  id: "nl-transit-tls",
  verdict: "violated",
  quote: "Every connection to our service is encrypted with TLS 1.2 or TLS 1.3.",
  coverage: { judged: 14, total: 15 },
  mappings: { iso27001: ["A.8.24"], soc2: ["CC6.7"] },
  caveat: "the sentence speaks of connections, not of data kept in queues",
  checks: [
    check({
      control: "tls-protocol-versions",
      title: "TLS protocol versions",
      result: "fail",
      expected: { allowed: ["TLSv1.2", "TLSv1.3"], required: [] },
      reason: "8 of 15 do not hold",
      remediation:
        "Turn the older versions off: nginx `ssl_protocols TLSv1.2 TLSv1.3;`, HAProxy `ssl-min-ver TLSv1.2`; on a cloud service set its minimum TLS version.",
      evaluations: [
        ...oldServers,
        evaluation({
          outcome: "fail",
          subject: storage("nordlysexports"),
          actual: { minimumTls: "TLSv1.0", minimumTlsIsDefault: true },
          message:
            "minimum version is TLSv1.0 by the provider's default; declared: TLSv1.2, TLSv1.3 only",
          source: {
            probe: "azure-storage",
            operation: "GET Microsoft.Storage/storageAccounts",
            sha256: "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9",
          },
        }),
        evaluation({
          outcome: "unknown",
          subject: subject("smtp.nordlys.example:465", { target: "smtp" }),
          message: "not read: timeout, no answer within 10 s",
          observedAt: null,
          source: null,
        }),
        evaluation({
          outcome: "pass",
          subject: subject("eu.nordlys.example:443", { target: "eu" }),
          actual: { accepted: ["TLSv1.3"], unknown: [] },
          message: "accepts TLSv1.3; declared: TLSv1.2, TLSv1.3 only",
        }),
      ],
    }),
    check({ control: "tls-certificate", title: "Certificate", result: "pass" }),
    check({
      control: "https-only",
      title: "No clear-text door",
      result: "unknown",
      reason: "1 of 15 could not be judged",
    }),
  ],
  attestations: [attestation({ covers: "queues" })],
  contradictions: ["queues-2026"],
});

const replica = claim({
  id: "nl-replica",
  verdict: "violated",
  section: "Resilience",
  severity: "critical",
  quote: "Data is replicated in near real time to a second region.",
  coverage: { judged: 2, total: 2 },
  checks: [
    check({
      control: "geo-replication",
      title: "Replication to another region",
      result: "fail",
      basis: {
        interpreted: {
          who: "Probity",
          when: "2026-11-22",
          why: "“near real time” names no number; a quarter of an hour is the loosest reading in common use",
        },
      },
      expected: { destination: "northeurope", maximumLag: "PT15M" },
      reason: "1 of 2 do not hold",
      remediation: "Choose a geo-redundant SKU, or look why replication lags.",
      evaluations: [
        evaluation({
          outcome: "fail",
          subject: storage("nordlysdata"),
          actual: { lastSync: "2026-11-22T08:58:00Z" },
          message: "last copied 65 min ago; declared: at most 15 min",
          source: {
            probe: "azure-storage",
            operation: "GET Microsoft.Storage/storageAccounts?$expand=geoReplicationStats",
            sha256: "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9",
          },
        }),
      ],
    }),
  ],
});

const atRest = claim({
  id: "nl-rest-encryption",
  verdict: "unverified",
  severity: "critical",
  quote: "All stored data is encrypted with AES-256.",
  coverage: { judged: 20, total: 29 },
  checks: [
    check({
      control: "encryption-at-rest",
      title: "Encryption at rest",
      result: "unknown",
      expected: { algorithm: "AES-256" },
      reason: "9 of 29 could not be judged",
      evaluations: [
        ...["alpha", "alpha", "beta"].map((name, index) =>
          evaluation({
            outcome: "unknown",
            subject: storage(`nordlys${name}`, `group-${index}`),
            message:
              "encryption could not be read: denied, the caller may not read it (grant Microsoft.Storage/storageAccounts/read)",
            observedAt: null,
            source: null,
          }),
        ),
        ...Array.from({ length: 5 }, (_, index) =>
          evaluation({
            outcome: "unknown",
            subject: subject(`queue-${index}`, {
              target: "aws-prod",
              provider: "aws",
              kind: "AWS::SQS::Queue",
              id: `arn:aws:sqs:eu-north-1:111122223333:queue-${index}`,
              region: "eu-north-1",
            }),
            message: `encryption of queue ${index} is read by no probe yet`,
            observedAt: null,
            source: null,
            ...(index === 0 ? { attestedBy: "queues-2026" } : {}),
          }),
        ),
        evaluation({
          outcome: "error",
          subject: subject("archive", {
            target: "aws-prod",
            provider: "aws",
            kind: "AWS::S3::Bucket",
            id: "arn:aws:s3:::archive",
            region: "eu-north-1",
          }),
          message: "the control encryption-at-rest failed: unexpected value",
        }),
      ],
    }),
    check({
      control: "backup-frequency",
      title: "backup-frequency",
      result: "unknown",
      pending: true,
      reason: "still to be built",
    }),
    check({
      control: "recovery-point-age",
      title: "recovery-point-age",
      result: "unknown",
      pending: true,
      basis: { standard: "NIST SP 800-34" },
      reason: "still to be built",
    }),
  ],
});

const roles = claim({
  id: "nl-roles",
  verdict: "unverified",
  section: "Access",
  severity: "medium",
  quote: "Access follows roles and is reviewed twice a year.",
  attestations: [
    attestation({
      covers: "access reviews",
      state: "missing",
      date: null,
      expires: null,
      by: null,
      message: "no attestation covers “access reviews”",
    }),
  ],
});

const ciphers = claim({
  id: "nl-ciphers",
  verdict: "waived",
  severity: "medium",
  quote: "We use recommended cipher suites only.",
  coverage: { judged: 14, total: 14 },
  checks: [
    check({
      control: "tls-cipher-suites",
      title: "Cipher suites",
      result: "waived",
      basis: { standard: "Mozilla intermediate 6.0" },
      expected: { profile: "mozilla-intermediate-6" },
      reason: "1 of 14 do not hold and are waived",
      remediation: "Drop the CBC suites.",
      evaluations: [
        evaluation({
          outcome: "fail",
          subject: subject("legacy.nordlys.example:443", { target: "legacy" }),
          message: "offers TLS_RSA_WITH_AES_128_CBC_SHA, which is weak",
          waivedBy: "legacy-devices-2026",
          waivedUntil: "2026-12-31",
        }),
      ],
    }),
  ],
});

const claims: readonly ClaimResult[] = [
  transit,
  claim({
    id: "nl-certificates",
    verdict: "upheld",
    quote:
      "Certificates are valid, trusted and renewed in time, for every host name that customers can reach.",
    coverage: { judged: 14, total: 14 },
    checks: [
      check({
        control: "tls-certificate",
        title: "Certificate",
        result: "pass",
        evaluations: [
          evaluation({
            outcome: "pass",
            subject: subject("eu.nordlys.example:443", { target: "eu" }),
            actual: { trusted: true, daysLeft: 61 },
            message: "trusted, covers the name, valid until 2027-01-22",
          }),
        ],
      }),
    ],
  }),
  claim({
    id: "nl-hosting",
    verdict: "upheld",
    section: "Hosting",
    severity: "low",
    quote: "Hosted in the European Union.",
    coverage: { judged: 131, total: 131 },
    caveat: "the sentence does not say whether support staff count",
    checks: [check({ control: "data-residency", title: "Place of the data", result: "pass" })],
  }),
  atRest,
  roles,
  replica,
  claim({
    id: "nl-training",
    verdict: "lapsed",
    section: "People",
    severity: "medium",
    quote: "All employees are trained in security every year.",
    attestations: [
      attestation({
        covers: "yearly training",
        state: "expired",
        date: "2025-10-01",
        expires: "2026-10-01",
        message: "expired on 2026-10-01, 52 days ago",
      }),
      attestation({
        covers: "training material",
        state: "evidence-changed",
        message: "the evidence training/2026.pdf is not the one that was attested",
      }),
    ],
  }),
  ciphers,
  claim({
    id: "nl-monitoring",
    verdict: "attested",
    section: "Operations",
    severity: "medium",
    quote: "The service is monitored around the clock.",
    coverage: { judged: 3, total: 3 },
    checks: [
      check({
        control: "service-monitoring",
        title: "Monitoring",
        result: "pass",
        reason: "all 3 hold",
      }),
    ],
    attestations: [attestation({ covers: "people on call" })],
  }),
  claim({
    id: "nl-hashing",
    verdict: "attested",
    quote: "Passwords are stored as salted hashes.",
    caveat: "the hash function is not named",
    attestations: [attestation({ covers: "password storage", by: "Ola Berg, CTO" })],
  }),
  claim({
    id: "nl-vpn",
    verdict: "not-applicable",
    section: "Network",
    severity: "low",
    quote: "Links between sites are encrypted.",
    reason: "nothing in the estate is in its scope, which it allows",
    checks: [
      check({
        control: "private-interconnect",
        title: "Private links",
        result: "not-applicable",
        reason: "nothing in the estate is in its scope, which it allows",
      }),
    ],
  }),
  claim({
    id: "nl-law",
    verdict: "informational",
    section: "Law",
    severity: "low",
    quote: "We follow the law.",
    reason: "no machine and no single document can show it",
  }),
];

/** A report with every verdict and every section, of a company that does not exist. */
export function sampleReport(): Report {
  return {
    schemaVersion: REPORT_SCHEMA_VERSION,
    tool: { name: "probity", version: "0.1.0" },
    startedAt: "2026-11-22T10:03:02.000Z",
    finishedAt: AS_OF,
    asOf: AS_OF,
    complete: true,
    policies: [
      {
        id: "nordlys",
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        company: "Nordlys Forms",
        title: "How we keep your data safe",
      },
    ],
    summary: {
      claims: {
        upheld: 2,
        violated: 2,
        unverified: 2,
        attested: 2,
        lapsed: 1,
        waived: 1,
        notApplicable: 1,
        informational: 1,
      },
      evaluations: { pass: 190, fail: 10, unknown: 10, notApplicable: 2, error: 1 },
      pending: 2,
      basis: { live: 7, attestation: 3, both: 1 },
    },
    claims,
    attention: [
      {
        kind: "certificate-expiry",
        due: "2026-12-01T12:00:00Z",
        message: "the certificate expires on 2026-12-01",
        subject: subject("www.nordlys.example:443", { target: "www" }),
      },
      {
        kind: "certificate-expiry",
        due: "2026-12-01T12:00:00Z",
        message: "the certificate expires on 2026-12-01",
        subject: subject("api.nordlys.example:443", { target: "api" }),
      },
      {
        kind: "exception-review",
        due: "2026-11-15",
        message: "the declared exception for TLSv1.0 was due for review on 2026-11-15",
        subject: null,
      },
      {
        kind: "attestation-expiry",
        due: "2027-03-02",
        message: "the attestation of Ola Berg, CTO, runs out",
        subject: null,
      },
    ],
    undeclared: [
      ...Array.from({ length: 8 }, (_, index) => ({
        kind: "region",
        message: "holds data outside the declared regions",
        subject: subject(`scratch-${index}`, {
          target: "aws-prod",
          provider: "aws",
          kind: "AWS::S3::Bucket",
          id: `arn:aws:s3:::scratch-${index}`,
          region: "us-east-1",
        }),
      })),
      {
        kind: "data-residency",
        message: "no claim speaks of this kind, which holds data",
        subject: subject("warehouse", {
          target: "aws-prod",
          provider: "aws",
          kind: "AWS::Redshift::Cluster",
          id: "arn:aws:redshift:eu-north-1:111122223333:cluster:warehouse",
          region: "eu-north-1",
        }),
      },
    ],
    problems: [
      ...["nordlysalpha", "nordlysalpha", "nordlysbeta"].map((name, index) => ({
        target: "azure-prod",
        probe: "azure-storage",
        operation: "GET Microsoft.Storage/storageAccounts",
        subject: storage(name, `group-${index}`),
        kinds: ["Microsoft.Storage/storageAccounts"],
        facets: ["encryption"] as const,
        reason: "denied" as const,
        permission: "Microsoft.Storage/storageAccounts/read",
        message: "AuthorizationFailed: the client may not read it",
      })),
      {
        target: "azure-prod",
        probe: "azure-activity",
        operation: "GET Microsoft.Insights/diagnosticSettings",
        subject: null,
        kinds: ["*"],
        facets: [],
        reason: "throttled",
        permission: null,
        message: "429 Too Many Requests, five times",
      },
      {
        target: "smtp",
        probe: "tls",
        operation: "TLS handshake",
        subject: subject("smtp.nordlys.example:465", { target: "smtp" }),
        kinds: ["*"],
        facets: ["protocols", "certificate"],
        reason: "timeout",
        permission: null,
        message: "no answer within 10 s",
      },
    ],
  };
}

/** The sample beside a second company, in another language and with the same words in its ids. */
export function twoCompaniesReport(): Report {
  const sample = sampleReport();
  const second: readonly ClaimResult[] = [
    claim({
      policy: "sceau",
      id: "sc-chiffrement",
      verdict: "violated",
      section: "Sécurité",
      severity: "critical",
      quote: "Les données sont chiffrées « au repos » et en transit, à 100 %.",
      coverage: { judged: 1, total: 1 },
      checks: [
        check({
          control: "https-only",
          title: "No clear-text door",
          result: "fail",
          reason: "1 of 1 do not hold",
          remediation: "Redirect to HTTPS.",
          evaluations: [
            evaluation({
              outcome: "fail",
              subject: subject("sceau.example:443", {
                name: "封印サービス・本番環境の入口",
                target: "sceau",
              }),
              message: "serves in clear text at http://sceau.example/",
            }),
          ],
        }),
      ],
    }),
    claim({
      policy: "sceau",
      id: "sc-hebergement",
      verdict: "upheld",
      section: "Hébergement",
      quote: "Tout est hébergé en France, dans trois centres de données distincts et certifiés.",
      coverage: { judged: 9, total: 9 },
      checks: [check({ control: "data-residency", title: "Place of the data", result: "pass" })],
    }),
  ];
  const { claims: counts } = sample.summary;
  return {
    ...sample,
    complete: false,
    policies: [
      ...sample.policies,
      { id: "sceau", sha256: "0".repeat(64), company: "Sceau SAS", title: "Sécurité des données" },
    ],
    claims: [...sample.claims, ...second],
    summary: {
      ...sample.summary,
      claims: { ...counts, violated: counts.violated + 1, upheld: counts.upheld + 1 },
    },
  };
}

/** A scan after which nothing is left to do. */
export function cleanReport(): Report {
  const sample = sampleReport();
  const upheld = sample.claims.filter(({ verdict }) => verdict === "upheld");
  const none = {
    upheld: 0,
    violated: 0,
    unverified: 0,
    attested: 0,
    lapsed: 0,
    waived: 0,
    notApplicable: 0,
    informational: 0,
  };
  return {
    ...sample,
    claims: upheld,
    summary: { ...sample.summary, claims: { ...none, upheld: upheld.length }, pending: 0 },
    attention: [],
    undeclared: [],
    problems: [],
  };
}

/** What drives programs: their values are the model's own words, never a server's. */
const WORDS_OF_THE_MODEL: ReadonlySet<string> = new Set([
  "verdict",
  "severity",
  "outcome",
  "result",
  "state",
  "provider",
  "version",
  "status",
  "clearText",
  "keyType",
  "order",
  "sni",
  "clientCertificate",
  "test",
  "answer",
]);

/** The sample with something put into every text that a server, a file or a person could have written. */
export function reportWith(text: string): Report {
  return spoilTexts(sampleReport(), text);
}

/** Puts a text into every other text of a report; nothing else changes, so it still is one. */
export function spoilTexts<T>(report: T, text: string): T {
  const spoil = (value: unknown, key: string): unknown => {
    if (WORDS_OF_THE_MODEL.has(key) || value === "quoted") return value;
    if (typeof value === "string") return `${value.slice(0, 6)}${text}${value.slice(6)}`;
    if (Array.isArray(value)) return value.map((item) => spoil(item, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, spoil(item, name)]),
    );
  };
  // Texts become longer texts, which no type here forbids.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return spoil(report, "report") as T;
}
