/** A group that a key exchange can run in. */
export interface NamedGroup {
  readonly code: number;
  /** IANA name. */
  readonly name: string;
  /** `ec`: elliptic curve; `ff`: finite field; `kem`: post-quantum; `hybrid`: post-quantum and elliptic together. */
  readonly kind: "ec" | "ff" | "kem" | "hybrid";
  /** Size in bits: of the field, of the curve (its curve part for a hybrid), or the parameter set of ML-KEM. */
  readonly bits: number;
}

/**
 * The groups of the IANA registry, and the two drafts that browsers once used; one kind a block: code, name, bits.
 * https://www.iana.org/assignments/tls-parameters/ (TLS Supported Groups)
 */
const TABLES = {
  ec: `
0001 sect163k1 163
0002 sect163r1 163
0003 sect163r2 163
0004 sect193r1 193
0005 sect193r2 193
0006 sect233k1 233
0007 sect233r1 233
0008 sect239k1 239
0009 sect283k1 283
000A sect283r1 283
000B sect409k1 409
000C sect409r1 409
000D sect571k1 571
000E sect571r1 571
000F secp160k1 160
0010 secp160r1 160
0011 secp160r2 160
0012 secp192k1 192
0013 secp192r1 192
0014 secp224k1 224
0015 secp224r1 224
0016 secp256k1 256
0017 secp256r1 256
0018 secp384r1 384
0019 secp521r1 521
001A brainpoolP256r1 256
001B brainpoolP384r1 384
001C brainpoolP512r1 512
001D x25519 255
001E x448 448
001F brainpoolP256r1tls13 256
0020 brainpoolP384r1tls13 384
0021 brainpoolP512r1tls13 512
0022 GC256A 256
0023 GC256B 256
0024 GC256C 256
0025 GC256D 256
0026 GC512A 512
0027 GC512B 512
0028 GC512C 512
0029 curveSM2 256`,
  ff: `
0100 ffdhe2048 2048
0101 ffdhe3072 3072
0102 ffdhe4096 4096
0103 ffdhe6144 6144
0104 ffdhe8192 8192`,
  kem: `
0200 MLKEM512 512
0201 MLKEM768 768
0202 MLKEM1024 1024`,
  hybrid: `
11EB SecP256r1MLKEM768 256
11EC X25519MLKEM768 255
11ED SecP384r1MLKEM1024 384
11EE curveSM2MLKEM768 256
6399 X25519Kyber768Draft00 255
639A SecP256r1Kyber768Draft00 256`,
} as const;

export const NAMED_GROUPS: ReadonlyMap<number, NamedGroup> = new Map(
  (["ec", "ff", "kem", "hybrid"] as const).flatMap((kind) =>
    TABLES[kind]
      .trim()
      .split("\n")
      .map((line) => {
        const [code = "", name = "", bits = ""] = line.split(" ");
        const group = { code: Number.parseInt(code, 16), name, kind, bits: Number(bits) };
        return [group.code, group] as const;
      }),
  ),
);

/** Curves that TLS 1.2 and older can name in a ServerKeyExchange (RFC 4492, 7027, 8422), the most used first. */
export const CLASSIC_CURVES: readonly number[] = [
  0x1d,
  0x17,
  0x18,
  0x19,
  0x1e,
  0x1a,
  0x1b,
  0x1c,
  0x16,
  ...Array.from({ length: 0x15 }, (_, index) => 0x15 - index),
];

/** Groups that TLS 1.3 may use (RFC 8446, 8734, 9189, 8998 and the post-quantum drafts), the most used first. */
export const TLS13_GROUPS: readonly number[] = [
  0x1d, 0x17, 0x18, 0x19, 0x1e, 0x11ec, 0x11eb, 0x11ed, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104,
  0x1f, 0x20, 0x21, 0x0200, 0x0201, 0x0202, 0x11ee, 0x6399, 0x639a, 0x22, 0x23, 0x24, 0x25, 0x26,
  0x27, 0x28, 0x29,
];

/** The IANA name of a group, or `unknown-0xNNNN`. */
export function groupName(code: number): string {
  return (
    NAMED_GROUPS.get(code)?.name ?? `unknown-0x${code.toString(16).toUpperCase().padStart(4, "0")}`
  );
}

/** A group by its IANA name; undefined for an unknown one. */
export function groupByName(name: string): NamedGroup | undefined {
  return NAMED_GROUPS.values().find((group) => group.name === name);
}
