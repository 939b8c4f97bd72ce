import type {
  AdvancedEventSelector,
  EventSelector,
  GetEventSelectorsResponse,
} from "@aws-sdk/client-cloudtrail";
import type { AuditLog } from "#model/security-facets.ts";

/** Which half of the management events a selector records, and what of it is left out; null: a part that has no name. */
interface Selected {
  readonly reads: boolean;
  readonly writes: boolean;
  readonly omits: readonly string[] | null;
}

/**
 * The management events that a trail records. Several selectors add up.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
 * @throws TypeError where the answer names no selectors at all
 */
export function toRecorded({
  EventSelectors,
  AdvancedEventSelectors,
}: Pick<GetEventSelectorsResponse, "EventSelectors" | "AdvancedEventSelectors">): Pick<
  AuditLog,
  "events" | "omits"
> {
  if (EventSelectors === undefined && AdvancedEventSelectors === undefined) {
    throw new TypeError("an answer without selectors");
  }
  // AWS names the default selector like any other: an empty list says nothing.
  if ((EventSelectors?.length ?? 0) + (AdvancedEventSelectors?.length ?? 0) === 0) {
    return { events: null, omits: [] };
  }
  const selected = [
    ...(EventSelectors ?? []).flatMap(simple),
    ...(AdvancedEventSelectors ?? []).flatMap(advanced),
  ];
  const reads = half(selected.filter((one) => one.reads));
  const writes = half(selected.filter((one) => one.writes));
  const omits = [...new Set([...(reads.omits ?? []), ...(writes.omits ?? [])])];
  if (reads.whole === null || writes.whole === null) return { events: null, omits };
  const events = reads.whole ? (writes.whole ? "all" : "reads") : writes.whole ? "writes" : "none";
  return { events, omits };
}

/** Of selectors that record the same half, the one that leaves out least counts. */
function half(selectors: readonly Selected[]): {
  readonly whole: boolean | null;
  readonly omits: readonly string[] | null;
} {
  if (selectors.length === 0) return { whole: false, omits: null };
  const told = selectors.flatMap(({ omits }) => (omits === null ? [] : [omits]));
  const [first, ...others] = told;
  if (first === undefined) return { whole: null, omits: null };
  const omits = first.filter((source) => others.every((other) => other.includes(source)));
  return { whole: true, omits };
}

/** ReadWriteType is All and management events are included unless it is said otherwise. */
function simple({
  ReadWriteType = "All",
  IncludeManagementEvents = true,
  ExcludeManagementEventSources = [],
}: EventSelector): readonly Selected[] {
  if (!IncludeManagementEvents) return [];
  const documented = ["All", "ReadOnly", "WriteOnly"].includes(ReadWriteType);
  return [
    {
      reads: ReadWriteType !== "WriteOnly",
      writes: ReadWriteType !== "ReadOnly",
      omits: documented ? ExcludeManagementEventSources : null,
    },
  ];
}

function advanced({ FieldSelectors = [] }: AdvancedEventSelector): readonly Selected[] {
  const category = FieldSelectors.find(({ Field }) => Field === "eventCategory");
  if (category?.Equals?.includes("Management") !== true) return [];
  let [reads, writes] = [true, true];
  let omits: readonly string[] | null = [];
  for (const selector of FieldSelectors) {
    const { Field, Equals, NotEquals, ...rest } = selector;
    const others = Object.values(rest).some((value) => value !== undefined && value.length > 0);
    if (Field === "eventCategory") continue;
    if (Field === "readOnly" && Equals !== undefined && NotEquals === undefined && !others) {
      reads &&= Equals.includes("true");
      writes &&= Equals.includes("false");
    } else if (
      Field === "eventSource" &&
      Equals === undefined &&
      NotEquals !== undefined &&
      !others
    ) {
      omits = omits === null ? null : [...omits, ...NotEquals];
    } else {
      // Whatever else narrows it down (single events, sources, sessions) leaves a part that nobody can name.
      omits = null;
    }
  }
  return [{ reads, writes, omits }];
}
