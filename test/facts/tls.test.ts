import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  cipherSuite,
  cipherSuites,
  RENEGOTIATION_SCSV,
  ssl2Ciphers,
  suiteCode,
  suiteName,
} from "#facts/cipher-suites.ts";
import {
  CLASSIC_CURVES,
  groupByName,
  groupName,
  NAMED_GROUPS,
  TLS13_GROUPS,
} from "#facts/named-groups.ts";
import { opensslSuite } from "#facts/openssl-names.ts";
import { SIGNATURE_ALGORITHMS } from "#facts/signature-algorithms.ts";
import { brokenSuite, hasForwardSecrecy, suiteTier } from "#facts/suite-tiers.ts";
import { newestProfile, TLS_PROFILES, tlsProfile } from "#facts/tls-profiles.ts";
import { has, sharedFolder } from "../support/requirements.ts";

const intermediate = tlsProfile("mozilla-intermediate@6");
if (intermediate === undefined) throw new Error("mozilla-intermediate@6 is missing");

describe("cipher suites", () => {
  test("by code", () => {
    expect(cipherSuite(0xc02f)).toEqual({
      code: 0xc02f,
      name: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
      keyExchange: "ECDHE",
      authentication: "RSA",
      cipher: "AES_128",
      mode: "GCM",
      mac: null,
      aead: true,
      since: "TLSv1.2",
    });
    expect(cipherSuite(0x1301)).toMatchObject({ keyExchange: null, since: "TLSv1.3", aead: true });
    expect(cipherSuite(0x0700c0)?.name).toBe("SSL_CK_DES_192_EDE3_CBC_WITH_MD5");
    expect(cipherSuite(0x5a5a)).toBeUndefined();
    expect(suiteName(0x5a5a)).toBe("unknown-0x5A5A");
    expect([suiteCode(0x2f), suiteCode(0x010080)]).toEqual(["0x002F", "0x010080"]);
  });

  test("names are unique and say what the columns say", () => {
    const suites = [...cipherSuites().values()];
    expect(new Set(suites.map(({ name }) => name)).size).toBe(suites.length);
    expect(cipherSuites().has(RENEGOTIATION_SCSV)).toBe(false);
    for (const suite of suites) {
      expect([suite.name, suite.aead]).toEqual([
        suite.name,
        /GCM|CCM|POLY1305|MGM|AEGIS/.test(suite.name),
      ]);
      expect([suite.name, suite.mode === "CBC"]).toEqual([suite.name, suite.name.includes("CBC")]);
      if (/_anon_/.test(suite.name)) expect(suite.authentication).toBe("anon");
      if (/_NULL_/.test(suite.name)) expect(suite.cipher).toBe("NULL");
      if (/(?:^|_)DHE_/.test(suite.name)) expect(suite.keyExchange).toBe("DHE");
    }
  });

  test.skipIf(!has("openssl"))("first versions agree with OpenSSL's", () => {
    const lines = execFileSync("openssl", ["ciphers", "-V", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"], {
      encoding: "utf8",
    });
    const rows = [...lines.matchAll(/0x(\w\w),0x(\w\w) - \S+\s+(\S+)/g)];
    expect(rows.length).toBeGreaterThan(150);
    for (const [, high, low, version = ""] of rows) {
      const code = Number.parseInt(`${high}${low}`, 16);
      const suite = cipherSuite(code);
      const since = suite?.since === "SSLv3" || suite?.since === "TLSv1.0" ? "old" : suite?.since;
      const theirs = version === "SSLv3" || version === "TLSv1" ? "old" : version;
      expect([suiteName(code), since]).toEqual([suiteName(code), theirs]);
    }
  });
});

describe("tiers", () => {
  test.each([
    [0xc02f, "recommended"],
    [0x1301, "recommended"],
    [0xc013, "weak"],
    [0x009e, "weak"],
    [0x002f, "weak"],
    [0x000a, "weak"],
    [0xff83, "weak"],
    [0x5a5a, "weak"],
    [0x0005, "broken"],
    [0xc011, "broken"],
    [0x0000, "broken"],
    [0x003b, "broken"],
    [0xc0b4, "broken"],
    [0x0034, "broken"],
    [0x00a6, "broken"],
    [0x0009, "broken"],
    [0x0003, "broken"],
    [0x0062, "broken"],
    [0xff80, "broken"],
    [0x001d, "broken"],
    [0xffe1, "broken"],
    [0x0700c0, "broken"],
  ])("%i is %s", (code, tier) => {
    expect(suiteTier(code, intermediate)).toBe(tier);
  });

  test("no profile recommends a broken suite, and every reason has a source", () => {
    const broken = [...cipherSuites().values(), ...ssl2Ciphers()].filter(brokenSuite);
    const names = new Set(broken.map(({ name }) => name));
    for (const { suites, permittedSuites } of TLS_PROFILES)
      expect([...suites, ...permittedSuites].filter((one) => names.has(one))).toEqual([]);
    for (const suite of broken) expect(brokenSuite(suite)?.reference).toMatch(/^https:/);
    for (const { name } of cipherSuites().values()) {
      if (/NULL|anon|RC4|EXPORT|_DES_|RC2|DES40/.test(name)) expect(names).toContain(name);
      if (/AES|CAMELLIA|CHACHA|3DES/.test(name) && !/anon/.test(name))
        expect(names).not.toContain(name);
    }
  });
});

test("forward secrecy comes with an ephemeral key exchange", () => {
  for (const suite of cipherSuites().values()) {
    if (/^TLS_(?:EC)?DHE_|^TLS_(?:AES|CHACHA20)_|_anon_/.test(suite.name))
      expect([suite.name, hasForwardSecrecy(suite)]).toEqual([suite.name, true]);
    if (
      !suite.name.includes("_MGM_") &&
      /^TLS_(?:RSA|(?:EC)?DH_(?:RSA|DSS|ECDSA)|PSK|KRB5|GOST\w+)_/.test(suite.name)
    )
      expect([suite.name, hasForwardSecrecy(suite)]).toEqual([suite.name, false]);
  }
});

describe("groups", () => {
  test("by code and name", () => {
    expect(groupName(0x11ec)).toBe("X25519MLKEM768");
    expect(groupName(0xfafa)).toBe("unknown-0xFAFA");
    expect(groupByName("secp384r1")).toMatchObject({ kind: "ec", bits: 384 });
    expect(groupByName("nonsense")).toBeUndefined();
  });
  test("every group that is offered is known, and offered once", () => {
    for (const list of [CLASSIC_CURVES, TLS13_GROUPS]) {
      expect(new Set(list).size).toBe(list.length);
      for (const code of list) expect(NAMED_GROUPS.has(code)).toBe(true);
    }
  });
});

describe("profiles", () => {
  test("the newest of a family", () => {
    expect(newestProfile("mozilla-intermediate")?.id).toBe("mozilla-intermediate@6");
    expect(newestProfile("mozilla-old")?.id).toBe("mozilla-old@5.8");
    expect(newestProfile("mozilla")).toBeUndefined();
  });
  test("suites and groups are spelled as in the tables", () => {
    const names = new Set([...cipherSuites().values()].map(({ name }) => name));
    const algorithms = new Set(SIGNATURE_ALGORITHMS.values().map(({ name }) => name));
    for (const profile of TLS_PROFILES) {
      const suites = [...profile.suites, ...profile.permittedSuites];
      const groups = [...profile.groups, ...profile.permittedGroups];
      for (const suite of suites) expect(names, profile.id).toContain(suite);
      for (const group of groups) expect(groupByName(group), profile.id).toBeDefined();
      for (const name of profile.signatureAlgorithms ?? []) expect(algorithms).toContain(name);
      for (const list of [suites, groups, profile.signatureAlgorithms ?? []]) {
        expect(new Set(list).size, profile.id).toBe(list.length);
      }
    }
  });
  test("say whose they are, from when and what was read into them", () => {
    expect(new Set(TLS_PROFILES.map(({ id }) => id)).size).toBe(TLS_PROFILES.length);
    for (const { id, family, title, source, date, note } of TLS_PROFILES) {
      expect(id.split("@")[0]).toBe(family);
      expect(title).not.toBe("");
      expect(source).toMatch(/^https:/);
      if (date !== null) expect(date).toMatch(/^20\d\d-\d\d(?:-\d\d)?$/);
      if (!family.startsWith("mozilla-")) expect(note, id).not.toBeNull();
    }
    expect(TLS_PROFILES.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        "rfc9325@2022",
        "anssi@1.2",
        "bsi-tr-02102-2@2025-01",
        "pci-dss@4.0.1",
      ]),
    );
  });
  test("where they differ", () => {
    const tiers = (code: number) =>
      ["mozilla-intermediate@6", "rfc9325@2022", "anssi@1.2", "bsi-tr-02102-2@2025-01"].map((id) =>
        suiteTier(code, tlsProfile(id) ?? intermediate),
      );
    const all = (tier: string) => [tier, tier, tier, tier];
    expect(tiers(0xc02f)).toEqual(all("recommended"));
    // ChaCha20, CBC with SHA-2, DHE, a static key, RC4.
    expect(tiers(0xcca8)).toEqual(["recommended", "permitted", "recommended", "weak"]);
    expect(tiers(0xc027)).toEqual(["weak", "permitted", "permitted", "recommended"]);
    expect(tiers(0x009e)).toEqual(["weak", "weak", "permitted", "recommended"]);
    expect(tiers(0xc031)).toEqual(["weak", "weak", "weak", "permitted"]);
    expect(tiers(0x0005)).toEqual(all("broken"));
  });
});

/** A configuration of Mozilla's guideline files. */
interface Guideline {
  readonly ciphers: { readonly iana: readonly string[]; readonly openssl: readonly string[] };
  readonly ciphersuites: readonly string[];
  readonly dh_param_size: number | null;
  readonly ecdh_param_size: number;
  readonly hsts_min_age: number;
  readonly rsa_key_size: number | null;
  readonly server_preferred_order: boolean;
  readonly tls_curves: readonly string[];
  readonly tls_versions: readonly string[];
}

function published(file: string): string {
  return readFileSync(join(sharedFolder, "data/tls", file), "utf8");
}

function guideline(version: string): Readonly<Record<string, Guideline>> {
  return JSON.parse(published(`mozilla-guidelines-${version}.json`)).configurations;
}

const CURVES: Readonly<Record<string, string>> = { prime256v1: "secp256r1", X25519: "x25519" };

describe.skipIf(!has("shared"))("against the published tables", () => {
  test("OpenSSL's names of what profiles recommend", () => {
    const rows = published("cipher-suites.csv").trim().split("\n").slice(1);
    const theirs = new Map(rows.map((row) => row.split(",")).map(([, name, own]) => [name, own]));
    for (const { suites } of TLS_PROFILES) {
      for (const suite of suites) expect(opensslSuite(suite)).toBe(theirs.get(suite));
    }
  });

  test("codes and names of all suites", () => {
    const rows = published("cipher-suites.csv").trim().split("\n").slice(1);
    expect(rows.length).toBeGreaterThan(400);
    for (const row of rows) {
      const [code = "", name = ""] = row.split(",");
      const suite = cipherSuite(Number.parseInt(code, 16));
      expect(suite).toBeDefined();
      if (name !== "") expect(suite?.name).toBe(name);
    }
  });

  test.each(["5.7", "5.8", "6.0"])("Mozilla's guidelines %s", (version) => {
    const configurations = guideline(version);
    const id = version === "6.0" ? "6" : version;
    const known = TLS_PROFILES.filter((profile) => profile.id.endsWith(`@${id}`));
    expect(new Set(known.map(({ family }) => family.replace("mozilla-", "")))).toEqual(
      new Set(Object.keys(configurations)),
    );
    for (const [name, theirs] of Object.entries(configurations)) {
      const profile = tlsProfile(`mozilla-${name}@${id}`);
      expect(new Set(profile?.suites)).toEqual(
        new Set([...theirs.ciphersuites, ...theirs.ciphers.iana]),
      );
      const before = profile?.suites.slice(theirs.ciphersuites.length) ?? [];
      expect(new Set(before.map(opensslSuite))).toEqual(new Set(theirs.ciphers.openssl));
      expect(profile).toMatchObject({
        versions: theirs.tls_versions.map((one) => (one === "TLSv1" ? "TLSv1.0" : one)),
        groups: theirs.tls_curves.map((curve) => CURVES[curve] ?? curve),
        minimumRsaBits: theirs.rsa_key_size,
        minimumEcBits: theirs.ecdh_param_size,
        minimumDhBits: theirs.dh_param_size,
        hstsMinimumSeconds: theirs.hsts_min_age,
        serverOrder: theirs.server_preferred_order,
        source: `https://ssl-config.mozilla.org/guidelines/${version}.json`,
      });
    }
  });
});
