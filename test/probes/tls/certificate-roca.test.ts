import { createPublicKey } from "node:crypto";
import { expect, test } from "vitest";
import { readCertificate } from "#probes/tls/certificate-facts.ts";
import { KEY_KINDS, keyPair, makeCertificate } from "../../support/certificates.ts";
import { rocaModulus } from "../../support/roca.ts";

test("a certificate of a key that Infineon's library made bears the mark", () => {
  const hex = rocaModulus(1).toString(16);
  const n = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
  const marked = createPublicKey({
    key: { kty: "RSA", n: n.toString("base64url"), e: "AQAB" },
    format: "jwk",
  });
  const { der } = makeCertificate({
    subject: "one.example",
    keys: keyPair("p256"),
    publicKeyInfo: marked.export({ type: "spki", format: "der" }),
  });
  expect(readCertificate(der).facts).toMatchObject({ keyType: "rsa", roca: true });
});

test.each(KEY_KINDS)("one of another key does not: %s", (kind) => {
  const { der } = makeCertificate({ subject: "one.example", keys: keyPair(kind) });
  expect(readCertificate(der).facts.roca).toBe(false);
});

test("of a key that cannot be read it is not known", () => {
  const { der } = makeCertificate({
    subject: "one.example",
    keys: keyPair("p256"),
    // An algorithm that nobody registered, with a key of three bytes.
    publicKeyInfo: Buffer.from("300d300706052a030405060302000a", "hex"),
  });
  expect(readCertificate(der).facts).toMatchObject({ keyType: "other", roca: null });
});
