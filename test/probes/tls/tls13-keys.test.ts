import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { KNOWN_PRIMES } from "#facts/known-primes.ts";
import { NAMED_GROUPS } from "#facts/named-groups.ts";
import { ffdhePrime } from "#probes/tls/ffdhe.ts";
import { CLASSIC_SHARE_GROUPS, keyShare, SHARE_GROUPS } from "#probes/tls/key-shares.ts";
import { expandLabel, messageHash, serverHandshakeOpener } from "#probes/tls/tls13-keys.ts";

const hex = (text: string) => Buffer.from(text, "hex");
const NONE = Buffer.alloc(0);

describe("the key schedule, by the trace of RFC 8448 3", () => {
  test("from the handshake secret to key and initialisation vector", () => {
    const handshake = hex("1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac");
    const hellos = hex("860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8");
    const traffic = expandLabel("sha256", handshake, "s hs traffic", hellos, 32);
    expect(traffic.toString("hex")).toBe(
      "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38",
    );
    expect(expandLabel("sha256", traffic, "key", NONE, 16).toString("hex")).toBe(
      "3fce516009c21727d0f2e4e86ee403bc",
    );
    expect(expandLabel("sha256", traffic, "iv", NONE, 12).toString("hex")).toBe(
      "5d313eb2671276ee13000b30",
    );
  });

  test("a suite that cannot be opened has no keys", () => {
    expect(serverHandshakeOpener(0x00c6, Buffer.alloc(32), [])).toBeNull();
    expect(messageHash(0x00c6, Buffer.alloc(4))).toBeNull();
  });

  test("what is too short for a tag does not open, and neither does what is not authentic", () => {
    for (const suite of [0x1301, 0x1302, 0x1303, 0x1304, 0x1305]) {
      const opener = serverHandshakeOpener(suite, Buffer.alloc(32), [NONE]);
      expect(opener?.open(hex("1703030004"), Buffer.alloc(4))).toBeNull();
      expect(opener?.open(hex("1703030040"), Buffer.alloc(64))).toBeNull();
    }
  });
});

describe("key shares", () => {
  test.each([2048, 3072, 4096, 6144, 8192] as const)("the prime of ffdhe%d", (bits) => {
    const prime = Buffer.from(ffdhePrime(bits).toString(16), "hex");
    expect(prime).toHaveLength(bits / 8);
    const digest = createHash("sha256").update(prime).digest("hex");
    expect(KNOWN_PRIMES.get(digest)).toBe(`RFC 7919 ffdhe${bits}`);
  });

  test("each is of a registered group, and is made once", () => {
    for (const group of SHARE_GROUPS) {
      expect(NAMED_GROUPS.has(group)).toBe(true);
      expect(keyShare(group)).toBe(keyShare(group));
      expect(keyShare(group)?.share.length).toBeGreaterThan(31);
    }
    expect(keyShare(0x29)).toBeNull();
  });

  test("with its own share as the other's, a curve gives a secret of its field's size", () => {
    const sizes = CLASSIC_SHARE_GROUPS.map((group) => {
      const pair = keyShare(group);
      return pair?.secret(pair.share)?.length;
    });
    expect(sizes).toEqual([32, 32, 48, 66, 56, 32, 48, 64, 256, 384, 512, 768, 1024]);
  });

  test("shares that are none give no secret", () => {
    for (const group of SHARE_GROUPS) {
      const pair = keyShare(group);
      if (pair === null) throw new Error("no share");
      expect(pair.secret(NONE)).toBeNull();
      expect(pair.secret(Buffer.alloc(pair.share.length + 1))).toBeNull();
    }
    // No point at all, a point of small order, and 0 of a finite field.
    for (const group of [0x17, 0x1d, 0x1e, 0x0100]) {
      expect(keyShare(group)?.secret(Buffer.alloc(keyShare(group)?.share.length ?? 0))).toBeNull();
    }
  });
});
