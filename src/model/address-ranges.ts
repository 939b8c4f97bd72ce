/** Arithmetic on ranges of IP addresses. Pure; a list of ranges stands for the union of them. */

/** A run of addresses of one family, both ends included. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;
/** The longest text that an IPv6 range in CIDR notation can have, embedded IPv4 address and all. */
const LONGEST = 49;

/**
 * Reads a range in CIDR notation, or one address. Bits behind the prefix count for nothing, as firewalls take them.
 * null: it is none.
 */
export function parseRange(text: string): AddressRange | null {
  if (text.length > LONGEST) return null;
  const found = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text);
  const address = found?.[1];
  if (address === undefined) return null;
  const family = address.includes(":") ? 6 : 4;
  const value = family === 6 ? parseIpv6(address) : parseIpv4(address);
  const prefix = found?.[2] === undefined ? BITS[family] : Number(found[2]);
  if (value === null || prefix > BITS[family]) return null;
  const size = 1n << BigInt(BITS[family] - prefix);
  const first = value - (value % size);
  return { family, first, last: first + size - 1n };
}

function parseIpv4(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    // A leading zero is octal to some readers.
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    value = value * 256n + BigInt(part);
  }
  return value;
}

function parseIpv6(text: string): bigint | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = [groups(halves[0] ?? ""), groups(halves[1] ?? "")];
  if (head === null || tail === null) return null;
  // An embedded IPv4 address may only stand at the very end.
  if (halves.length === 2 && (halves[0] ?? "").includes(".")) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const all = [...head, ...Array.from({ length: missing }, () => 0n), ...tail];
  return all.reduce((value, group) => value * 65_536n + group, 0n);
}

function groups(text: string): readonly bigint[] | null {
  if (text === "") return [];
  const parts = text.split(":");
  const found: bigint[] = [];
  for (const [at, part] of parts.entries()) {
    if (part.includes(".") && at === parts.length - 1) {
      const embedded = parseIpv4(part);
      if (embedded === null) return null;
      found.push(embedded / 65_536n, embedded % 65_536n);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) found.push(BigInt(`0x${part}`));
    else return null;
  }
  return found;
}

/** The same addresses as ranges that neither touch nor overlap, IPv4 first, ascending. */
export function mergeRanges(ranges: readonly AddressRange[]): readonly AddressRange[] {
  const sorted = [...ranges].sort(
    (a, b) => a.family - b.family || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0),
  );
  const merged: AddressRange[] = [];
  for (const range of sorted) {
    const before = merged.at(-1);
    if (before !== undefined && before.family === range.family && range.first <= before.last + 1n) {
      if (range.last > before.last) merged[merged.length - 1] = { ...before, last: range.last };
    } else merged.push(range);
  }
  return merged;
}

/** The addresses that both hold. */
export function intersectRanges(
  a: readonly AddressRange[],
  b: readonly AddressRange[],
): readonly AddressRange[] {
  const [left, right] = [mergeRanges(a), mergeRanges(b)];
  const common: AddressRange[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const one = left[i];
    const other = right[j];
    if (one === undefined || other === undefined) return common;
    if (one.family === other.family) {
      const first = one.first > other.first ? one.first : other.first;
      const last = one.last < other.last ? one.last : other.last;
      if (first <= last) common.push({ family: one.family, first, last });
      if (one.last < other.last) i += 1;
      else j += 1;
    } else if (one.family < other.family) i += 1;
    else j += 1;
  }
}

/** The addresses of the first that the second does not hold. */
export function subtractRanges(
  from: readonly AddressRange[],
  taken: readonly AddressRange[],
): readonly AddressRange[] {
  const left: AddressRange[] = [];
  const holes = mergeRanges(taken);
  for (const { family, first, last } of mergeRanges(from)) {
    let next = first;
    for (const hole of holes) {
      if (hole.family !== family || hole.last < next || hole.first > last) continue;
      if (hole.first > next) left.push({ family, first: next, last: hole.first - 1n });
      next = hole.last + 1n;
    }
    if (next <= last) left.push({ family, first: next, last });
  }
  return left;
}

/** Whether all addresses of the second are among the first. */
export function coversRanges(
  outer: readonly AddressRange[],
  inner: readonly AddressRange[],
): boolean {
  return subtractRanges(inner, outer).length === 0;
}

/** How many addresses of a family there are, each counted once. */
export function countAddresses(ranges: readonly AddressRange[], family: 4 | 6): bigint {
  return mergeRanges(ranges).reduce(
    (sum, range) => (range.family === family ? sum + range.last - range.first + 1n : sum),
    0n,
  );
}

/** The same addresses in CIDR notation, as few texts as there can be. */
export function toCidrs(ranges: readonly AddressRange[]): readonly string[] {
  return mergeRanges(ranges).flatMap(({ family, first, last }) => {
    const texts: string[] = [];
    for (let next = first; next <= last;) {
      // As large a block as begins here and does not go beyond the end.
      const aligned = next === 0n ? BITS[family] : bitLength(next & -next) - 1;
      const bits = Math.min(aligned, bitLength(last - next + 1n) - 1);
      texts.push(`${renderAddress(family, next)}/${BITS[family] - bits}`);
      next += 1n << BigInt(bits);
    }
    return texts;
  });
}

/** How many binary digits a positive number has. */
function bitLength(value: bigint): number {
  return value.toString(2).length;
}

/** IPv6 as RFC 5952 has it: the longest run of zero groups, the first of equals, becomes `::`. */
function renderAddress(family: 4 | 6, value: bigint): string {
  if (family === 4) {
    const bits = Number(value);
    return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join(".");
  }
  const words = Array.from({ length: 8 }, (_, at) =>
    ((value >> BigInt(16 * (7 - at))) & 0xffffn).toString(16),
  ).join(":");
  const runs = [...words.matchAll(/\b0(?::0)+\b/g)].map(([run]) => run);
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  if (longest === "") return words;
  const at = [...words.matchAll(/\b0(?::0)+\b/g)].find(([run]) => run === longest)?.index ?? 0;
  const head = words.slice(0, at).replace(/:$/, "");
  const tail = words.slice(at + longest.length).replace(/^:/, "");
  return `${head}::${tail}`;
}
