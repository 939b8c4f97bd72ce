import { z } from "#model/schema.ts";

const text = z.string().nullable();

/** The shape of the facets of `#model/reachability-facets.ts`. */
export const REACHABILITY_FACET_SCHEMAS = {
  reachability: z.object({
    declared: z.object({ closed: z.array(z.number()), restricted: z.boolean() }).nullable(),
    seenAs: text,
    hosts: z.array(
      z.object({
        address: z.string(),
        from: text,
        control: z.object({ port: z.number(), alive: z.boolean() }),
        ports: z.array(
          z.object({
            port: z.number(),
            state: z.enum(["open", "refused", "silent", "unreachable", "unknown"]),
          }),
        ),
        answer: z
          .object({
            state: z.enum(["answers", "hangs-up", "refused", "silent", "unreachable", "unknown"]),
            status: z.number().nullable(),
          })
          .nullable(),
      }),
    ),
  }),
};
