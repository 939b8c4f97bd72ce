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

const ZERO = 0x30;
const DOT = 0x2e;
const COLON = 0x3a;

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
  // As one number where it is exact.
  if (length <= 52) return first * 2 ** 20 + (second >>> 12);
  if (length <= 64) return `${first}:${second}`;
  return `${first}:${second}:${masked(c, length - 64)}:${masked(d, length - 96)}`;
}

function masked(word: number, bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? word : (word & (-1 << (32 - bits))) >>> 0;
}

/**
 * An address in words of 32 bits, of IPv4 the first alone; null: it is none. Character by character, as a hundred
 * thousand prefixes are read while an endpoint is checked.
 */
function parse(address: string): Words | null {
  if (address.includes(":")) return parseIpv6(address);
  const word = parseIpv4(address);
  return word === null ? null : [word, 0, 0, 0];
}

function parseIpv4(text: string): number | null {
  let word = 0;
  let part = -1;
  let parts = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at === text.length ? DOT : text.charCodeAt(at);
    if (code === DOT) {
      if (part < 0) return null;
      word = word * 256 + part;
      parts += 1;
      part = -1;
    } else if (code >= ZERO && code <= ZERO + 9 && part !== 0) {
      part = Math.max(part, 0) * 10 + code - ZERO;
      if (part > 255) return null;
    } else return null;
  }
  return parts === 4 ? word : null;
}

function parseIpv6(text: string): Words | null {
  // Only as one of whose groups the last two are an IPv4 address.
  if (text.includes(".")) {
    const at = text.lastIndexOf(":") + 1;
    const last = parseIpv4(text.slice(at));
    if (last === null) return null;
    const hex = `${(last >>> 16).toString(16)}:${(last & 0xff_ff).toString(16)}`;
    return parseIpv6(text.slice(0, at) + hex);
  }
  const groups: number[] = [];
  let gap = -1;
  let group = -1;
  let digits = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at === text.length ? COLON : text.charCodeAt(at);
    if (code === COLON) {
      if (digits > 0) groups.push(group);
      else if (at < text.length) {
        // Nothing before a colon: `::`, once, and nowhere else.
        const first = at === 0 && text.charCodeAt(1) === COLON;
        if (gap !== -1 || (at !== 0 && text.charCodeAt(at - 1) !== COLON) || (at === 0 && !first)) {
          return null;
        }
        gap = groups.length;
        if (first) at += 1;
      } else if (gap !== groups.length) return null;
      group = -1;
      digits = 0;
    } else {
      const digit = hexDigit(code);
      digits += 1;
      if (digit < 0 || digits > 4) return null;
      group = Math.max(group, 0) * 16 + digit;
    }
  }
  const missing = 8 - groups.length;
  if (gap === -1 ? missing !== 0 : missing < 1) return null;
  const word = (index: number) => {
    const read = (place: number) => {
      if (gap === -1 || place < gap) return groups[place] ?? 0;
      return place < gap + missing ? 0 : (groups[place - missing] ?? 0);
    };
    return read(index) * 65_536 + read(index + 1);
  };
  return [word(0), word(2), word(4), word(6)];
}

function hexDigit(code: number): number {
  if (code >= ZERO && code <= ZERO + 9) return code - ZERO;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
