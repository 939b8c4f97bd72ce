import { countZones } from "#controls/zones.ts";
import { defineControl, type Reading, type ScopeJudgement } from "#model/control.ts";
import type { Redundancy } from "#model/facets.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z
    .strictObject({
      minimumZones: z
        .int()
        .min(1)
        .optional()
        .describe(
          "How many zones must hold a copy of each subject. Left out: subjects are not judged one by one; totalZones is needed then.",
        ),
      geoRedundantCounts: z
        .boolean()
        .default(false)
        .describe("Whether a copy in another region stands in for the zones of minimumZones."),
      totalZones: z
        .int()
        .min(1)
        .optional()
        .describe(
          "How many distinct zones all subjects in scope must use together. Left out: they are not judged together; minimumZones is needed then.",
        ),
    })
    .refine(({ minimumZones, totalZones }) => (minimumZones ?? totalZones) !== undefined, {
      error: "expected minimumZones or totalZones",
    });
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "zone-redundancy",
  title: "Redundancy across zones",
  rationale:
    "Zones of a region fail apart from each other: what has a copy in several outlives the loss of one.",
  severity: "medium",
  judges: "scope",
  needs: ["redundancy"],
  expectation,
  evaluate: ({ expect, readings, complete }) => {
    const { minimumZones, totalZones } = expect;
    const each =
      minimumZones === undefined
        ? []
        : readings.map((reading) => judgeOne(expect, minimumZones, reading));
    return totalZones === undefined ? each : [...each, judgeAll(totalZones, readings, complete)];
  },
  remediation:
    "Choose the zone-redundant form of the service (Multi-AZ, ZRS or GZRS, regional disks and clusters) and spread groups of machines over the zones of the region.",
  references: [
    "https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/availability-zones.html",
    "https://learn.microsoft.com/azure/reliability/availability-zones-overview",
    "https://cloud.google.com/compute/docs/regions-zones",
  ],
});

function judgeOne(
  expect: Expectation,
  minimum: number,
  { subject, facets }: Reading,
): ScopeJudgement {
  const facet = facets.redundancy;
  if (facet === undefined) {
    return {
      subject,
      outcome: "not-applicable",
      actual: null,
      message: "has no redundancy of its own",
    };
  }
  const { zones, zoneRedundant, geoRedundant } = facet;
  const setting = plain(facet.setting);
  const wanted = `${minimum} zones${expect.geoRedundantCounts ? " or a copy in another region" : ""}`;
  const said = (outcome: "pass" | "fail" | "unknown", what: string): ScopeJudgement => ({
    subject,
    outcome,
    actual: { zones, zoneRedundant, geoRedundant, setting: facet.setting },
    message: `${what} (${setting}); declared: ${wanted}`,
  });
  const enough = enoughZones(facet, minimum);
  const count =
    zones === null
      ? zoneRedundant === true
        ? "several zones"
        : "one zone"
      : `${zones} zone${zones === 1 ? "" : "s"}`;
  if (enough === true) return said("pass", `in ${count}`);
  if (expect.geoRedundantCounts && geoRedundant === true)
    return said("pass", "has a copy in another region");
  if (enough === null) return said("unknown", "the provider does not say in how many zones it is");
  if (expect.geoRedundantCounts && geoRedundant === null) {
    return said(
      "unknown",
      `in ${count} only, and nothing says whether it has a copy in another region`,
    );
  }
  return said("fail", `in ${count} only`);
}

/** Zone-redundant means two zones at least; how many more, only a number says. null: cannot be told. */
function enoughZones({ zones, zoneRedundant }: Redundancy, minimum: number): boolean | null {
  if (zones !== null) return zones >= minimum;
  if (zoneRedundant === null) return null;
  if (zoneRedundant) return minimum <= 2 ? true : null;
  return minimum <= 1;
}

function judgeAll(total: number, readings: readonly Reading[], complete: boolean): ScopeJudgement {
  const { names, least, most, known } = countZones(readings);
  const list = names.length > 0 ? ` (${listed(names)})` : "";
  const all = complete && known && readings.length > 0;
  const said = (outcome: "pass" | "fail" | "unknown", what: string): ScopeJudgement => ({
    subject: null,
    outcome,
    actual: { zones: [...names], complete: all },
    message: `${what}; declared: ${total} zones in all`,
  });
  if (least >= total) return said("pass", `${least} zones in use${list}`);
  if (most >= total) {
    return said(
      "unknown",
      `${most} zones by name${list}, but names of several accounts may stand for one zone`,
    );
  }
  return all
    ? said("fail", `only ${most} zones in use${list}`)
    : said("unknown", `${most} zones seen${list}, but not all in scope tell theirs`);
}
