import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRange } from "#model/address-ranges.ts";
import { createPrefixTable } from "#probes/hosting/prefix-table.ts";

function tableOf(prefixes: readonly string[]) {
  const table = createPrefixTable<string>();
  for (const prefix of prefixes) table.add(prefix, prefix);
  return table;
}

describe("the longest prefix that holds an address", () => {
  test.each<[string, readonly string[], string | undefined]>([
    ["192.0.2.1", ["192.0.2.0/24"], "192.0.2.0/24"],
    ["192.0.2.1", ["192.0.2.0/24", "192.0.2.0/25", "192.0.0.0/16"], "192.0.2.0/25"],
    ["192.0.2.200", ["192.0.2.0/24", "192.0.2.0/25"], "192.0.2.0/24"],
    ["192.0.2.1", ["192.0.2.1"], "192.0.2.1"],
    ["192.0.2.1", ["192.0.2.1/32", "192.0.2.0/31"], "192.0.2.1/32"],
    ["192.0.2.1", ["192.0.2.77/24"], "192.0.2.77/24"],
    ["192.0.2.1", ["0.0.0.0/0"], "0.0.0.0/0"],
    ["255.255.255.255", ["255.255.255.254/31"], "255.255.255.254/31"],
    ["128.0.0.1", ["128.0.0.0/1"], "128.0.0.0/1"],
    ["127.0.0.1", ["128.0.0.0/1"], undefined],
    ["192.0.2.1", [], undefined],
    ["192.0.2.1", ["::/0"], undefined],
    ["2001:db8::1", ["0.0.0.0/0"], undefined],
    ["2001:db8::1", ["2001:db8::/32", "2001:db8::/48"], "2001:db8::/48"],
    ["2001:db8:0:0:8000::1", ["2001:db8::/64", "2001:db8:0:0:8000::/65"], "2001:db8:0:0:8000::/65"],
    ["2001:db8::1", ["2001:db8::/127", "2001:db8::/126"], "2001:db8::/127"],
    ["2001:db8::2", ["2001:db8::/127", "2001:db8::/126"], "2001:db8::/126"],
    ["2001:db8::1", ["2001:db8::1"], "2001:db8::1"],
    ["2001:DB8::1", ["2001:db8::/32"], "2001:db8::/32"],
    ["::ffff:192.0.2.1", ["192.0.2.0/24", "::ffff:0:0/96"], "::ffff:0:0/96"],
    ["fe80::1%eth0", ["::/0"], undefined],
    ["www.example.test", ["0.0.0.0/0", "::/0"], undefined],
  ])("of %s among %j", (address, prefixes, expected) => {
    expect(tableOf(prefixes).find(address)?.entry).toBe(expected);
  });

  test.each(["", "192.0.2.0/33", "2001:db8::/129", "192.0.2.0/x", "192.0.2/24", "1.2.3.4/", "/8"])(
    "%j is no prefix",
    (prefix) => {
      expect(createPrefixTable<string>().add(prefix, "x")).toBe(false);
    },
  );

  test("addresses are read as Node reads them", () => {
    const table = tableOf(["0.0.0.0/0", "::/0"]);
    const near = fc
      .array(fc.constantFrom("0", "1", "9", "25", "255", "256", "f", "G", ".", ":", "::", "%"), {
        maxLength: 18,
      })
      .map((parts) => parts.join(""));
    const some = fc.oneof(near, fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(some, (text) => {
        const is = isIP(text) !== 0 && !text.includes("%");
        expect(table.find(text) !== undefined, text).toBe(is);
      }),
      { numRuns: 5000 },
    );
  });

  test("of two entries of a prefix the first stays", () => {
    const table = createPrefixTable<string>();
    table.add("192.0.2.0/24", "first");
    table.add("192.0.2.9/24", "second");
    expect(table.find("192.0.2.1")?.entry).toBe("first");
  });

  test("as arithmetic on whole ranges finds it", () => {
    const groups = fc.array(fc.constantFrom("0", "1", "8000", "ffff", "2001", "db8"), {
      minLength: 8,
      maxLength: 8,
    });
    const ipv6 = groups.map((parts) => parts.join(":"));
    const ipv4 = fc
      .array(fc.constantFrom(0, 1, 127, 128, 192, 255), { minLength: 4, maxLength: 4 })
      .map((parts) => parts.join("."));
    const prefix = fc.oneof(
      fc.tuple(ipv4, fc.nat(32)).map((parts) => parts.join("/")),
      fc.tuple(ipv6, fc.nat(128)).map((parts) => parts.join("/")),
    );
    fc.assert(
      fc.property(
        fc.array(prefix, { maxLength: 30 }),
        fc.oneof(ipv4, ipv6),
        (prefixes, address) => {
          expect(tableOf(prefixes).find(address)?.entry).toBe(bySearching(prefixes, address));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** The first of the smallest ranges that hold an address. */
function bySearching(prefixes: readonly string[], address: string): string | undefined {
  const at = parseRange(address);
  let best: { prefix: string; size: bigint } | undefined;
  for (const prefix of prefixes) {
    const range = parseRange(prefix);
    if (range === null || at === null || range.family !== at.family) continue;
    if (at.first < range.first || at.first > range.last) continue;
    const size = range.last - range.first;
    if (best === undefined || size < best.size) best = { prefix, size };
  }
  return best?.prefix;
}
