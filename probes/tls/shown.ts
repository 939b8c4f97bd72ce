/** What one handshake shows of a server, in whatever version. */
import type { HelloVersion } from "./client-hello.ts";
import type { End } from "./explore.ts";
import type { Proof } from "./possession.ts";
import type { Next } from "./wire.ts";

/** What a server showed of itself. */
export interface Shown {
  readonly kind: "shown";
  readonly suite: number;
  /** DER as sent, leaf first; never an empty list, but no bytes where one was not kept or is missing. */
  readonly chain: readonly Buffer[];
  /** A stapled OCSP response; null where none came. */
  readonly ocsp: Buffer | null;
  /** A list of signed certificate timestamps (RFC 6962 3.3); null where none came. */
  readonly timestamps: Buffer | null;
  /** With what it signed the handshake; null where it did not, or did not say. */
  readonly signatureAlgorithm: number | null;
  /** What it signed, to be checked with the key of its certificate; null where it signed nothing, or was cut before. */
  readonly proof: Proof | null;
  /** How the handshake ended where it ended before its signature: by an alert, or with no word. */
  readonly cut: "refused" | "silent" | null;
  readonly requestsCertificate: boolean;
  /** The protocol that it chose by ALPN; null for none. */
  readonly protocol: string | null;
}
export type Answer =
  | Shown
  /** It said no; the alert where there was one. */
  | { readonly kind: "refused"; readonly alert: number | null; readonly why: string }
  /** Nothing can be concluded, or only by its silence. */
  | { readonly kind: "open"; readonly end: End };

/** What a handshake asks beside what is the same in all of them. */
export interface Wish {
  /** Up to TLS 1.2; those of TLS 1.3 say nothing of certificates. */
  readonly suites?: readonly number[];
  readonly signatureAlgorithms?: readonly number[];
  readonly protocols?: readonly string[];
  readonly withoutName?: boolean;
  /** See `Next`. */
  readonly next?: Next;
}

/** Makes handshakes with one server in one version. */
export interface Asker {
  readonly version: HelloVersion;
  readonly ask: (wish: Wish) => Promise<Answer>;
}

/** Asks for a stapled OCSP answer (RFC 6066 8) and for timestamps (RFC 6962 3.3.1). */
export const STAPLES: readonly (readonly [type: number, body: Buffer])[] = [
  [5, Buffer.from([1, 0, 0, 0, 0])],
  [18, Buffer.alloc(0)],
];

const ALPN = 16;

/** The extension that offers these protocols (RFC 7301 3.1); none for none. */
export function protocolOffer(
  protocols: readonly string[] = [],
): readonly (readonly [type: number, body: Buffer])[] {
  if (protocols.length === 0) return [];
  const names = protocols.map((name) => Buffer.from([name.length, ...Buffer.from(name, "latin1")]));
  const list = Buffer.concat(names);
  return [[ALPN, Buffer.concat([Buffer.from([list.length >> 8, list.length & 0xff]), list])]];
}
