import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { describe, expect, it, test } from "vitest";
import { trustAnchors } from "#probes/tls/anchors.ts";
import { issued, readCertificate } from "#probes/tls/certificate-facts.ts";
import { proves } from "#probes/tls/possession.ts";
import { presentedOf } from "#probes/tls/presented.ts";
import { chainTrust } from "#probes/tls/trust.ts";
import {
  bitString,
  extension,
  integer,
  keyPair,
  makeCertificate,
  name,
  NULL,
  oid,
  sequence,
  time,
  tlv,
} from "../../support/certificates.ts";

const RSA = sequence(oid("1.2.840.113549.1.1.1"), NULL);
const SIGNED = sequence(oid("1.2.840.113549.1.1.11"), NULL);
const AUTHORITY = extension("2.5.29.19", sequence(Buffer.from([1, 1, 0xff])), true);

/** The first bit of the bytes is set. */
const number = (bytes: Buffer) => integer(0, ...bytes);
/** A public key need not have a private one. */
function rsaKey(bits: number, exponent: Buffer): Buffer {
  const modulus = randomBytes(bits / 8);
  modulus[0] = 0xc1;
  modulus[modulus.length - 1] = 1;
  return sequence(RSA, bitString(sequence(number(modulus), number(exponent))));
}
const USUAL = Buffer.from([0x81, 1, 1]);
const LONG = Buffer.alloc(8, 0xff);

/** Signed by nothing; of one name, so that each might be the issuer of each. */
function certificate(subject: string, key: Buffer, signatureBytes = 1024): Buffer {
  const from = time(new Date(Date.now() - 86_400_000));
  const to = time(new Date(Date.now() + 86_400_000));
  const body = sequence(
    tlv(0xa0, integer(2)),
    integer(1, ...randomBytes(4)),
    SIGNED,
    name("x"),
    sequence(from, to),
    name(subject),
    key,
    tlv(0xa3, sequence(AUTHORITY)),
  );
  const signature = Buffer.alloc(signatureBytes, 1);
  signature[0] = 0;
  return sequence(body, SIGNED, bitString(signature));
}
const chainOf = (key: () => Buffer, signatureBytes: number) => [
  certificate("leaf", key(), signatureBytes),
  ...Array.from({ length: 19 }, () => certificate("x", key(), signatureBytes)),
];

/** Milliseconds of the processor, for other tests run beside this one. */
async function cost(act: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await act();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
const present = (chain: readonly Buffer[]) =>
  presentedOf({
    hostname: "one.example",
    chain,
    trust: { trusted: null, trustError: "slow" },
    possession: null,
    anchors: trustAnchors(null),
    ocsp: null,
    timestampList: null,
  });

describe.each<[string, () => Buffer, number, string]>([
  ["of 16,384 bits", () => rsaKey(16_384, LONG), 2048, "an RSA key of 16384 bits"],
  ["of 8,200 bits", () => rsaKey(8200, USUAL), 1025, "an RSA key of 8200 bits"],
  [
    "of a long exponent",
    () => rsaKey(3072, Buffer.alloc(383, 0xc1)),
    384,
    "an RSA key of a long exponent",
  ],
])("twenty keys %s", (_, key, signatureBytes, words) => {
  const said = `its signatures are not checked: ${words} is too slow`;

  it("cost no time to put in order", async () => {
    void trustAnchors(null).issuerOf(new X509Certificate(certificate("y", key())));
    const chain = chainOf(key, signatureBytes);
    expect(await cost(() => present(chain))).toBeLessThan(50);
    const { presented, unfinished } = present(chain);
    expect(presented).toMatchObject({ ordered: true, complete: null, trusted: null });
    expect(unfinished).toHaveLength(20);
    expect(unfinished[1]).toBe(`certificate 2 of the chain: ${said}`);
  });

  it("cost no time to be trusted or not", async () => {
    await chainTrust([makeCertificate({ subject: "a", keys: keyPair("p256") }).der], "ec", null);
    const chain = chainOf(key, signatureBytes);
    let trust: unknown;
    expect(await cost(async () => (trust = await chainTrust(chain, "rsa", null)))).toBeLessThan(50);
    const trustError = `it was not checked: ${words} is too slow`;
    expect(trust).toEqual({ trusted: null, trustError });
  });

  it("prove nothing", () => {
    const [leaf = Buffer.alloc(0)] = chainOf(key, signatureBytes);
    const signature = Buffer.alloc(signatureBytes, 1);
    const proof = { algorithm: 0x0804, signed: Buffer.from("said"), signature };
    expect(proves(leaf, proof)).toBeNull();
  });
});

test("twenty keys that are as slow as is borne", async () => {
  const key = () => rsaKey(8192, Buffer.from([0xff, 0xff, 0xff, 0xff]));
  const chain = chainOf(key, 1024);
  expect(await cost(() => present(chain))).toBeLessThan(100);
  expect(present(chain).unfinished).toEqual([]);
  expect(await chainTrust(chain, "rsa", null)).toMatchObject({ trusted: false });
});

test("a slow key of DSA", () => {
  const p = Buffer.alloc(512, 0xc1);
  const q = Buffer.alloc(32, 0xc1);
  const parts = sequence(number(p), number(q), integer(2));
  const key = sequence(
    sequence(oid("1.2.840.10040.4.1"), parts),
    bitString(number(Buffer.alloc(64, 0xc1))),
  );
  const { problems } = readCertificate(certificate("x", key));
  expect(problems).toEqual(["its signatures are not checked: a DSA key of 4096 bits is too slow"]);
});

test("keys in use are checked", async () => {
  const root = makeCertificate({
    subject: "Root",
    keys: generateKeyPairSync("rsa", { modulusLength: 4096 }),
    authority: true,
  });
  const leaf = makeCertificate({ subject: "leaf", keys: keyPair("rsa2048"), issuer: root });
  const [upper, lower] = [readCertificate(root.der), readCertificate(leaf.der)];
  expect([upper.problems, lower.problems]).toEqual([[], []]);
  expect(upper.facts.selfSigned).toBe(true);
  expect(issued(lower.x509, upper.x509)).toBe(true);
  expect(issued(upper.x509, lower.x509)).toBe(false);
  expect(await chainTrust([leaf.der], "rsa", root.pem)).toMatchObject({ trusted: true });
});

test("a pair is checked once", async () => {
  const [one = Buffer.alloc(0), other = Buffer.alloc(0)] = chainOf(() => rsaKey(8192, USUAL), 1024);
  const [first, second] = [new X509Certificate(one), new X509Certificate(other)];
  issued(first, second);
  const many = () => {
    for (let time = 0; time < 1000; time += 1) issued(first, second);
  };
  expect(await cost(many)).toBeLessThan(50);
});
