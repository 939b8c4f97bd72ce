/** A way in which a server signs its key exchange. */
export interface SignatureAlgorithm {
  readonly code: number;
  /** IANA name; OpenSSL's where IANA only has the two halves of TLS 1.2 (`rsa_pkcs1_md5`). */
  readonly name: string;
  /** What kind of key signs. */
  readonly key: SigningKey;
  /** null where the algorithm has its own. */
  readonly hash: string | null;
  /** May sign a handshake of TLS 1.3 (RFC 8446 4.2.3: no PKCS#1 v1.5, no DSA, no SHA-1, no SHA-224, no MD5). */
  readonly tls13: boolean;
}
export type SigningKey = (typeof KEYS)[number];

const KEYS = ["rsa", "dsa", "ecdsa", "eddsa", "ml-dsa", "slh-dsa", "gost", "sm2", "ibs"] as const;

/**
 * TLS SignatureScheme of the IANA registry, with the pairs of hash and signature of TLS 1.2 (RFC 5246 7.4.1.4.1), the GOST
 * pairs of RFC 9189 and the private GOST codes of OpenSSL; one kind of key a block: code, name, hash, `3` for TLS 1.3.
 * https://www.iana.org/assignments/tls-parameters/ (TLS SignatureScheme)
 */
const TABLES: Readonly<Record<SigningKey, string>> = {
  rsa: `
0101 rsa_pkcs1_md5 MD5 -
0201 rsa_pkcs1_sha1 SHA1 -
0301 rsa_pkcs1_sha224 SHA224 -
0401 rsa_pkcs1_sha256 SHA256 -
0420 rsa_pkcs1_sha256_legacy SHA256 3
0501 rsa_pkcs1_sha384 SHA384 -
0520 rsa_pkcs1_sha384_legacy SHA384 3
0601 rsa_pkcs1_sha512 SHA512 -
0620 rsa_pkcs1_sha512_legacy SHA512 3
0804 rsa_pss_rsae_sha256 SHA256 3
0805 rsa_pss_rsae_sha384 SHA384 3
0806 rsa_pss_rsae_sha512 SHA512 3
0809 rsa_pss_pss_sha256 SHA256 3
080A rsa_pss_pss_sha384 SHA384 3
080B rsa_pss_pss_sha512 SHA512 3`,
  dsa: `
0102 dsa_md5 MD5 -
0202 dsa_sha1 SHA1 -
0302 dsa_sha224 SHA224 -
0402 dsa_sha256 SHA256 -
0502 dsa_sha384 SHA384 -
0602 dsa_sha512 SHA512 -`,
  ecdsa: `
0103 ecdsa_md5 MD5 -
0203 ecdsa_sha1 SHA1 -
0303 ecdsa_sha224 SHA224 -
0403 ecdsa_secp256r1_sha256 SHA256 3
0503 ecdsa_secp384r1_sha384 SHA384 3
0603 ecdsa_secp521r1_sha512 SHA512 3
081A ecdsa_brainpoolP256r1tls13_sha256 SHA256 3
081B ecdsa_brainpoolP384r1tls13_sha384 SHA384 3
081C ecdsa_brainpoolP512r1tls13_sha512 SHA512 3`,
  eddsa: `
0807 ed25519 - 3
0808 ed448 - 3`,
  "ml-dsa": `
0904 mldsa44 - 3
0905 mldsa65 - 3
0906 mldsa87 - 3`,
  "slh-dsa": `
0911 slhdsa_sha2_128s - 3
0912 slhdsa_sha2_128f - 3
0913 slhdsa_sha2_192s - 3
0914 slhdsa_sha2_192f - 3
0915 slhdsa_sha2_256s - 3
0916 slhdsa_sha2_256f - 3
0917 slhdsa_shake_128s - 3
0918 slhdsa_shake_128f - 3
0919 slhdsa_shake_192s - 3
091A slhdsa_shake_192f - 3
091B slhdsa_shake_256s - 3
091C slhdsa_shake_256f - 3`,
  gost: `
0709 gostr34102012_256a STREEBOG256 3
070A gostr34102012_256b STREEBOG256 3
070B gostr34102012_256c STREEBOG256 3
070C gostr34102012_256d STREEBOG256 3
070D gostr34102012_512a STREEBOG512 3
070E gostr34102012_512b STREEBOG512 3
070F gostr34102012_512c STREEBOG512 3
0840 gostr34102012_256_intrinsic STREEBOG256 -
0841 gostr34102012_512_intrinsic STREEBOG512 -
EDED gostr34102001_gostr3411 GOSTR3411 -
EEEE gostr34102012_256_gostr34112012_256 STREEBOG256 -
EFEF gostr34102012_512_gostr34112012_512 STREEBOG512 -`,
  sm2: `
0708 sm2sig_sm3 SM3 3`,
  ibs: `
0704 eccsi_sha256 SHA256 3
0705 iso_ibs1 - 3
0706 iso_ibs2 - 3
0707 iso_chinese_ibs - 3`,
};

/** All known signature algorithms by code. */
export const SIGNATURE_ALGORITHMS: ReadonlyMap<number, SignatureAlgorithm> = new Map(
  KEYS.flatMap((key) =>
    TABLES[key]
      .trim()
      .split("\n")
      .map((line) => {
        const [hex = "", name = "", hash = "-", version = "-"] = line.split(" ");
        const code = Number.parseInt(hex, 16);
        return [
          code,
          { code, name, key, hash: hash === "-" ? null : hash, tls13: version === "3" },
        ] as const;
      }),
  ),
);

/** The name of a signature algorithm, or `unknown-0xNNNN`. Its code is spelled by `suiteCode`: `0x0804`. */
export function signatureAlgorithmName(code: number): string {
  return (
    SIGNATURE_ALGORITHMS.get(code)?.name ??
    `unknown-0x${code.toString(16).toUpperCase().padStart(4, "0")}`
  );
}
