/** Takes away what a server chooses, and asks again, until it refuses. */

/** How a list ended. */
export interface End {
  /** Why there may be more; null when the list is whole. */
  readonly unfinished: string | null;
  /** True when it ends at a repeated silence instead of a word: then it is whole only on a steady server. */
  readonly silentEnd: boolean;
}

export const WHOLE: End = { unfinished: null, silentEnd: false };
export const SILENT: End = { unfinished: null, silentEnd: true };

export function isWhole({ unfinished, silentEnd }: End): boolean {
  return unfinished === null && !silentEnd;
}

/** One hello: what was chosen of the candidates, or how the list ended. */
export type Step = (candidates: readonly number[]) => Promise<number | End>;

/** So many finds in a row make it worth asking two halves at once; each costs a refusal of its own. */
const SPLIT_AFTER = 3;

/** One after the other, so that the order of the finds is the server's. Adds to `found`. */
export async function chain(
  step: Step,
  candidates: readonly number[],
  found: number[],
): Promise<End> {
  const remaining = new Set(candidates);
  while (remaining.size > 0) {
    const answer = await step([...remaining]);
    if (typeof answer !== "number") return answer;
    found.push(answer);
    remaining.delete(answer);
  }
  return WHOLE;
}

/** For servers without an order of their own: halves that still have something are halved again. Adds to `found`. */
export async function explore(
  step: Step,
  candidates: readonly number[],
  found: number[],
  splitAfter = SPLIT_AFTER,
): Promise<End> {
  const remaining = new Set(candidates);
  for (let finds = 0; remaining.size > 0; finds += 1) {
    if (finds >= splitAfter && remaining.size > 1) {
      // Neighbours are alike, so that every second makes two even halves.
      const halves = [0, 1].map((odd) => [...remaining].filter((_, index) => index % 2 === odd));
      return worst(await Promise.all(halves.map((half) => explore(step, half, found))));
    }
    const answer = await step([...remaining]);
    if (typeof answer !== "number") return answer;
    found.push(answer);
    remaining.delete(answer);
  }
  return WHOLE;
}

/** What several ends come to. */
export function worst(ends: readonly End[]): End {
  return {
    unfinished: ends.find((end) => end.unfinished !== null)?.unfinished ?? null,
    silentEnd: ends.some((end) => end.silentEnd),
  };
}
