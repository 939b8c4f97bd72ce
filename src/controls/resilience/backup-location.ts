import {
  country,
  declaredPlaces,
  judgePlace,
  namedRegion,
  type Place,
  type Places,
} from "#controls/places.ts";
import { settle } from "#controls/settle.ts";
import { countSites, regionsOf } from "#controls/sites.ts";
import { siteOf } from "#facts/regions.ts";
import { defineControl, type Reading, type ScopeJudgement } from "#model/control.ts";
import { anyGlob } from "#model/glob.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { PROVIDERS } from "#model/subject.ts";
import { listed } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z
    .strictObject({
      providers: z
        .array(z.enum(PROVIDERS))
        .min(1)
        .optional()
        .describe("Providers that may keep backups. Left out: any."),
      kinds: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe(
          "Kinds of subject that may hold backups, `*` for any run of characters. Left out: any.",
        ),
      regions: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe(
          "Regions where they may be kept, `*` for any run of characters. A multi-region only counts where it is written out. Left out: any region of the countries and areas.",
        ),
      countries: z
        .array(country({ z }))
        .min(1)
        .optional()
        .describe(
          "Countries where they may be kept, by two-letter ISO 3166 code such as FR, beside those of the areas. With neither, regions alone decide.",
        ),
      areas: z
        .array(z.enum(["eea", "eu"]))
        .min(1)
        .optional()
        .describe(
          "Groups of countries where they may be kept: eu, eea. With neither countries nor areas, regions alone decide.",
        ),
      apartFromProtectedData: z
        .boolean()
        .default(false)
        .describe(
          "Whether each backup must be at another site than the data that it was made of (or than dataRegions).",
        ),
      dataRegions: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe(
          "Regions of the data, for backups of which no interface shows what they were made of. Left out: that stays unknown.",
        ),
      minimumSites: z
        .int()
        .min(1)
        .optional()
        .describe(
          "At how many distinct sites all backups in scope must be kept together: a site is a region, or its zones where the provider shows them.",
        ),
      unseen: z
        .enum(["unknown", "attested"])
        .default("unknown")
        .describe(
          "What to make of zones that no interface shows, where minimumSites asks for more than is seen: unknown (the result is), or attested (they are left to the claim, which must have them attested).",
        ),
    })
    .refine(
      ({ providers, kinds, regions, countries, areas, apartFromProtectedData, minimumSites }) =>
        apartFromProtectedData ||
        (providers ?? kinds ?? regions ?? countries ?? areas ?? minimumSites) !== undefined,
      {
        error:
          "expected providers, kinds, regions, countries, areas, apartFromProtectedData or minimumSites",
      },
    );
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "backup-location",
  title: "Location of backups",
  rationale:
    "What destroys a site destroys the backups in it; what a law of another country reaches, it reaches in backups too.",
  severity: "high",
  judges: "scope",
  needs: ["location", "recoveryPoint", "recoveryPoints"],
  expectation,
  // Everything in scope must be where backups may be. Sites count only where a recovery point is seen: a vault or a
  // bucket may be empty.
  evaluate: ({ expect, readings, complete }) => {
    const { minimumSites } = expect;
    const each = expects(expect) ? readings.map((reading) => judgeOne(expect, reading)) : [];
    return minimumSites === undefined
      ? each
      : [...each, judgeSites(expect, minimumSites, readings, complete)];
  },
  remediation:
    "Let the backup rule copy to a vault or bucket at the declared place, and delete what is kept elsewhere; where an archive moved, correct the estate's labels.",
  references: [
    "https://www.cisa.gov/sites/default/files/publications/data_backup_options.pdf",
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/cross-region-backup.html",
    "https://learn.microsoft.com/azure/backup/backup-create-rs-vault#set-storage-redundancy",
  ],
});

/** Whether anything is asked of each backup by itself. */
function expects(expect: Expectation): boolean {
  const { providers, kinds, regions, countries, areas, apartFromProtectedData } = expect;
  return (
    apartFromProtectedData || (providers ?? kinds ?? regions ?? countries ?? areas) !== undefined
  );
}

function judgeOne(expect: Expectation, { subject, facets }: Reading): ScopeJudgement {
  const { provider } = subject;
  const regions = regionsOf({ subject, facets });
  const placed = placedIn({ subject, facets });
  const failures: string[] = [];
  const open: string[] = [];
  if (expect.providers !== undefined && !expect.providers.includes(provider)) {
    failures.push(`is kept by ${provider}`);
  }
  if (expect.kinds !== undefined && !anyGlob(expect.kinds)(subject.kind)) {
    failures.push(`is of the kind ${listed([subject.kind])}`);
  }
  const having = (place: Place) =>
    placed
      .filter((region) => judgePlace(expect, provider, region) === place)
      .map((region) => namedRegion(provider, region));
  const outside = having("outside");
  if (outside.length > 0) failures.push(`is kept in ${listed(outside)}`);
  for (const region of having("unknown")) open.push(`the country of ${region} is not known`);
  if (placed.length < regions.length || regions.length === 0) {
    open.push("names no region in which it is kept");
  }
  if (expect.apartFromProtectedData) {
    const data = dataRegions(expect, facets);
    const same = placed.filter((region) =>
      data?.some((other) => siteOf(provider, other) === siteOf(provider, region)),
    );
    if (same.length > 0) {
      failures.push(`is kept in ${listed(same)}, the site of the data that it was made of`);
    } else if (data === null) {
      open.push("where the data is that it was made of is not known");
    }
  }
  return {
    subject,
    ...settle({
      failures,
      open,
      held: `is kept in ${listed(placed.map((region) => namedRegion(provider, region)))}`,
      declared: declared(expect),
      actual: { provider, kind: subject.kind, regions },
    }),
  };
}

/** Regions of what the backup was made of; null where nothing says. */
function dataRegions(
  { dataRegions: written }: Expectation,
  { recoveryPoint }: Reading["facets"],
): readonly string[] | null {
  const own = recoveryPoint?.ofRegion ?? null;
  return own === null ? (written ?? null) : [own];
}

function judgeSites(
  expect: Expectation,
  minimum: number,
  readings: readonly Reading[],
  complete: boolean,
): ScopeJudgement {
  const holding = readings.filter((reading) => holdsBackups(reading) === true);
  const perhaps = readings.filter((reading) => holdsBackups(reading) !== false);
  const { least, most, names, hidden } = countSites(holding);
  const unplaced = perhaps.some((reading) => placedIn(reading).length === 0);
  const possible = unplaced ? Infinity : countSites(perhaps).most;
  const list = names.length > 0 ? ` (${listed(names)})` : "";
  const seen = `backups at ${count(least)}${list}`;
  const said = (outcome: "pass" | "fail" | "unknown", what: string): ScopeJudgement => ({
    subject: null,
    outcome,
    actual: { sites: [...names], least, hiddenZones: [...hidden], complete },
    message: `${what}; declared: ${count(minimum)} in all`,
  });
  if (least >= minimum) return said("pass", seen);
  if (complete && possible < minimum) return said("fail", `only ${seen}`);
  const zones = `which zones of ${listed(hidden)} hold them is not shown`;
  if (most >= minimum) {
    if (hidden.length === 0) {
      return said("unknown", `${seen}, but names may stand for one site or for several`);
    }
    return expect.unseen === "attested"
      ? said("pass", `${seen}; ${zones} (left to the claim's attestation)`)
      : said("unknown", `${seen}; ${zones}`);
  }
  if (complete && unplaced) {
    return said("unknown", `${seen}; some name no region in which they are kept`);
  }
  const empty = perhaps.length - holding.length;
  return empty > 0
    ? said("unknown", `${seen}; whether ${empty} more vaults or buckets hold any is not shown`)
    : said("unknown", `${seen}, but not everything in scope was read`);
}

/** The regions where something is kept, without what stands for none. */
function placedIn(reading: Pick<Reading, "subject" | "facets">): readonly string[] {
  return regionsOf(reading).filter((region) => region !== "global");
}

/** null: nothing says. A vault or bucket may be empty, a recovery point may be of no use. */
function holdsBackups({ facets }: Reading): boolean | null {
  if (facets.recoveryPoint !== undefined) return facets.recoveryPoint.usable;
  if (facets.recoveryPoints === undefined) return null;
  const { points, olderExists, continuous } = facets.recoveryPoints;
  if (points.length > 0 || olderExists === true || continuous !== undefined) return true;
  return olderExists === false ? false : null;
}

function count(sites: number): string {
  return `${sites} site${sites === 1 ? "" : "s"}`;
}

function declared(expect: Expectation & Places): string {
  return [
    ...(expect.providers === undefined ? [] : [`kept by ${expect.providers.join(" or ")}`]),
    ...(expect.kinds === undefined ? [] : [`in ${expect.kinds.join(" or ")}`]),
    ...declaredPlaces(expect),
    ...(expect.apartFromProtectedData ? ["apart from the data"] : []),
  ].join(", ");
}
