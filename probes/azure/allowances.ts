import type { ProbeContext, Question } from "#model/probe.ts";
import { oncePer } from "#probes/common/known.ts";
import { bucket, window, type Pacer } from "./pacer.ts";

/** https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling (per subscription) */
const ARM_READS = { burst: 250, perSecond: 25 };
/** The same page: the storage provider's own limits, per subscription and region. */
const STORAGE_READS = { most: 800, seconds: 300 };
const STORAGE_LISTS = { most: 100, seconds: 300 };
/** https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests */
const GRAPH_QUERIES = { most: 15, seconds: 5 };

/** Which limits a question shares, and when it is its turn. */
export type Paced = Pick<Question<unknown>, "service" | "turn">;

/** What a question is about, as far as limits go. */
interface About {
  /** Its subscription; null: none. */
  readonly under: string | null;
  /** Path of the question, with or without the query. */
  readonly path: string;
  /** Region of what is asked for, where it is known. */
  readonly region?: string | null;
}

interface Pacers {
  readonly reads: (subscription: string) => Pacer;
  readonly storageReads: (subscriptionAndRegion: string) => Pacer;
  readonly storageLists: (subscription: string) => Pacer;
  readonly queries: Pacer;
}

/** By the signal of the target within its scan: the allowances are of the identity, and all its probes draw on them. */
const open = new WeakMap<AbortSignal, Pacers>();

function pacersOf({ signal }: Pick<ProbeContext, "signal">): Pacers {
  const pacers = open.get(signal) ?? {
    reads: oncePer(() => bucket(ARM_READS)),
    storageReads: oncePer(() => window(STORAGE_READS)),
    storageLists: oncePer(() => window(STORAGE_LISTS)),
    queries: window(GRAPH_QUERIES),
  };
  open.set(signal, pacers);
  return pacers;
}

/**
 * Of a GET to Azure Resource Manager. Each subscription has an allowance, and so a limit, of its own; the storage
 * provider has one beside it, for whose turn nothing else need wait.
 */
export function paced(
  context: Pick<ProbeContext, "signal">,
  { under, path, region = null }: About,
): Paced {
  if (under === null) return { service: "arm" };
  const { reads, storageReads, storageLists } = pacersOf(context);
  const id = under.toLowerCase();
  const [, inStorage] = STORAGE.exec(path.split("/providers/").at(-1) ?? "") ?? [];
  if (inStorage === undefined) return { service: `arm ${id}`, turn: reads(id) };
  // A type without a name after it is a list.
  const isList = inStorage.split("/").length % 2 === 1;
  const own = isList ? storageLists(id) : storageReads(`${id} ${region ?? ""}`);
  return {
    service: `arm-storage ${id}`,
    turn: async (signal) => {
      await own(signal);
      await reads(id)(signal);
    },
  };
}

const STORAGE = /^Microsoft\.Storage\/([^?]*)/i;

/** Of a query to Resource Graph. */
export function pacedQuery(context: Pick<ProbeContext, "signal">): Paced {
  return { service: "graph", turn: pacersOf(context).queries };
}
