import { isIPv4, isIPv6 } from "node:net";

/** Entries by prefixes of IP addresses; finds the longest that holds an address. */
export interface PrefixTable<Entry> {
  /**
   * Of a prefix that is there already the first entry stays.
   * @returns false for what is no prefix in CIDR notation
   */
  readonly add: (cidr: string, entry: Entry) => boolean;
  /** The entry of the longest prefix that holds the address; undefined: none does. */
  readonly find: (
    address: string,
  ) => { readonly prefix: string; readonly entry: Entry } | undefined;
}

type Words = readonly [number, number, number, number];
type Key = number | string;

/**
 * One map for each length that is in use, asked from the longest to the shortest: a look-up costs one step a length,
 * whatever the number of prefixes.
 */
export function createPrefixTable<Entry>(): PrefixTable<Entry> {
  const families = { 4: new Map<number, Map<Key, Row>>(), 6: new Map<number, Map<Key, Row>>() };
  interface Row {
    readonly prefix: string;
    readonly entry: Entry;
  }
  const longestFirst: { [Family in 4 | 6]: number[] } = { 4: [], 6: [] };
  return {
    add: (cidr, entry) => {
      const slash = cidr.indexOf("/");
      const address = slash === -1 ? cidr : cidr.slice(0, slash);
      const words = parse(address);
      if (words === null) return false;
      const family = address.includes(":") ? 6 : 4;
      const most = family === 6 ? 128 : 32;
      const text = cidr.slice(slash + 1);
      const length = slash === -1 ? most : /^\d{1,3}$/.test(text) ? Number(text) : most + 1;
      if (length > most) return false;
      let rows = families[family].get(length);
      if (rows === undefined) {
        rows = new Map();
        families[family].set(length, rows);
        longestFirst[family] = [...families[family].keys()].sort((a, b) => b - a);
      }
      const key = keyOf(words, family, length);
      if (!rows.has(key)) rows.set(key, { prefix: cidr, entry });
      return true;
    },
    find: (address) => {
      const words = parse(address);
      if (words === null) return undefined;
      const family = address.includes(":") ? 6 : 4;
      for (const length of longestFirst[family]) {
        const found = families[family].get(length)?.get(keyOf(words, family, length));
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

/** The first bits of an address as something that a map compares. */
function keyOf([a, b, c, d]: Words, family: 4 | 6, length: number): Key {
  if (family === 4) return masked(a, length);
  const first = masked(a, length);
  const second = masked(b, length - 32);
  if (length <= 64) return `${first}:${second}`;
  return `${first}:${second}:${masked(c, length - 64)}:${masked(d, length - 96)}`;
}

function masked(word: number, bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? word : (word & (-1 << (32 - bits))) >>> 0;
}

/** An address in words of 32 bits, of IPv4 the first alone; null: it is none. */
function parse(address: string): Words | null {
  if (isIPv4(address)) return [fourBytes(address), 0, 0, 0];
  if (!isIPv6(address) || address.includes("%")) return null;
  const [head = "", tail] = address.split("::");
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const missing = 8 - before.length - after.length;
  const all = [...before, ...Array.from({ length: missing }, () => 0), ...after];
  const word = (index: number) => (all[index] ?? 0) * 65_536 + (all[index + 1] ?? 0);
  return [word(0), word(2), word(4), word(6)];
}

function groups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (!part.includes(".")) return [Number.parseInt(part, 16)];
    const embedded = fourBytes(part);
    return [embedded >>> 16, embedded & 0xff_ff];
  });
}

function fourBytes(text: string): number {
  return text.split(".").reduce((value, part) => value * 256 + Number(part), 0);
}
