import { cipherSuites, suiteCode } from "#facts/cipher-suites.ts";
import { NAMED_GROUPS } from "#facts/named-groups.ts";
import {
  CHECK_SCHEMA_VERSION,
  type CheckedTls,
  type CheckedWeb,
  type CheckJudgement,
  type CheckReport,
} from "#model/check-report.ts";
import type {
  AttackTest,
  BehaviourTest,
  Certificate,
  CertificateFacet,
  KeyExchange,
  Offered,
  PresentedCertificate,
  TlsAttacks,
  TlsBehaviour,
  TlsService,
  WeaknessStatus,
  WireAnswer,
} from "#model/tls-facets.ts";
import { TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";
import { headers, visit } from "./http-visit.ts";

const TLS13 = ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"];
const TLS12 = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
];
const OLD = [
  "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
  "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
  "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
  "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
  "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA",
  "TLS_RSA_WITH_AES_256_CBC_SHA",
  "TLS_RSA_WITH_AES_128_CBC_SHA",
  "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
  "TLS_RSA_WITH_RC4_128_SHA",
  "TLS_RSA_WITH_RC4_128_MD5",
  "TLS_RSA_EXPORT_WITH_RC4_40_MD5",
  "TLS_RSA_WITH_NULL_SHA",
];

/** Suites of a version by their names, with their real codes. */
export function suites(version: TlsVersion, names: readonly string[]): Offered[] {
  return names.map((name) => {
    const known = cipherSuites()
      .values()
      .find((suite) => suite.name === name);
    if (known === undefined) throw new Error(`no suite is called ${name}`);
    return { version, code: suiteCode(known.code), name };
  });
}

function groups(version: TlsVersion, names: readonly string[]): Offered[] {
  return names.map((name) => {
    const known = NAMED_GROUPS.values().find((group) => group.name === name);
    if (known === undefined) throw new Error(`no group is called ${name}`);
    return { version, code: suiteCode(known.code), name };
  });
}

function signatures(version: TlsVersion, names: readonly string[]): Offered[] {
  return names.map((name, index) => ({ version, code: `0x040${index}`, name }));
}

/** A certificate of the sample: EC, 90 days, unless told otherwise. */
export function certificate(fields: Partial<Certificate> = {}): Certificate {
  return {
    subject: "CN=www.nordlys.example",
    issuer: "C=US, O=Let's Encrypt, CN=E7",
    altNames: ["www.nordlys.example", "nordlys.example"],
    validFrom: "2026-10-24T08:00:00Z",
    validTo: "2027-01-22T08:00:00Z",
    keyType: "ec",
    keyBits: 256,
    signatureAlgorithm: "ecdsa-with-SHA384",
    keyUsage: ["digitalSignature"],
    extendedKeyUsage: ["1.3.6.1.5.5.7.3.1"],
    isAuthority: false,
    selfSigned: false,
    mustStaple: false,
    roca: false,
    serial: "04a1b2c3",
    fingerprint: "b".repeat(64),
    ...fields,
  };
}

const INTERMEDIATE = certificate({
  subject: "C=US, O=Let's Encrypt, CN=E7",
  issuer: "C=US, O=Internet Security Research Group, CN=ISRG Root X1",
  altNames: [],
  validFrom: "2024-03-13T00:00:00Z",
  validTo: "2027-03-12T23:59:59Z",
  keyBits: 384,
  signatureAlgorithm: "sha256WithRSAEncryption",
  keyUsage: ["digitalSignature", "keyCertSign", "cRLSign"],
  extendedKeyUsage: ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"],
  isAuthority: true,
  serial: "a1",
  fingerprint: "c".repeat(64),
});

/** What a server presents: a leaf and its intermediate, trusted, unless told otherwise. */
export function presented(fields: Partial<PresentedCertificate> = {}): PresentedCertificate {
  return {
    chain: [certificate(), INTERMEDIATE],
    ordered: true,
    complete: true,
    trusted: true,
    trustError: null,
    possession: true,
    hostnameMatches: true,
    stapledOcsp: null,
    timestamps: 2,
    ...fields,
  };
}

/** The parts of a server that the samples share. */
export const SAMPLE = {
  certificate: {
    hostname: "www.nordlys.example",
    presented: [presented()],
    withoutName: "b".repeat(64),
    unfinished: [],
  } satisfies CertificateFacet,
  keyExchange: {
    groups: [
      ...groups("TLSv1.3", ["X25519MLKEM768", "x25519", "secp256r1", "secp384r1"]),
      ...groups("TLSv1.2", ["x25519", "secp256r1"]),
    ],
    primes: [],
    signatureAlgorithms: [
      ...signatures("TLSv1.3", ["ecdsa_secp256r1_sha256"]),
      ...signatures("TLSv1.2", ["ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384"]),
    ],
    anySignatureAlgorithm: [],
    unfinished: [],
  } satisfies KeyExchange,
  service: {
    addresses: [
      { address: "203.0.113.7", status: "answers", why: null },
      { address: "2001:db8::7", status: "answers", why: null },
    ],
    alpn: ["h2", "http/1.1"],
    sni: "not-needed",
    clientCertificate: "not-requested",
    connections: 48,
    startTls: null,
    tolerance: [
      { test: "large-hello", status: "tolerated", why: null },
      { test: "future-version", status: "tolerated", why: null },
      { test: "unknown-values", status: "tolerated", why: null },
    ],
  } satisfies TlsService,
  behaviour: behaviour(),
  attacks: attacks(),
} as const;

/** What connections do, as a good server does it unless told otherwise. */
function behaviour(
  answers: Partial<Record<BehaviourTest, readonly [answer: WireAnswer, why: string | null]>> = {},
): TlsBehaviour {
  const usual: readonly (readonly [BehaviourTest, WireAnswer])[] = [
    ["session-ids", "no"],
    ["session-tickets", "yes"],
    ["psk-resumption", "yes"],
    ["early-data", "no"],
    ["secure-renegotiation", "yes"],
    ["compression", "no"],
    ["fallback-scsv", "yes"],
    ["extended-master-secret", "yes"],
    ["encrypt-then-mac", "not-applicable"],
    ["downgrade-sentinel", "yes"],
  ];
  return {
    tests: usual.map(([test, answer]) => {
      const [other, why] = answers[test] ?? [answer, null];
      return { test, answer: other, why };
    }),
  };
}

/** Active tests, not run but for these. */
function attacks(
  found: Partial<Record<AttackTest, readonly [status: WeaknessStatus, why: string]>> = {},
): TlsAttacks {
  const tests = [
    "heartbleed",
    "ccs-injection",
    "ticketbleed",
    "robot",
    "tls-poodle",
    "client-renegotiation",
  ] as const;
  return {
    tests: tests.map((test) => {
      const [status, why] = found[test] ?? ["not-run", "--active was not given"];
      return { test, status, why };
    }),
  };
}

function judgement(
  control: string,
  message: string,
  fields: Partial<CheckJudgement> = {},
): CheckJudgement {
  return {
    claim: `baseline-${control}`,
    control,
    outcome: "pass",
    message,
    expected: control === "tls-cipher-suites" ? { profile: "mozilla-intermediate@6" } : {},
    actual: null,
    basis: { standard: "Mozilla intermediate 6.0" },
    remediation: null,
    ...fields,
  };
}

const HOME = "https://www.nordlys.example/";

/** A web server with nothing to complain of. */
function goodWeb(): CheckedWeb {
  return {
    answer: visit({
      url: HOME,
      hops: [
        { url: HOME, status: 302, location: `${HOME}nb/` },
        { url: `${HOME}nb/`, status: 200, location: null },
      ],
      headers: headers(
        ["content-type", "text/html"],
        ["x-content-type-options", "nosniff"],
        ["content-security-policy", "default-src 'self'; frame-ancestors 'none'"],
        ["referrer-policy", "same-origin"],
        ["permissions-policy", "camera=()"],
      ),
      cookies: [
        { name: "__Host-id", secure: true, httpOnly: true, sameSite: "Lax", refused: null },
      ],
    }),
    service: {
      versions: [
        { version: "HTTP/1.1", status: "answers", why: null },
        { version: "HTTP/2", status: "answers", why: null },
      ],
      methods: ["GET", "HEAD", "OPTIONS"],
      securityTxt: {
        status: "found",
        why: null,
        contacts: ["mailto:security@nordlys.example"],
        expires: "2027-05-01T00:00:00Z",
        signed: true,
      },
    },
  };
}

/** A web server that has heard of none of it. */
function badWeb(): CheckedWeb {
  return {
    answer: visit({
      url: HOME,
      version: "HTTP/1.1",
      hops: [{ url: HOME, status: 200, location: null }],
      headers: headers(["content-type", "text/html"]),
      cookies: [
        { name: "PHPSESSID", secure: false, httpOnly: false, sameSite: null, refused: null },
        {
          name: "__Host-x",
          secure: false,
          httpOnly: true,
          sameSite: "None",
          refused: "SameSite=None needs Secure",
        },
      ],
    }),
    service: {
      versions: [
        { version: "HTTP/1.1", status: "answers", why: null },
        { version: "HTTP/2", status: "not-offered", why: null },
      ],
      methods: ["GET", "TRACE"],
      securityTxt: {
        status: "absent",
        why: "status 404",
        contacts: [],
        expires: null,
        signed: false,
      },
    },
  };
}

/** A server with nothing to complain of. */
export function goodCheck(): CheckReport & { readonly tls: CheckedTls } {
  return {
    schemaVersion: CHECK_SCHEMA_VERSION,
    tool: { name: "probity", version: "0.1.0" },
    checkedAt: "2026-11-22T03:04:05.000Z",
    milliseconds: 412,
    target: {
      url: "https://www.nordlys.example/",
      host: "www.nordlys.example",
      port: 443,
      address: "203.0.113.7",
    },
    reachable: true,
    dns: null,
    hosting: null,
    policy: { id: "baseline", title: "Mozilla intermediate 6.0", builtIn: true },
    tls: {
      protocols: {
        versions: TLS_VERSIONS.map((version) => ({
          version,
          status: version === "TLSv1.2" || version === "TLSv1.3" ? "accepted" : "rejected",
          why: null,
        })),
      },
      cipherSuites: {
        suites: [...suites("TLSv1.2", TLS12), ...suites("TLSv1.3", TLS13)],
        preferences: [
          { version: "TLSv1.2", order: "server", chachaForClients: true },
          { version: "TLSv1.3", order: "server", chachaForClients: false },
        ],
        unfinished: [],
      },
      keyExchange: SAMPLE.keyExchange,
      certificate: SAMPLE.certificate,
      service: SAMPLE.service,
      behaviour: SAMPLE.behaviour,
      attacks: SAMPLE.attacks,
    },
    http: {
      url: "http://www.nordlys.example/",
      clearText: "redirects-to-https",
      status: 301,
      location: "https://www.nordlys.example/",
      hsts: { maxAgeSeconds: 63_072_000, includeSubDomains: true, preload: false },
      httpsAnswered: true,
    },
    web: goodWeb(),
    judgements: [
      judgement(
        "tls-protocol-versions",
        "accepts TLSv1.2, TLSv1.3; declared: TLSv1.2, TLSv1.3 only",
      ),
      judgement("tls-cipher-suites", "all 6 suites are recommended"),
      judgement(
        "tls-key-exchange",
        "offers x25519, secp256r1, secp384r1 and a hybrid post-quantum group",
      ),
      judgement("tls-certificate", "trusted, covers www.nordlys.example, valid until 2027-01-22"),
      judgement("https-only", "clear text redirects to HTTPS; HSTS for 730 days"),
      judgement(
        "tls-weaknesses",
        "18 weaknesses are not there; not run without --active: Heartbleed, CCS injection",
      ),
    ],
    attention: [],
    problems: [],
  };
}

const PROTOCOLS_TO_DO = [
  "Accept TLS 1.2 and 1.3 only, then reload the server:",
  "nginx: ssl_protocols TLSv1.2 TLSv1.3;",
  "Apache: SSLProtocol -all +TLSv1.2 +TLSv1.3",
  "HAProxy: ssl-default-bind-options ssl-min-ver TLSv1.2",
].join("\n");

/** A server in trouble at three in the morning. */
export function badCheck(): CheckReport & { readonly tls: CheckedTls } {
  const good = goodCheck();
  const { tls } = good;
  return {
    ...good,
    tls: {
      ...tls,
      protocols: {
        versions: TLS_VERSIONS.map((version) => ({
          version,
          status:
            version === "SSLv2"
              ? "unknown"
              : version >= "TLSv1.2" || version === "TLSv1.0"
                ? "accepted"
                : "rejected",
          why: version === "SSLv2" ? "connection reset" : null,
        })),
      },
      cipherSuites: {
        suites: [
          ...suites("TLSv1.0", OLD),
          ...suites("TLSv1.2", TLS12),
          ...suites("TLSv1.3", TLS13),
        ],
        preferences: [
          { version: "TLSv1.0", order: "client", chachaForClients: null },
          { version: "TLSv1.2", order: "server", chachaForClients: false },
          { version: "TLSv1.3", order: null, chachaForClients: null },
        ],
        unfinished: [{ version: "TLSv1.0", why: "the server stopped answering" }],
      },
      keyExchange: {
        ...SAMPLE.keyExchange,
        groups: groups("TLSv1.3", ["x25519", "secp256r1"]),
        primes: [
          { version: "TLSv1.0", bits: 1024, name: "RFC 2409 group 2", export: false },
          { version: "TLSv1.0", bits: 512, name: null, export: true },
        ],
        anySignatureAlgorithm: ["TLSv1.2"],
        unfinished: [{ version: "TLSv1.2", why: "the server stopped answering" }],
      },
      certificate: {
        ...SAMPLE.certificate,
        presented: [
          presented({
            chain: [
              certificate({
                validTo: "2026-11-21T08:00:00Z",
                altNames: Array.from({ length: 9 }, (_, index) => `host-${index}.nordlys.example`),
              }),
            ],
            complete: false,
            trusted: false,
            trustError: "certificate has expired",
            hostnameMatches: false,
            stapledOcsp: {
              status: "revoked",
              thisUpdate: "2026-11-20T08:00:00Z",
              nextUpdate: "2026-11-27T08:00:00Z",
            },
            timestamps: 0,
          }),
          presented({
            chain: [
              certificate({ keyType: "rsa", keyBits: 2048, fingerprint: "d".repeat(64) }),
              INTERMEDIATE,
            ],
            ordered: false,
            complete: null,
            timestamps: null,
          }),
        ],
        withoutName: "d".repeat(64),
        unfinished: ["whether there is an EdDSA certificate: the server stopped answering"],
      },
      service: {
        ...SAMPLE.service,
        addresses: [
          { address: "203.0.113.7", status: "answers", why: null },
          { address: "203.0.113.8", status: "differs", why: "it accepts TLSv1.1 too" },
          { address: "2001:db8::7", status: "failed", why: "connection refused" },
        ],
        alpn: [],
        sni: "other-certificate",
        clientCertificate: "optional",
        connections: 48,
        startTls: null,
        tolerance: [
          { test: "large-hello", status: "intolerant", why: "connection reset" },
          { test: "future-version", status: "tolerated", why: null },
          { test: "unknown-values", status: "unknown", why: "the server stopped answering" },
        ],
      },
      behaviour: behaviour({
        "session-tickets": ["unknown", "the server stopped answering"],
        "psk-resumption": ["no", null],
        "early-data": ["yes", null],
        "fallback-scsv": ["no", "it took TLSv1.0 from a client that fell back"],
        "extended-master-secret": ["no", null],
        "encrypt-then-mac": ["no", null],
      }),
      attacks: attacks({
        robot: ["unknown", "the server stopped answering"],
        "tls-poodle": ["not-vulnerable", "it refused a wrong padding"],
      }),
    },
    http: {
      url: "http://www.nordlys.example/",
      clearText: "serves",
      status: 200,
      location: null,
      hsts: null,
      httpsAnswered: true,
    },
    web: badWeb(),
    judgements: [
      judgement("tls-protocol-versions", "accepts TLSv1.0; declared: TLSv1.2, TLSv1.3 only", {
        outcome: "fail",
        remediation: PROTOCOLS_TO_DO,
      }),
      judgement("tls-cipher-suites", "the list for TLSv1.0 is not complete", {
        outcome: "unknown",
      }),
      judgement("tls-certificate", "expired on 2026-11-21; does not cover www.nordlys.example", {
        outcome: "fail",
        remediation: "Renew the certificate and reload the server.",
      }),
      judgement("https-only", "serves in clear text; no HSTS", {
        outcome: "fail",
        basis: {
          interpreted: {
            who: "Nordlys",
            when: "2026-11-01",
            why: "“encrypted” is read as: no clear-text door at all",
          },
        },
        remediation: "Redirect to HTTPS and send Strict-Transport-Security.",
      }),
      judgement("tls-key-exchange", "offers x25519, secp256r1"),
    ],
    attention: [
      { kind: "key-age", due: "2026-12-05", message: "the key is due for rotation" },
      {
        kind: "chain-expiry",
        due: "2026-11-29T10:00:00Z",
        message: "the issuer's certificate expires",
      },
    ],
    problems: [
      {
        target: "www.nordlys.example",
        probe: "tls",
        operation: "TLS handshake TLSv1.0",
        subject: null,
        kinds: ["endpoint"],
        facets: ["cipherSuites"],
        reason: "unreachable",
        permission: null,
        message: "connection reset by the server",
      },
    ],
  };
}

/** A server from the time when everything was let in. */
export function legacyCheck(): CheckReport & { readonly tls: CheckedTls } {
  const good = goodCheck();
  const versions = ["SSLv3", "TLSv1.0", "TLSv1.1"] as const;
  return {
    ...good,
    policy: { id: "baseline", title: "Nordlys security page", builtIn: false },
    tls: {
      ...good.tls,
      protocols: {
        versions: TLS_VERSIONS.map((version) => ({
          version,
          status: version < "TLSv1.2" ? "accepted" : "rejected",
          why: null,
        })),
      },
      cipherSuites: {
        suites: [
          { version: "SSLv2", code: "0x010080", name: "SSL_CK_RC4_128_WITH_MD5" },
          { version: "SSLv2", code: "0x060040", name: "SSL_CK_DES_64_CBC_WITH_MD5" },
          ...versions.flatMap((version) => suites(version, OLD)),
          { version: "TLSv1.1", code: "0xFEED", name: "unknown-0xFEED" },
        ],
        preferences: versions.map((version) => ({
          version,
          order: "client",
          chachaForClients: null,
        })),
        unfinished: [],
      },
      keyExchange: {
        groups: [],
        primes: versions.map((version) => ({
          version,
          bits: 1024,
          name: "RFC 2409 group 2",
          export: false,
        })),
        signatureAlgorithms: [],
        anySignatureAlgorithm: [],
        unfinished: [],
      },
      service: null,
      behaviour: behaviour({
        "session-ids": ["yes", null],
        "psk-resumption": ["not-applicable", null],
        "early-data": ["not-applicable", null],
        compression: ["yes", "it chose DEFLATE"],
        "secure-renegotiation": ["no", null],
        "fallback-scsv": ["no", null],
        "encrypt-then-mac": ["no", null],
        "extended-master-secret": ["no", null],
        "downgrade-sentinel": ["not-applicable", null],
      }),
      attacks: attacks({
        heartbleed: ["vulnerable", "it sent 16 bytes that nobody had sent it"],
        "ccs-injection": ["vulnerable", "it took a change of ciphers before there were keys"],
        ticketbleed: ["not-vulnerable", "its answers repeat what was sent"],
        robot: ["not-vulnerable", "all wrong paddings are answered alike"],
        "tls-poodle": ["not-vulnerable", "it refused a wrong padding"],
        "client-renegotiation": ["vulnerable", "it began 10 handshakes on one connection"],
      }),
    },
    http: null,
    web: null,
    judgements: [
      judgement(
        "tls-protocol-versions",
        "accepts SSLv2, SSLv3, TLSv1.0, TLSv1.1; declared: TLSv1.2, TLSv1.3 only",
        { outcome: "fail", remediation: PROTOCOLS_TO_DO },
      ),
      judgement("tls-cipher-suites", "accepts broken suites: TLS_RSA_WITH_RC4_128_SHA (SSLv3)", {
        outcome: "fail",
        remediation: "Set the server's list of suites to the named profile.",
      }),
      judgement("https-only", "speaks no HTTP", { outcome: "not-applicable" }),
    ],
  };
}

/** A host that does not answer. */
export function unreachableCheck(): CheckReport {
  const down = {
    ...goodCheck(),
    target: { url: "https://down.nordlys.example/", host: "down.nordlys.example", port: 443 },
  };
  return silent(down, "unreachable", "connection refused by 203.0.113.9:443");
}

/** A server that speaks something else. */
export function otherProtocolCheck(): CheckReport {
  const other = {
    ...goodCheck(),
    target: { url: "tls://mail.nordlys.example:25", host: "mail.nordlys.example", port: 25 },
  };
  return silent(
    other,
    "malformed",
    "mail.nordlys.example:25: does not speak TLS: it says “220 mx”",
  );
}

function silent(
  check: CheckReport,
  reason: "unreachable" | "malformed",
  message: string,
): CheckReport {
  return {
    ...check,
    reachable: false,
    dns: null,
    hosting: null,
    tls: null,
    http: null,
    web: null,
    judgements: check.judgements
      .slice(0, 5)
      .map(({ control }) =>
        judgement(control, `not read: ${reason}, ${message}`, { outcome: "unknown" }),
      ),
    problems: [
      {
        target: "endpoint",
        probe: "tls-endpoint",
        operation: "TLS hellos",
        subject: null,
        kinds: ["endpoint"],
        facets: [],
        reason,
        permission: null,
        message,
      },
    ],
  };
}
