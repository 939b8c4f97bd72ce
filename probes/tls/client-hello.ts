/**
 * Builds ClientHellos by hand: a hello needs no cryptography, and so can offer what no library speaks any more.
 * The rules of shape below come from servers that fail on hellos which the standard allows.
 */
import { randomFillSync } from "node:crypto";
import { isIP } from "node:net";
import { RENEGOTIATION_SCSV } from "#facts/cipher-suites.ts";
import type { TlsVersion } from "#model/tls.ts";
import { type Writer, written } from "./bytes.ts";

/** The versions that share one ClientHello format. */
export type HelloVersion = Exclude<TlsVersion, "SSLv2">;

/** What one hello offers. */
export interface HelloOffer {
  readonly version: HelloVersion;
  readonly suites: readonly number[];
  readonly groups: readonly number[];
  /** Name for SNI; null sends none. IP addresses are never sent (RFC 6066 3). */
  readonly serverName: string | null;
  /** Leaves the name out all the same. */
  readonly withoutName?: boolean;
  /** TLS 1.2 and 1.3; all that are registered when left out. */
  readonly signatureAlgorithms?: readonly number[];
  /**
   * TLS 1.3: true sends key shares instead of none, for servers that answer no empty list; or these shares,
   * which are group and public value.
   */
  readonly keyShares?: boolean | readonly (readonly [group: number, share: Buffer])[];
  /** TLS 1.3: what the hello says it speaks; 1.3 alone when left out. */
  readonly versions?: readonly number[];
  /** The version in the hello's first field, where it is to be an odd one. */
  readonly legacyVersion?: number;
  /** Compression methods (RFC 3749 2); none but "none" when left out. */
  readonly compression?: readonly number[];
  /** Further extensions: type and body. */
  readonly extra?: readonly (readonly [type: number, body: Buffer])[];
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
  sessionTicket: 35,
  supportedVersions: 43,
  pskKeyExchangeModes: 45,
  keyShare: 51,
} as const;

/** Everything registered that a certificate may be signed with, so that none is the reason for a refusal. */
export const SIGNATURE_ALGORITHMS: readonly number[] = [
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

/** Any 32 bytes are a share of X25519 (RFC 7748 5); these are its base point. */
const X25519_POINT = Buffer.concat([Buffer.from([9]), Buffer.alloc(31)]);
const ORDINARY_SHARES = [
  [0x1d, X25519_POINT],
  [0x17, P256_POINT],
] as const;

/** F5 load balancers hang on hellos of 256 to 511 bytes, so that shorter ones are filled up to this. */
const PADDED_BYTES = 512;
/** And they hang on every 256 bytes after 522 and 526. */
const UNLUCKY_REMAINDERS: ReadonlySet<number> = new Set([522 % 256, 526 % 256]);

/** Builds the record that carries the hello: one record, to be sent in one write. */
export function buildClientHello(offer: HelloOffer): Buffer {
  return written((writer) => {
    writer.u8(22);
    // Servers are strict about the version of the first record; 1.0 is what browsers send (RFC 8446 appendix D.4).
    writer.u16(offer.version === "SSLv3" ? 0x0300 : 0x0301);
    writer.vector(2, () => {
      writer.u8(1);
      writer.vector(3, () => writeHello(writer, offer));
    });
  });
}

/** An SSLv2 hello that offers all its ciphers (RFC 6101 appendix E); the answer lists those that the server shares. */
export function buildSsl2Hello(ciphers: readonly number[]): Buffer {
  return written((writer) => {
    writer.u16(0x8000 | (25 + ciphers.length * 3));
    writer.u8(1);
    writer.u16(0x0002);
    writer.u16(ciphers.length * 3);
    writer.u16(0);
    writer.u16(16);
    for (const cipher of ciphers) writer.u24(cipher);
    writer.bytes(random(16));
  });
}

/** Header of the record, header of the message: what stands before a hello's body. */
const HEADERS = { record: 5, message: 4 } as const;

function writeHello(writer: Writer, offer: HelloOffer): void {
  const { version, suites } = offer;
  // RFC 8446 4.1.2: 1.3 calls itself 1.2 here, and sends a session id as if it resumed one.
  writer.u16(offer.legacyVersion ?? Math.min(VERSION_CODES[version], VERSION_CODES["TLSv1.2"]));
  writer.bytes(random(32));
  writer.vector(1, () => writer.bytes(random(version === "TLSv1.3" ? 32 : 0)));
  writer.vector(2, () => {
    // SSLv3 knows no extensions, so it passes the unlucky lengths by with codes that mean nothing (RFC 8701).
    if (version === "SSLv3") writer.codes(fillers(writer.length() + suites.length * 2 + 4));
    writer.codes(suites);
    writer.u16(RENEGOTIATION_SCSV);
  });
  writer.vector(1, () => writer.bytes(Buffer.from(offer.compression ?? [0])));
  if (version === "SSLv3") return;
  writer.vector(2, () => {
    writeExtensions(writer, offer);
    if (offer.compact === true) return;
    // The padding's own header is 4 bytes, and an empty last extension fails on some servers: at least one byte.
    const rest = writer.length() - HEADERS.record + 4;
    let target = Math.max(PADDED_BYTES, rest + 1);
    while (UNLUCKY_REMAINDERS.has(target % 256)) target += 5;
    extension(writer, EXTENSION.padding, () => writer.zeros(target - rest));
  });
}

/** @param end where the hello would end without them, with the record's header */
function fillers(end: number): number[] {
  const bytes = end - HEADERS.record;
  const missing = bytes > 255 && bytes < PADDED_BYTES ? Math.ceil((PADDED_BYTES - bytes) / 2) : 0;
  return Array.from({ length: missing }, (_, index) => 0x0a0a + 0x1010 * (index % 16));
}

function writeExtensions(writer: Writer, offer: HelloOffer): void {
  const { version, groups, serverName, compact, extra = [] } = offer;
  const modern = version === "TLSv1.2" || version === "TLSv1.3";
  if (serverName !== null && offer.withoutName !== true && isIP(serverName) === 0) {
    extension(writer, EXTENSION.serverName, () =>
      writer.vector(2, () => {
        writer.u8(0);
        writer.vector(2, () => writer.bytes(Buffer.from(serverName)));
      }),
    );
  }
  extension(writer, EXTENSION.extendedMasterSecret, () => {});
  // Below 1.2 the extension is unknown, and some servers refuse it there.
  if (modern) {
    const ordinary = compact === true ? COMMON_SIGNATURE_ALGORITHMS : SIGNATURE_ALGORITHMS;
    codesExtension(writer, EXTENSION.signatureAlgorithms, offer.signatureAlgorithms ?? ordinary);
  }
  if (version === "TLSv1.3") writeTls13Extensions(writer, offer);
  for (const [type, body] of extra) extension(writer, type, () => writer.bytes(body));
  // OpenSSL refuses every elliptic suite where these two are missing.
  codesExtension(writer, EXTENSION.supportedGroups, groups);
  extension(writer, EXTENSION.pointFormats, () =>
    writer.vector(1, () => writer.bytes(POINT_FORMATS)),
  );
}

function writeTls13Extensions(writer: Writer, { keyShares = false, groups, versions }: HelloOffer) {
  extension(writer, EXTENSION.supportedVersions, () =>
    writer.vector(1, () => writer.codes(versions ?? [VERSION_CODES["TLSv1.3"]])),
  );
  extension(writer, EXTENSION.pskKeyExchangeModes, () => writer.vector(1, () => writer.u8(1)));
  // An empty list asks for a HelloRetryRequest, which names suite and group at the price of no key at all.
  const shares = keyShares === true ? ORDINARY_SHARES : keyShares === false ? [] : keyShares;
  extension(writer, EXTENSION.keyShare, () =>
    writer.vector(2, () => {
      for (const [group, share] of shares) {
        if (!groups.includes(group)) continue;
        writer.u16(group);
        writer.vector(2, () => writer.bytes(share));
      }
    }),
  );
}

function codesExtension(writer: Writer, type: number, values: readonly number[]): void {
  extension(writer, type, () => writer.vector(2, () => writer.codes(values)));
}

function extension(writer: Writer, type: number, body: () => void): void {
  writer.u16(type);
  writer.vector(2, body);
}

const POINT_FORMATS = Buffer.from([0, 1, 2]);

const POOL = Buffer.alloc(8192);
let used = POOL.length;

/** Random bytes, to be copied at once. One call to the system serves many hellos. */
function random(count: number): Buffer {
  if (used + count > POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  used += count;
  return POOL.subarray(used - count, used);
}
