/** The schema builders that controls and configuration files share; the only door to zod for controls. */
import * as z from "zod";
import { parseDuration } from "./duration.ts";
import { TLS_VERSIONS } from "./tls.ts";

export { z };

/** An ISO 8601 duration such as `PT1H`, `P30D`, `P3M`; kept as written. */
export const duration = z
  .string()
  .refine((text) => parseDuration(text) !== null, {
    error: "expected an ISO 8601 duration such as PT1H, P30D or P1Y",
  })
  .meta({ description: "ISO 8601 duration, such as PT1H, P30D or P1Y" });

export const tlsVersion = z.enum(TLS_VERSIONS);

/** A calendar date, `2026-03-31`. */
export const date = z.iso.date({ error: "expected a date such as 2026-03-31" });

export const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { error: "expected a SHA-256 in 64 lower-case hex digits" });

/** Lower-case words joined by hyphens: ids of claims, policies, targets, labels. */
export const identifier = z.string().regex(/^[a-z0-9]+(?:[-.][a-z0-9]+)*$/, {
  error: "expected lower-case letters, digits and hyphens, such as pf-transit-tls",
});

/** The few builders of zod that expectations need: all of it as one value would keep all of it in the bundle. */
const builders = {
  array: z.array,
  boolean: z.boolean,
  enum: z.enum,
  int: z.int,
  literal: z.literal,
  strictObject: z.strictObject,
  string: z.string,
  union: z.union,
};

/** What controls build their expectations with. It is given to them, so that who only judges need not load it. */
export const SCHEMA_KIT = { z: builders, duration, tlsVersion, date };
export type SchemaKit = typeof SCHEMA_KIT;
