import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DnsError } from "#probes/dns/errors.ts";
import { answersTo, decodeAnswer, encodeName, encodeQuestion } from "#probes/dns/wire.ts";
import {
  a,
  aaaa,
  caa,
  cname,
  dnsAnswer,
  dnsName,
  dnsRecord,
  extendedError,
  mx,
  readQuestion,
  rrsig,
  txt,
} from "../../support/dns-messages.ts";

const NAME = "www.example.test";
const question = encodeQuestion({ name: NAME, type: "A" }, 0x12_34);
const asked = readQuestion(question);
const answer = (parts: Parameters<typeof dnsAnswer>[1]) => dnsAnswer(asked, parts);
const read = (parts: Parameters<typeof dnsAnswer>[1]) => decodeAnswer(answer(parts), question);
/** Where the first record of an answer begins. */
const START = asked.end;

describe("a question", () => {
  test("asks for recursion, validation and DNSSEC's records, in small packets", () => {
    expect(asked).toMatchObject({ name: NAME, type: 1, checkingDisabled: false });
    expect(question.readUInt16BE(2)).toBe(0x01_20);
    expect(question.subarray(START).toString("hex")).toBe("00002904d0000080000000");
  });

  test("can ask for what fails validation", () => {
    const bytes = encodeQuestion({ name: ".", type: "SOA", checkingDisabled: true }, 1);
    expect(readQuestion(bytes)).toMatchObject({ name: ".", type: 6, checkingDisabled: true });
  });

  test.each(["", "a..b", `${"a".repeat(64)}.test`, "a b.test", "é.test", "abcdefg.".repeat(32)])(
    "%j is no name",
    (name) => {
      expect(() => encodeName(name)).toThrow(DnsError);
    },
  );
});

describe("what counts as the answer", () => {
  test.each<[string, (bytes: Buffer) => void, boolean]>([
    ["the answer", () => {}, true],
    ["a name in other letters", (bytes) => bytes.write("WWW", 13), true],
    ["another id", (bytes) => bytes.writeUInt16BE(0x12_35, 0), false],
    ["a question", (bytes) => bytes.writeUInt16BE(0x01_00, 2), false],
    ["an answer to another name", (bytes) => bytes.write("xxx", 13), false],
    ["an answer to another type", (bytes) => bytes.writeUInt8(28, START - 3), false],
    ["an answer of another class", (bytes) => bytes.writeUInt8(3, START - 1), false],
    ["an answer to no question", (bytes) => bytes.writeUInt16BE(0, 4), false],
    ["an answer to two questions", (bytes) => bytes.writeUInt16BE(2, 4), false],
  ])("%s", (_, change, counts) => {
    const bytes = answer({ answers: [a(NAME, "192.0.2.1")] });
    change(bytes);
    expect(answersTo(bytes, question)).toBe(counts);
  });

  test("nothing that is cut off within the question", () => {
    const bytes = answer({});
    for (let length = 0; length < START; length += 1) {
      expect(answersTo(bytes.subarray(0, length), question)).toBe(false);
    }
  });
});

describe("an answer", () => {
  test("holds the records that are asked for", () => {
    const records = read({
      answers: [
        cname(NAME, "web.example.test"),
        a("web.example.test", "192.0.2.1", 60),
        aaaa("web.example.test", "2001:0db8:0000:0000:0000:0000:0000:0001"),
        mx("example.test", 10, "mx.example.test"),
        txt("example.test", "v=spf1 ", "-all"),
        caa("example.test", "Issue", "ca.example; x=1", 128),
        rrsig("example.test"),
      ],
      authentic: true,
      additional: [extendedError(7)],
    });
    expect(records).toEqual({
      rcode: "NOERROR",
      truncated: false,
      authentic: true,
      answers: [
        { name: NAME, ttl: 300, type: "CNAME", target: "web.example.test" },
        { name: "web.example.test", ttl: 60, type: "A", address: "192.0.2.1" },
        { name: "web.example.test", ttl: 300, type: "AAAA", address: "2001:db8::1" },
        {
          name: "example.test",
          ttl: 300,
          type: "MX",
          preference: 10,
          exchange: "mx.example.test",
        },
        { name: "example.test", ttl: 300, type: "TXT", text: "v=spf1 -all" },
        {
          name: "example.test",
          ttl: 300,
          type: "CAA",
          critical: true,
          tag: "issue",
          value: "ca.example; x=1",
        },
        { name: "example.test", ttl: 300, type: "RRSIG" },
      ],
      authorities: [],
      extendedErrors: [7],
    });
  });

  test("follows compressed names backwards", () => {
    const pointer = Buffer.of(0xc0, 12);
    const inside = Buffer.concat([Buffer.of(3), Buffer.from("cdn"), Buffer.of(0xc0, 16)]);
    const { answers } = read({ answers: [dnsRecord(pointer, 5, inside)] });
    expect(answers).toMatchObject([{ name: NAME, target: "cdn.example.test" }]);
  });

  test("a dot within a label is none between labels", () => {
    const odd = Buffer.concat([Buffer.of(5), Buffer.from("a.b\0c"), Buffer.of(0)]);
    const { answers } = read({ answers: [dnsRecord(odd, 1, Buffer.of(192, 0, 2, 1))] });
    expect(answers).toMatchObject([{ name: "a\\046b\\000c" }]);
  });

  test("a TTL with its highest bit set is none", () => {
    const { answers } = read({ answers: [a(NAME, "192.0.2.1", 0xff_ff_ff_ff)] });
    expect(answers).toMatchObject([{ ttl: 0 }]);
  });

  test("a record of another class is no address", () => {
    const record = a(NAME, "192.0.2.1");
    record.writeUInt16BE(3, dnsName(NAME).length + 2);
    expect(read({ answers: [record] }).answers).toMatchObject([{ type: "other" }]);
  });

  test("an extended RCODE is put together", () => {
    const options = dnsRecord(".", 41, Buffer.alloc(0), 0x01_00_00_00);
    expect(read({ additional: [options] }).rcode).toBe("RCODE 16");
  });

  test("what is truncated is not read", () => {
    const bytes = answer({ truncated: true, answers: [a(NAME, "192.0.2.1")] });
    const cut = bytes.subarray(0, START + 3);
    expect(decodeAnswer(cut, question)).toMatchObject({ truncated: true, answers: [] });
  });
});

describe("malformed answers", () => {
  const at = (offset: number) => Buffer.of(0xc0 | (offset >> 8), offset & 0xff);
  const address = Buffer.of(192, 0, 2, 1);
  test.each<[string, Buffer]>([
    ["a name that points to itself", answer({ answers: [dnsRecord(at(START), 1, address)] })],
    ["a name that points ahead", answer({ answers: [dnsRecord(at(START + 20), 1, address)] })],
    ["a name that points into the header", answer({ answers: [dnsRecord(at(2), 1, address)] })],
    [
      "two names that point to each other",
      answer({
        answers: [
          dnsRecord(NAME, 5, Buffer.concat([at(START + 28 + 2), at(START + 28)])),
          dnsRecord(NAME, 1, address),
        ],
      }),
    ],
    [
      "a name of pointers without end",
      answer({
        answers: [
          dnsRecord(
            ".",
            99,
            Buffer.concat(
              Array.from({ length: 200 }, (_, hop) => at(hop === 0 ? START : START + 9 + hop * 2)),
            ),
          ),
          dnsRecord(at(START + 11 + 199 * 2), 1, address),
        ],
      }),
    ],
    ["a label of a reserved kind", answer({ answers: [dnsRecord(Buffer.of(0x80), 1, address)] })],
    ["a name without end", answer({ answers: [Buffer.from([63, 97, 97])] })],
    [
      "a name that is too long",
      answer({
        answers: [
          dnsRecord(
            Buffer.concat([...Array.from({ length: 5 }, () => dnsLabel(63)), Buffer.of(0)]),
            1,
            address,
          ),
        ],
      }),
    ],
    ["an address of five bytes", answer({ answers: [dnsRecord(NAME, 1, Buffer.alloc(5))] })],
    ["an IPv6 address of four bytes", answer({ answers: [dnsRecord(NAME, 28, address)] })],
    [
      "an alias with bytes behind it",
      answer({ answers: [dnsRecord(NAME, 5, Buffer.concat([dnsName("x.test"), address]))] }),
    ],
    ["an MX without a name", answer({ answers: [dnsRecord(NAME, 15, Buffer.of(0, 10))] })],
    ["a text that is longer than it is", answer({ answers: [dnsRecord(NAME, 16, Buffer.of(9))] })],
    ["a CAA without a tag", answer({ answers: [dnsRecord(NAME, 257, Buffer.of(0, 0, 65))] })],
    [
      "a CAA whose tag is cut off",
      answer({ answers: [dnsRecord(NAME, 257, Buffer.of(0, 9, 65))] }),
    ],
    ["more records than bytes", withCount(answer({ answers: [a(NAME, "192.0.2.1")] }), 3)],
    ["more records than may be", withCount(answer({}), 0xff_ff)],
  ])("%s", (_, bytes) => {
    expect(answersTo(bytes, question)).toBe(true);
    expect(() => decodeAnswer(bytes, question)).toThrow(DnsError);
  });

  test("wherever it is cut off, it is malformed or says that it is truncated", () => {
    const bytes = answer({ answers: [cname(NAME, "x.test"), txt("x.test", "a", "b")] });
    for (let length = START; length < bytes.length; length += 1) {
      expect(() => decodeAnswer(bytes.subarray(0, length), question)).toThrow(DnsError);
    }
  });

  test("whatever bytes come, there is an answer or a DnsError", () => {
    const good = answer({
      answers: [cname(NAME, "x.test"), a("x.test", "192.0.2.1"), caa("x.test", "issue", "ca")],
      additional: [extendedError(6)],
    });
    const changed = fc
      .array(fc.tuple(fc.nat(good.length - START - 1), fc.nat(255)), { maxLength: 8 })
      .map((changes) => {
        const bytes = Buffer.from(good);
        for (const [offset, value] of changes) bytes[START + offset] = value;
        return bytes;
      });
    const random = fc
      .uint8Array({ maxLength: 600 })
      .map((rest) => Buffer.concat([withCount(good, 5).subarray(0, START), rest]));
    fc.assert(
      fc.property(fc.oneof(changed, random), (bytes) => {
        try {
          decodeAnswer(bytes, question);
        } catch (error) {
          expect(error).toBeInstanceOf(DnsError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

function dnsLabel(size: number): Buffer {
  return Buffer.concat([Buffer.of(size), Buffer.alloc(size, 97)]);
}

function withCount(bytes: Buffer, answers: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt16BE(answers, 6);
  return changed;
}
