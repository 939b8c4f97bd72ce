import { expect, test } from "vitest";
import { RENEGOTIATION_SCSV } from "#facts/cipher-suites.ts";
import {
  buildClientHello,
  buildSsl2Hello,
  EXTENSION,
  VERSION_CODES,
} from "#probes/tls/client-hello.ts";
import { COMPACT, commonSuites, FULL, groupsFor, offer, suitesFor } from "#probes/tls/offers.ts";
import { HELLO_VERSIONS } from "#probes/tls/outcomes.ts";
import { readHello, type SeenHello } from "../../support/tls-peer.ts";

function seen(bytes: Buffer): SeenHello {
  const hello = readHello(bytes);
  if (hello === null) throw new Error("the hello is not whole");
  return hello;
}

function full(version: (typeof HELLO_VERSIONS)[number], serverName: string | null = "a.example") {
  return seen(buildClientHello({ ...offer(version, FULL, suitesFor(version)), serverName }));
}

test.each(HELLO_VERSIONS)(
  "a hello of %s offers its version, its suites and the signalling value",
  (version) => {
    const hello = full(version);
    expect(hello.version).toBe(VERSION_CODES[version]);
    expect(hello.suites).toEqual(expect.arrayContaining([...suitesFor(version)]));
    expect(hello.suites.at(-1)).toBe(RENEGOTIATION_SCSV);
  },
);

test.each(HELLO_VERSIONS)(
  "no hello of %s has a length that servers hang on, nor an empty last extension",
  (version) => {
    const all = suitesFor(version);
    for (let count = 0; count <= all.length; count += 1) {
      const serverName = count % 3 === 0 ? null : `${"h".repeat(count % 60)}.example`;
      const hello = seen(
        buildClientHello({ ...offer(version, FULL, all.slice(0, count)), serverName }),
      );
      if (version === "SSLv3") {
        expect(hello.order).toEqual([]);
        expect(hello.bytes < 256 || hello.bytes >= 512).toBe(true);
        continue;
      }
      expect(hello.bytes).toBeGreaterThanOrEqual(512);
      expect([522 % 256, 526 % 256]).not.toContain(hello.bytes % 256);
      expect(hello.order.at(-1)).toBe(EXTENSION.padding);
      expect(hello.extensions.get(EXTENSION.padding)?.length).toBeGreaterThan(0);
    }
  },
);

test("the full list still fits into one segment", () => {
  for (const version of HELLO_VERSIONS) {
    expect(full(version, "a-rather-long-name.of-a-host.example.com").bytes).toBeLessThan(1380);
  }
});

test("a compact hello stays below 256 bytes", () => {
  for (const version of HELLO_VERSIONS.filter((one) => one !== "TLSv1.3")) {
    const asked = offer(version, COMPACT, commonSuites(version));
    const hello = seen(buildClientHello({ ...asked, serverName: "some.host.example.com" }));
    expect(hello.bytes + 5).toBeLessThan(256);
  }
});

test("signature algorithms are sent from 1.2 on only, groups and point formats by every version with extensions", () => {
  for (const version of HELLO_VERSIONS.filter((one) => one !== "SSLv3")) {
    const { extensions } = full(version);
    const modern = version === "TLSv1.2" || version === "TLSv1.3";
    expect(extensions.has(EXTENSION.signatureAlgorithms)).toBe(modern);
    expect(extensions.has(EXTENSION.supportedGroups)).toBe(true);
    expect(extensions.has(EXTENSION.pointFormats)).toBe(true);
  }
});

test("TLS 1.3 sends an empty list of key shares, and shares of offered groups only where they are asked for", () => {
  const bare = full("TLSv1.3");
  expect(bare.extensions.get(EXTENSION.keyShare)).toEqual(Buffer.from([0, 0]));
  expect(bare.extensions.has(EXTENSION.pskKeyExchangeModes)).toBe(true);
  const asked = { ...offer("TLSv1.3", FULL, [0x1301], [0x17]), keyShares: true, serverName: null };
  const share = seen(buildClientHello(asked)).extensions.get(EXTENSION.keyShare);
  expect(share?.subarray(0, 6).toString("hex")).toBe("004500170041");
  expect(share?.length).toBe(2 + 4 + 65);
});

test("no finite-field group is named before 1.3, lest a server hide its own", () => {
  expect(groupsFor("TLSv1.2").filter((group) => group >= 0x100 && group < 0x200)).toEqual([]);
  expect(groupsFor("TLSv1.3")).toContain(0x100);
});

test("an IP address is never sent as a server name", () => {
  expect(full("TLSv1.2").serverName).toBe("a.example");
  expect(full("TLSv1.2", "192.0.2.1").serverName).toBeNull();
  expect(full("TLSv1.2", "2001:db8::1").serverName).toBeNull();
  expect(full("TLSv1.2", null).serverName).toBeNull();
});

test("an SSLv2 hello lists three-byte ciphers", () => {
  const hello = seen(buildSsl2Hello([0x010080, 0x0700c0]));
  expect(hello).toMatchObject({ version: 2, suites: [0x010080, 0x0700c0], ssl2: true });
});
