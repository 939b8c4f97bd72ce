import { z } from "#model/schema.ts";

const strings = z.array(z.string());
const text = z.string().nullable();
const flag = z.boolean().nullable();

const endpoints = z.array(z.object({ name: z.string(), url: z.string() }));
const keys = z.array(
  z.object({
    name: z.string(),
    type: z.enum([
      "rsa",
      "ec",
      "ed25519",
      "ed448",
      "dsa",
      "ml-dsa",
      "slh-dsa",
      "other",
      "symmetric",
    ]),
    bits: z.number().nullable(),
    use: text,
    algorithm: text,
    exposed: strings,
    unreadable: text,
    certificate: z
      .object({ subject: z.string(), validFrom: z.string(), validTo: z.string(), ofKey: flag })
      .nullable(),
  }),
);

/** The shape of the facets of `#model/identity-facets.ts`. */
export const IDENTITY_FACET_SCHEMAS = {
  oidcDiscovery: z.object({
    declared: z.string(),
    issuer: z.string(),
    missing: strings,
    endpoints,
    signingAlgorithms: strings.nullable(),
    codeChallengeMethods: strings.nullable(),
    acrValues: strings.nullable(),
    exposed: strings,
    keys: keys.nullable(),
    keysUnread: text,
  }),
  samlMetadata: z.object({
    declared: z.string(),
    entities: z.array(
      z.object({
        id: z.string(),
        validUntil: text,
        assurance: strings.nullable(),
        roles: z.array(
          z.object({
            role: z.enum(["identity provider", "service provider"]),
            requestsSigned: flag,
            assertionsSigned: flag,
            endpoints,
            keys,
          }),
        ),
      }),
    ),
  }),
};
