/** Node's sessions: the real ones are read in the tests of real servers. */
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { maxEarlyData } from "#probes/tls/behaviour-session.ts";

const der = (tag: number, ...parts: readonly Buffer[]) => {
  const content = Buffer.concat(parts);
  const { length } = content;
  return length < 128
    ? Buffer.concat([Buffer.from([tag, length]), content])
    : Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
};
const integer = (...bytes: readonly number[]) => der(2, Buffer.from(bytes));
/** As OpenSSL writes it, with a limit at tag 15 between others. */
const session = (...limit: readonly number[]) =>
  der(
    0x30,
    integer(1),
    integer(3, 4),
    der(4, Buffer.from([0x13, 1])),
    der(4, Buffer.alloc(32)),
    der(4, Buffer.alloc(200, 0xaf)),
    der(0xae, integer(0x7f)),
    ...(limit.length === 0 ? [] : [der(0xaf, integer(...limit))]),
    der(0xb3, integer(0x1d)),
  );
const prefixed = (bytes: Buffer, name = "server.example") =>
  Buffer.concat([
    Buffer.from("\0nodejs:tls:session:1\0"),
    Buffer.from([0, name.length]),
    Buffer.from(name),
    bytes,
  ]);

test.each([
  [[], 0],
  [[0x40, 0], 0x4000],
  [[1], 1],
  // RFC 8446 4.6.1 allows all of 32 bits.
  [[0, 0xff, 0xff, 0xff, 0xff], 0xffff_ffff],
])("limit of %j is %d", (bytes, limit) => {
  expect(maxEarlyData(session(...bytes))).toBe(limit);
  expect(maxEarlyData(prefixed(session(...bytes)))).toBe(limit);
  expect(maxEarlyData(prefixed(session(...bytes), ""))).toBe(limit);
});

test("what has another form is not known", () => {
  expect(maxEarlyData(session(1, 2, 3, 4, 5, 6))).toBeNull();
  expect(maxEarlyData(der(0x30, der(4, Buffer.alloc(3))))).toBeNull();
  expect(maxEarlyData(Buffer.from("\0nodejs:tls:session:2\0"))).toBeNull();
  expect(maxEarlyData(Buffer.alloc(0))).toBeNull();
});

test("cut and changed bytes never throw", () => {
  const whole = prefixed(session(0x40, 0));
  for (let end = 0; end < whole.length; end += 1) {
    expect(maxEarlyData(whole.subarray(0, end))).toBeNull();
  }
  for (let at = 0; at < whole.length; at += 1) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 0xff;
    expect(() => maxEarlyData(changed)).not.toThrow();
  }
  for (let length = 0; length < 300; length += 1) {
    expect(() => maxEarlyData(randomBytes(length))).not.toThrow();
  }
});
