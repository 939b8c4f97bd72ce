import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSshPublicKey, readSshKeyBlob } from "#probes/common/ssh-public-key.ts";
import { OPENSSH_KEYS } from "./openssh-keys.ts";

const field = (content: string | Uint8Array) => {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.byteLength);
  return Buffer.concat([length, bytes]);
};
const blob = (...fields: readonly (string | Uint8Array)[]) =>
  Buffer.concat(fields.map((one) => field(one)));
const line = (type: string, ...fields: readonly (string | Uint8Array)[]) =>
  `${type} ${blob(type, ...fields).toString("base64")}`;
const number = (first: number, bytes: number) =>
  Uint8Array.from({ length: bytes }, (_, at) => (at === 0 ? first : 1));
const E = Uint8Array.of(1, 0, 1);
const POINT = (bytes: number) => number(4, bytes);

describe("SSH public keys", () => {
  test.each(OPENSSH_KEYS)("%.30s… of OpenSSH", (text, algorithm, bits) => {
    expect(parseSshPublicKey(text)).toEqual({ algorithm, bits });
    expect(parseSshPublicKey(`  ${text}\n`)).toEqual({ algorithm, bits });
    const base64 = text.split(" ")[1] ?? "";
    expect(readSshKeyBlob(Buffer.from(base64, "base64"))).toEqual({ algorithm, bits });
  });

  test.each([
    [Buffer.concat([Uint8Array.of(0), number(0x80, 256)]), 2048],
    [number(0x7f, 256), 2047],
    [number(0x40, 256), 2047],
    [number(0x01, 256), 2041],
    [Buffer.concat([Uint8Array.of(0), number(0xff, 128)]), 1024],
  ])("RSA: a zero before the modulus is none of its bits", (modulus, bits) => {
    expect(parseSshPublicKey(line("ssh-rsa", E, modulus))).toEqual({ algorithm: "rsa", bits });
  });

  test.each([
    ["sk-ssh-ed25519@openssh.com", [number(7, 32), "ssh:"], "ed25519", 256],
    ["sk-ecdsa-sha2-nistp256@openssh.com", ["nistp256", POINT(65), "ssh:"], "ecdsa", 256],
    ["ssh-ed448", [number(7, 57)], "ed448", 456],
    ["ecdsa-sha2-brainpoolP256r1", ["brainpoolP256r1", POINT(65)], "ecdsa", null],
    ["ssh-mldsa-65", [number(1, 1952)], "ssh-mldsa-65", null],
  ])("%s", (type, fields, algorithm, bits) => {
    expect(parseSshPublicKey(line(type, ...fields))).toEqual({ algorithm, bits });
  });

  const rsa = blob("ssh-rsa", E, number(1, 256));
  test.each([
    ["nothing", ""],
    ["a type alone", "ssh-rsa"],
    ["no Base64", "ssh-rsa !!!!"],
    ["another type than it names", `ssh-dss ${rsa.toString("base64")}`],
    ["PEM", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"],
    ["a key that is cut off", `ssh-rsa ${rsa.subarray(0, 100).toString("base64")}`],
    ["more behind it", `ssh-rsa ${Buffer.concat([rsa, rsa]).toString("base64")}`],
    ["a negative modulus", line("ssh-rsa", E, number(0x80, 256))],
    ["a modulus of zero", line("ssh-rsa", E, new Uint8Array(256))],
    ["an empty modulus", line("ssh-rsa", E, "")],
    ["a modulus beyond all bounds", line("ssh-rsa", E, number(1, 20_000))],
    ["an Ed25519 key of another size", line("ssh-ed25519", number(1, 31))],
    ["another curve than it names", line("ecdsa-sha2-nistp256", "nistp384", POINT(97))],
    ["a point of another curve", line("ecdsa-sha2-nistp256", "nistp256", POINT(97))],
    ["a compressed point", line("ecdsa-sha2-nistp256", "nistp256", number(2, 65))],
    ["a length that lies", `ssh-rsa ${Buffer.from("ffffffff00", "hex").toString("base64")}`],
  ])("%s is none", (_, text) => expect(() => parseSshPublicKey(text)).toThrow(TypeError));

  test("whatever comes gives an answer or a TypeError", () => {
    const spoilt = fc
      .tuple(fc.constantFrom(...OPENSSH_KEYS), fc.nat(), fc.integer({ min: 0, max: 255 }))
      .map(([[text], at, byte]) => {
        const bytes = Buffer.from(text.split(" ")[1] ?? "", "base64");
        bytes[at % bytes.byteLength] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), spoilt), (bytes) => {
        let key: ReturnType<typeof readSshKeyBlob> | null = null;
        try {
          key = readSshKeyBlob(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
        if (key !== null) expect(key.bits ?? 1).toBeGreaterThan(0);
      }),
    );
  });

  test("a long text takes no long time", () => {
    const long = `ssh-rsa ${"A".repeat(5_000_000)}`;
    const started = performance.now();
    expect(() => parseSshPublicKey(long)).toThrow(TypeError);
    expect(() => parseSshPublicKey(" ".repeat(5_000_000))).toThrow(TypeError);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
