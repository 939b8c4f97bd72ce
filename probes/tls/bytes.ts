/** Big-endian numbers and length-prefixed lists: the whole of TLS's presentation language that a hello needs. */

/** Writes one after the other into memory that is used again for the next message. */
export interface Writer {
  readonly u8: (value: number) => void;
  readonly u16: (value: number) => void;
  readonly u24: (value: number) => void;
  readonly bytes: (bytes: Uint8Array) => void;
  /** Zero bytes. */
  readonly zeros: (count: number) => void;
  /** Two-byte codes one after the other. */
  readonly codes: (values: readonly number[]) => void;
  /** What `body` writes, behind its length in so many bytes. */
  readonly vector: (lengthBytes: 1 | 2 | 3, body: () => void) => void;
  /** So many bytes have been written. */
  readonly length: () => number;
}

/** One for all places that are empty. */
export const NO_BYTES: Buffer = Buffer.alloc(0);

/** The same bytes in memory of their own: a slice holds the whole of what it was cut from, and Node's pools too are large. */
export function ownCopy(bytes: Uint8Array): Buffer {
  if (bytes.length === 0) return NO_BYTES;
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}

/** The longest record, and room for what goes around it. */
const SCRATCH = Buffer.alloc(70_000);

/** The bytes that `body` writes. @throws RangeError for more than 70,000 */
export function written(body: (writer: Writer) => void): Buffer {
  let at = 0;
  const skip = (count: number) => {
    at += count;
    return at - count;
  };
  body({
    u8: (value) => SCRATCH.writeUInt8(value & 0xff, skip(1)),
    u16: (value) => SCRATCH.writeUInt16BE(value & 0xffff, skip(2)),
    u24: (value) => SCRATCH.writeUIntBE(value & 0xffffff, skip(3), 3),
    bytes: (bytes) => SCRATCH.set(bytes, skip(bytes.length)),
    zeros: (count) => {
      const start = skip(count);
      SCRATCH.fill(0, start, at);
    },
    codes: (values) => {
      // By hand: hellos list hundreds, and Node's own way checks each.
      for (const value of values) {
        SCRATCH[at] = value >> 8;
        SCRATCH[at + 1] = value;
        at += 2;
      }
      if (at > SCRATCH.length) throw new RangeError(`more than ${SCRATCH.length} bytes`);
    },
    vector: (lengthBytes, fill) => {
      const start = skip(lengthBytes);
      fill();
      SCRATCH.writeUIntBE(at - start - lengthBytes, start, lengthBytes);
    },
    length: () => at,
  });
  return Buffer.from(SCRATCH.subarray(0, at));
}
