import { parseRange } from "./address-ranges.ts";
import {
  awsTarget,
  azureTarget,
  gcpTarget,
  ovhTarget,
  scalewayTarget,
  upcloudTarget,
} from "./cloud-targets.ts";
import { endpointTarget } from "./endpoint-target.ts";
import { identifier, z } from "./schema.ts";
import { subjectSelector } from "./scope.ts";

export const targetSchema = z.discriminatedUnion("provider", [
  awsTarget,
  azureTarget,
  gcpTarget,
  ovhTarget,
  scalewayTarget,
  upcloudTarget,
  endpointTarget,
]);
export type Target = z.output<typeof targetSchema>;
export type TargetOf<P extends Target["provider"]> = Extract<Target, { provider: P }>;

/** Gives a label to every subject that matches. */
const labelRule = z.strictObject({
  label: identifier.describe(
    "The label. Of a kind that is not known, data and no-data say whether it holds customers' data.",
  ),
  match: subjectSelector.describe("Which subjects get it; every field that is given must match."),
});
export type LabelRule = z.output<typeof labelRule>;

const addressRange = z
  .string()
  .refine((text) => parseRange(text) !== null, {
    error: "expected a range of addresses such as 192.0.2.0/24 or 2001:db8::/48, or one address",
  })
  .refine((text) => !/\/[0-3]$/.test(text), {
    error: "expected a range of some addresses: so wide a one restricts nothing",
  });

/** Addresses from which something may be done, and where that is so. */
const rangeRule = z.strictObject({
  name: identifier.describe("What the ranges are, for the report: office, vpn."),
  ranges: z
    .array(addressRange)
    .min(1)
    .describe("Ranges in CIDR notation, IPv4 or IPv6, or single addresses."),
  match: subjectSelector
    .optional()
    .describe(
      "The subjects for which they are declared; every field that is given must match. Left out: all.",
    ),
});

export const estateSchema = z
  .strictObject({
    version: z.literal(1).describe("Version of this format."),
    targets: z
      .array(targetSchema)
      .min(1)
      .describe("The cloud accounts and endpoints, one entry each."),
    labels: z.array(labelRule).default([]).describe("Rules that give labels to single subjects."),
    ranges: z
      .array(rangeRule)
      .default([])
      .describe(
        "Ranges of addresses from which access is allowed, for the checks that hold rules against declared ranges.",
      ),
  })
  .meta({ title: "Probity estate", description: "Where to look: cloud accounts and endpoints" });
export type Estate = z.output<typeof estateSchema>;
