import { z } from "#model/schema.ts";

const strings = z.array(z.string());

/** The shape of the facets of `#model/ssh-facets.ts`. */
export const SSH_FACET_SCHEMAS = {
  sshService: z.object({
    software: z.string(),
    protocol: z.enum(["2.0", "1.99"]),
    keyExchanges: strings,
    hostKeys: strings,
    ciphers: strings,
    macs: strings,
    compressions: strings,
    strictKeyExchange: z.boolean(),
    addresses: strings,
    unanswered: z.array(z.object({ address: z.string(), why: z.string() })),
    unproven: z.array(z.object({ algorithm: z.string(), why: z.string() })),
  }),
};
