/** Cuts what a server sends into TLS records, in bounded memory and without joining the same bytes again and again. */
import { plain } from "#model/text.ts";
import type { Reply } from "./records.ts";

export interface RawRecord {
  readonly type: number;
  /** Its five bytes, which the protection of TLS 1.3 covers. */
  readonly header: Buffer;
  readonly body: Buffer;
}

/** Bytes that are no records. */
export type Fault = Extract<Reply, { kind: "not-tls" | "malformed" }>;

/** RFC 8446 5.2, with the room that older versions have. */
const MAX_RECORD = 16_384 + 2048;
/** The longest certificates that are read, and what goes with them. */
const MAX_FLIGHT = 160 * 1024;
const MAX_RECORDS = 512;

export interface RecordSplitter {
  /** The records that are whole now, and what is wrong with what follows them. */
  readonly push: (chunk: Buffer) => {
    readonly records: readonly RawRecord[];
    readonly fault: Fault | null;
  };
}

/** A splitter for what one connection brings. */
export function createRecordSplitter(): RecordSplitter {
  let pending: Buffer = Buffer.alloc(0);
  let chunks: Buffer[] = [];
  let waiting = 0;
  let needed = 1;
  let total = 0;
  let count = 0;

  const take = (records: RawRecord[]): Fault | null => {
    for (;;) {
      const type = pending[0];
      needed = 1;
      if (type === undefined) return null;
      if (type < 20 || type > 24) {
        return { kind: "not-tls", excerpt: plain(pending.toString("latin1", 0, 60), 60) };
      }
      needed = 5 - pending.length;
      if (needed > 0) return null;
      if (pending[1] !== 3) return { kind: "malformed", why: "the record has no TLS version" };
      const length = pending.readUInt16BE(3);
      if (length === 0 || length > MAX_RECORD) {
        return { kind: "malformed", why: `a record of ${length} bytes` };
      }
      needed = 5 + length - pending.length;
      if (needed > 0) return null;
      count += 1;
      if (count > MAX_RECORDS) return { kind: "malformed", why: "too many records" };
      const [header, body] = [pending.subarray(0, 5), pending.subarray(5, 5 + length)];
      records.push({ type, header, body });
      pending = pending.subarray(5 + length);
    }
  };

  return {
    push: (chunk) => {
      total += chunk.length;
      chunks.push(chunk);
      waiting += chunk.length;
      // Bytes that come one by one are joined once a record can be complete, not at each of them.
      if (waiting < needed && total <= MAX_FLIGHT) return { records: [], fault: null };
      pending = Buffer.concat([pending, ...chunks]);
      chunks = [];
      waiting = 0;
      const records: RawRecord[] = [];
      const fault = take(records);
      const long = total > MAX_FLIGHT && fault === null;
      return {
        records,
        fault: long ? { kind: "malformed", why: "the answer is too long" } : fault,
      };
    },
  };
}
