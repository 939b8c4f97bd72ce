/**
 * Builds ClientHellos by hand: a hello needs no cryptography, and so can offer what no library speaks any more.
 * The rules of shape below come from servers that fail on hellos which the standard allows.
 */
import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { RENEGOTIATION_SCSV } from "#facts/cipher-suites.ts";
import type { TlsVersion } from "#model/tls.ts";
import { codes, u16, u24, u8, vector16, vector8 } from "./bytes.ts";

/** The versions that share one ClientHello format. */
export type HelloVersion = Exclude<TlsVersion, "SSLv2">;

/** What one hello offers. */
export interface HelloOffer {
  readonly version: HelloVersion;
  readonly suites: readonly number[];
  readonly groups: readonly number[];
  /** Name for SNI; null sends none. IP addresses are never sent (RFC 6066 3). */
  readonly serverName: string | null;
  /** TLS 1.3: send key shares instead of none, for servers that answer no empty list. */
  readonly keyShares?: boolean;
  /** Stay below 256 bytes instead of padding to 512, for the oldest servers. */
  readonly compact?: boolean;
}

export const VERSION_CODES: Readonly<Record<HelloVersion, number>> = {
  SSLv3: 0x0300,
  "TLSv1.0": 0x0301,
  "TLSv1.1": 0x0302,
  "TLSv1.2": 0x0303,
  "TLSv1.3": 0x0304,
};

export const EXTENSION = {
  serverName: 0,
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  padding: 21,
  extendedMasterSecret: 23,
  supportedVersions: 43,
  pskKeyExchangeModes: 45,
  keyShare: 51,
} as const;

/** Everything registered that a certificate may be signed with, so that none is the reason for a refusal. */
const SIGNATURE_ALGORITHMS = [
  0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x081a, 0x081b, 0x081c, 0x0809, 0x080a, 0x080b, 0x0804,
  0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0302, 0x0402, 0x0502, 0x0602, 0x0203,
  0x0201, 0x0202, 0x0904, 0x0905, 0x0906, 0x0708,
];
const COMMON_SIGNATURE_ALGORITHMS = [0x0403, 0x0503, 0x0804, 0x0401, 0x0501, 0x0201];

/** The base point of P-256 is a valid share like any other, and costs nothing to make (SEC 2, 2.4.2). */
const P256_POINT = Buffer.from(
  "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" +
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
  "hex",
);

/** F5 load balancers hang on hellos of 256 to 511 bytes, so that shorter ones are filled up to this. */
const PADDED_BYTES = 512;
/** And they hang on every 256 bytes after 522 and 526. */
const UNLUCKY_REMAINDERS: ReadonlySet<number> = new Set([522 % 256, 526 % 256]);

/** Builds the record that carries the hello: one record, to be sent in one write. */
export function buildClientHello(offer: HelloOffer): Buffer {
  const suites = [...offer.suites, RENEGOTIATION_SCSV];
  if (offer.version === "SSLv3") return record(offer, sslv3Hello(suites));
  const extensions = extensionsOf(offer);
  const bare = hello(offer.version, suites, extensions);
  if (offer.compact === true) return record(offer, bare);
  // The padding's own header is 4 bytes, and an empty last extension fails on some servers: at least one byte.
  const rest = bare.length + 4;
  let target = Math.max(PADDED_BYTES, rest + 1);
  while (UNLUCKY_REMAINDERS.has(target % 256)) target += 5;
  const padding = extension(EXTENSION.padding, Buffer.alloc(target - rest));
  return record(offer, hello(offer.version, suites, [...extensions, padding]));
}

/** An SSLv2 hello that offers all its ciphers (RFC 6101 appendix E); the answer lists those that the server shares. */
export function buildSsl2Hello(ciphers: readonly number[]): Buffer {
  const challenge = randomBytes(16);
  const body = Buffer.concat([
    u8(1),
    u16(0x0002),
    u16(ciphers.length * 3),
    u16(0),
    u16(challenge.length),
    ...ciphers.map(u24),
    challenge,
  ]);
  return Buffer.concat([u16(0x8000 | body.length), body]);
}

/** SSLv3 knows no extensions, so the unlucky lengths are passed by with codes that are reserved to mean nothing (RFC 8701). */
function sslv3Hello(suites: readonly number[]): Buffer {
  const filled = [...suites];
  const bytes = () => 4 + 2 + 32 + 1 + 2 + filled.length * 2 + 2;
  for (let index = 0; bytes() > 255 && bytes() < PADDED_BYTES; index += 1) {
    filled.unshift(0x0a0a + 0x1010 * (index % 16));
  }
  return hello("SSLv3", filled, []);
}

function hello(
  version: HelloVersion,
  suites: readonly number[],
  extensions: readonly Buffer[],
): Buffer {
  // RFC 8446 4.1.2: 1.3 calls itself 1.2 here, and sends a session id as if it resumed one.
  const legacy = Math.min(VERSION_CODES[version], VERSION_CODES["TLSv1.2"]);
  const body = Buffer.concat([
    u16(legacy),
    randomBytes(32),
    vector8(version === "TLSv1.3" ? randomBytes(32) : Buffer.alloc(0)),
    vector16(codes(suites)),
    vector8(u8(0)),
    ...(extensions.length > 0 ? [vector16(...extensions)] : []),
  ]);
  return Buffer.concat([u8(1), u24(body.length), body]);
}

function extensionsOf(offer: HelloOffer): Buffer[] {
  const { version, groups, serverName, compact } = offer;
  const modern = version === "TLSv1.2" || version === "TLSv1.3";
  const algorithms = compact === true ? COMMON_SIGNATURE_ALGORITHMS : SIGNATURE_ALGORITHMS;
  return [
    ...(serverName !== null && isIP(serverName) === 0
      ? [extension(EXTENSION.serverName, vector16(u8(0), vector16(Buffer.from(serverName))))]
      : []),
    extension(EXTENSION.extendedMasterSecret, Buffer.alloc(0)),
    // Below 1.2 the extension is unknown, and some servers refuse it there.
    ...(modern ? [extension(EXTENSION.signatureAlgorithms, vector16(codes(algorithms)))] : []),
    ...(version === "TLSv1.3" ? tls13Extensions(offer) : []),
    // OpenSSL refuses every elliptic suite where these two are missing.
    extension(EXTENSION.supportedGroups, vector16(codes(groups))),
    extension(EXTENSION.pointFormats, vector8(Buffer.from([0, 1, 2]))),
  ];
}

function tls13Extensions({ keyShares, groups }: HelloOffer): Buffer[] {
  const shares: readonly (readonly [number, Buffer])[] = [
    [0x1d, randomBytes(32)],
    [0x17, P256_POINT],
  ];
  return [
    extension(EXTENSION.supportedVersions, vector8(u16(VERSION_CODES["TLSv1.3"]))),
    extension(EXTENSION.pskKeyExchangeModes, vector8(u8(1))),
    // An empty list asks for a HelloRetryRequest, which names suite and group at the price of no key at all.
    extension(
      EXTENSION.keyShare,
      vector16(
        ...(keyShares === true
          ? shares
              .filter(([group]) => groups.includes(group))
              .map(([group, point]) => Buffer.concat([u16(group), vector16(point)]))
          : []),
      ),
    ),
  ];
}

function extension(type: number, body: Uint8Array): Buffer {
  return Buffer.concat([u16(type), vector16(body)]);
}

function record(offer: HelloOffer, handshake: Buffer): Buffer {
  // Servers are strict about the version of the first record; 1.0 is what browsers send (RFC 8446 appendix D.4).
  const version = offer.version === "SSLv3" ? 0x0300 : 0x0301;
  return Buffer.concat([u8(22), u16(version), vector16(handshake)]);
}
