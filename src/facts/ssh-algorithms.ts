/** What is known of the algorithms that SSH servers offer, each with its source. */
import type { SshService } from "#model/ssh-facets.ts";

/** *broken*: no protection worth the name, or forbidden by its standard; *weak*: it takes great effort or a second flaw. */
export type SshTier = "broken" | "weak";

/** An algorithm, or a flaw that several make together, that protects less than it should. */
export interface SshWeakness {
  readonly name: string;
  readonly tier: SshTier;
  /** Why, for people. */
  readonly why: string;
  readonly source: string;
}

type Part = "keyExchanges" | "hostKeys" | "ciphers" | "macs";
type Row = readonly [part: Part, pattern: RegExp, tier: SshTier, why: string, source: string];

const RFC9142 = "https://www.rfc-editor.org/rfc/rfc9142#section-4";
const RFC8758 = "https://www.rfc-editor.org/rfc/rfc8758";
const RFC6151 = "https://www.rfc-editor.org/rfc/rfc6151";
const NIST_131A = "https://nvlpubs.nist.gov/nistpubs/SpecialPublications/NIST.SP.800-131Ar2.pdf";
const SWEET32 = "https://nvd.nist.gov/vuln/detail/CVE-2016-2183";
const CBC = "https://nvd.nist.gov/vuln/detail/CVE-2008-5161";
const OPENSSH_8_8 = "https://www.openssh.com/txt/release-8.8";
const OPENSSH_7_0 = "https://www.openssh.com/txt/release-7.0";
const RFC4253 = "https://www.rfc-editor.org/rfc/rfc4253#section-6.3";
const RFC6668 = "https://www.rfc-editor.org/rfc/rfc6668";
const RFC4418 = "https://www.rfc-editor.org/rfc/rfc4418#section-6";

/** The first row that fits counts. */
const ROWS: readonly Row[] = [
  [
    "keyExchanges",
    /^(?:gss-)?(?:diffie-hellman-)?group1-sha1/,
    "broken",
    "a group of 1,024 bits, and SHA-1",
    RFC9142,
  ],
  ["keyExchanges", /^rsa1024-sha1$/, "broken", "RSA of 1,024 bits, and SHA-1", RFC9142],
  [
    "keyExchanges",
    /group-exchange-sha1$|^gss-gex-sha1-/,
    "broken",
    "a group of any size, and SHA-1",
    RFC9142,
  ],
  ["keyExchanges", /sha1(?:-|$)/, "weak", "SHA-1", RFC9142],
  ["hostKeys", /^ssh-dss(?:-|$)/, "broken", "DSA of 1,024 bits with SHA-1", OPENSSH_7_0],
  ["hostKeys", /^ssh-rsa(?:-|$)/, "weak", "signs with SHA-1", OPENSSH_8_8],
  ["ciphers", /^none$/, "broken", "no encryption", RFC4253],
  ["ciphers", /^arcfour/, "broken", "RC4", RFC8758],
  ["ciphers", /^des-cbc/, "broken", "a key of 56 bits", NIST_131A],
  ["ciphers", /^(?:3des|blowfish|cast128|idea)-/, "broken", "blocks of 64 bits: SWEET32", SWEET32],
  ["ciphers", /-cbc(?:@|$)/, "weak", "CBC, of which plaintext was recovered", CBC],
  ["macs", /^none$/, "broken", "no protection against changes", RFC4253],
  ["macs", /^hmac-md5/, "broken", "MD5", RFC6151],
  ["macs", /^hmac-ripemd160/, "weak", "RIPEMD-160, which nothing uses any more", OPENSSH_7_0],
  ["macs", /^umac-64/, "weak", "tags of 64 bits", RFC4418],
  ["macs", /^hmac-sha1/, "weak", "SHA-1", RFC6668],
];

const TERRAPIN: Omit<SshWeakness, "tier"> = {
  name: "Terrapin (CVE-2023-48795)",
  why: "ChaCha20-Poly1305, or CBC with encrypt-then-MAC, without a strict key exchange",
  source: "https://nvd.nist.gov/vuln/detail/CVE-2023-48795",
};

/** What of a server's offers is broken or weak, the broken first. */
export function sshWeaknesses(service: SshService): readonly SshWeakness[] {
  const parts: readonly Part[] = ["keyExchanges", "hostKeys", "ciphers", "macs"];
  const found = parts.flatMap((part) =>
    service[part].flatMap((name): readonly SshWeakness[] => {
      const row = ROWS.find(([of, pattern]) => of === part && pattern.test(name));
      if (row === undefined) return [];
      const [, , tier, why, source] = row;
      return [{ name, tier, why, source }];
    }),
  );
  const all: readonly SshWeakness[] = [
    ...(service.protocol === "1.99" ? [SSH_1] : []),
    ...(opensToTerrapin(service) ? [{ ...TERRAPIN, tier: "weak" as const }] : []),
    ...found,
  ];
  return [
    ...all.filter(({ tier }) => tier === "broken"),
    ...all.filter(({ tier }) => tier === "weak"),
  ];
}

const SSH_1: SshWeakness = {
  name: "SSH 1",
  tier: "broken",
  why: "integrity by CRC-32 alone",
  source: "https://www.rfc-editor.org/rfc/rfc4253#section-5.1",
};

/** https://terrapin-attack.com: these modes, unless both sides know the strict key exchange. */
function opensToTerrapin({ ciphers, macs, strictKeyExchange }: SshService): boolean {
  if (strictKeyExchange) return false;
  const cbc = ciphers.some((name) => /-cbc(?:@|$)/.test(name));
  const etm = macs.some((name) => name.endsWith("-etm@openssh.com"));
  return ciphers.includes("chacha20-poly1305@openssh.com") || (cbc && etm);
}

/**
 * The methods of key exchange that a quantum computer does not break: the hybrids with Streamlined NTRU Prime and with
 * ML-KEM (https://www.openssh.com/pq.html).
 */
export function postQuantumExchanges({ keyExchanges }: SshService): readonly string[] {
  return keyExchanges.filter((name) => /^(?:sntrup761|mlkem(?:768|1024))/.test(name));
}
