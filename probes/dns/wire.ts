/**
 * DNS messages (RFC 1035 4, EDNS: RFC 6891). Written by hand, as every byte is a stranger's: the lengths of records are
 * held to, a pointer leads backwards only, and what does not fit is malformed.
 */
import { isIPv6 } from "node:net";
import { DnsError } from "./errors.ts";

/** What Probity asks for, by IANA's numbers. */
export const TYPES = {
  A: 1,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  DS: 43,
  RRSIG: 46,
  DNSKEY: 48,
  CAA: 257,
} as const;
export type RecordType = keyof typeof TYPES;

/** Answers larger than this come over TCP: what passes everywhere in one piece (https://www.dnsflagday.net/2020/). */
const UDP_BYTES = 1232;
const OPT = 41;
const CLASS_IN = 1;
/** Of a server that answers with as much as a message can hold. */
const MOST_RECORDS = 4000;
const LONGEST_NAME = 255;
const LONGEST_LABEL = 63;
/** As many as a name has labels: who needs more has us go in steps that lead nowhere. */
const MOST_POINTERS = 127;
const HEADER = 12;
const EXTENDED_ERROR = 15;

const RCODES: Readonly<Record<number, string>> = {
  0: "NOERROR",
  1: "FORMERR",
  2: "SERVFAIL",
  3: "NXDOMAIN",
  4: "NOTIMP",
  5: "REFUSED",
};

export interface Question {
  /** Host name in ASCII; `.` is the root. */
  readonly name: string;
  readonly type: RecordType;
  /** Asks for what fails validation too. */
  readonly checkingDisabled?: boolean;
}

/** A record; of the types that only matter by being there, no more than that. */
export type ResourceRecord = { readonly name: string; readonly ttl: number } & (
  | { readonly type: "A" | "AAAA"; readonly address: string }
  | { readonly type: "CNAME"; readonly target: string }
  | { readonly type: "MX"; readonly preference: number; readonly exchange: string }
  | { readonly type: "TXT"; readonly text: string }
  | {
      readonly type: "CAA";
      readonly critical: boolean;
      readonly tag: string;
      readonly value: string;
    }
  | { readonly type: "SOA" | "DS" | "RRSIG" | "DNSKEY" | "other" }
);

export interface Answer {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, …, or its number. */
  readonly rcode: string;
  readonly truncated: boolean;
  /** The resolver says that it validated the answer. */
  readonly authentic: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Extended DNS errors (RFC 8914), by number. */
  readonly extendedErrors: readonly number[];
}

/**
 * The bytes of a question: recursion is desired, and DNSSEC's records and the AD bit (RFC 6840 5.7).
 * @param id 0 to 65535, of good chance
 * @throws DnsError for what is no host name
 */
export function encodeQuestion({ name, type, checkingDisabled = false }: Question, id: number) {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(0x01_20 | (checkingDisabled ? 0x10 : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(1, 10);
  const asked = Buffer.alloc(4);
  asked.writeUInt16BE(TYPES[type], 0);
  asked.writeUInt16BE(CLASS_IN, 2);
  const options = Buffer.alloc(11);
  options.writeUInt16BE(OPT, 1);
  options.writeUInt16BE(UDP_BYTES, 3);
  // DNSSEC OK (RFC 3225).
  options.writeUInt16BE(0x80_00, 7);
  return Buffer.concat([header, encodeName(name), asked, options]);
}

/**
 * A name in bytes; lower case.
 * @throws DnsError for what is no host name
 */
export function encodeName(name: string): Buffer {
  const labels = name === "." ? [] : name.toLowerCase().replace(/\.$/, "").split(".");
  const parts = labels.map((label) => {
    const bytes = Buffer.from(label, "latin1");
    if (!/^[\x21-\x7e]+$/.test(label) || bytes.length > LONGEST_LABEL) {
      throw new DnsError("malformed", `${JSON.stringify(name)} is no name that DNS could have`);
    }
    return Buffer.concat([Buffer.of(bytes.length), bytes]);
  });
  const whole = Buffer.concat([...parts, Buffer.of(0)]);
  if (whole.length > LONGEST_NAME) throw new DnsError("malformed", "the name is too long for DNS");
  return whole;
}

/** Whether bytes are the answer to what was asked: same id, an answer, same question. What is not is somebody else's. */
export function answersTo(bytes: Buffer, question: Buffer): boolean {
  const end = questionEnd(question);
  return (
    bytes.length >= end &&
    bytes.readUInt16BE(0) === question.readUInt16BE(0) &&
    (bytes[2] ?? 0) >> 7 === 1 &&
    bytes.readUInt16BE(4) === 1 &&
    // Length bytes of labels are below every letter, so that this changes names alone.
    lowered(bytes.subarray(HEADER, end)).equals(question.subarray(HEADER, end))
  );
}

function lowered(bytes: Buffer): Buffer {
  const name = bytes.subarray(0, bytes.length - 4);
  return Buffer.concat([
    name.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte)),
    bytes.subarray(bytes.length - 4),
  ]);
}

/** Where the one question of a message of our own ends. */
function questionEnd(question: Buffer): number {
  return question.indexOf(0, HEADER) + 5;
}

/**
 * Reads an answer that `answersTo` the question.
 * @throws DnsError for whatever does not fit
 */
export function decodeAnswer(bytes: Buffer, question: Buffer): Answer {
  const reader = { bytes, at: questionEnd(question) };
  const flags = bytes.readUInt16BE(2);
  const counts = [bytes.readUInt16BE(6), bytes.readUInt16BE(8), bytes.readUInt16BE(10)] as const;
  const truncated = (flags & 0x02_00) !== 0;
  const head = { truncated, authentic: (flags & 0x20) !== 0 };
  const short = { ...head, answers: [], authorities: [], extendedErrors: [] };
  // A truncated answer is asked for again, whatever is in it.
  if (truncated) return { ...short, rcode: rcodeName(flags & 0xf) };
  if (counts.reduce((sum, one) => sum + one, 0) > MOST_RECORDS) {
    throw new DnsError("too-large", `the DNS answer has more than ${MOST_RECORDS} records`);
  }
  const [answers, authorities, additional] = counts.map((count) =>
    Array.from({ length: count }, () => readRecord(reader)),
  );
  if (reader.at !== bytes.length) {
    throw new DnsError("malformed", "the DNS answer has bytes behind its end");
  }
  const options = (additional ?? []).find(({ code }) => code === OPT);
  return {
    ...head,
    rcode: rcodeName((flags & 0xf) | (((options?.rawTtl ?? 0) >>> 24) << 4)),
    answers: (answers ?? []).map(({ record }) => record),
    authorities: (authorities ?? []).map(({ record }) => record),
    extendedErrors: options === undefined ? [] : extendedErrors(options.data),
  };
}

function rcodeName(code: number): string {
  return RCODES[code] ?? `RCODE ${code}`;
}

interface Reader {
  readonly bytes: Buffer;
  at: number;
}

interface RawRecord {
  readonly code: number;
  /** Of OPT it means something else (RFC 6891 6.1.3). */
  readonly rawTtl: number;
  readonly data: Buffer;
  readonly record: ResourceRecord;
}

function readRecord(reader: Reader): RawRecord {
  const { bytes } = reader;
  const { name, next } = readName(bytes, reader.at);
  if (next + 10 > bytes.length) throw cut();
  const code = bytes.readUInt16BE(next);
  const isInternet = bytes.readUInt16BE(next + 2) === CLASS_IN;
  const rawTtl = bytes.readUInt32BE(next + 4);
  const start = next + 10;
  const end = start + bytes.readUInt16BE(next + 8);
  if (end > bytes.length) throw cut();
  reader.at = end;
  // The highest bit makes it none (RFC 2181 8).
  const ttl = rawTtl >= 0x80_00_00_00 ? 0 : rawTtl;
  const content = isInternet ? readData(bytes, code, start, end) : ({ type: "other" } as const);
  return { code, rawTtl, data: bytes.subarray(start, end), record: { name, ttl, ...content } };
}

type Content<Record = ResourceRecord> = Record extends unknown
  ? Omit<Record, "name" | "ttl">
  : never;

function readData(bytes: Buffer, code: number, start: number, end: number): Content {
  const data = bytes.subarray(start, end);
  switch (code) {
    case TYPES.A:
      if (data.length !== 4) throw odd("A");
      return { type: "A", address: data.join(".") };
    case TYPES.AAAA:
      if (data.length !== 16) throw odd("AAAA");
      return { type: "AAAA", address: ipv6(data) };
    case TYPES.CNAME:
      return { type: "CNAME", target: nameUpTo(bytes, start, end, "CNAME") };
    case TYPES.MX: {
      if (data.length < 3) throw odd("MX");
      const exchange = nameUpTo(bytes, start + 2, end, "MX");
      return { type: "MX", preference: data.readUInt16BE(0), exchange };
    }
    case TYPES.TXT:
      return { type: "TXT", text: readText(data) };
    case TYPES.CAA: {
      // RFC 8659 4.1: flags, length of the tag, tag, value.
      const length = data[1] ?? 0;
      if (length === 0 || data.length < 2 + length) throw odd("CAA");
      return {
        type: "CAA",
        critical: ((data[0] ?? 0) & 0x80) !== 0,
        tag: data.toString("latin1", 2, 2 + length).toLowerCase(),
        value: data.toString("latin1", 2 + length),
      };
    }
    case TYPES.SOA:
      return { type: "SOA" };
    case TYPES.DS:
      return { type: "DS" };
    case TYPES.RRSIG:
      return { type: "RRSIG" };
    case TYPES.DNSKEY:
      return { type: "DNSKEY" };
    default:
      return { type: "other" };
  }
}

/** The strings of a TXT record, one after the other (RFC 7208 3.3). */
function readText(data: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length;) {
    const end = at + 1 + (data[at] ?? 0);
    if (end > data.length) throw odd("TXT");
    parts.push(data.subarray(at + 1, end));
    at = end;
  }
  return Buffer.concat(parts).toString("utf8");
}

function nameUpTo(bytes: Buffer, start: number, end: number, type: string): string {
  const { name, next } = readName(bytes, start);
  if (next !== end) throw odd(type);
  return name;
}

/**
 * The name at an offset, in lower case and without a dot at its end, `.` for the root, and where it ends. Bytes that a host
 * name has not are written `\DDD` (RFC 4343 2.1), so that no two names look alike.
 */
function readName(bytes: Buffer, start: number): { name: string; next: number } {
  const labels: string[] = [];
  let at = start;
  let next: number | null = null;
  let length = 1;
  // A pointer leads before the name that it stands in, so that each is followed once.
  let before = start;
  let pointers = 0;
  for (;;) {
    const size = bytes[at];
    if (size === undefined) throw cut();
    if (size === 0) break;
    if ((size & 0xc0) === 0xc0) {
      if (at + 2 > bytes.length) throw cut();
      const to = bytes.readUInt16BE(at) & 0x3f_ff;
      if (to >= before || to < HEADER) {
        throw new DnsError("malformed", "the DNS answer has a name that leads into itself");
      }
      if ((pointers += 1) > MOST_POINTERS) throw odd("name");
      next ??= at + 2;
      at = to;
      before = to;
      continue;
    }
    if ((size & 0xc0) !== 0) throw odd("name");
    if (at + 1 + size > bytes.length) throw cut();
    length += size + 1;
    if (length > LONGEST_NAME) throw odd("name");
    labels.push(
      Array.from(bytes.subarray(at + 1, at + 1 + size), (byte) => {
        const character = String.fromCharCode(byte).toLowerCase();
        return /[a-z0-9_*-]/.test(character) ? character : `\\${String(byte).padStart(3, "0")}`;
      }).join(""),
    );
    at += 1 + size;
  }
  return { name: labels.length === 0 ? "." : labels.join("."), next: next ?? at + 1 };
}

/** As `#model/address-ranges.ts` would write it: URL knows RFC 5952. */
function ipv6(data: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => data.readUInt16BE(index * 2).toString(16));
  const text = new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
  return isIPv6(text) ? text : groups.join(":");
}

function extendedErrors(data: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at + 4 <= data.length;) {
    const end = at + 4 + data.readUInt16BE(at + 2);
    if (end > data.length) break;
    if (data.readUInt16BE(at) === EXTENDED_ERROR && end >= at + 6) {
      found.push(data.readUInt16BE(at + 4));
    }
    at = end;
  }
  return found;
}

function cut(): DnsError {
  return new DnsError("malformed", "the DNS answer ends in the middle");
}

function odd(type: string): DnsError {
  return new DnsError("malformed", `the DNS answer has a ${type} record of another shape`);
}
