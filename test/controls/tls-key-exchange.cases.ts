import control from "#controls/transport/tls-key-exchange.ts";
import { suiteCode, suiteName } from "#facts/cipher-suites.ts";
import { groupName } from "#facts/named-groups.ts";
import { signatureAlgorithmName } from "#facts/signature-algorithms.ts";
import type { CipherSuites, DhPrime, KeyExchange, Offered } from "#model/tls-facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import { defineCases } from "./cases.ts";

const intermediate = { profile: "mozilla-intermediate@6" };
const strict = { ...intermediate, violates: "weak" };

type Entry = readonly [number, TlsVersion];
const offered = (entries: readonly Entry[], name: (code: number) => string): Offered[] =>
  entries.map(([code, version]) => ({ version, code: suiteCode(code), name: name(code) }));
const prime = (bits: number, name: string | null = null, own = false): DhPrime => ({
  version: "TLSv1.2",
  bits,
  name,
  export: own,
});

const suites: readonly Entry[] = [
  [0x1301, "TLSv1.3"],
  [0xc02f, "TLSv1.2"],
];
const groups: readonly Entry[] = [
  [0x11ec, "TLSv1.3"],
  [0x001d, "TLSv1.3"],
  [0x001d, "TLSv1.2"],
];
const signatures: readonly Entry[] = [
  [0x0804, "TLSv1.3"],
  [0x0401, "TLSv1.2"],
];
const rsa: Entry = [0x002f, "TLSv1.2"];
const dhe: Entry = [0x009e, "TLSv1.2"];

/** A good server, and what is different about it. */
function seen(
  different: {
    readonly suites?: readonly Entry[];
    readonly groups?: readonly Entry[];
    readonly signatures?: readonly Entry[];
    readonly primes?: readonly DhPrime[];
    readonly any?: readonly TlsVersion[];
    readonly unfinished?: KeyExchange["unfinished"];
    readonly openSuites?: CipherSuites["unfinished"];
  } = {},
): { keyExchange: KeyExchange; cipherSuites: CipherSuites } {
  return {
    keyExchange: {
      groups: offered(different.groups ?? groups, groupName),
      primes: different.primes ?? [],
      signatureAlgorithms: offered(different.signatures ?? signatures, signatureAlgorithmName),
      anySignatureAlgorithm: different.any ?? [],
      unfinished: different.unfinished ?? [],
    },
    cipherSuites: {
      suites: offered(different.suites ?? suites, suiteName),
      preferences: [],
      unfinished: different.openSuites ?? [],
    },
  };
}

export default defineCases(control, [
  {
    name: "groups of the profile, with a post-quantum one",
    expect: strict,
    facets: seen(),
    outcome: "pass",
    says: "5 groups, primes and signatures, all within the profile; post-quantum ready: X25519MLKEM768 (hybrid); declared: mozilla-intermediate@6, what is weak violates",
  },
  {
    name: "a group that the profile does not name and that is no weaker is named",
    expect: strict,
    facets: seen({ groups: [...groups, [0x0019, "TLSv1.3"]] }),
    outcome: "pass",
    says: "not named by it, but no weaker: secp521r1 (TLSv1.3)",
  },
  {
    name: "a short curve is broken",
    expect: intermediate,
    facets: seen({ groups: [...groups, [0x0013, "TLSv1.2"]] }),
    outcome: "fail",
    says: "exchanges keys with what is broken: secp192r1 (TLSv1.2: less than 224 bits (RFC 9325))",
    remedies: /ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;/,
  },
  {
    name: "a binary curve is weak, which is told and does not violate",
    expect: intermediate,
    facets: seen({ groups: [...groups, [0x0009, "TLSv1.2"]] }),
    outcome: "pass",
    says: "6 groups, primes and signatures, none broken; weak, outside the profile: sect283k1 (TLSv1.2: binary curve, deprecated (RFC 8422))",
  },
  {
    name: "a weak group violates the stricter reading",
    expect: strict,
    facets: seen({ groups: [...groups, [0x0009, "TLSv1.2"]] }),
    outcome: "fail",
    says: "weaker than mozilla-intermediate@6 asks for: sect283k1",
  },
  {
    name: "a prime of 512 bits is broken, and what is weak is told beside it",
    expect: intermediate,
    facets: seen({
      suites: [...suites, dhe, rsa],
      primes: [prime(512, "Apache 2.2 built-in"), prime(1024)],
    }),
    outcome: "fail",
    says: "with what is broken: DHE 512 bits (Apache 2.2 built-in) (TLSv1.2: less than 1024 bits, within reach (Logjam)); also weak, which does not violate: DHE 1024 bits (TLSv1.2: less than 2048 bits); no forward secrecy with TLS_RSA_WITH_AES_128_CBC_SHA (TLSv1.2)",
  },
  {
    name: "an export prime is broken whatever its size",
    expect: intermediate,
    facets: seen({ suites: [...suites, dhe], primes: [prime(2048, null, true)] }),
    outcome: "fail",
    says: "export DHE 2048 bits (TLSv1.2: export grade (Logjam))",
  },
  {
    name: "a prime of 1024 bits that many share is weak, and says why",
    expect: intermediate,
    facets: seen({ suites: [...suites, dhe], primes: [prime(1024, "RFC 2409 group 2")] }),
    outcome: "pass",
    says: "DHE 1024 bits (RFC 2409 group 2) (TLSv1.2: shared by many servers, worth one great attack (Logjam))",
  },
  {
    name: "a prime of 2048 bits is enough for one profile and not for another",
    expect: { profile: "bsi-tr-02102-2@2025-01", violates: "weak" },
    facets: seen({
      suites: [...suites, dhe],
      primes: [prime(2048)],
      signatures: [
        [0x0804, "TLSv1.3"],
        [0x0804, "TLSv1.2"],
      ],
    }),
    outcome: "fail",
    says: "weaker than bsi-tr-02102-2@2025-01 asks for: DHE 2048 bits (TLSv1.2: less than 3000 bits)",
    remedies: /ssl_dhparam \/etc\/ssl\/ffdhe3072\.pem;[^]*group:ffdhe3072/,
  },
  {
    name: "MD5 signatures are broken, SHA-1 ones weak",
    expect: intermediate,
    facets: seen({ signatures: [...signatures, [0x0101, "TLSv1.2"], [0x0201, "TLSv1.2"]] }),
    outcome: "fail",
    says: /broken: rsa_pkcs1_md5 \(TLSv1\.2: MD5 \(RFC 9155\)\); also weak[^;]*: rsa_pkcs1_sha1 \(TLSv1\.2: SHA-1 \(RFC 9155\)\)/,
  },
  {
    name: "static RSA has no forward secrecy, which violates the stricter reading",
    expect: strict,
    facets: seen({ suites: [...suites, rsa] }),
    outcome: "fail",
    says: "no forward secrecy with TLS_RSA_WITH_AES_128_CBC_SHA (TLSv1.2)",
  },
  {
    name: "static RSA is what an old profile recommends",
    expect: { profile: "mozilla-old@5.8", violates: "weak" },
    facets: seen({ suites: [...suites, rsa] }),
    outcome: "pass",
    says: "all within the profile",
  },
  {
    name: "post-quantum is missing and was not asked for",
    expect: strict,
    facets: seen({ groups: groups.slice(1) }),
    outcome: "pass",
    says: "post-quantum not ready: no post-quantum group",
  },
  {
    name: "post-quantum is missing and required",
    expect: { ...intermediate, postQuantum: "required" },
    facets: seen({ groups: groups.slice(1) }),
    outcome: "fail",
    says: "post-quantum key exchange is not ready: no post-quantum group; declared: mozilla-intermediate@6, what is broken violates, post-quantum required",
  },
  {
    name: "an old draft of a post-quantum group is none",
    expect: { ...intermediate, postQuantum: "required" },
    facets: seen({ groups: [[0x6399, "TLSv1.3"], ...groups.slice(1)] }),
    outcome: "fail",
    says: "only the draft X25519Kyber768Draft00",
  },
  {
    name: "post-quantum is required and the list is cut off",
    expect: { ...intermediate, postQuantum: "required" },
    facets: seen({
      groups: groups.slice(1),
      unfinished: [{ version: "TLSv1.3", why: "groups: connection\nreset" }],
    }),
    outcome: "unknown",
    says: "the key exchange of TLSv1.3 could not be finished (groups: connection\\u{a}reset); post-quantum key exchange is not known",
  },
  {
    name: "an unfinished list leaves it open",
    expect: intermediate,
    facets: seen({ unfinished: [{ version: "TLSv1.2", why: "timeout" }] }),
    outcome: "unknown",
    says: "the key exchange of TLSv1.2 could not be finished (timeout)",
  },
  {
    name: "an unfinished list of suites may hide what has no forward secrecy",
    expect: intermediate,
    facets: seen({ openSuites: [{ version: "TLSv1.2", why: "timeout" }] }),
    outcome: "unknown",
    says: "the suites of TLSv1.2 could not be finished (timeout)",
  },
  {
    name: "an unfinished list hides no violation that was seen",
    expect: intermediate,
    facets: seen({
      groups: [...groups, [0x0013, "TLSv1.2"]],
      unfinished: [{ version: "TLSv1.2", why: "timeout" }],
    }),
    outcome: "fail",
    says: "secp192r1",
  },
  {
    name: "a server that takes any signature algorithm shows none",
    expect: intermediate,
    facets: seen({ signatures: signatures.slice(0, 1), any: ["TLSv1.2"] }),
    outcome: "unknown",
    says: "TLSv1.2 takes a hello without a signature algorithm that it has",
  },
  {
    name: "a version with ephemeral suites must show its groups",
    expect: intermediate,
    facets: seen({ groups: groups.slice(0, 2) }),
    outcome: "unknown",
    says: "no group of TLSv1.2 was seen",
  },
  {
    name: "a version with DHE must show its prime",
    expect: intermediate,
    facets: seen({ suites: [[0x1301, "TLSv1.3"], dhe], groups: groups.slice(0, 2) }),
    outcome: "unknown",
    says: "no prime of TLSv1.2 was seen",
  },
  {
    name: "a version that signs must show with what",
    expect: intermediate,
    facets: seen({ signatures: signatures.slice(1) }),
    outcome: "unknown",
    says: "no signature algorithm of TLSv1.3 was seen",
  },
  {
    name: "static suites alone need no group",
    expect: intermediate,
    facets: seen({ suites: [rsa], groups: [], signatures: [] }),
    outcome: "pass",
    says: /^no group, prime or signature is in use.*no forward secrecy with TLS_RSA_WITH_AES_128_CBC_SHA \(TLSv1\.2\); post-quantum not known: no group was seen/,
  },
  {
    name: "nothing at all is no evidence",
    expect: intermediate,
    facets: seen({ suites: [], groups: [], signatures: [] }),
    outcome: "unknown",
    says: "no key exchange was seen",
  },
  {
    name: "a group that no registry knows may be broken",
    expect: intermediate,
    facets: seen({ groups: [...groups, [0xfafe, "TLSv1.3"]] }),
    outcome: "unknown",
    says: "no registry knows unknown-0xFAFE (TLSv1.3",
  },
]);
