import { judgeReplica, type Replica } from "#controls/replica.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import { parseMoment } from "#model/moment.ts";
import type { SchemaKit } from "#model/schema.ts";
import { plain } from "#model/text.ts";

const expectation = ({ duration, z }: SchemaKit) =>
  z.strictObject({
    regions: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        "Regions that may hold a copy, `*` for any run of characters. Left out: any region but the subject's own.",
      ),
    maxLag: duration
      .optional()
      .describe(
        "How far a copy may be behind when it is read: an ISO 8601 duration such as PT15M. Left out: the lag is not judged.",
      ),
    minimumDestinations: z
      .int()
      .min(1)
      .default(1)
      .describe(
        "How many copies there must be that are whole, running, near enough and in another region.",
      ),
  });

export default defineControl({
  id: "geo-replication",
  title: "Replication to another region",
  rationale:
    "A copy in another region survives the loss of the first, if it is whole, in the right place and not far behind.",
  severity: "high",
  judges: "subject",
  needs: ["replication"],
  expectation,
  // A copy counts when it is in another region, whole, running (a degraded one is not) and near enough; where the
  // provider does not say one of these, it is open. A copy in an undeclared region fails, and one that may be in such a
  // region is open, however many others there are.
  // A copy need not be copied again; that it is there, in time and in the right place is judged where it is a copy of.
  // The lag is that of the time of reading: judging the same evidence later does not make it longer.
  evaluate: ({ expect, facets, subject, observedAt }) => {
    if (facets.replication === undefined) return notApplicable("cannot be replicated");
    const { destinations, copyOf } = facets.replication;
    if (copyOf !== undefined) {
      return notApplicable(`is itself a copy, of ${plain(copyOf)}: what it is a copy of is judged`);
    }
    const active = destinations.filter(({ status }) => status !== "disabled");
    const judged = active.map((copy) =>
      judgeReplica(copy, {
        regions: expect.regions,
        maxLag: expect.maxLag,
        ownRegion: subject.region,
        readAt: parseMoment(observedAt.replication ?? ""),
      }),
    );
    const having = (state: Replica["state"]) =>
      judged.filter((copy) => copy.state === state).map(({ words }) => words);
    const good = having("good");
    const unplaced = having("unplaced");
    const open = [...having("open"), ...unplaced];
    const missing = expect.minimumDestinations - good.length;
    const none =
      destinations.length > 0 ? "its replication is disabled" : "no replication is configured";
    const few = `${good.length} of ${expect.minimumDestinations} copies`;
    const tooFew =
      missing <= open.length ? [] : active.length === 0 ? [none] : [...having("bad"), few];
    return settle({
      failures: [...having("outside"), ...tooFew],
      open: missing > 0 ? open : unplaced,
      held: good.join("; "),
      declared: [
        `replicated to ${expect.regions?.join(" or ") ?? "another region"}`,
        ...(expect.maxLag === undefined ? [] : [`at most ${expect.maxLag} behind`]),
        ...(expect.minimumDestinations === 1 ? [] : [`${expect.minimumDestinations} copies`]),
      ].join(", "),
      actual: {
        region: subject.region,
        destinations: destinations.map(({ region, status, whole, lastSync }) => ({
          region,
          status,
          whole,
          lastSync,
        })),
      },
    });
  },
  remediation:
    "Replicate the whole of it to the declared region: geo-redundant storage, a cross-region replica or a replication rule without filter; where the copy lags, find out why.",
  references: [
    "https://learn.microsoft.com/azure/storage/common/last-sync-time-get",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
    "https://learn.microsoft.com/azure/reliability/cross-region-replication-azure",
  ],
});
