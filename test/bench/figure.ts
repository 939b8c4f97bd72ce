/** How the benches print: each figure beside its limit, on one line. */

let missed = 0;

/** Prints a figure and whether it keeps its limit: at most it, or with `most` false at least it. */
export function figure(
  name: string,
  value: number,
  limit: number,
  unit: string,
  most = true,
): void {
  const good = most ? value <= limit : value >= limit;
  if (!good) missed += 1;
  process.stdout.write(
    `${good ? "✓" : "✗"} ${name.padEnd(58)} ${shown(value).padStart(10)} ${unit}  (${most ? "≤" : "≥"} ${shown(limit)})\n`,
  );
}

/** Prints a line that has no limit: what was measured against, what is missing. */
export function remark(text: string): void {
  process.stdout.write(`  ${text}\n`);
}

/** 0 where every limit was kept. */
export function benchExitCode(): 0 | 1 {
  return missed === 0 ? 0 : 1;
}

/** The middle one; NaN of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function shown(number: number): string {
  if (number >= 1000) return Math.round(number).toLocaleString("en");
  if (Number.isInteger(number)) return String(number);
  return number >= 0.1 ? number.toFixed(2) : number.toFixed(4);
}
