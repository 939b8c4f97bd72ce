import { normaliseRegion } from "#facts/regions.ts";
import { longestSeconds, renderSeconds } from "#model/duration.ts";
import type { ReplicationDestination } from "#model/facets.ts";
import { anyGlob } from "#model/glob.ts";
import { parseMoment } from "#model/moment.ts";
import { plain } from "#model/text.ts";

/** What one copy is worth: `outside` lies in an undeclared region, `unplaced` may lie in one. */
export interface Replica {
  readonly state: "good" | "bad" | "open" | "outside" | "unplaced";
  readonly words: string;
}

/** What is asked of a copy, and what is known of the original. */
export interface ReplicaContext {
  readonly regions: readonly string[] | undefined;
  readonly maxLag: string | undefined;
  /** Region of the original; null where it was not read. */
  readonly ownRegion: string | null;
  /** When the replication was read, milliseconds; null where that is not known. */
  readonly readAt: number | null;
}

/** Clocks of the provider and of the scan may differ by so much. */
const SKEW_SECONDS = 300;

/** Judges one copy. What speaks against it comes first (an undeclared region before all), then what is open. */
export function judgeReplica(copy: ReplicationDestination, context: ReplicaContext): Replica {
  const { regions, ownRegion } = context;
  if (copy.region === null) {
    const state = regions === undefined ? "open" : "unplaced";
    return { state, words: "the region of a copy was not read" };
  }
  const region = normaliseRegion(copy.region);
  const name = plain(region, 80);
  if (regions !== undefined && !anyGlob(regions.map(normaliseRegion))(region)) {
    return copy.status === "unknown"
      ? { state: "unplaced", words: `may replicate to ${name}, which is not declared` }
      : { state: "outside", words: `replicates to ${name}, which is not declared` };
  }
  const lag = judgeLag(copy.lastSync, context);
  const bad =
    ownRegion !== null && normaliseRegion(ownRegion) === region
      ? `the copy in ${name} is in its own region`
      : copy.status === "degraded"
        ? `replication to ${name} is degraded: it does not run now`
        : copy.whole === false
          ? `only a part of it is replicated to ${name}`
          : lag.state === "bad"
            ? `the copy in ${name} ${lag.words}`
            : null;
  if (bad !== null) return { state: "bad", words: bad };
  const open =
    ownRegion === null
      ? `its own region was not read, so ${name} may be the same`
      : copy.status === "unknown"
        ? `the state of replication to ${name} is not known`
        : copy.whole === null
          ? `nothing says whether all of it is replicated to ${name}`
          : lag.state === "open"
            ? `lag of the copy in ${name}: ${lag.words}`
            : null;
  if (open !== null) return { state: "open", words: open };
  return { state: "good", words: `replicated to ${name}${lag.words}` };
}

function judgeLag(lastSync: string | null, { maxLag, readAt }: ReplicaContext): Replica {
  if (maxLag === undefined) return { state: "good", words: "" };
  if (lastSync === null) return { state: "open", words: "the provider tells no lag" };
  const synced = parseMoment(lastSync);
  if (synced === null || readAt === null) return { state: "open", words: "it cannot be read" };
  const lag = (readAt - synced) / 1000;
  if (lag < -SKEW_SECONDS) {
    return { state: "open", words: "the last moment of copying lies in the future" };
  }
  const behind = renderSeconds(Math.max(0, lag));
  return lag > longestSeconds(maxLag)
    ? { state: "bad", words: `is ${behind} behind` }
    : { state: "good", words: `, ${behind} behind` };
}
