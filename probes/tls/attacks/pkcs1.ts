/** Secrets of RSA key exchange with right and wrong padding (RFC 8017 7.2.1), for the search for Bleichenbacher's oracle. */
import { randomBytes } from "node:crypto";

/** How a padded secret is made, as robotattack.org's own tests have it. */
export type Shape =
  /** As it should be. */
  | "right"
  /** The first two bytes are not 00 02. */
  | "wrong-start"
  /** The 00 that ends the padding stands in the secret's last bytes. */
  | "misplaced-end"
  /** No 00 ends the padding. */
  | "no-end"
  /** The secret begins with a version that was not offered (Klíma, Pokorný, Rosa). */
  | "wrong-version";

export const SHAPES: readonly Shape[] = [
  "right",
  "wrong-start",
  "misplaced-end",
  "no-end",
  "wrong-version",
];

const SECRET_BYTES = 48;
/** RFC 8017 7.2.1: 00, 02, at least eight bytes that are not 00, 00. */
const LEAST_PADDING = 11;
const MAX_BITS = 16_384;

/**
 * A secret in that shape, as long as a key of so many bits; null where the key has no room for it or is out of bounds.
 * @param version code that the secret begins with
 */
export function pkcs1(shape: Shape, bits: number, version: number): Buffer | null {
  const bytes = Math.ceil(bits / 8);
  if (bytes < SECRET_BYTES + LEAST_PADDING || bits > MAX_BITS) return null;
  // Without any 00 that is not meant.
  const padded = Buffer.from(randomBytes(bytes).map((byte) => byte || 0x01));
  const secretAt = bytes - SECRET_BYTES;
  padded.writeUInt16BE(0x0002, 0);
  padded.writeUInt8(0, secretAt - 1);
  padded.writeUInt16BE(version, secretAt);
  switch (shape) {
    case "right":
      break;
    case "wrong-start":
      // Less than any key of so many bits.
      padded.writeUInt16BE(bits % 8 === 0 ? 0x4117 : 0x0017, 0);
      break;
    case "misplaced-end":
      padded.fill(0x11, secretAt - 1, secretAt + 2);
      padded.writeUInt8(0, bytes - 2);
      break;
    case "no-end":
      padded.fill(0x11, secretAt - 1, secretAt + 2);
      break;
    case "wrong-version":
      padded.writeUInt16BE(0x0202, secretAt);
      break;
  }
  return padded;
}
