import type { FacetName, Facets } from "#model/facets.ts";
import { tlsVersion, z } from "#model/schema.ts";
import { PROVIDERS } from "#model/subject.ts";
import { BACKUP_FACET_SCHEMAS } from "./backup-facet-schemas.ts";
import { IDENTITY_FACET_SCHEMAS } from "./identity-facet-schemas.ts";
import { DNS_FACET_SCHEMAS } from "./dns-facet-schemas.ts";
import { REACHABILITY_FACET_SCHEMAS } from "./reachability-facet-schemas.ts";
import { HTTP_FACET_SCHEMAS } from "./http-facet-schemas.ts";
import { SECURITY_FACET_SCHEMAS } from "./security-facet-schemas.ts";
import { SSH_FACET_SCHEMAS } from "./ssh-facet-schemas.ts";
import { TLS_FACET_SCHEMAS } from "./tls-facet-schemas.ts";

const strings = z.array(z.string());
const text = z.string().nullable();
const flag = z.boolean().nullable();
const count = z.number().nullable();
const clearText = z.enum([
  "refused",
  "redirects-to-https",
  "redirects-elsewhere",
  "serves",
  "unknown",
]);

export const subjectSchema = z.object({
  target: z.string(),
  provider: z.enum(PROVIDERS),
  kind: z.string(),
  id: z.string(),
  name: z.string(),
  region: text,
  tags: z.record(z.string(), z.string()).nullable(),
});

const destination = z.object({
  region: text,
  subject: text,
  status: z.enum(["active", "disabled", "degraded", "unknown"]),
  whole: flag,
  lastSync: text,
});

/** The shape of every facet, for evidence that comes from a file. What they mean is in `#model/facets.ts`. */
export const FACET_SCHEMAS = {
  inventory: z.object({ kinds: strings, complete: z.boolean(), items: z.array(subjectSchema) }),
  location: z.object({
    regions: strings,
    zones: strings.nullable(),
    possible: strings.exactOptional(),
  }),
  encryption: z.object({
    enabled: flag,
    algorithm: text,
    algorithmSource: z.enum(["setting", "published-design"]).nullable(),
    algorithmReference: text,
    keyManagement: z.enum(["provider", "customer"]).nullable(),
    caveat: text,
    sampled: z
      .object({
        looked: z.number(),
        listed: z.number(),
        more: z.boolean(),
        unencrypted: z.number(),
        untold: z.number(),
        providerKeys: z.number(),
        customerKeys: z.number(),
        unknownKeys: z.number(),
        why: text,
      })
      .exactOptional(),
  }),
  transport: z.object({
    secureOnly: flag,
    minimumTls: tlsVersion.nullable(),
    versions: z.array(tlsVersion).exactOptional(),
    hostNames: strings.exactOptional(),
    port: z.number().exactOptional(),
    unseen: strings.exactOptional(),
    minimumTlsIsDefault: z.boolean(),
    platformFloor: z.object({ version: tlsVersion, reference: z.string() }).nullable(),
    detail: z.string(),
  }),
  exposure: z.object({
    anonymousAccess: flag,
    openNetwork: flag,
    through: strings,
    closedBy: strings,
  }),
  versioning: z.object({ enabled: flag }),
  redundancy: z.object({
    zones: count,
    zoneNames: strings.nullable().exactOptional(),
    zoneRedundant: flag,
    geoRedundant: flag,
    setting: z.string(),
  }),
  replication: z.object({
    destinations: z.array(destination),
    copyOf: z.string().exactOptional(),
  }),
  recoveryPoints: z.object({
    points: strings,
    since: z.string(),
    olderExists: flag,
    retention: text,
    continuous: z.object({ from: z.string(), to: z.string() }).exactOptional(),
  }),
  ...BACKUP_FACET_SCHEMAS,
  ...SECURITY_FACET_SCHEMAS,
  ...SSH_FACET_SCHEMAS,
  ...REACHABILITY_FACET_SCHEMAS,
  ...TLS_FACET_SCHEMAS,
  ...IDENTITY_FACET_SCHEMAS,
  ...DNS_FACET_SCHEMAS,
  http: z.object({
    url: z.string(),
    clearText,
    status: count,
    location: text,
    hsts: z
      .object({ maxAgeSeconds: z.number(), includeSubDomains: z.boolean(), preload: z.boolean() })
      .nullable(),
    httpsAnswered: z.boolean(),
    addresses: z
      .array(z.object({ address: z.string(), clearText, status: count, why: text }))
      .exactOptional(),
  }),
  ...HTTP_FACET_SCHEMAS,
  attestation: z.object({
    id: z.string(),
    owner: z.string(),
    date: z.string(),
    expires: z.string(),
    covers: strings,
    evidence: z
      .object({
        location: z.string(),
        declaredSha256: z.string(),
        actualSha256: text,
        checkable: z.boolean(),
      })
      .nullable(),
  }),
} satisfies { readonly [F in FacetName]: z.ZodType<Facets[F]> };

// The keys are the facets' names by the type above; Object.keys forgets it.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const FACET_NAMES = Object.keys(FACET_SCHEMAS) as FacetName[];
