import { notApplicable, settle } from "#controls/settle.ts";
import { normaliseRegion } from "#facts/regions.ts";
import type { BackupPlace } from "#model/backup-facets.ts";
import { defineControl } from "#model/control.ts";
import type { SchemaKit } from "#model/schema.ts";
import { listed } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    minimumPlaces: z
      .int()
      .min(1)
      .default(1)
      .describe("In how many places (vaults, regions) backups of each subject must be kept."),
    otherRegion: z
      .boolean()
      .default(false)
      .describe("Whether one of the places must lie in another region than the subject."),
  });

export default defineControl({
  id: "backup-coverage",
  title: "Coverage by backups",
  rationale:
    "A backup plan covers what its selections name, and what was created since is easily left out.",
  severity: "high",
  judges: "subject",
  needs: ["backups"],
  expectation,
  evaluate: ({ expect, facets, subject }) => {
    if (facets.backups === undefined) return notApplicable("no backup of its own exists for it");
    const { rules, partOf } = facets.backups;
    const { minimumPlaces, otherRegion } = expect;
    // A rule that names no place keeps them somewhere all the same.
    const places = rules.flatMap((rule) => (rule.places.length > 0 ? rule.places : [UNTOLD]));
    const { least, most } = countPlaces(places);
    const failures: string[] = [];
    const open: string[] = [];
    if (rules.length === 0) {
      const whole = partOf.length === 0 ? "" : `, nor what it is part of (${listed(partOf, 3)})`;
      failures.push(`no rule backs it up${whole}`);
    } else {
      if (minimumPlaces > 1) {
        if (most < minimumPlaces) failures.push(`kept in ${inPlaces(most)} only`);
        else if (least < minimumPlaces) open.push("where its backups are kept was not read whole");
      }
      if (otherRegion) {
        const away = inAnotherRegion(places, subject.region);
        if (away === false) failures.push("no backup is kept in another region");
        if (away === null) open.push("whether a backup is kept in another region was not read");
      }
    }
    return settle({
      failures,
      open,
      held: `backed up by ${listed(
        rules.map(({ name }) => name),
        4,
      )}${
        minimumPlaces > 1 ? `, in ${inPlaces(least)}` : ""
      }${otherRegion ? ", also in another region" : ""}`,
      declared: [
        "backed up",
        ...(minimumPlaces > 1 ? [`in at least ${inPlaces(minimumPlaces)}`] : []),
        ...(otherRegion ? ["in another region too"] : []),
      ].join(", "),
      actual: {
        region: subject.region,
        rules: rules.map(({ name, places: kept }) => ({
          name,
          places: kept.map(({ region, vault }) => ({ region, vault })),
        })),
      },
    });
  },
  remediation:
    "Add it to a selection of a backup plan, by a tag that everything new gets too; for another place, add a copy action to the plan's rule.",
  references: [
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html",
    "https://learn.microsoft.com/azure/backup/backup-center-govern-environment",
    "https://www.cisa.gov/sites/default/files/publications/data_backup_options.pdf",
  ],
});

const UNTOLD: BackupPlace = { region: null, vault: null, retention: null };

/** How many places there surely are, and how many there may be: two vaults may be one where neither was read. */
function countPlaces(places: readonly BackupPlace[]): { least: number; most: number } {
  const known = new Set<string>();
  let untold = 0;
  for (const { region, vault } of places) {
    const place = vault?.toLowerCase() ?? (region === null ? null : normaliseRegion(region));
    if (place === null) untold += 1;
    else known.add(place);
  }
  return {
    least: Math.max(known.size, places.length > 0 ? 1 : 0),
    most: known.size + untold,
  };
}

/** null: cannot be told. */
function inAnotherRegion(places: readonly BackupPlace[], own: string | null): boolean | null {
  const regions = places.map(({ region }) => (region === null ? null : normaliseRegion(region)));
  if (own === null) return places.length === 0 ? false : null;
  if (regions.some((region) => region !== null && region !== normaliseRegion(own))) return true;
  return regions.includes(null) ? null : false;
}

function inPlaces(count: number): string {
  return `${count} place${count === 1 ? "" : "s"}`;
}
