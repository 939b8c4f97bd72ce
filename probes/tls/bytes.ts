/** Big-endian numbers and length-prefixed lists: the whole of TLS's presentation language that a hello needs. */

export function u8(value: number): Buffer {
  return Buffer.from([value & 0xff]);
}

export function u16(value: number): Buffer {
  return Buffer.from([(value >> 8) & 0xff, value & 0xff]);
}

export function u24(value: number): Buffer {
  return Buffer.from([(value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff]);
}

/** The parts behind their length in one byte. */
export function vector8(...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u8(body.length), body]);
}

/** The parts behind their length in two bytes. */
export function vector16(...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u16(body.length), body]);
}

/** Two-byte codes one after the other. */
export function codes(values: readonly number[]): Buffer {
  return Buffer.concat(values.map(u16));
}
