/** Writes the fields of RFC 4251, section 5. */

/** A string: its length, then its bytes. */
export function string(value: string | Uint8Array): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value, "latin1") : value;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.byteLength);
  return Buffer.concat([length, bytes]);
}

/** A positive integer, big-endian: no leading zeros but one where the first bit would make it negative. */
export function mpint(value: Uint8Array): Buffer {
  const first = value.findIndex((byte) => byte !== 0);
  if (first < 0) return string("");
  const bytes = value.subarray(first);
  return string((bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A binary packet as it stands on the wire before encryption begins (RFC 4253 6). */
export function packet(payload: Uint8Array): Buffer {
  const padding = 8 - ((payload.byteLength + 5) % 8);
  const whole = padding < 4 ? padding + 8 : padding;
  return Buffer.concat([
    uint32(payload.byteLength + whole + 1),
    Buffer.of(whole),
    payload,
    Buffer.alloc(whole),
  ]);
}
