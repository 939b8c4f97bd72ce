import {
  CHECK_SCHEMA_VERSION,
  type CheckJudgement,
  type CheckReport,
} from "#model/check-report.ts";
import type { Certificate } from "#model/facets.ts";
import { TLS_VERSIONS } from "#model/tls.ts";

const TLS13 = ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"];
const TLS12 = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
];

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
    serial: "04a1b2c3",
    fingerprint: "b".repeat(64),
    ...fields,
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
    expected: {},
    actual: null,
    basis: { standard: "Mozilla intermediate 6.0" },
    remediation: null,
    ...fields,
  };
}

/** A server with nothing to complain of. */
export function goodCheck(): CheckReport {
  return {
    schemaVersion: CHECK_SCHEMA_VERSION,
    tool: { name: "probity", version: "0.1.0" },
    checkedAt: "2026-11-22T03:04:05.000Z",
    target: {
      url: "https://www.nordlys.example/",
      host: "www.nordlys.example",
      port: 443,
      address: "203.0.113.7",
    },
    reachable: true,
    policy: { id: "baseline", title: "Mozilla intermediate 6.0", builtIn: true },
    tls: {
      protocols: TLS_VERSIONS.map((version) => ({
        version,
        status: version === "TLSv1.2" || version === "TLSv1.3" ? "accepted" : "rejected",
        why: null,
      })),
      cipherSuites: [
        ...TLS13.map((name, index) => ({
          version: "TLSv1.3" as const,
          code: `0x130${index + 1}`,
          name,
        })),
        ...TLS12.map((name, index) => ({
          version: "TLSv1.2" as const,
          code: `0xC02${index}`,
          name,
        })),
      ],
      serverPreference: true,
      unfinished: [],
      groups: ["X25519MLKEM768", "x25519", "secp256r1", "secp384r1"].map((name, index) => ({
        version: "TLSv1.3" as const,
        code: `0x001${index}`,
        name,
      })),
      certificates: [
        certificate(),
        certificate({
          subject: "C=US, O=Let's Encrypt, CN=E7",
          issuer: "C=US, O=Internet Security Research Group, CN=ISRG Root X1",
          altNames: [],
          validFrom: "2024-03-13T00:00:00Z",
          validTo: "2027-03-12T23:59:59Z",
          keyBits: 384,
          signatureAlgorithm: "sha256WithRSAEncryption",
        }),
      ],
      trusted: true,
      trustError: null,
      hostnameMatches: true,
    },
    http: {
      url: "http://www.nordlys.example/",
      clearText: "redirects-to-https",
      status: 301,
      location: "https://www.nordlys.example/",
      hsts: { maxAgeSeconds: 63_072_000, includeSubDomains: true, preload: false },
      httpsAnswered: true,
    },
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
      judgement("tls-weaknesses", "needs tests that were not asked for", {
        outcome: "not-applicable",
      }),
    ],
    attention: [],
    problems: [],
  };
}

/** A server in trouble at three in the morning. */
export function badCheck(): CheckReport {
  const good = goodCheck();
  const { tls } = good;
  if (tls === null) throw new Error("the good check has TLS");
  return {
    ...good,
    tls: {
      ...tls,
      protocols: tls.protocols.map((entry) =>
        entry.version === "TLSv1.0"
          ? { ...entry, status: "accepted" }
          : entry.version === "SSLv2"
            ? { ...entry, status: "unknown", why: "connection reset" }
            : entry,
      ),
      cipherSuites: [
        ...tls.cipherSuites,
        ...Array.from({ length: 15 }, (_, index) => ({
          version: "TLSv1.0" as const,
          code: `0x00${index + 10}`,
          name: `TLS_RSA_WITH_SAMPLE_${index}_CBC_SHA`,
        })),
      ],
      serverPreference: false,
      unfinished: [{ version: "TLSv1.0", why: "the server stopped answering" }],
      certificates: [
        certificate({
          validTo: "2026-11-21T08:00:00Z",
          altNames: Array.from({ length: 9 }, (_, index) => `host-${index}.nordlys.example`),
        }),
      ],
      trusted: false,
      trustError: "certificate has expired",
      hostnameMatches: false,
    },
    http: {
      url: "http://www.nordlys.example/",
      clearText: "serves",
      status: 200,
      location: null,
      hsts: null,
      httpsAnswered: true,
    },
    judgements: [
      judgement("tls-protocol-versions", "accepts TLSv1.0; declared: TLSv1.2, TLSv1.3 only", {
        outcome: "fail",
        remediation: "Turn the older versions off: nginx `ssl_protocols TLSv1.2 TLSv1.3;`.",
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
      judgement("tls-key-exchange", "offers x25519, secp256r1, secp384r1"),
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

/** A host that does not answer. */
export function unreachableCheck(): CheckReport {
  const good = goodCheck();
  return {
    ...good,
    target: { url: "https://down.nordlys.example/", host: "down.nordlys.example", port: 443 },
    reachable: false,
    tls: null,
    http: null,
    judgements: good.judgements.map(({ control }) =>
      judgement(control, "not read: unreachable, connection refused", { outcome: "unknown" }),
    ),
    problems: [
      {
        target: "down.nordlys.example",
        probe: "tls",
        operation: "TCP connect",
        subject: null,
        kinds: ["endpoint"],
        facets: [],
        reason: "unreachable",
        permission: null,
        message: "connection refused by 203.0.113.9:443",
      },
    ],
  };
}
