import { describe, expect, it } from "vitest";
import { coversHost } from "#probes/tls/alternative-names.ts";
import { readCertificate } from "#probes/tls/certificate-facts.ts";
import {
  altNames,
  extension,
  keyPair,
  makeCertificate,
  sequence,
  tlv,
} from "../../support/certificates.ts";

function covers(host: string, ...names: string[]): boolean {
  return coversWith(host, altNames(...names));
}

function coversWith(host: string, names: Buffer): boolean {
  const { der } = makeCertificate({
    subject: host.slice(0, 60),
    keys: keyPair("p256"),
    extensions: [names],
  });
  return coversHost(readCertificate(der).parts?.altNames ?? [], host);
}

describe("a host is covered (RFC 9525)", () => {
  it.each([
    ["www.example.com", "www.example.com"],
    ["WWW.Example.COM", "www.example.com"],
    ["www.example.com", "WWW.EXAMPLE.com"],
    ["www.example.com.", "www.example.com"],
    ["www.example.com", "*.example.com"],
    ["localhost", "localhost"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["www.bücher.example", "*.xn--bcher-kva.example"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
    ["xn--bcher-kva.example.com", "*.example.com"],
    ["a_b.example.com", "a_b.example.com"],
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8::1", "2001:0db8:0:0:0:0:0:1"],
    ["2001:0DB8:0::1", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
  ])("%s by %s", (host, name) => {
    expect(covers(host, name)).toBe(true);
    expect(covers(host, "other.example", name, "192.0.2.9")).toBe(true);
  });
});

describe("a host is not covered", () => {
  it.each([
    ["example.com", "*.example.com"],
    ["a.b.example.com", "*.example.com"],
    ["www.example.com", "w*.example.com"],
    ["www.example.com", "*w.example.com"],
    ["www.example.com", "www.*.com"],
    ["www.example.com", "*.*.com"],
    ["www.example.com", "*"],
    ["example.com", "*.com"],
    [".example.com", "*.example.com"],
    ["www.example.com", "www.example.com.evil.example"],
    ["www.example.com", "www.example.com\0.evil.example"],
    ["www.example.com", "www.example.com "],
    ["bücher.example", "bücher.example"],
    ["192.0.2.1", "192.0.2.2"],
    ["192.0.2.1", "*.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8::1", "2001:db8::2"],
    ["", "example.com"],
    [".", "example.com"],
  ])("%j by %j", (host, name) => {
    expect(covers(host, name)).toBe(false);
  });

  it("by the common name", () => {
    expect(coversWith("www.example.com", extension("1.2.3", Buffer.from([5, 0])))).toBe(false);
    expect(covers("www.example.com", "a@www.example.com")).toBe(false);
  });

  it("as an address by a DNS name, or as a name by an address", () => {
    const dns = (text: string) => extension("2.5.29.17", sequence(tlv(0x82, Buffer.from(text))));
    expect(coversWith("192.0.2.1", dns("192.0.2.1"))).toBe(false);
    expect(coversWith("2001:db8::1", dns("2001:db8::1"))).toBe(false);
    const address = (bytes: number[]) =>
      extension("2.5.29.17", sequence(tlv(0x87, Buffer.from(bytes))));
    expect(coversWith("192.0.2.1", address([192, 0, 2, 1]))).toBe(true);
    expect(coversWith("192.0.2.1", address([192, 0, 2, 1, 255, 255, 255, 0]))).toBe(false);
    expect(coversWith("1.2.3", address([1, 2, 3]))).toBe(false);
  });
});

it("the last of thousands of names counts as much as the first", () => {
  const names = Array.from({ length: 3000 }, (_, index) => `n${index}.example`);
  expect(covers("n2999.example", ...names)).toBe(true);
  expect(covers("n3000.example", ...names)).toBe(false);
});
