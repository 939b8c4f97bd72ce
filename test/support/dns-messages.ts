/** DNS messages for tests, written apart from those of `probes/dns`. */

/** A name in bytes, uncompressed. */
export function dnsName(name: string): Buffer {
  const labels = name === "." ? [] : name.split(".");
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)])),
    Buffer.of(0),
  ]);
}

/** A record: owner, number of the type, data. */
export function dnsRecord(name: string | Buffer, type: number, data: Buffer, ttl = 300): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(ttl, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([typeof name === "string" ? dnsName(name) : name, fixed, data]);
}

export const a = (name: string, address: string, ttl?: number) =>
  dnsRecord(name, 1, Buffer.from(address.split(".").map(Number)), ttl);
/** @param groups eight groups of four hex digits */
export const aaaa = (name: string, groups: string) =>
  dnsRecord(name, 28, Buffer.from(groups.replaceAll(":", ""), "hex"));
export const cname = (name: string, to: string) => dnsRecord(name, 5, dnsName(to));
export const txt = (name: string, ...strings: string[]) =>
  dnsRecord(
    name,
    16,
    Buffer.concat(strings.map((one) => Buffer.concat([Buffer.of(one.length), Buffer.from(one)]))),
  );
export const mx = (name: string, preference: number, exchange: string) =>
  dnsRecord(name, 15, Buffer.concat([Buffer.of(0, preference), dnsName(exchange)]));
export const caa = (name: string, tag: string, value: string, flags = 0) =>
  dnsRecord(
    name,
    257,
    Buffer.concat([Buffer.of(flags, tag.length), Buffer.from(tag), Buffer.from(value)]),
  );
/** Of the types that only matter by being there. */
export const soa = (name: string) => dnsRecord(name, 6, Buffer.alloc(22));
export const ds = (name: string) => dnsRecord(name, 43, Buffer.alloc(36));
export const rrsig = (name: string) => dnsRecord(name, 46, Buffer.alloc(40));
export const dnskey = (name: string) => dnsRecord(name, 48, Buffer.alloc(68));
/** The pseudo-record of EDNS with one extended error. */
export function extendedError(code: number): Buffer {
  const data = Buffer.from([0, 15, 0, 2, code >> 8, code & 0xff]);
  return dnsRecord(".", 41, data, 0);
}

export interface AskedQuestion {
  readonly name: string;
  readonly type: number;
  readonly checkingDisabled: boolean;
  readonly bytes: Buffer;
  /** Where the one question of it ends. */
  readonly end: number;
}

/** Reads a question of Probity's. */
export function readQuestion(bytes: Buffer): AskedQuestion {
  const labels: string[] = [];
  let at = 12;
  for (let size = bytes[at] ?? 0; size > 0; size = bytes[at] ?? 0) {
    labels.push(bytes.toString("latin1", at + 1, at + 1 + size));
    at += 1 + size;
  }
  return {
    name: labels.length === 0 ? "." : labels.join("."),
    type: bytes.readUInt16BE(at + 1),
    checkingDisabled: (bytes.readUInt16BE(2) & 0x10) !== 0,
    bytes,
    end: at + 5,
  };
}

/** An answer to a question. */
export function dnsAnswer(
  { bytes, end }: Pick<AskedQuestion, "bytes" | "end">,
  parts: {
    readonly rcode?: number;
    readonly authentic?: boolean;
    readonly truncated?: boolean;
    readonly answers?: readonly Buffer[];
    readonly authorities?: readonly Buffer[];
    readonly additional?: readonly Buffer[];
  } = {},
): Buffer {
  const { rcode = 0, authentic = false, truncated = false } = parts;
  const { answers = [], authorities = [], additional = [] } = parts;
  const header = Buffer.alloc(12);
  header.writeUInt16BE(bytes.readUInt16BE(0), 0);
  header.writeUInt16BE(0x81_80 | (truncated ? 0x02_00 : 0) | (authentic ? 0x20 : 0) | rcode, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(answers.length, 6);
  header.writeUInt16BE(authorities.length, 8);
  header.writeUInt16BE(additional.length, 10);
  return Buffer.concat([
    header,
    bytes.subarray(12, end),
    ...answers,
    ...authorities,
    ...additional,
  ]);
}
