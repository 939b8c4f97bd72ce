const LONGEST = 100;

/**
 * The candidate that a misspelt word most likely means; null when none is near (more than a third of the
 * letters differ). Case is ignored. Of equals the last one: lists of versions run from old to new.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > LONGEST) return null;
  let best: string | null = null;
  let least = Infinity;
  for (const candidate of candidates) {
    const longer = Math.max(word.length, candidate.length);
    if (longer > LONGEST || Math.abs(word.length - candidate.length) > longer / 3) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance > longer / 3 || distance > least) continue;
    best = candidate;
    least = distance;
  }
  return best;
}

/** `; did you mean X?`, or nothing. */
export function suggestion(word: string, candidates: Iterable<string>): string {
  const meant = nearest(word, candidates);
  return meant === null ? "" : `; did you mean ${meant}?`;
}

/**
 * Damerau-Levenshtein distance (optimal string alignment): the fewest insertions, deletions, substitutions and
 * exchanges of neighbours that turn one text into the other.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
