import { BlockList, isIP } from "node:net";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  countAddresses,
  coversRanges,
  intersectRanges,
  mergeRanges,
  parseRange,
  subtractRanges,
  toCidrs,
  type AddressRange,
} from "#model/address-ranges.ts";
import { isInternet } from "#facts/internet-addresses.ts";

const parsed = (...texts: readonly string[]) =>
  texts.map((text) => {
    const range = parseRange(text);
    if (range === null) throw new Error(`${text} is no range`);
    return range;
  });

const range = fc
  .record({
    family: fc.constantFrom<4 | 6>(4, 6),
    // Close together and small, so that they touch and overlap; and anywhere.
    first: fc.oneof(fc.bigInt(0n, 40n), fc.bigInt(0n, 2n ** 32n - 1n)),
    size: fc.oneof(fc.bigInt(0n, 9n), fc.bigInt(0n, 2n ** 31n)),
  })
  .map(({ family, first, size }): AddressRange => {
    const most = 2n ** (family === 4 ? 32n : 128n) - 1n;
    return { family, first, last: first + size > most ? most : first + size };
  });
const ranges = fc.array(range, { maxLength: 8 });
const has = (list: readonly AddressRange[], family: 4 | 6, address: bigint) =>
  list.some((one) => one.family === family && one.first <= address && address <= one.last);
/** Every address where membership may change. */
const edges = (...lists: readonly (readonly AddressRange[])[]) =>
  lists
    .flat()
    .flatMap(({ family, first, last }) =>
      [first - 1n, first, last, last + 1n].map((address) => ({ family, address })),
    );

describe("ranges of addresses", () => {
  test.each([
    ["0.0.0.0/0", 4, 0n, 2n ** 32n - 1n],
    ["10.1.2.3/8", 4, 10n << 24n, (11n << 24n) - 1n],
    ["192.0.2.1", 4, 3_221_225_985n, 3_221_225_985n],
    ["::/0", 6, 0n, 2n ** 128n - 1n],
    ["2001:DB8::/32", 6, 0x20010db8n << 96n, (0x20010db9n << 96n) - 1n],
    ["::ffff:192.0.2.1/128", 6, 0xffffc0000201n, 0xffffc0000201n],
    ["1::8/128", 6, (1n << 112n) + 8n, (1n << 112n) + 8n],
  ] as const)("%s is read", (text, family, first, last) => {
    expect(parseRange(text)).toEqual({ family, first, last });
  });

  test.each([
    "",
    "Internet",
    "*",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4/33",
    "1.2.3.4/",
    "1.2.3.4/-1",
    "::/129",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "1.2.3.4::",
    "::1.2.3.4:1",
    "::12345",
    "fe80::1%eth0",
    `${"0".repeat(60)}/0`,
  ])("%j is none", (text) => {
    // Eight groups and a `::` for nothing: nobody writes it, and RFC 4291 wants the `::` to stand for one or more.
    expect(parseRange(text)).toBeNull();
  });

  test("an address is one exactly where Node says so", () => {
    const texts = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string({ unit: fc.constantFrom("0", "1", "a", "f", ":", "."), maxLength: 20 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(parseRange(text) !== null).toBe(isIP(text) !== 0);
      }),
    );
  });

  test("CIDR notation says the same addresses again, and Node agrees", () => {
    fc.assert(
      fc.property(ranges, (list) => {
        const texts = toCidrs(list);
        expect(mergeRanges(parsed(...texts))).toEqual(mergeRanges(list));
        for (const text of texts) expect(isIP(text.split("/")[0] ?? "")).not.toBe(0);
        const node = new BlockList();
        for (const text of texts) {
          const [address = "", prefix] = text.split("/");
          node.addSubnet(address, Number(prefix), address.includes(":") ? "ipv6" : "ipv4");
        }
        for (const { family, address } of edges(list)) {
          if (family === 6 || address < 0n || address >= 2n ** 32n) continue;
          const [text = ""] = toCidrs([{ family, first: address, last: address }]);
          expect(node.check(text.replace("/32", ""))).toBe(has(list, family, address));
        }
      }),
    );
  });

  test("the shortest notation of IPv6", () => {
    const texts = ["::/0", "::1/128", "2001:db8::1:0:0:1/128", "1:0:2:3:4:5:6:7/128", "2000::/3"];
    for (const text of texts) expect(toCidrs(parsed(text))).toEqual([text]);
  });

  test("union, difference and section hold for every address at an edge", () => {
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        const [merged, both, rest] = [mergeRanges(a), intersectRanges(a, b), subtractRanges(a, b)];
        for (const { family, address } of edges(a, b)) {
          expect(has(merged, family, address)).toBe(has(a, family, address));
          const [inA, inB] = [has(a, family, address), has(b, family, address)];
          expect(has(both, family, address)).toBe(inA && inB);
          expect(has(rest, family, address)).toBe(inA && !inB);
        }
        expect(coversRanges(b, a)).toBe(rest.length === 0);
        for (const family of [4, 6] as const) {
          expect(countAddresses(both, family) + countAddresses(rest, family)).toBe(
            countAddresses(a, family),
          );
        }
      }),
    );
  });
});

describe("the Internet", () => {
  const world = (...texts: readonly string[]) => isInternet(parsed(...texts));
  test.each([
    [["0.0.0.0/0"]],
    [["::/0"]],
    [["2000::/3"]],
    [["0.0.0.0/1", "128.0.0.0/1"]],
    [["128.0.0.0/1"]],
    [["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"]],
    // What a whole regional registry hands out.
    [["2a00::/12"]],
    // The world less the private ranges.
    [toCidrs(subtractRanges(parsed("0.0.0.0/0"), parsed("10.0.0.0/8", "192.168.0.0/16")))],
  ])("is %j", (texts) => expect(world(...texts)).toBe(true));

  test.each([
    [[]],
    [["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]],
    [["203.0.113.7/32"]],
    [["fc00::/7"]],
    [["8000::/1"]],
    [["224.0.0.0/3"]],
    // The largest blocks of one holder.
    [["3.0.0.0/8", "52.0.0.0/8", "54.0.0.0/8"]],
    [["2600:1f00::/24"]],
  ])("is not %j", (texts) => expect(world(...texts)).toBe(false));

  test("more ranges never make it less", () => {
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        if (isInternet(a)) expect(isInternet([...a, ...b])).toBe(true);
      }),
    );
  });
});
