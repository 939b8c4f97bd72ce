import { describe, expect, test } from "vitest";
import { groupTier, primeTier, signatureTier } from "#facts/group-tiers.ts";
import { NAMED_GROUPS } from "#facts/named-groups.ts";
import { postQuantumReadiness } from "#facts/post-quantum.ts";
import { SIGNATURE_ALGORITHMS, signatureAlgorithmName } from "#facts/signature-algorithms.ts";
import { TLS_PROFILES, type TlsProfile, tlsProfile } from "#facts/tls-profiles.ts";
import type { DhPrime, KeyExchange, Unfinished } from "#model/tls-facets.ts";
import type { TlsVersion } from "#model/tls.ts";

const intermediate = profile("mozilla-intermediate@6");
const bsi = profile("bsi-tr-02102-2@2025-01");

function profile(id: string): TlsProfile {
  const found = tlsProfile(id);
  if (found === undefined) throw new Error(`${id} is missing`);
  return found;
}

describe("signature algorithms", () => {
  test("by code", () => {
    expect(signatureAlgorithmName(0x0804)).toBe("rsa_pss_rsae_sha256");
    expect(signatureAlgorithmName(0x0905)).toBe("mldsa65");
    expect(signatureAlgorithmName(0x081b)).toBe("ecdsa_brainpoolP384r1tls13_sha384");
    expect(signatureAlgorithmName(0xfefe)).toBe("unknown-0xFEFE");
  });
  test("names are unique and say what the columns say", () => {
    const all = [...SIGNATURE_ALGORITHMS.values()];
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { code, name, key, hash, tls13 } of all) {
      const said = /(?:md5|sha(?:1|224|256|384|512))/.exec(name)?.[0].toUpperCase() ?? null;
      if (["rsa", "dsa", "ecdsa"].includes(key)) expect([name, hash]).toEqual([name, said]);
      if (/^(?:rsa|dsa|ecdsa)_/.test(name)) expect(name.startsWith(key)).toBe(true);
      // RFC 8446 4.2.3
      if (tls13) expect(name).not.toMatch(/pkcs1_(?!.*_legacy)|dsa_sha1|^dsa|md5|sha224/);
      // RFC 5246 7.4.1.4.1: hash and signature in a byte each.
      const pair = /^(?:rsa_pkcs1|dsa|ecdsa)_(md5|sha1|sha224)$/.exec(name)?.[1];
      if (pair !== undefined) expect(code >> 8).toBe({ md5: 1, sha1: 2, sha224: 3 }[pair]);
    }
  });
});

describe("tiers", () => {
  test.each([
    [0x11ec, "recommended"],
    [0x0017, "recommended"],
    [0x0019, "permitted"],
    [0x001e, "permitted"],
    [0x001a, "permitted"],
    [0x11ed, "permitted"],
    [0x0202, "permitted"],
    [0x0100, "permitted"],
    [0x0015, "weak"],
    [0x0016, "weak"],
    [0x000e, "weak"],
    [0x0022, "weak"],
    [0x0029, "weak"],
    [0x6399, "weak"],
    [0xfafa, "weak"],
    [0x0013, "broken"],
    [0x0001, "broken"],
  ])("group %i is %s", (code, tier) => {
    expect(groupTier(code, intermediate).tier).toBe(tier);
  });

  test.each([
    [0x0804, "permitted", "recommended"],
    [0x0401, "permitted", "weak"],
    [0x0807, "permitted", "permitted"],
    [0x0904, "permitted", "permitted"],
    [0x0301, "permitted", "weak"],
    [0x0402, "weak", "weak"],
    [0x0708, "weak", "weak"],
    [0x0203, "weak", "weak"],
    [0x0103, "broken", "broken"],
    [0xfefe, "weak", "weak"],
  ])("signature %i is %s, by the BSI %s", (code, tier, theirs) => {
    expect([signatureTier(code, intermediate).tier, signatureTier(code, bsi).tier]).toEqual([
      tier,
      theirs,
    ]);
  });

  test.each([
    [prime(512), "broken", "broken"],
    [prime(768, "RFC 2409 group 1"), "broken", "broken"],
    [prime(4096, null, true), "broken", "broken"],
    [prime(1024), "weak", "weak"],
    [prime(2048), "permitted", "weak"],
    [prime(2048, "RFC 5114 group 24"), "weak", "weak"],
    [prime(3072, "RFC 7919 ffdhe3072"), "permitted", "permitted"],
  ])("prime %j is %s, by the BSI %s", (seen, tier, theirs) => {
    expect([primeTier(seen, intermediate).tier, primeTier(seen, bsi).tier]).toEqual([tier, theirs]);
  });

  test("no profile's own groups and signatures are weak, and every lower tier has a reason", () => {
    for (const each of TLS_PROFILES) {
      for (const { code, name } of NAMED_GROUPS.values()) {
        const { tier, reason } = groupTier(code, each);
        const named = each.groups.includes(name) || each.permittedGroups.includes(name);
        if (named) expect(["recommended", "permitted"]).toContain(tier);
        if (tier === "weak" || tier === "broken") expect(reason).not.toBeNull();
      }
      for (const { code, name } of SIGNATURE_ALGORITHMS.values()) {
        if (each.signatureAlgorithms?.includes(name) === true)
          expect(signatureTier(code, each).tier).toBe("recommended");
      }
    }
  });
});

describe("post-quantum readiness", () => {
  const x25519: Group = [0x1d, "TLSv1.3"];
  test.each<[string, Parameters<typeof facet>, string]>([
    ["a hybrid", [[x25519, [0x11ec, "TLSv1.3"]]], "ready: X25519MLKEM768 (hybrid)"],
    [
      "several, pure ones too",
      [
        [
          [0x11eb, "TLSv1.3"],
          [0x0201, "TLSv1.3"],
        ],
      ],
      "ready: SecP256r1MLKEM768 (hybrid), MLKEM768 (pure)",
    ],
    [
      "ready even where the list is cut off",
      [[[0x11ec, "TLSv1.3"]], cut("TLSv1.3")],
      "ready: X25519MLKEM768 (hybrid)",
    ],
    ["none", [[x25519]], "not ready: no post-quantum group"],
    [
      "none, older versions cut off",
      [[x25519], cut("TLSv1.2")],
      "not ready: no post-quantum group",
    ],
    [
      "a draft only",
      [[[0x6399, "TLSv1.3"]]],
      "not ready: no post-quantum group, only the draft X25519Kyber768Draft00",
    ],
    [
      "a list that is cut off",
      [[x25519], cut("TLSv1.3")],
      "not known: the groups of TLSv1.3 are not all known",
    ],
    ["nothing seen", [[]], "not known: no group was seen"],
  ])("%s", (_, seen, words) => {
    expect(postQuantumReadiness(facet(...seen)).words).toBe(words);
  });
  test("nothing read", () => {
    expect(postQuantumReadiness(null)).toEqual({
      status: "unknown",
      words: "not known: no groups were read",
    });
  });
});

type Group = readonly [number, TlsVersion];

function facet(groups: readonly Group[], unfinished: readonly Unfinished[] = []): KeyExchange {
  return {
    groups: groups.map(([code, version]) => ({
      version,
      code: `0x${code.toString(16)}`,
      name: "whatever a server says",
    })),
    primes: [],
    signatureAlgorithms: [],
    anySignatureAlgorithm: [],
    unfinished,
  };
}

function cut(version: TlsVersion): readonly Unfinished[] {
  return [{ version, why: "cut off" }];
}

function prime(bits: number, name: string | null = null, own = false): DhPrime {
  return { version: "TLSv1.2", bits, name, export: own };
}
