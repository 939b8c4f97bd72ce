import type { FacetName, Facets } from "#model/facets.ts";
import { tlsVersion, z } from "#model/schema.ts";

const strings = z.array(z.string());
const text = z.string().nullable();
const offered = z.array(z.object({ version: tlsVersion, code: z.string(), name: z.string() }));
const unfinished = z.array(z.object({ version: tlsVersion, why: z.string() }));

const certificate = z.object({
  subject: z.string(),
  issuer: z.string(),
  altNames: strings,
  validFrom: z.string(),
  validTo: z.string(),
  keyType: z.enum(["rsa", "ec", "ed25519", "ed448", "dsa", "ml-dsa", "slh-dsa", "other"]),
  keyBits: z.number().nullable(),
  signatureAlgorithm: text,
  keyUsage: strings.nullable(),
  extendedKeyUsage: strings.nullable(),
  isAuthority: z.boolean(),
  selfSigned: z.boolean(),
  mustStaple: z.boolean(),
  roca: z.boolean().nullable(),
  serial: z.string(),
  fingerprint: z.string(),
});

const presented = z.object({
  chain: z.array(certificate).min(1),
  ordered: z.boolean(),
  complete: z.boolean().nullable(),
  trusted: z.boolean().nullable(),
  trustError: text,
  possession: z.boolean().nullable(),
  hostnameMatches: z.boolean(),
  stapledOcsp: z
    .object({
      status: z.enum(["good", "revoked", "unknown", "unreadable"]),
      thisUpdate: text,
      nextUpdate: text,
    })
    .nullable(),
  timestamps: z.number().nullable(),
});

/** The shape of what the wire of a TLS endpoint shows; what it means is in `#model/tls-facets.ts`. */
export const TLS_FACET_SCHEMAS = {
  protocols: z.object({
    versions: z.array(
      z.object({
        version: tlsVersion,
        status: z.enum(["accepted", "rejected", "unknown"]),
        why: text,
      }),
    ),
  }),
  cipherSuites: z.object({
    suites: offered,
    preferences: z.array(
      z.object({
        version: tlsVersion,
        order: z.enum(["server", "client"]).nullable(),
        chachaForClients: z.boolean().nullable(),
      }),
    ),
    unfinished,
  }),
  keyExchange: z.object({
    groups: offered,
    primes: z.array(
      z.object({ version: tlsVersion, bits: z.number(), name: text, export: z.boolean() }),
    ),
    signatureAlgorithms: offered,
    anySignatureAlgorithm: z.array(tlsVersion),
    unfinished,
  }),
  certificate: z.object({
    hostname: z.string(),
    presented: z.array(presented).min(1),
    withoutName: text,
    unfinished: strings,
  }),
  tlsService: z.object({
    addresses: z.array(
      z.object({
        address: z.string(),
        status: z.enum(["answers", "differs", "failed", "not-asked"]),
        why: text,
      }),
    ),
    alpn: strings.nullable(),
    sni: z.enum(["not-needed", "other-certificate", "required", "unknown"]),
    clientCertificate: z.enum(["not-requested", "optional", "required", "unknown"]),
    tolerance: z.array(
      z.object({
        test: z.enum(["large-hello", "future-version", "unknown-values"]),
        status: z.enum(["tolerated", "intolerant", "unknown"]),
        why: text,
      }),
    ),
    startTls: text,
    connections: z.number(),
  }),
  tlsBehaviour: z.object({
    tests: z.array(
      z.object({
        test: z.enum([
          "session-ids",
          "session-tickets",
          "psk-resumption",
          "early-data",
          "secure-renegotiation",
          "compression",
          "fallback-scsv",
          "extended-master-secret",
          "encrypt-then-mac",
          "downgrade-sentinel",
        ]),
        answer: z.enum(["yes", "no", "unknown", "not-applicable"]),
        why: text,
      }),
    ),
  }),
  tlsAttacks: z.object({
    tests: z.array(
      z.object({
        test: z.enum([
          "heartbleed",
          "ccs-injection",
          "ticketbleed",
          "robot",
          "tls-poodle",
          "client-renegotiation",
          "starttls-injection",
        ]),
        status: z.enum(["vulnerable", "not-vulnerable", "unknown", "not-run"]),
        why: z.string(),
      }),
    ),
  }),
} satisfies { readonly [F in FacetName]?: z.ZodType<Facets[F]> };
