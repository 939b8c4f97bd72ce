import type { Observation, Problem } from "#model/evidence.ts";
import { chunks } from "#probes/common/chunks.ts";

/** What each item gives, several items at a time; the limits of the scan decide how many calls run at once. */
export async function* besideEachOther<Item>(
  items: readonly Item[],
  signal: AbortSignal,
  act: (item: Item) => AsyncIterable<Observation | Problem>,
): AsyncGenerator<Observation | Problem> {
  for await (const chunk of chunks(items, signal)) {
    const given = await Promise.all(chunk.map((item) => Array.fromAsync(act(item))));
    yield* given.flat();
  }
}
