import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readStaple } from "#probes/tls/ocsp.ts";
import {
  extendedKeyUsage,
  type Issued,
  keyPair,
  makeCertificate,
  tlv,
  integer,
  oid,
  octets,
  sequence,
  type Wanted,
} from "../../support/certificates.ts";
import { makeOcspAnswer, type WantedAnswer } from "../../support/ocsp-answers.ts";

const issuer = makeCertificate({ subject: "CA", keys: keyPair("p256", "ca"), authority: true });
const leaf = makeCertificate({ subject: "one.example", keys: keyPair("p256"), issuer });
const thisUpdate = new Date("2026-06-01T00:00:00Z");
const nextUpdate = new Date("2026-06-08T00:00:00Z");

function answer(more: Partial<WantedAnswer> = {}): Buffer {
  return makeOcspAnswer({ about: leaf, issuer, thisUpdate, nextUpdate, ...more });
}
function read(response: Buffer, of: Issued = leaf, by: Issued | null = issuer) {
  return readStaple(
    response,
    new X509Certificate(of.der),
    by === null ? null : new X509Certificate(by.der),
  );
}
const unreadable = {
  stapled: { status: "unreadable", thisUpdate: null, nextUpdate: null },
  timestamps: 0,
};

describe("a stapled answer that its issuer signed", () => {
  it.each(["good", "revoked", "unknown"] as const)("says %s", (status) => {
    expect(read(answer({ status }))).toEqual({
      stapled: {
        status,
        thisUpdate: "2026-06-01T00:00:00.000Z",
        nextUpdate: "2026-06-08T00:00:00.000Z",
      },
      timestamps: 0,
    });
  });

  it("may come without an end, and with timestamps", () => {
    const response = makeOcspAnswer({ about: leaf, issuer, thisUpdate, timestamps: 3 });
    expect(read(response)).toEqual({
      stapled: { status: "good", thisUpdate: "2026-06-01T00:00:00.000Z", nextUpdate: null },
      timestamps: 3,
    });
  });

  it("may be signed by RSA", () => {
    const rsa = makeCertificate({ subject: "RSA", keys: keyPair("rsa2048"), authority: true });
    const one = makeCertificate({ subject: "a", keys: keyPair("p256"), issuer: rsa });
    const response = answer({ about: one, issuer: rsa });
    expect(read(response, one, rsa).stapled.status).toBe("good");
  });
});

describe("an answer of a responder", () => {
  // It must have been valid when the answer was made.
  const from = new Date("2026-05-01T00:00:00Z");
  const responder = (more: Partial<Wanted> = {}) =>
    makeCertificate({
      subject: "Responder",
      keys: keyPair("p256", "responder"),
      issuer,
      from,
      extensions: [extendedKeyUsage("1.3.6.1.5.5.7.3.9")],
      ...more,
    });
  const by = (signer: Issued, certificates: readonly Issued[] = [signer]) =>
    read(answer({ signer, certificates })).stapled.status;

  it("counts where the issuer lets it sign", () => {
    expect(by(responder())).toBe("good");
    expect(by(responder(), [leaf, responder()])).toBe("good");
  });

  it("does not count otherwise", () => {
    expect(by(responder(), [])).toBe("unreadable");
    expect(by(responder({ extensions: [] }))).toBe("unreadable");
    expect(by(responder({ extensions: [extendedKeyUsage("1.3.6.1.5.5.7.3.1")] }))).toBe(
      "unreadable",
    );
    expect(by(responder({ issuer: leaf }))).toBe("unreadable");
    expect(by(responder({ to: new Date("2026-05-20T00:00:00Z") }))).toBe("unreadable");
    // Far behind those that are looked at.
    expect(by(responder(), [...Array.from({ length: 9 }, () => leaf), responder()])).toBe(
      "unreadable",
    );
  });
});

describe("an answer that is not to be believed", () => {
  it("is about another certificate", () => {
    const other = makeCertificate({ subject: "one.example", keys: keyPair("p256"), issuer });
    expect(read(answer(), other)).toEqual(unreadable);
    expect(
      read(answer({ serial: Buffer.concat([Buffer.from([0]), leaf.serial]) })).stapled.status,
    ).toBe("good");
  });

  it("is another issuer's", () => {
    const keys = keyPair("p384", "ca");
    const namesake = makeCertificate({ subject: "CA", keys, authority: true });
    expect(read(answer(), leaf, namesake)).toEqual(unreadable);
    expect(read(answer({ signer: namesake }))).toEqual(unreadable);
    expect(read(answer({ issuer: namesake, signer: issuer }))).toEqual(unreadable);
    expect(read(answer(), leaf, null)).toEqual(unreadable);
  });

  it("was changed on the way", () => {
    const response = answer();
    const good = response.indexOf(Buffer.from([0x80, 0]), 60);
    const changed = Buffer.from(response);
    changed[good] = 0x82;
    expect(read(changed)).toEqual(unreadable);
  });

  it("says that there is none, or is none", () => {
    expect(read(sequence(tlv(0x0a, Buffer.from([3]))))).toEqual(unreadable);
    const kind = sequence(oid("1.2.3"), octets(sequence()));
    expect(read(sequence(integer(0), tlv(0xa0, kind)))).toEqual(unreadable);
    expect(read(Buffer.alloc(0))).toEqual(unreadable);
    expect(read(Buffer.from("rubbish"))).toEqual(unreadable);
    expect(read(Buffer.alloc(100_000, 0x30))).toEqual(unreadable);
  });

  it("is cut short anywhere", () => {
    const response = answer();
    for (let length = 0; length < response.length; length += 1) {
      expect(read(response.subarray(0, length))).toEqual(unreadable);
    }
  });
});
