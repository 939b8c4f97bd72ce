/** Key sets of JSON Web Keys, good and made to do harm. */
import {
  createPrivateKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  X509Certificate,
} from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { readKeySet } from "#probes/identity/key-set.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const made = makeAuthority().issue({
  commonName: "signing",
  altNames: [],
  notAfter: new Date("2030-01-02T03:04:05Z"),
});
const certified = createPrivateKey(made.keyPem);
const x5c = [new X509Certificate(made.certPem).raw.toString("base64")];

const jwk = (key: KeyObject): JsonWebKey => key.export({ format: "jwk" });
const publicHalf = (key: KeyObject) => {
  const { kty, n, e } = jwk(key);
  return { kty, n, e };
};
const readOne = (key: unknown) => readKeySet(JSON.stringify({ keys: [key] }))[0];

describe("kinds of key", () => {
  test.each<[string, object, object]>([
    ["RSA", jwk(rsa), { type: "rsa", bits: 2048, unreadable: null }],
    [
      "RSA of 1024 bits",
      jwk(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey),
      { type: "rsa", bits: 1024, unreadable: null },
    ],
    ["EC", jwk(ec.publicKey), { type: "ec", bits: 256, unreadable: null }],
    [
      "EC of 521 bits",
      jwk(generateKeyPairSync("ec", { namedCurve: "P-521" }).publicKey),
      { type: "ec", bits: 521, unreadable: null },
    ],
    [
      "secp256k1",
      jwk(generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey),
      { type: "ec", bits: 256, unreadable: null },
    ],
    [
      "Ed25519",
      jwk(generateKeyPairSync("ed25519").publicKey),
      { type: "ed25519", bits: null, unreadable: null },
    ],
    [
      "Ed448",
      jwk(generateKeyPairSync("ed448").publicKey),
      { type: "ed448", bits: null, unreadable: null },
    ],
    ["ML-DSA", { kty: "AKP", alg: "ML-DSA-65", pub: "AA" }, { type: "ml-dsa", unreadable: null }],
    [
      "X25519",
      jwk(generateKeyPairSync("x25519").publicKey),
      { type: "other", unreadable: "is on a curve that is not known (X25519)" },
    ],
    ["another", { kty: "x\u001b[2J" }, { type: "other", unreadable: "is of the type x\\u{1b}[2J" }],
    ["none", {}, { type: "other", unreadable: "names no type" }],
  ])("%s", (_, key, expected) => {
    expect(readOne(key)).toMatchObject({ ...expected, exposed: [], certificate: null });
  });
});

describe("keys that are none", () => {
  const { x, y } = jwk(ec.publicKey);
  test.each<[string, unknown, string]>([
    ["RSA without a modulus", { kty: "RSA", e: "AQAB" }, "lacks modulus or exponent"],
    ["RSA of no base64url", { kty: "RSA", n: "a+b/", e: "AQAB" }, "lacks modulus or exponent"],
    ["RSA of an even modulus", { kty: "RSA", n: "AQAC", e: "AQAB" }, "of no RSA key"],
    ["RSA of the exponent 1", { ...jwk(rsa), e: "AQ" }, "of no RSA key"],
    ["RSA of an even exponent", { ...jwk(rsa), e: "Ag" }, "of no RSA key"],
    ["a point off its curve", { kty: "EC", crv: "P-256", x, y: x }, "has no point of P-256"],
    ["half a point", { kty: "EC", crv: "P-256", x }, "has no point of P-256"],
    ["the point of another curve", { kty: "EC", crv: "P-384", x, y }, "has no point of P-384"],
    [
      "a curve by a name of every object",
      { kty: "EC", crv: "constructor", x, y },
      "a curve that is not known",
    ],
    [
      "Ed25519 of one byte",
      { kty: "OKP", crv: "Ed25519", x: "AA" },
      "is no Ed25519 key by its size",
    ],
    ["a number", 7, "names no type"],
    ["null", null, "names no type"],
    [
      "a certificate that is none",
      { ...jwk(rsa), x5c: ["AAAA"] },
      "has a certificate that cannot be read",
    ],
    [
      "a certificate of other letters",
      { ...jwk(rsa), x5c: ["<>"] },
      "has a certificate that is no Base64",
    ],
    [
      "a certificate that is too large",
      { ...jwk(rsa), x5c: ["A".repeat(100_000)] },
      "has too large a certificate",
    ],
  ])("%s", (_, key, why) => {
    expect(readOne(key)?.unreadable).toContain(why);
  });

  test("a modulus of a million digits is only measured", () => {
    const n = Buffer.alloc(700_000, 0xff).toString("base64url");
    expect(readOne({ kty: "RSA", n, e: "AQAB" })).toMatchObject({ bits: 5_600_000 });
  });

  test("zeros before a modulus count for nothing", () => {
    const n = Buffer.concat([Buffer.alloc(100), Buffer.from(jwk(rsa).n ?? "", "base64url")]);
    expect(readOne({ ...jwk(rsa), n: n.toString("base64url") })).toMatchObject({ bits: 2048 });
  });
});

describe("what must not stand in public", () => {
  test.each<[string, object, readonly string[], string]>([
    ["the private half of EC", { ...jwk(ec.privateKey) }, ["d"], "ec"],
    ["the private half of RSA", { ...jwk(certified) }, ["d", "p", "q", "dp", "dq", "qi"], "rsa"],
    ["a shared secret", { kty: "oct", k: "c2VjcmV0LXNlY3JldA" }, ["k"], "symmetric"],
  ])("%s is named, and kept nowhere", (_, key, exposed, type) => {
    const read = readKeySet(JSON.stringify({ keys: [key] }));
    expect(read).toMatchObject([{ exposed, type }]);
    const secrets = Object.entries(key).filter(([name]) => exposed.includes(name));
    expect(secrets).toHaveLength(exposed.length);
    for (const [, secret] of secrets) expect(JSON.stringify(read)).not.toContain(secret);
  });

  test("a public key has nothing of the kind", () => {
    expect(readOne({ ...jwk(rsa), d: "", k: null })).toMatchObject({ exposed: [] });
  });
});

describe("certificates beside keys", () => {
  test("of the key", () => {
    expect(readOne({ ...publicHalf(certified), kid: "c", x5c })).toMatchObject({
      name: "c",
      unreadable: null,
      certificate: { validTo: "2030-01-02T03:04:05.000Z", ofKey: true },
    });
  });
  test("of a key that is written with zeros before it", () => {
    const n = Buffer.from(jwk(certified).n ?? "", "base64url");
    const padded = Buffer.concat([Buffer.alloc(1), n]).toString("base64url");
    expect(readOne({ ...publicHalf(certified), n: padded, x5c })?.certificate?.ofKey).toBe(true);
  });
  test("of another key", () => {
    expect(readOne({ ...jwk(rsa), x5c })?.certificate?.ofKey).toBe(false);
    expect(readOne({ ...jwk(ec.publicKey), x5c })?.certificate?.ofKey).toBe(false);
  });
});

test("names and uses are bounded and plain", () => {
  const key = readOne({ ...jwk(rsa), kid: "k\n".repeat(200), use: "sig", alg: 7 });
  expect(key).toMatchObject({ use: "sig", algorithm: null });
  expect(key?.name).toMatch(/^k\\u\{a\}/);
  expect(readOne({ ...jwk(rsa) })?.name).toBe("number 1");
});
