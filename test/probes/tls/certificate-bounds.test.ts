import { describe, expect, it, test } from "vitest";
import { trustAnchors } from "#probes/tls/anchors.ts";
import { readCertificate } from "#probes/tls/certificate-facts.ts";
import { presentedOf } from "#probes/tls/presented.ts";
import { createSeen } from "#probes/tls/seen.ts";
import {
  altNames,
  extendedKeyUsage,
  extension,
  keyPair,
  makeCertificate,
  octets,
} from "../../support/certificates.ts";

const keys = keyPair("p256", "bounds");
const made = (...extensions: readonly Buffer[]) =>
  makeCertificate({ subject: "one.example", keys, extensions }).der;
const padded = (bytes: number, mark: number) =>
  made(extension("1.2.3", octets(Buffer.alloc(bytes, mark))));

describe("a certificate of thousands of names", () => {
  const names = Array.from({ length: 3900 }, (_, index) => `x${index}.example`);
  const many = made(altNames(...names, "192.0.2.7"));

  it("shows a thousand of them, and says so", () => {
    const { facts, problems } = readCertificate(many);
    expect(facts.altNames).toEqual(names.slice(0, 1000));
    expect(problems).toEqual(["it has 3901 alternative names, of which 1000 are listed"]);
    expect(readCertificate(made(altNames(...names.slice(0, 1000)))).problems).toEqual([]);
  });

  it.each([
    ["x0.example", true],
    ["x3899.example", true],
    ["192.0.2.7", true],
    ["x3900.example", false],
    ["192.0.2.8", false],
  ])("names %s: %s", (hostname, matches) => {
    const { presented, unfinished } = presentedOf({
      hostname,
      chain: [many],
      trust: { trusted: false, trustError: "no" },
      possession: true,
      anchors: trustAnchors(null),
      ocsp: null,
      timestampList: null,
    });
    expect(presented?.hostnameMatches).toBe(matches);
    expect(unfinished).toEqual([expect.stringMatching(/^the server's certificate: it has 3901/)]);
  });
});

test("a certificate of thousands of uses shows a hundred of them", () => {
  const uses = Array.from({ length: 3000 }, (_, index) => `1.2.${index}`);
  const { facts, problems } = readCertificate(made(extendedKeyUsage(...uses)));
  expect(facts.extendedKeyUsage).toEqual(uses.slice(0, 100));
  expect(problems).toEqual(["it has 3000 extended key usages, of which 100 are listed"]);
});

describe("what is kept of what was read", () => {
  it("is a small certificate, not a large one", () => {
    const [small, large] = [padded(7000, 1), padded(8000, 1)];
    expect(readCertificate(small)).toBe(readCertificate(Buffer.from(small)));
    expect(readCertificate(large)).not.toBe(readCertificate(large));
    expect(readCertificate(large).facts).toEqual(readCertificate(large).facts);
  });

  it("is a megabyte", () => {
    const first = padded(7000, 2);
    const read = readCertificate(first);
    for (let bytes = 0; bytes < 1024 * 1024; bytes += 7000) readCertificate(padded(7000, 3));
    expect(readCertificate(first)).not.toBe(read);
  });

  it("holds no more of the answer that it came in", () => {
    const answer = Buffer.alloc(128 * 1024);
    const leaf = padded(7000, 4);
    leaf.copy(answer, 100);
    const slice = answer.subarray(100, 100 + leaf.length);
    const { parts } = readCertificate(slice);
    expect(parts?.keyBytes.buffer.byteLength).toBeLessThan(10_000);
    const seen = createSeen();
    seen.in("TLSv1.2").saw({
      kind: "shown",
      suite: 0xc02b,
      chain: [slice, slice],
      ocsp: answer.subarray(0, 50),
      timestamps: answer.subarray(0, 50),
      signatureAlgorithm: null,
      proof: null,
      cut: null,
      requestsCertificate: false,
      protocol: null,
    });
    const [presented] = seen.presented(undefined);
    expect(presented?.chain).toEqual([leaf, leaf]);
    const kept = [...(presented?.chain ?? []), presented?.ocsp, presented?.timestamps];
    for (const one of kept) expect(one?.buffer.byteLength).toBeLessThan(10_000);
  });
});
