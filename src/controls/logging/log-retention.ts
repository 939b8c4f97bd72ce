import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import { longestSeconds, parseDuration, renderSeconds, shortestSeconds } from "#model/duration.ts";
import type { SchemaKit } from "#model/schema.ts";
import { plain } from "#model/text.ts";

const expectation = ({ duration, z }: SchemaKit) =>
  z
    .strictObject({
      minimum: duration
        .optional()
        .describe(
          "How long entries are kept at least: an ISO 8601 duration such as P30D. Needed where maximum is left out.",
        ),
      maximum: duration
        .optional()
        .describe(
          "How long entries are kept at most: an ISO 8601 duration such as P3M, of its longest reading (92 days). Needed where minimum is left out.",
        ),
      deletionLag: duration
        .default("PT72H")
        .describe("How long the provider may take to delete what has expired; counts for maximum."),
    })
    .refine(({ minimum, maximum }) => (minimum ?? maximum) !== undefined, {
      error: "expected minimum or maximum",
    });

export default defineControl({
  id: "log-retention",
  title: "Retention of logs",
  rationale:
    "Logs that go too early cannot explain an incident; logs that stay too long keep personal data that was promised to be gone.",
  severity: "medium",
  judges: "subject",
  needs: ["retention"],
  expectation,
  // Calendar durations are read in favour of the promise: three months are up to 92 days as a maximum, 89 as a minimum.
  evaluate: ({ expect, facets }) => {
    if (facets.retention === undefined) return notApplicable("keeps no log entries");
    const { after, whole, longest: upTo = after } = facets.retention;
    const detail = plain(facets.retention.detail);
    const { minimum, maximum, deletionLag } = expect;
    const least = minimum === undefined ? 0 : shortestSeconds(minimum);
    const most =
      maximum === undefined ? Infinity : longestSeconds(maximum) + longestSeconds(deletionLag);
    // Where for ever may hold for all or for none, nothing is known.
    const untold = after === null && whole === null;
    const readable =
      !untold && [after, upTo].every((text) => text === null || parseDuration(text) !== null);
    const spans = (text: string | null) =>
      text === null || !readable
        ? { shortest: Infinity, longest: Infinity }
        : { shortest: shortestSeconds(text), longest: longestSeconds(text) };
    const [first, last] = [spans(after), spans(upTo)];
    const longest = last.longest;
    const times = [...new Set([first.longest, longest])].map((time) =>
      time === Infinity ? "ever" : renderSeconds(time),
    );
    const kept = `entries are kept for ${times.join(" to ")} (${detail})`;
    const tooShort = first.longest < least || (whole === false && first.shortest < least);
    const failures = tooShort || longest > most ? [kept] : [];
    if (failures.length === 0 && whole === false && maximum !== undefined) {
      failures.push(`only a part of the entries is deleted (${detail})`);
    }
    const open = readable
      ? whole === null
        ? [`whether that goes for all entries is not known (${detail})`]
        : []
      : [`how long entries are kept cannot be told (${detail})`];
    return settle({
      failures: readable ? failures : [],
      open,
      held: kept,
      declared: [
        ...(minimum === undefined ? [] : [`at least ${minimum}`]),
        ...(maximum === undefined
          ? []
          : [`at most ${maximum} (up to ${renderSeconds(longestSeconds(maximum))})`]),
      ].join(", "),
      actual: { after, whole },
    });
  },
  remediation:
    "Set the retention of the log group (or the expiry of the bucket's lifecycle rule) within the declared time; entries beyond it are deleted from then on.",
  references: [
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
    "https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure",
  ],
});
