import { z } from "#model/schema.ts";

const strings = z.array(z.string());
const text = z.string().nullable();
const flag = z.boolean().nullable();

/** The shape of the facets of `#model/dns-facets.ts`. */
export const DNS_FACET_SCHEMAS = {
  dns: z.object({
    name: z.string(),
    resolvers: strings,
    addresses: z.array(z.object({ address: z.string(), ttl: z.number() })).nullable(),
    aliases: z.array(z.object({ name: z.string(), to: z.string(), ttl: z.number() })),
    caa: z
      .object({
        at: text,
        records: z.array(z.object({ critical: z.boolean(), tag: z.string(), value: z.string() })),
      })
      .nullable(),
    dnssec: z.object({
      status: z.enum(["secure", "insecure", "bogus", "unknown"]),
      zone: text,
      signed: flag,
      delegated: flag,
      why: z.string(),
    }),
    mail: z
      .object({
        domain: z.string(),
        mx: z.array(z.object({ preference: z.number(), exchange: z.string() })).nullable(),
        spf: strings.nullable(),
        dmarc: z.object({ at: text, records: strings }).nullable(),
        mtaSts: strings.nullable(),
      })
      .nullable(),
    unread: z.array(
      z.object({
        what: z.enum(["addresses", "caa", "dnssec", "mx", "spf", "dmarc", "mta-sts"]),
        why: z.string(),
      }),
    ),
  }),
  hosting: z.object({
    name: z.string(),
    addresses: z
      .array(
        z.object({
          address: z.string(),
          source: text,
          prefix: text,
          provider: text,
          region: text,
          edge: text,
        }),
      )
      .min(1),
    sources: z.array(
      z.object({
        id: z.string(),
        covers: strings,
        origin: z.enum(["list", "routes", "table"]),
        fetchedAt: z.string(),
        sha256: z.string(),
        label: text,
      }),
    ),
  }),
};
