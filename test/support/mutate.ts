/** Changes to bytes as fast-check draws them: what is done, where, and with which number. */
import * as fc from "fast-check";

export interface Change {
  readonly kind: "flip" | "set" | "number16" | "number24" | "cut" | "insert" | "remove" | "repeat";
  readonly at: number;
  readonly value: number;
}

/** Numbers that lengths go wrong at; the others are drawn. */
const EDGES = [0, 1, 2, 3, 4, 0x7f, 0x80, 0xff, 0x100, 0x3fff, 0x4000, 0x4800, 0x7fff, 0x8000];

/** From none to five changes. */
export const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Change["kind"]>(
      "flip",
      "set",
      "number16",
      "number24",
      "cut",
      "insert",
      "remove",
      "repeat",
    ),
    at: fc.nat(0xffff),
    value: fc.oneof(fc.constantFrom(...EDGES), fc.nat(0xffffff)),
  }),
  { maxLength: 5 },
);

/** The bytes after all changes, never longer than some kilobytes more than they were. */
export function changed(bytes: Buffer, list: readonly Change[]): Buffer {
  return list.reduce(change, bytes);
}

function change(bytes: Buffer, { kind, at, value }: Change): Buffer {
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  const few = (value % 64) + 1;
  const before = bytes.subarray(0, place);
  const after = bytes.subarray(place);
  switch (kind) {
    case "cut":
      return before;
    case "insert":
      return Buffer.concat([before, Buffer.alloc(few, value >> 8), after]);
    case "remove":
      return Buffer.concat([before, after.subarray(few)]);
    case "repeat":
      return Buffer.concat([before, after.subarray(0, few), after]);
    case "flip":
    case "set":
    case "number16":
    case "number24":
      break;
  }
  return overwritten(bytes, place, kind, value);
}

function overwritten(
  bytes: Buffer,
  place: number,
  kind: "flip" | "set" | "number16" | "number24",
  value: number,
): Buffer {
  const copy = Buffer.from(bytes);
  const put = (offset: number, byte: number) => {
    if (place + offset < copy.length) copy[place + offset] = byte & 0xff;
  };
  if (kind === "flip") put(0, (copy[place] ?? 0) ^ (1 << (value % 8)));
  if (kind === "set") put(0, value);
  if (kind === "number16") [value >> 8, value].forEach((byte, index) => put(index, byte));
  if (kind === "number24") {
    [value >> 16, value >> 8, value].forEach((byte, index) => put(index, byte));
  }
  return copy;
}

/** The bytes in chunks, cut where the numbers say; no numbers, one chunk. */
export function chunked(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const ends = [...places, bytes.length];
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}
