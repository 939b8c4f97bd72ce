import type { DhPrime } from "#model/tls-facets.ts";

/**
 * Primes of Diffie-Hellman that are published or built into software, one a line: SHA-256 of the prime (big-endian
 * bytes without leading zeros), then its name. A prime of 1024 bits or less that many servers share is worth one
 * great computation for all of them: https://weakdh.org/imperfect-forward-secrecy-ccs15.pdf
 *
 * Sources: the RFCs; the source code of Apache, Exim, HAProxy, nginx, OpenSSL, Postfix, ProFTPD and socat; the Java
 * runtime; for IronPort and the shared ones the list of weakdh.org as nmap's script ssl-dh-params has it.
 */
const TABLE = `
b52ba6a3026520a6c49d37e4587601801bee500123b3259b6bf03e7cecc3e63d RFC 2409 group 1
3f35a3f5f6c4376a744acad409bb22f8d897f949d2311d885adaa890981b67a0 RFC 2409 group 2
64fcc83ec403930bf18393dbc883ccaa1fbb08ac876f77f7aa99748ca945019b RFC 3526 group 5
d66436f79bbd6b2e38c0ffbd079be904d2641415e2e67140e09448be9a60890e RFC 3526 group 14
48cf8b092fbce4359d9871abf74f98e25b6163379eaa15cd9087e800c6d1c55c RFC 3526 group 15
4ee95187682bcb230ad26a95205f6920e84708f6251b3894329b09ec23919e33 RFC 3526 group 16
d1bfe6d0925ce7e4da262b62861514a7755e35831e429f343e7b864848657efd RFC 3526 group 17
39ab4feab950a3128fb71accb9fc3965d857012e081998a85996e3ea8b3c3bcf RFC 3526 group 18
44c55cfee5c075927cf682da5b681bdecbd5c3eb0784c14f5dce7610f0ef133d RFC 5114 group 22
bfe545862ca102ad1eeddb5fbfa5bf855ac4995c56a8b408ce3fe099dce93a9d RFC 5114 group 23
0b7835722cb619827610c2549fdda5587421686c4409a13865e76225522ddcc9 RFC 5114 group 24
9cd3b7f336872f46c09428d1bbc19877a4d440512cda8d1c1cf0cd6e33698966 RFC 7919 ffdhe2048
0eaf67db3a839156d5013494a5318a772b5697d270d721f37f092efc69ea5a17 RFC 7919 ffdhe3072
4648414224ac881b3d0dc59b466f96d06a558278776807797ecf1f66ff397b3e RFC 7919 ffdhe4096
227ac9066b3ddd9e193670cda2388fa884f65ba0cf98b742d1fe77a6687c79c7 RFC 7919 ffdhe6144
770b14efaf6f049929c523113b3fa99a8d11dab1b18af3609590122075d19833 RFC 7919 ffdhe8192
3cdb020b9ef298b2f3f6cf5a872af527337bf7b9f654b2e70c49da16a4d24137 Apache 2.0 built-in
f79d1db3c955a28fdeca462670a0712efee4b588c7858e4943883f903bd1354b Apache 2.0 built-in
db01e702899166da28c9bc7896af62bcdf0c96d0fb341950ba80e68bd51a57ef Apache 2.2 built-in
bf910d9df4e0b2e76cda7443f592aa118e33ba2c224ebc27fb8978d873c8c2e3 Apache 2.2 built-in
358856fb52a59bf901826fedcadd2b2d3aa0a82a16338229a109ed20f855f948 Exim 20160529.1
b091c26ef6f88b88ed2c5f4da0cfe3291633f370a225d080f7bd5b8be83177eb Exim 20160529.2
4597b6c988bdc12aad6aa71840f7206907346f1f5d95edb661e8282281f5577e Exim 20160529.3
486e235226a927b22b9389bf43377084cb9be4c303f08fd490613ab4d9dfbd31 HAProxy built-in
7b6551ea6ff09bd78c24bede10980a155f70b6c81e48b4dd8bec822ab3bf0e94 HAProxy built-in
a67f41cb161353e098a815bf4070d3268927a50cf3b9be233377f81e0ac77c1e HAProxy built-in
bfa876fe4671a9c696c8e256c13d7fadaa05c8991660e0924604ff7b239c6d1a IronPort built-in
554ced9aa2ffa9ed64911795792cfd3ec9eaab585d68f86ab53e14ced78fd40f JSSE built-in
73b391ec8da33ee197aed17d7cfce1321b94e04c5b55b3c02c1c7198eb88715b Java built-in DSA group
ee5483fe4b96caa10cb5b863ec409aab2762e6bf43af4a8a0a42817fef4dd7f3 Java built-in DSA group
cc21a33dd1a3edf40bf636b5496e4aede198a437a8548e0cc1a621424e42419b Java built-in DSA group
f26e2403f3f07946654404909f0ff81d9354de17250411b4c04b89af73178425 OpenSSL sample
66d0bf38b0bdfacf2fdae33f35102ab6079fd5ff0feff8e436a4063745c72739 OpenSSL sample
3166ce19180005327a6059a2e7a4ed22775ad2f0eadaee59a7481ab391fe592f OpenSSL sample
9e348a9471b7d123aa97071e38288379fc12a9992e8e75db2113c1ded5463ac3 OpenSSL sample
ce7728db3aed1119a82b9f17b17df9f8e370ddd7639946df09a119f924aa42e8 OpenSSL sample
6c863838510bab3e2093066fc14976f0265b0da72c465eb306018587b5df6b6a Postfix 2.2 built-in
ef627d8cc44144f36a075d8dd8511bbd278cb5cf438f1052bdbdabe715232c1e Postfix 2.2 built-in
450349830c07b0225c8fd0b123ca8febdf0c28fde698258de7cab092b9045a94 Postfix 3.7 built-in
1c70784ccc75ed9ddab31a9fcbb1854bb3fe3bfc8814c1c100b18b16dcc01178 ProFTPD 1.3.8 built-in
4e6706b2928b0b84405ecbd2d6a7d53d56ae60ce67fb72e40c027b792822008c ProFTPD 1.3.8 built-in
ec172d7c9ebbd008d562827a437b89e59c5b2a880c28bf14e0d63f716ac53729 ProFTPD 1.3.8 built-in
d4a418fa51edd0fa0aabdea2192828e179157f0a7c0ca86e8e7053c3f622aaee ProFTPD 1.3.8 built-in
b5244f702d9cd9d907709b4e1d068d207c4ef00525a460bd149569a2fc79514f ProFTPD 1.3.8 built-in
42e53774b95b3bb1e5bf29914233ba479d7353991d0c6461b1742667ef73853a ProFTPD 1.3.8 built-in
329f829265b0371566c11e71b9754f1278ddc231d71b7c3ec9cffaf895cd16ce ProFTPD 1.3.8 built-in
8ae47dca3d24e9b64640062686da234dcabada26b0da6f090c5449c1338d9a11 nginx built-in
d03fdc7fe0f0d300624dd6d8a1682855bcd396581fa046931894424f648fca60 socat 1.7.3 built-in
196085cb4281d1ff18efaad097bc1ec0af2581444026a6a3018b1479f6d89cdb prime shared by many servers (weakdh.org)
2b07d24b932aa7a015c45a3f06e75ba71cb8cff8d33980acebf628afff1c101e prime shared by many servers (weakdh.org)
52d4faa53003b8349dac3e984a6423bc1ab6ab927f1855d94757185f71b5d97d prime shared by many servers (weakdh.org)
5f856a00120eee6d6b87ef8f596aefbbd284f8a611c8329a713d37cdec2a27b0 prime shared by many servers (weakdh.org)
74a5cce5b6a93eb755e2f48250dc7cb3ea529484af916e1368034b6f70eb25fc prime shared by many servers (weakdh.org)
80571b97f71f89727ab0c40bb73b4f01a420469abd814b7b35090c8d6dff62b0 prime shared by many servers (weakdh.org)
8523c72057043833089915168751620b02dd60206beaa3ddb65df468acc9584e prime shared by many servers (weakdh.org)
ac0ff7a415f003c6503d4c126f2929769e6f3f89c29efa450764212fa13e2069 prime shared by many servers (weakdh.org)
bc19c041491e550f381d09415a82e1b359410e8e243744cc545a342455f5fcd8 prime shared by many servers (weakdh.org)
deb671287187265a5383df13708d3a757735f4af22dd171265385822f5aca5b9 prime shared by many servers (weakdh.org)`;

/** Names of well-known primes by the SHA-256 (lower-case hex) of their big-endian bytes without leading zeros. */
export const KNOWN_PRIMES: ReadonlyMap<string, string> = new Map(
  TABLE.trim()
    .split("\n")
    .map((line) => [line.slice(0, 64), line.slice(65)]),
);

/** A prime in words: `DHE 1024 bits (RFC 2409 group 2)`, `export DHE 512 bits`. */
export function primeWords({ bits, name, ...prime }: Omit<DhPrime, "version">): string {
  return `${prime.export ? "export " : ""}DHE ${bits} bits${name === null ? "" : ` (${name})`}`;
}
