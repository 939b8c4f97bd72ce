/** The longest name of an algorithm (RFC 4251 6 allows 64; certificates' names come near to that), characters. */
const LONGEST_NAME = 100;

/** Reads the fields of RFC 4251, section 5, and never beyond the end. Every method throws a TypeError where it would. */
export class SshReader {
  readonly #view: DataView;
  readonly #blob: Uint8Array;
  #at = 0;

  constructor(blob: Uint8Array) {
    this.#blob = blob;
    this.#view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  }

  /** How many bytes were read. */
  get position(): number {
    return this.#at;
  }

  /** So many bytes as they stand there. */
  take(length: number): Uint8Array {
    if (length > this.#blob.byteLength - this.#at) throw new TypeError(CUT_OFF);
    const from = this.#at;
    this.#at += length;
    return this.#blob.subarray(from, this.#at);
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  /** A string: its length, then so many bytes. */
  bytes(): Uint8Array {
    return this.take(this.#length());
  }

  text(): string {
    const text = Buffer.from(this.bytes()).toString("latin1");
    if (!/^[\x21-\x7E]+$/.test(text) || text.length > LONGEST_NAME) {
      throw new TypeError("an SSH key whose type is no name");
    }
    return text;
  }

  /** A positive integer without the zero that keeps its first bit from making it negative. */
  integer(): Uint8Array {
    const bytes = this.bytes();
    const first = bytes.findIndex((byte) => byte !== 0);
    if (first < 0 || (bytes[0] ?? 0) > 0x7f) {
      throw new TypeError("an SSH key with a number that is not positive");
    }
    return bytes.subarray(first);
  }

  /** Size of a positive integer in bits. */
  integerBits(): number {
    const bytes = this.integer();
    return (bytes.byteLength - 1) * 8 + (32 - Math.clz32(bytes[0] ?? 0));
  }

  end(): void {
    if (this.#at !== this.#blob.byteLength) throw new TypeError("an SSH key with more behind it");
  }

  #length(): number {
    if (this.#at + 4 > this.#blob.byteLength) throw new TypeError(CUT_OFF);
    const length = this.#view.getUint32(this.#at);
    this.#at += 4;
    return length;
  }
}

const CUT_OFF = "an SSH key or message that is cut off";
