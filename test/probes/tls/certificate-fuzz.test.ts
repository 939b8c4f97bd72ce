import { X509Certificate } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { trustAnchors } from "#probes/tls/anchors.ts";
import { certificateParts } from "#probes/tls/certificate-extensions.ts";
import { DerError } from "#probes/tls/der.ts";
import { readStaple } from "#probes/tls/ocsp.ts";
import { presentedOf } from "#probes/tls/presented.ts";
import { chainTrust } from "#probes/tls/trust.ts";
import {
  altNames,
  extendedKeyUsage,
  issuerAt,
  KEY_KINDS,
  keyPair,
  keyUsage,
  makeCertificate,
  mustStaple,
  timestampList,
  timestamps,
} from "../../support/certificates.ts";
import { makeOcspAnswer } from "../../support/ocsp-answers.ts";
import { changed, changes } from "../../support/mutate.ts";

const root = makeCertificate({ subject: "Root", keys: keyPair("p256", "root"), authority: true });
const leaves = KEY_KINDS.map((kind) =>
  makeCertificate({
    subject: "one.example",
    keys: keyPair(kind),
    issuer: root,
    extensions: [
      altNames("one.example", "*.one.example", "192.0.2.1", "2001:db8::1", "a@b.example"),
      keyUsage(0, 2, 8),
      extendedKeyUsage("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"),
      mustStaple,
      timestamps(2),
      issuerAt,
    ],
  }),
);
const [leaf = root] = leaves;
const answer = makeOcspAnswer({
  about: leaf,
  issuer: root,
  thisUpdate: new Date(),
  nextUpdate: new Date(Date.now() + 86_400_000),
  certificates: [root, leaf],
  timestamps: 2,
});
const anchors = trustAnchors(root.pem);
const leafX509 = new X509Certificate(leaf.der);
const rootX509 = new X509Certificate(root.der);
const ders = fc.constantFrom(...leaves.map(({ der }) => der));
/** What nobody may wait longer for, whatever a server sends. A slow machine is allowed for. */
const SLOWEST_MS = 5000;

function timed<T>(act: () => T): T {
  const started = performance.now();
  const result = act();
  expect(performance.now() - started).toBeLessThan(SLOWEST_MS);
  return result;
}

describe("hostile certificates and answers", () => {
  it("certificates break in no other way than they say", { timeout: 120_000 }, () => {
    let read = 0;
    fc.assert(
      fc.property(ders, changes, (der, list) => {
        try {
          timed(() => certificateParts(changed(der, list)));
          read += 1;
        } catch (error) {
          if (!(error instanceof DerError)) throw error;
        }
      }),
      { numRuns: 20_000 },
    );
    // Else the changes hit nothing but the outermost bytes.
    expect(read).toBeGreaterThan(1000);
  });

  it("chains of them never throw, and keep to one line", { timeout: 120_000 }, () => {
    let seen = 0;
    fc.assert(
      fc.property(ders, changes, changes, (der, first, second) => {
        const { presented, unfinished } = timed(() =>
          presentedOf({
            hostname: "one.example",
            chain: [changed(der, first), changed(root.der, second)],
            trust: { trusted: false, trustError: "untrusted" },
            possession: null,
            anchors,
            ocsp: changed(answer, second),
            timestampList: changed(timestampList(2), first),
          }),
        );
        if (presented !== null) seen += 1;
        else expect(unfinished).not.toEqual([]);
        const text = JSON.stringify([presented, unfinished]);
        expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(text.length).toBeLessThan(20_000);
      }),
      { numRuns: 4000 },
    );
    expect(seen).toBeGreaterThan(1000);
  });

  it("answers never throw, and what was changed is not believed", { timeout: 120_000 }, () => {
    const whole = readStaple(answer, leafX509, rootX509);
    expect(whole.stapled.status).toBe("good");
    let believed = 0;
    fc.assert(
      fc.property(changes, (list) => {
        const { stapled } = timed(() => readStaple(changed(answer, list), leafX509, rootX509));
        if (stapled.status === "unreadable") return;
        believed += 1;
        expect(stapled).toEqual(whole.stapled);
      }),
      { numRuns: 20_000 },
    );
    expect(believed).toBeGreaterThan(100);
  });

  it("OpenSSL's verdict on them is always one of three", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(ders, changes, async (der, list) => {
        const { trusted, trustError } = await chainTrust([changed(der, list)], "ec", root.pem);
        expect([true, false, null]).toContain(trusted);
        expect(trustError === null).toBe(trusted === true);
      }),
      { numRuns: 800 },
    );
  });

  it("the worst that fits into a certificate is read in time", () => {
    const many = altNames(...Array.from({ length: 4000 }, (_, index) => `n${index}.example`));
    const crowded = makeCertificate({ subject: "a", keys: keyPair("p256"), extensions: [many] });
    const chain = [crowded.der, ...Array.from({ length: 300 }, () => crowded.der)];
    timed(() =>
      presentedOf({
        hostname: "one.example",
        chain,
        trust: { trusted: null, trustError: "not asked" },
        possession: null,
        anchors,
        ocsp: Buffer.alloc(65_000, 0x30),
        timestampList: Buffer.alloc(65_000),
      }),
    );
  });
});
