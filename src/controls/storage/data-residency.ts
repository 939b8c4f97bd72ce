import { country, declaredPlaces, judgePlace, namedRegion, type Place } from "#controls/places.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import { kindOf } from "#facts/kinds.ts";
import { normaliseRegion } from "#facts/regions.ts";
import { defineControl } from "#model/control.ts";
import type { SchemaKit } from "#model/schema.ts";
import { listed } from "#model/text.ts";

/** Data may rest in the countries and in those of the areas; where regions are given too, only in these regions of them. */
const expectation = ({ z }: SchemaKit) =>
  z
    .strictObject({
      regions: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe(
          "Names of regions, `*` for any run of characters. A multi-region only counts where it is written out. Left out: any region of the countries and areas.",
        ),
      countries: z
        .array(country({ z }))
        .min(1)
        .optional()
        .describe(
          "Countries where data may rest, by two-letter ISO 3166 code such as FR, beside those of the areas. With neither countries nor areas, regions alone decide.",
        ),
      areas: z
        .array(z.enum(["eea", "eu"]))
        .min(1)
        .optional()
        .describe(
          "Groups of countries where data may rest: eu (European Union), eea (European Economic Area). With neither countries nor areas, regions alone decide.",
        ),
    })
    .refine(({ regions, countries, areas }) => (regions ?? countries ?? areas) !== undefined, {
      error: "expected regions, countries or areas",
    });

export default defineControl({
  id: "data-residency",
  title: "Data residency",
  rationale:
    "Where data rests decides whose law reaches it. A copy in another place breaks the promise as much as the original would.",
  severity: "high",
  judges: "subject",
  needs: ["location"],
  expectation,
  evaluate: ({ expect, facets, subject }) => {
    if (facets.location === undefined) return notApplicable("holds no data at rest");
    const regions = [...new Set(facets.location.regions.map(normaliseRegion))];
    const placed = regions.filter((region) => region !== "global");
    // A service without region is exempt; a data store that names no place may be anywhere.
    if (regions.length > 0 && placed.length === 0 && kindOf(subject.kind)?.data !== true) {
      return notApplicable("is global: it has no region, and is exempt from residency");
    }
    const verdicts = placed.map((region) => ({
      region,
      place: judgePlace(expect, subject.provider, region),
    }));
    const having = (place: Place) =>
      verdicts
        .filter((verdict) => verdict.place === place)
        .map(({ region }) => namedRegion(subject.provider, region));
    const outside = having("outside");
    const open = having("unknown").map((region) => `the country of ${region} is not known`);
    if (placed.length < regions.length)
      open.push("is global and names no region in which its data rests");
    if (regions.length === 0) open.push("no region was read");
    // What may be is no breach, and no proof that the promise is kept either.
    const possible = [...new Set((facets.location.possible ?? []).map(normaliseRegion))];
    const perhaps = possible.filter(
      (region) =>
        !regions.includes(region) && judgePlace(expect, subject.provider, region) !== "inside",
    );
    if (perhaps.length > 0) {
      const named = perhaps.map((region) => namedRegion(subject.provider, region));
      open.push(`by the provider's published design a copy may rest in ${listed(named)} too`);
    }
    return settle({
      failures: outside.length > 0 ? [`rests in ${listed(outside)}, outside what is declared`] : [],
      open,
      held: `rests in ${listed(having("inside"))}`,
      declared: declaredPlaces(expect).join(", "),
      actual: { regions, ...(possible.length === 0 ? {} : { possible }) },
    });
  },
  remediation:
    "Move the resource, its replicas and its backups into the declared regions, and forbid the others by policy of the account.",
  references: [
    "https://eur-lex.europa.eu/eli/reg/2016/679/oj",
    "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html",
    "https://learn.microsoft.com/azure/governance/policy/samples/built-in-policies",
  ],
});
