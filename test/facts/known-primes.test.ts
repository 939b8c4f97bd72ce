import { execFileSync } from "node:child_process";
import { createHash, getDiffieHellman } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { KNOWN_PRIMES, primeWords } from "#facts/known-primes.ts";
import { has } from "../support/requirements.ts";

function nameOf(prime: Buffer): string | undefined {
  return KNOWN_PRIMES.get(createHash("sha256").update(prime).digest("hex"));
}

test("each line is a fingerprint and a name, and none stands twice", () => {
  expect(KNOWN_PRIMES.size).toBeGreaterThan(50);
  for (const [fingerprint, name] of KNOWN_PRIMES) {
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(name).toMatch(/^\S.*\S$/);
  }
});

test.each([
  ["modp1", "RFC 2409 group 1"],
  ["modp2", "RFC 2409 group 2"],
  ["modp5", "RFC 3526 group 5"],
  ["modp14", "RFC 3526 group 14"],
  ["modp15", "RFC 3526 group 15"],
  ["modp16", "RFC 3526 group 16"],
  ["modp17", "RFC 3526 group 17"],
  ["modp18", "RFC 3526 group 18"],
])("Node's %s is %s", (group, name) => {
  expect(nameOf(getDiffieHellman(group).getPrime())).toBe(name);
});

describe.skipIf(!has("openssl"))("OpenSSL's groups", () => {
  test.each([
    ["ffdhe2048", "RFC 7919 ffdhe2048"],
    ["ffdhe3072", "RFC 7919 ffdhe3072"],
    ["ffdhe4096", "RFC 7919 ffdhe4096"],
    ["ffdhe6144", "RFC 7919 ffdhe6144"],
    ["ffdhe8192", "RFC 7919 ffdhe8192"],
    ["dh_1024_160", "RFC 5114 group 22"],
    ["dh_2048_224", "RFC 5114 group 23"],
    ["dh_2048_256", "RFC 5114 group 24"],
  ])("%s is %s", (group, name) => {
    const algorithm = group.startsWith("dh_") ? "DHX" : "DH";
    const args = ["genpkey", "-genparam", "-algorithm", algorithm, "-pkeyopt", `group:${group}`];
    const pem = execFileSync("openssl", args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    expect(nameOf(firstInteger(der))).toBe(name);
  });
});

const NMAP = "/usr/share/nmap/scripts/ssl-dh-params.nse";

describe.skipIf(!has("nmap"))("nmap's list of primes", () => {
  test("names the same software, or shared primes", () => {
    const script = readFileSync(NMAP, "utf8");
    const theirs = [...script.matchAll(/\[fromhex\(\[\[([^\]]+)\]\]\)\]\s*=\s*"([^"]+)"/g)];
    expect(theirs.length).toBeGreaterThan(25);
    for (const [, hex = "", label = ""] of theirs) {
      const own = nameOf(Buffer.from(hex.replaceAll(/\s/g, ""), "hex"));
      const software =
        /mod_ssl 2\.0|mod_ssl 2\.2|nginx|openssl|sun\.security|haproxy|postfix|IronPort/;
      const word = software.exec(label)?.[0];
      const said = {
        "mod_ssl 2.0": "Apache 2.0",
        "mod_ssl 2.2": "Apache 2.2",
        openssl: "OpenSSL",
        "sun.security": "Java",
        haproxy: "HAProxy",
        postfix: "Postfix",
      };
      const expected = Object.entries(said).find(([theirWord]) => theirWord === word)?.[1] ?? word;
      expect(own, label).toContain(expected ?? (label.startsWith("weakdh") ? "shared" : "RFC"));
    }
  });
});

test("a prime in words", () => {
  expect(primeWords({ bits: 1024, name: "RFC 2409 group 2", export: false })).toBe(
    "DHE 1024 bits (RFC 2409 group 2)",
  );
  expect(primeWords({ bits: 512, name: null, export: true })).toBe("export DHE 512 bits");
});

/** The first INTEGER of a DER SEQUENCE, without the zero byte that keeps it positive. */
function firstInteger(der: Buffer): Buffer {
  const [, content] = element(der);
  const [, integer] = element(content);
  return integer[0] === 0 ? integer.subarray(1) : integer;
}

function element(der: Buffer): readonly [tag: number, content: Buffer] {
  const short = der.readUInt8(1);
  const extra = short < 0x80 ? 0 : short - 0x80;
  const length = extra === 0 ? short : der.readUIntBE(2, extra);
  return [der.readUInt8(0), der.subarray(2 + extra, 2 + extra + length)];
}
