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
  serial: z.string(),
  fingerprint: z.string(),
});

const presented = z.object({
  chain: z.array(certificate).min(1),
  ordered: z.boolean(),
  complete: z.boolean().nullable(),
  trusted: z.boolean().nullable(),
  trustError: text,
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
    connections: z.number(),
  }),
} satisfies { readonly [F in FacetName]?: z.ZodType<Facets[F]> };
