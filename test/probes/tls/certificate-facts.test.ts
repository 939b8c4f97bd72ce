import { getCACertificates } from "node:tls";
import { X509Certificate } from "node:crypto";
import { describe, expect, it, test } from "vitest";
import { countTimestamps } from "#probes/tls/certificate-extensions.ts";
import { readCertificate } from "#probes/tls/certificate-facts.ts";
import { signatureName } from "#probes/tls/signature-names.ts";
import { DerError, derAt, oidOf, partsOf, timeOf } from "#probes/tls/der.ts";
import {
  altNames,
  extendedKeyUsage,
  extension,
  integer,
  issuerAt,
  KEY_KINDS,
  keyPair,
  keyUsage,
  type KeyName,
  makeCertificate,
  mustStaple,
  octets,
  oid,
  sequence,
  timestampList,
  timestamps,
  tlv,
  type Wanted,
} from "../../support/certificates.ts";

function facts(wanted: Partial<Wanted> = {}) {
  return readCertificate(
    makeCertificate({ subject: "one.example", keys: keyPair("p256"), ...wanted }).der,
  );
}

describe("a certificate of each kind of key", () => {
  it.for<[KeyName, string, number | null, string]>([
    ["rsa1024", "rsa", 1024, "sha256WithRSAEncryption"],
    ["rsa2048", "rsa", 2048, "sha256WithRSAEncryption"],
    ["pss2048", "rsa", 2048, "rsassaPss-sha256"],
    ["p256", "ec", 256, "ecdsa-with-SHA256"],
    ["p384", "ec", 384, "ecdsa-with-SHA256"],
    ["p256-explicit", "ec", 256, "ecdsa-with-SHA256"],
    ["dsa1024", "dsa", 1024, "dsa_with_SHA256"],
    ["ed25519", "ed25519", null, "ED25519"],
    ["ed448", "ed448", null, "ED448"],
    ["mldsa65", "ml-dsa", null, "ML-DSA-65"],
  ])("%s", ([kind, keyType, keyBits, signatureAlgorithm], { skip }) => {
    skip(!KEY_KINDS.includes(kind), "this Node cannot make such a key");
    const { facts: seen, problems } = facts({ keys: keyPair(kind) });
    expect(seen).toMatchObject({ keyType, keyBits, signatureAlgorithm, selfSigned: true });
    expect(problems).toEqual([]);
  });

  it.each([
    ["2.16.840.1.101.3.4.3.20", "slh-dsa"],
    ["2.16.840.1.101.3.4.3.31", "slh-dsa"],
    ["2.16.840.1.101.3.4.3.19", "ml-dsa"],
    ["2.16.840.1.101.3.4.3.32", "other"],
    ["1.2.643.7.1.1.1.1", "other"],
    ["1.2.840.10045.2.1", "ec"],
    ["1.2.840.113549.1.1.1", "rsa"],
  ])("whose key OpenSSL cannot make out (%s) is read all the same", (algorithm, keyType) => {
    const publicKeyInfo = sequence(sequence(oid(algorithm)), tlv(3, Buffer.from([0, 1, 2, 3])));
    const { facts: seen } = facts({ publicKeyInfo, extensions: [altNames("one.example")] });
    expect(seen).toMatchObject({ keyType, keyBits: null, selfSigned: false });
    expect(seen.altNames).toEqual(["one.example"]);
  });
});

test("the signature algorithm is told by its hash", () => {
  const rsa = keyPair("rsa2048");
  const name = (wanted: Partial<Wanted>) => facts(wanted).facts.signatureAlgorithm;
  expect(name({ keys: rsa, hash: "md5" })).toBe("md5WithRSAEncryption");
  expect(name({ keys: rsa, hash: "sha1" })).toBe("sha1WithRSAEncryption");
  expect(name({ hash: "sha1" })).toBe("ecdsa-with-SHA1");
  // The hash of RSASSA-PSS is a parameter, SHA-1 where it is left out (RFC 4055 3.1).
  const pss = (...parameters: Buffer[]) =>
    signatureName(derAt(sequence(oid("1.2.840.113549.1.1.10"), ...parameters)));
  const hash = (id: string) => sequence(tlv(0xa0, sequence(oid(id))));
  expect(pss()).toBe("rsassaPss-sha1");
  expect(pss(sequence(tlv(0xa2, integer(32))))).toBe("rsassaPss-sha1");
  expect(pss(hash("2.16.840.1.101.3.4.2.2"))).toBe("rsassaPss-sha384");
  expect(pss(hash("1.2.3"))).toBeNull();
  expect(signatureName(derAt(sequence(oid("1.2.3"))))).toBeNull();
});

test("what Node does not tell comes from the extensions", () => {
  const { facts: seen, parts } = facts({
    extensions: [
      altNames("one.example", "192.0.2.1", "2001:db8::1", "a@one.example"),
      keyUsage(0, 2, 8),
      extendedKeyUsage("1.3.6.1.5.5.7.3.1", "2.5.29.37.0"),
      mustStaple,
      timestamps(3),
      issuerAt,
    ],
  });
  expect(seen).toMatchObject({
    subject: "CN=one.example",
    issuer: "CN=one.example",
    altNames: ["one.example", "192.0.2.1", "2001:db8::1", "email:a@one.example"],
    keyUsage: ["digitalSignature", "keyEncipherment", "decipherOnly"],
    extendedKeyUsage: ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"],
    mustStaple: true,
    isAuthority: false,
  });
  expect(parts).toMatchObject({ timestamps: 3, issuerFetchable: true, problems: [] });
});

test("a certificate without extensions says so", () => {
  for (const wanted of [{}, { first: true }]) {
    const { facts: seen, parts } = facts(wanted);
    expect(seen).toMatchObject({
      altNames: [],
      keyUsage: null,
      extendedKeyUsage: null,
      mustStaple: false,
    });
    expect(parts).toMatchObject({ timestamps: 0, issuerFetchable: false });
  }
});

test("an extension that cannot be read costs itself only, and is told", () => {
  const { facts: seen, problems } = facts({
    extensions: [
      altNames("one.example"),
      extension("2.5.29.15", Buffer.from([0x02, 1, 1])),
      extension("2.5.29.37", Buffer.from([0x30, 9, 1])),
      extension("1.3.6.1.5.5.7.1.24", sequence(octets(Buffer.from([5])))),
      extension("1.3.6.1.4.1.11129.2.4.2", octets(Buffer.from([0, 9, 1]))),
    ],
  });
  expect(seen.altNames).toEqual(["one.example"]);
  expect(problems.map((problem) => problem.split(" cannot")[0])).toEqual([
    "its key usage",
    "its extended key usage",
    "its TLS features",
    "its timestamps",
  ]);
});

test("an extension that comes twice means nothing", () => {
  const { parts, problems } = facts({
    extensions: [altNames("one.example"), altNames("two.example")],
  });
  expect(parts).toBeNull();
  expect(problems).toEqual(["its structure cannot be read (extension 2.5.29.17 comes twice)"]);
});

test("names from a server are bounded and on one line", () => {
  const { facts: seen } = facts({
    subject: `a\r\nb\u202e${"y".repeat(3000)}`,
    extensions: [
      extension(
        "2.5.29.17",
        sequence(tlv(0x82, Buffer.from("a\0b\r\nc")), tlv(0x88, oid("1.2.3"))),
      ),
    ],
  });
  expect(seen.subject).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(seen.subject.length).toBeLessThan(400);
  expect(seen.altNames).toEqual(["a\\u{0}b\\u{d}\\u{a}c", "name of kind 8"]);
  const many = facts({
    extensions: [altNames(...Array.from({ length: 3000 }, () => "a.example"))],
  });
  expect(many.facts.altNames).toHaveLength(1000);
});

test("dates of any year are moments", () => {
  const { facts: seen } = facts({
    from: new Date("1901-02-03T04:05:06Z"),
    to: new Date("9999-12-31T23:59:59Z"),
  });
  expect(seen.validFrom).toBe("1901-02-03T04:05:06.000Z");
  expect(seen.validTo).toBe("9999-12-31T23:59:59.000Z");
});

test("what is no certificate, or too large for one, is refused", () => {
  const { der } = makeCertificate({ subject: "a", keys: keyPair("p256") });
  expect(() => readCertificate(Buffer.alloc(0))).toThrow();
  expect(() => readCertificate(der.subarray(0, 100))).toThrow();
  const large = extension("1.2.3.4", octets(Buffer.alloc(70_000)));
  expect(() => facts({ extensions: [large] })).toThrow("larger than 65536 bytes");
});

test("nothing that is nested deep is descended into", () => {
  const deep = (count: number) => {
    let value: Buffer = Buffer.alloc(0);
    for (let level = 0; level < count; level += 1) value = tlv(0x30, value);
    return value;
  };
  const nested = deep(12_000);
  expect(nested.length).toBeLessThan(60_000);
  const { parts } = facts({
    extensions: [extension("2.5.29.17", nested), extension("1.2.3", nested.subarray(0, 1000))],
  });
  expect(parts?.altNames).toHaveLength(1);
});

describe("DER", () => {
  it.each([
    ["nothing", ""],
    ["a tag alone", "30"],
    ["more content than there is", "300501"],
    ["an indefinite length", "30800000"],
    ["a length of five bytes", "308500000000010a"],
    ["a length that ends too early", "308201"],
    ["a tag of several bytes", "1f8101"],
  ])("refuses %s", (_, hex) => {
    expect(() => derAt(Buffer.from(hex, "hex"))).toThrow(DerError);
  });

  it("reads values of every form of length, and leaves the rest alone", () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
      const whole = octets(Buffer.alloc(length, 1));
      const read = derAt(Buffer.concat([whole, Buffer.from("rest")]));
      expect(read.content).toHaveLength(length);
      expect(read.whole.equals(whole)).toBe(true);
    }
    expect(partsOf(derAt(sequence(integer(1), integer(2)))).map((one) => one.content[0])).toEqual([
      1, 2,
    ]);
  });

  it.each(["1.3.6.1.4.1.11129.2.4.2", "2.5.29.37.0", "2.999.3", "0.9", "1.39.1"])(
    "reads the identifier %s",
    (text) => {
      expect(oidOf(derAt(oid(text)))).toBe(text);
    },
  );

  it("refuses identifiers out of bounds, and what is none", () => {
    expect(() => oidOf(derAt(tlv(6, Buffer.alloc(50, 0xff))))).toThrow(DerError);
    expect(() => oidOf(derAt(tlv(6, Buffer.alloc(50, 1))))).toThrow(DerError);
    expect(() => oidOf(derAt(tlv(6)))).toThrow(DerError);
    expect(() => oidOf(derAt(integer(1)))).toThrow(DerError);
  });

  it("reads times, and refuses what is none", () => {
    const at = (text: string) => timeOf(derAt(tlv(0x18, Buffer.from(text))));
    expect(at("20260601123456Z")).toBe("2026-06-01T12:34:56.000Z");
    expect(at("20260601123456.5Z")).toBe("2026-06-01T12:34:56.000Z");
    for (const text of ["", "20261301000000Z", "20260601123456", "x", "20260601123456+0100"]) {
      expect(() => at(text)).toThrow(DerError);
    }
  });
});

test("a list of timestamps is counted, and a broken one refused", () => {
  expect([0, 1, 2, 5].map((count) => countTimestamps(timestampList(count)))).toEqual([0, 1, 2, 5]);
  const list = timestampList(2);
  for (const cut of [0, 1, 2, 50, list.length - 1]) {
    expect(() => countTimestamps(list.subarray(0, cut))).toThrow(DerError);
  }
  expect(() => countTimestamps(Buffer.from([0, 1, 9]))).toThrow(DerError);
  expect(() => countTimestamps(Buffer.from([0, 4, 0, 9, 1, 1]))).toThrow(DerError);
});

test("every root of Node is read without a problem", () => {
  const roots = getCACertificates("bundled");
  expect(roots.length).toBeGreaterThan(100);
  for (const pem of roots) {
    const { facts: seen, problems } = readCertificate(new X509Certificate(pem).raw);
    expect([seen.subject, problems]).toEqual([seen.subject, []]);
    expect(seen.selfSigned).toBe(true);
    expect(seen.signatureAlgorithm).not.toBeNull();
    expect(seen.keyUsage).not.toEqual([]);
  }
});
